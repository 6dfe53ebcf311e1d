"""What is cut of a passage that a document prints twice: the exact copy, from edge to edge."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import as_read_only
from dedup.kernels.shingles import roll_shingles
from dedup.passages.glued_copies import Twin, find_glued_end, find_glued_start
from dedup.text.boundaries import is_paragraph_edge, is_sentence_edge, shrink
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets, widen_cut

MOST_DIAGONALS = 50  # of one passage: those with most in a row
FARTHEST = 80  # tokens over which a copy directly behind its original is turned


@dataclass(frozen=True, slots=True)
class Run:
    """Equal tokens: [start, end) of the copy, and where the original starts."""

    start: int
    end: int
    held: int

    def __len__(self) -> int:
        return self.end - self.start

    def shift(self, by: int) -> "Run":
        """Return the run so many tokens further on, on both sides."""
        return Run(self.start + by, self.end + by, self.held + by)


def choose_repeats(
    document: tuple[str, TokenOffsets, npt.NDArray[np.uint32]],
    passages: Sequence[tuple[Run, int]],
    others: Sequence[Span],
    limits: tuple[int, float],
) -> list[list[Span]]:
    """Return for each repeat of a document (text, offsets, tokens) the characters that are cut of it.

    `passages` are the copies and the end of their originals, in tokens; `others` is what is cut of the document anyway.
    Of each exact run goes what is whole: paragraphs of `limits[0]` tokens and more, and sentences that are a share
    `limits[1]` of what is left of the document. Runs that nothing kept stands between count together.
    """
    if not passages:
        return []
    text, offsets, tokens = document
    found = [
        (index, roll_to_edge(text, offsets, tokens, run))
        for index, passage in enumerate(passages)
        for run in find_exact_runs(tokens, *passage, limits[0])
    ]
    chosen: dict[Run, Span] = {}
    for index, run in tuple(found):
        cut = choose_run(text, offsets, run, limits[0])
        if cut is not None:
            chosen[run] = cut
            found += [(index, rest) for rest in rest_of(run, cut, offsets) if len(rest) >= limits[0]]
    runs = sorted({run for _, run in found}, key=lambda run: run.start)
    while True:  # what is cut makes the document shorter, and what is left of it a larger share
        kept = mark_kept(offsets, [*others, *chosen.values()])
        more = choose_sentences(text, offsets, [run for run in runs if run not in chosen], kept, limits)
        if not more:
            break
        chosen |= more
    return [[chosen[run] for at, run in found if at == index and run in chosen] for index in range(len(passages))]


def choose_run(text: str, offsets: TokenOffsets, run: Run, min_tokens: int) -> Span | None:
    """Return the characters of the whole paragraphs of one exact run, None where they are too few.

    An edge of the original counts for the copy too where the copy is glued on to what stands before or after it.
    """
    by = run.start - run.held
    twin = Twin(text, offsets, run.start, run.end, by)
    first, end = shrink(text, offsets, (run.start, run.end), is_paragraph_edge)
    left = find_glued_start(twin, first)
    begin = left if left is not None else int(offsets.starts[run.start])
    right = find_glued_end(twin, end, begin)
    has_edge = is_paragraph_edge(text, offsets, first)  # else `first` and `end` are where the search gave up
    if not has_edge and (left is None or right is None):
        return None
    first = first if left is None else int(np.searchsorted(offsets.ends, left, "right"))
    end = end if right is None else int(np.searchsorted(offsets.starts, right))
    if end - first < min_tokens:
        return None
    inner = max(first, run.start), min(end, run.end)
    cut = widen_cut(text, twin.copy_at(*inner), twin.original_at(*inner))
    return Span(cut.start if left is None else left, cut.end if right is None else max(right, cut.end))


def rest_of(run: Run, cut: Span, offsets: TokenOffsets) -> tuple[Run, Run]:
    """Return what is left of a run before and behind a cut of it."""
    first = max(int(np.searchsorted(offsets.ends, cut.start, "right")), run.start)
    end = min(int(np.searchsorted(offsets.starts, cut.end)), run.end)
    return replace(run, end=first), Run(end, run.end, run.held + end - run.start)


def choose_sentences(
    text: str, offsets: TokenOffsets, runs: Sequence[Run], kept: npt.NDArray[np.bool_], limits: tuple[int, float]
) -> dict[Run, Span]:
    """Return the characters of the whole sentences of runs (in order), where these are many; see `choose_repeats`."""
    groups: list[list[Run]] = []
    for run in runs:
        if groups and not kept[groups[-1][-1].end : run.start].any():
            groups[-1].append(run)
        else:
            groups.append([run])
    enough = max(limits[0], int(limits[1] * int(kept.sum())))
    chosen: dict[Run, Span] = {}
    for group in groups:
        first, end = shrink(text, offsets, (group[0].start, group[-1].end), is_sentence_edge)
        if int(kept[first:end].sum()) < enough:
            continue
        for run, following in zip(group, [*group[1:], None], strict=True):
            start, stop = max(run.start, first), min(run.end, end)
            if start >= stop:
                continue
            by = run.start - run.held
            cut = widen_cut(text, offsets.span(start, stop), offsets.span(start - by, stop - by))
            joined = following is not None and following.start < end
            chosen[run] = Span(cut.start, int(offsets.starts[following.start])) if following and joined else cut
    return chosen


def mark_kept(offsets: TokenOffsets, cuts: Sequence[Span]) -> npt.NDArray[np.bool_]:
    """Return which tokens (bool[n]) are kept beside some cuts."""
    kept = np.ones(len(offsets), bool)
    for cut in cuts:
        kept[np.searchsorted(offsets.ends, cut.start, "right") : np.searchsorted(offsets.starts, cut.end)] = False
    return kept


def find_exact_runs(tokens: npt.NDArray[np.uint32], copy: Run, held_end: int, least: int) -> list[Run]:
    """Return the runs of at least so many equal tokens of a passage, apart in the copy: the longest are chosen first.

    An extension may have reached over an edited headline; what a CMS prints twice is the same to the word.
    """
    words = tokens >> np.uint32(2)
    if np.array_equal(words[copy.held : held_end], words[copy.start : copy.end]):
        return [copy] if len(copy) >= least else []
    found = []
    for diagonal in find_diagonals(tokens, copy, held_end, least):
        first, end = max(copy.start, diagonal), copy.end
        equal = words[first:end] == words[first - diagonal : end - diagonal]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]]).astype(np.int8))) + first
        for start, stop in edges.reshape(-1, 2).tolist():
            if stop - start >= least:
                found.append(Run(start, stop, start - diagonal))
    runs: list[Run] = []
    for run in sorted(found, key=len, reverse=True):
        start, end = run.start, run.end
        for other in runs:
            if other.start <= start < other.end:
                start = other.end
            elif start < other.start < end:
                end = other.start
        if end - start >= least:
            runs.append(Run(start, end, run.held + start - run.start))
    return sorted(runs, key=lambda run: run.start)


def find_diagonals(tokens: npt.NDArray[np.uint32], copy: Run, held_end: int, least: int) -> list[int]:
    """Return how far behind their originals the exact parts of a passage may stand.

    As far as at its start or at its end; and in an edited passage as far as any `least` tokens of it in a row.
    """
    ends = {copy.start - copy.held, copy.end - held_end}
    if min(held_end - copy.held, len(copy)) < least:
        return sorted(ends)
    theirs, own = (roll(tokens[start:end], least) for start, end in ((copy.held, held_end), (copy.start, copy.end)))
    values, places = np.unique(theirs, return_index=True)
    at = np.minimum(np.searchsorted(values, own), len(values) - 1)
    same = np.flatnonzero(values[at] == own)
    by, counts = np.unique(copy.start + same - copy.held - places[at[same]], return_counts=True)
    return sorted(ends | set(by[np.argsort(-counts, kind="stable")[:MOST_DIAGONALS]].tolist()))


def roll(tokens: npt.NDArray[np.uint32], size: int) -> npt.NDArray[np.uint64]:
    """Return the hash of every run of so many tokens."""
    shingles = np.empty(len(tokens), np.uint64)
    return shingles[: roll_shingles(as_read_only(tokens), size, shingles)]


def roll_to_edge(text: str, offsets: TokenOffsets, tokens: npt.NDArray[np.uint32], run: Run) -> Run:
    """Return a copy that stands directly behind its original, moved on to where it begins at an edge.

    Where the word before both is the same ("... fire. A fire"), any turn of the copy is as equal as the other.
    """
    if run.held + len(run) != run.start:
        return run
    words = tokens >> np.uint32(2)
    for by in range(FARTHEST):
        if is_paragraph_edge(text, offsets, run.start + by):
            return run.shift(by)
        if run.end + by >= len(words) or words[run.end + by] != words[run.start + by]:
            break
    return run
