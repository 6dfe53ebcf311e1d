"""Sentences that say two things: the part of each that says what another row says."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.compare.rows import Members
from dedup.compare.spoken import Spoken, measure_coverage
from dedup.text.spans import Span

Matrix = npt.NDArray[np.float32]

# Shares of the weight of a sentence, chosen on five labelled stories.
MIN_PART = 0.05  # what a part must be nearer to the other row than to its own, ...
MIN_REST = 0.05  # ... and the rest of the sentence nearer to its own
_BREAK = re.compile(r"(?<=[,;:\u2013\u2014.!?])[\"'\u2019\u201d]?\s+|\s+(?=[\u2013\u2014-]\s)")


def find_guests(
    clusters: Sequence[Members], score: Matrix, outlets: npt.NDArray[np.int64], spoken: Spoken, threshold: float
) -> list[tuple[int, int, Span]]:
    """Return (sentence, cluster, span of its terms): what a sentence says of a statement that is not its own.

    A sentence comes near another cluster where its best scores with the outlets of the cluster are `threshold` on the
    average. The part is the run of terms that gains most by the other cluster (Bentley 1984).
    """
    home = {i: number for number, cluster in enumerate(clusters) for i in cluster}
    found = []
    for number, cluster in enumerate(clusters):
        near = measure_nearness(score, outlets, cluster)
        for i in np.flatnonzero(near >= threshold).tolist():
            if home[i] == number or not spoken.terms[i]:
                continue
            there, here = ([j for j in c if outlets[j] != outlets[i]] for c in (cluster, clusters[home[i]]))
            if here and (span := find_part(spoken, i, there, here)):
                found.append((i, number, span))
    return found


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
        total[others] += score[np.ix_(others, members)].max(1)
        count[others] += 1
    return np.asarray(np.where(count > 0, total / np.maximum(1, count), -1), np.float32)


def find_part(spoken: Spoken, sentence: int, there: Members, here: Members) -> Span | None:
    """Return the run of terms of a sentence that other sentences say better than those of its own row; None: none."""
    terms = spoken.terms[sentence]
    count = len(terms)
    said = measure_coverage(spoken.take_apart(sentence, [*there, *here]))[:count, count:]
    weight = np.array([spoken.weights[term.key] for term in terms])
    gain = weight * (said[:, : len(there)].max(1) - said[:, len(there) :].max(1)) / weight.sum()
    sums = np.concatenate([[0.0], np.cumsum(gain)])
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    start = int(np.argmin(sums[: end + 1]))
    part = float(sums[end] - sums[start])
    if part < MIN_PART or part - float(sums[-1]) < MIN_REST:
        return None
    return Span(terms[start].span.start, terms[end - 1].span.end)


def widen(text: str, part: Span) -> Span:
    """Return a part of a sentence as far as the next marks around it; as it is where that is the whole sentence.

    >>> text = "He denied it, warning that the talks would end."
    >>> widen(text, Span(29, 34)).cut(text)
    'warning that the talks would end.'
    """
    breaks = [match.span() for match in _BREAK.finditer(text)]
    start = max((end for _, end in breaks if end <= part.start), default=0)
    end = min((begin for begin, _ in breaks if begin >= part.end), default=len(text))
    return part if (start, end) == (0, len(text)) else Span(start, end)
