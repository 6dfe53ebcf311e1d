"""Sentences that say two things: the part of each that says what another row says."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.rows import Members
from dedup.compare.scores import Thresholds
from dedup.compare.spoken import Spoken, measure_mutual
from dedup.compare.terms import Term
from dedup.text.spans import Span

Matrix = npt.NDArray[np.float32]

MAX_NEAREST = 5  # sentences of an outlet in one row that a part is held against: most rows have one or two
MIN_TERMS = 5  # of a part; fewer say nothing that another row could say
_JOINTS = (
    "and|but|while|although|though|because|after|before|as|when|that|which|who|whom|where|if|unless|until|since|"
    "following|with|to|for"
)
_BREAK = re.compile(
    rf"(?<=[,;:\u2013\u2014.!?])[\"'\u2019\u201d]?\s+|\s+(?=[\u2013\u2014-]\s)|\s+(?=(?:{_JOINTS})\s)", re.IGNORECASE
)


class Clause(NamedTuple):
    """A clause of a sentence, or some short ones: its span, and which terms of the sentence are in it."""

    span: Span
    terms: slice

    @property
    def is_short(self) -> bool:
        """Return whether it has too few terms to be a part."""
        return bool(self.terms.stop - self.terms.start < MIN_TERMS)

    def join(self, behind: "Clause") -> "Clause":
        """Return this part with the one behind it."""
        return Clause(Span(self.span.start, behind.span.end), slice(self.terms.start, behind.terms.stop))


def find_guests(
    clusters: Sequence[Members],
    score: Matrix,
    outlets: npt.NDArray[np.int64],
    spoken: Spoken,
    texts: Sequence[str],
    thresholds: Thresholds,
) -> list[tuple[int, int, Span]]:
    """Return (sentence, cluster, span of a part): what a sentence says of a statement that is not its own.

    The whole sentence comes as near as a strong link. The part and the sentences there say `part` of each other
    or more, and no less than the part and those of its own cluster. `texts` are the sentences as they were read.
    """
    home = {i: number for number, cluster in enumerate(clusters) for i in cluster}
    found = []
    for number, cluster in enumerate(clusters):
        for i in np.flatnonzero(measure_nearness(score, outlets, cluster) >= thresholds.strong).tolist():
            if home[i] == number or len(parts := split_parts(texts[i], spoken.terms[i])) < 2:
                continue
            there, here = (find_nearest(score[i], outlets, i, c) for c in (cluster, clusters[home[i]]))
            said = measure_mutual(spoken, i, [part.terms for part in parts], [*there, *here])
            other = average_outlets(said[:, : len(there)], outlets[there])
            is_said = other >= np.maximum(thresholds.part, average_outlets(said[:, len(there) :], outlets[here]))
            if is_said.any():
                found.append((i, number, join_parts(parts, is_said, int(np.where(is_said, other, 0).argmax()))))
    return found


def find_nearest(score: npt.NDArray[np.float32], outlets: npt.NDArray[np.int64], i: int, cluster: Members) -> Members:
    """Return the sentences of a cluster that come nearest to sentence i, MAX_NEAREST of each other outlet."""
    taken: Counter[int] = Counter()
    nearest = []
    for j in sorted(cluster, key=lambda j: (-score[j], j)):
        taken[outlets[j]] += 1
        if outlets[j] != outlets[i] and taken[outlets[j]] <= MAX_NEAREST:
            nearest.append(j)
    return sorted(nearest)


def join_parts(parts: Sequence[Clause], is_said: npt.NDArray[np.bool_], best: int) -> Span:
    """Return the span of the best part with the parts around it, as far as all are said."""
    before, behind = np.flatnonzero(~is_said[:best]), np.flatnonzero(~is_said[best:])
    first = int(before[-1]) + 1 if before.size else 0
    last = best + int(behind[0]) - 1 if behind.size else len(parts) - 1
    return Span(parts[first].span.start, parts[last].span.end)


def average_outlets(values: Matrix, outlets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return float32[n]: the mean, over the outlets of the columns, of the best of each; 0 without columns."""
    best = [values[:, outlets == outlet].max(1) for outlet in np.unique(outlets)]
    return np.asarray(np.mean(best, 0) if best else np.zeros(len(values)), np.float32)


def split_parts(text: str, terms: Sequence[Term]) -> list[Clause]:
    """Return the parts of a sentence: its clauses, short ones with the one behind.

    >>> from dedup.compare.terms import split_terms
    >>> text = "He denied all knowledge of the raid, warning that the talks would end on Monday."
    >>> [part.span.cut(text) for part in split_parts(text, split_terms(text))]
    ['He denied all knowledge of the raid,', 'warning that the talks would end on Monday.']
    """
    cuts = [0, *(match.end() for match in _BREAK.finditer(text)), len(text)]
    parts: list[Clause] = []
    done = 0
    for start, end in pairwise(cuts):
        count = sum(start <= term.span.start < end for term in terms)
        part = Clause(Span(start, start + len(text[start:end].rstrip())), slice(done, done + count))
        done += count
        parts.append(parts.pop().join(part) if parts and parts[-1].is_short else part)
    if len(parts) > 1 and parts[-1].is_short:
        parts[-2:] = [parts[-2].join(parts[-1])]
    return parts


def adopt_lone(
    clusters: Sequence[Members], score: Matrix, outlets: npt.NDArray[np.int64], threshold: float
) -> list[Members]:
    """Return the clusters, each sentence that is alone in the one that it comes nearest to, from `threshold` on."""
    groups = [cluster for cluster in clusters if len(cluster) > 1]
    lone = [cluster[0] for cluster in clusters if len(cluster) == 1]
    if not groups or not lone:
        return list(clusters)
    near = np.stack([measure_nearness(score, outlets, cluster)[lone] for cluster in groups])
    joined = [list(cluster) for cluster in groups]
    for i, best, value in zip(lone, near.argmax(0).tolist(), near.max(0).tolist(), strict=True):
        if value >= threshold:
            joined[best].append(i)
        else:
            joined.append([i])
    return [sorted(cluster) for cluster in joined]


def measure_nearness(score: Matrix, outlets: npt.NDArray[np.int64], cluster: Members) -> npt.NDArray[np.float32]:
    """Return float32[n]: the mean, over the other outlets of a cluster, of the best score with a sentence of each."""
    total, count = np.zeros(len(score), np.float32), np.zeros(len(score), np.float32)
    for outlet in np.unique(outlets[cluster]):
        members = [i for i in cluster if outlets[i] == outlet]
        others = outlets != outlet
        total[others] += score[members].max(0)[others]  # symmetric: whole rows are read ten times as fast as columns
        count[others] += 1
    return np.asarray(np.where(count > 0, total / np.maximum(1, count), -1), np.float32)
