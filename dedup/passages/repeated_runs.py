"""What is cut of a passage that a document prints twice: the exact copy, from edge to edge."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import as_read_only
from dedup.kernels.shingles import roll_shingles
from dedup.passages.copied_span import CopiedSpan
from dedup.passages.glued_copies import find_glued_end, find_glued_start, source_at
from dedup.text.boundaries import TokenRange, is_paragraph_edge, is_sentence_edge, shrink
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets, widen_cut

MAX_DIAGONALS = 50  # of one passage: those with most in a row
FARTHEST = 80  # tokens over which a copy directly behind its source is turned


class CutRule(NamedTuple):
    """The rule for cutting: a paragraph has at least `min_tokens`, sentences are at least `share` of what stays."""

    min_tokens: int
    share: float


def choose_repeats(
    offsets: TokenOffsets,
    tokens: npt.NDArray[np.uint32],
    copies: Sequence[CopiedSpan],
    others: Sequence[Span],
    rule: CutRule,
) -> list[list[Span]]:
    """Return for each repeat of a document the characters that are cut of it; `others` are cut anyway.

    Of each exact run whole paragraphs go, and whole sentences if they are many. Runs count together if no kept token is
    between them.
    """
    found = [
        (index, roll_to_edge(offsets, tokens, run))
        for index, copy in enumerate(copies)
        for run in find_exact_runs(tokens, copy, rule.min_tokens)
    ]
    chosen: dict[CopiedSpan, Span] = {}
    for index, run in tuple(found):
        cut = choose_run(offsets, run, rule.min_tokens)
        if cut is not None:
            chosen[run] = cut
            found += [(index, rest) for rest in rest_of(run, cut, offsets) if len(rest) >= rule.min_tokens]
    runs = sorted({run for _, run in found})
    while True:  # what is cut makes the document shorter, and what is left of it a larger share
        kept = mark_kept(offsets, [*others, *chosen.values()])
        more = choose_sentences(offsets, [run for run in runs if run not in chosen], kept, rule)
        if not more:
            break
        chosen |= more
    return [[chosen[run] for at, run in found if at == index and run in chosen] for index in range(len(copies))]


def choose_run(offsets: TokenOffsets, run: CopiedSpan, min_tokens: int) -> Span | None:
    """Return the characters of the whole paragraphs of one exact run, None where they are too few.

    Where the copy is glued to its surroundings, an edge of the source counts for the copy too.
    """
    first, end = shrink(offsets, TokenRange(run.start, run.end), is_paragraph_edge)
    left = find_glued_start(offsets, run, first)
    begin = left if left is not None else int(offsets.starts[run.start])
    right = find_glued_end(offsets, run, end, begin)
    has_edge = is_paragraph_edge(offsets, first)  # else `first` and `end` are where the search gave up
    if not has_edge and (left is None or right is None):
        return None
    first = first if left is None else int(np.searchsorted(offsets.ends, left, "right"))
    end = end if right is None else int(np.searchsorted(offsets.starts, right))
    if end - first < min_tokens:
        return None
    inner = max(first, run.start), min(end, run.end)
    cut = widen_cut(offsets.text, offsets.span(*inner), source_at(offsets, run, *inner))
    return Span(cut.start if left is None else left, cut.end if right is None else max(right, cut.end))


def rest_of(run: CopiedSpan, cut: Span, offsets: TokenOffsets) -> list[CopiedSpan]:
    """Return what is left of a run before and behind a cut of it."""
    first = max(int(np.searchsorted(offsets.ends, cut.start, "right")), run.start)
    end = min(int(np.searchsorted(offsets.starts, cut.end)), run.end)
    return [run.part(run.start, first), run.part(end, run.end)]


def choose_sentences(
    offsets: TokenOffsets, runs: Sequence[CopiedSpan], kept: npt.NDArray[np.bool_], rule: CutRule
) -> dict[CopiedSpan, Span]:
    """Return the characters of the whole sentences of runs (in order), where these are many; see `choose_repeats`."""
    groups: list[list[CopiedSpan]] = []
    for run in runs:
        if groups and not kept[groups[-1][-1].end : run.start].any():
            groups[-1].append(run)
        else:
            groups.append([run])
    enough = max(rule.min_tokens, int(rule.share * int(kept.sum())))
    chosen: dict[CopiedSpan, Span] = {}
    for group in groups:
        first, end = shrink(offsets, TokenRange(group[0].start, group[-1].end), is_sentence_edge)
        if int(kept[first:end].sum()) < enough:
            continue
        for run, following in zip(group, [*group[1:], None], strict=True):
            start, stop = max(run.start, first), min(run.end, end)
            if start >= stop:
                continue
            cut = widen_cut(offsets.text, offsets.span(start, stop), source_at(offsets, run, start, stop))
            joined = following is not None and following.start < end
            chosen[run] = Span(cut.start, int(offsets.starts[following.start])) if following and joined else cut
    return chosen


def mark_kept(offsets: TokenOffsets, cuts: Sequence[Span]) -> npt.NDArray[np.bool_]:
    """Return which tokens (bool[n]) are kept beside some cuts."""
    kept = np.ones(len(offsets), bool)
    for cut in cuts:
        kept[np.searchsorted(offsets.ends, cut.start, "right") : np.searchsorted(offsets.starts, cut.end)] = False
    return kept


def find_exact_runs(tokens: npt.NDArray[np.uint32], copy: CopiedSpan, min_tokens: int) -> list[CopiedSpan]:
    """Return the runs of at least `min_tokens` equal tokens of a passage, apart in the copy; longest first.

    An extension may have reached over an edited headline; what a CMS prints twice is the same to the word.
    """
    words = tokens >> np.uint32(2)
    if np.array_equal(words[copy.source_start : copy.source_end], words[copy.start : copy.end]):
        return [copy.part(copy.start, copy.end)] if len(copy) >= min_tokens else []
    found = []
    for distance in find_distances(tokens, copy, min_tokens):
        first, end = max(copy.start, distance), copy.end
        equal = words[first:end] == words[first - distance : end - distance]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]]).astype(np.int8))) + first
        for start, stop in edges.reshape(-1, 2).tolist():
            if stop - start >= min_tokens:
                found.append(CopiedSpan.exact(start, stop, copy.source, start - distance))
    runs: list[CopiedSpan] = []
    for run in sorted(found, key=len, reverse=True):
        start, end = run.start, run.end
        for other in runs:
            if other.start <= start < other.end:
                start = other.end
            elif start < other.start < end:
                end = other.start
        if end - start >= min_tokens:
            runs.append(run.part(start, end))
    return sorted(runs)


def find_distances(tokens: npt.NDArray[np.uint32], copy: CopiedSpan, min_tokens: int) -> list[int]:
    """Return how far behind their sources the exact parts of a passage may be.

    As far as at its start or at its end; and in an edited passage as far as any `min_tokens` tokens of it in a row.
    """
    ends = {copy.start - copy.source_start, copy.end - copy.source_end}
    if min(copy.source_end - copy.source_start, len(copy)) < min_tokens:
        return sorted(ends)
    theirs = roll(tokens[copy.source_start : copy.source_end], min_tokens)
    own = roll(tokens[copy.start : copy.end], min_tokens)
    values, places = np.unique(theirs, return_index=True)
    at = np.minimum(np.searchsorted(values, own), len(values) - 1)
    same = np.flatnonzero(values[at] == own)
    distances, counts = np.unique(copy.start + same - copy.source_start - places[at[same]], return_counts=True)
    return sorted(ends | set(distances[np.argsort(-counts, kind="stable")[:MAX_DIAGONALS]].tolist()))


def roll(tokens: npt.NDArray[np.uint32], size: int) -> npt.NDArray[np.uint64]:
    """Return the hash of every run of `size` tokens."""
    shingles = np.empty(len(tokens), np.uint64)
    return shingles[: roll_shingles(as_read_only(tokens), size, shingles)]


def roll_to_edge(offsets: TokenOffsets, tokens: npt.NDArray[np.uint32], run: CopiedSpan) -> CopiedSpan:
    """Return a copy directly behind its source, moved on to where it begins at an edge.

    Where the word before both is the same ("... fire. A fire"), any turn of the copy is as equal as the other.
    """
    if run.source_end != run.start:
        return run
    words = tokens >> np.uint32(2)
    for by in range(FARTHEST):
        if is_paragraph_edge(offsets, run.start + by):
            return run.part(run.start + by, run.end + by)
        if run.end + by >= len(words) or words[run.end + by] != words[run.start + by]:
            break
    return run
