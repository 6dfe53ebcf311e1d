"""What is cut of a passage that a document prints twice: the exact copy, from edge to edge."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.passages.edges import is_paragraph_edge, is_sentence_edge, shrink
from dedup.passages.seams import Twin, find_glued_end, find_glued_start
from dedup.passages.spans import Span, TokenOffsets, widen_cut

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
    text: str, offsets: TokenOffsets, tokens: npt.NDArray[np.uint32], passage: tuple[Run, int], limits: tuple[int, int]
) -> list[Span]:
    """Return the characters that are cut of a repeat: of each exact run what is whole, if it is enough.

    `passage` is the copy, and the end of the original, in tokens; `limits` are (min_tokens, sentences_from) as in
    `choose_cut`.
    """
    runs = (run for run in find_exact_runs(tokens, *passage) if len(run) >= limits[0])
    cuts = (choose_run(text, offsets, roll_to_edge(text, offsets, tokens, run), limits) for run in runs)
    return [cut for cut in cuts if cut is not None]


def choose_run(text: str, offsets: TokenOffsets, run: Run, limits: tuple[int, int]) -> Span | None:
    """Return the characters that are cut of one exact run.

    An edge of the original counts for the copy too where the copy is glued on to what stands before or after it.
    """
    by = run.start - run.held
    twin = Twin(text, offsets, run.start, run.end, by)
    first, end = shrink(text, offsets, (run.start, run.end), is_paragraph_edge)
    left = find_glued_start(twin, first)
    begin = left if left is not None else int(offsets.starts[run.start])
    right = find_glued_end(twin, end, begin)
    has_edge = is_paragraph_edge(text, offsets, first)  # else `first` and `end` are where the search gave up
    whole = (has_edge or left is not None) and (has_edge or right is not None)
    first = first if left is None else int(np.searchsorted(offsets.ends, left, "right"))
    end = end if right is None else int(np.searchsorted(offsets.starts, right))
    if not whole or end - first < limits[0]:
        first, end = shrink(text, offsets, (run.start, run.end), is_sentence_edge)
        left = right = None
        if end - first < max(limits):
            return None
    inner = max(first, run.start), min(end, run.end)
    cut = widen_cut(text, twin.copy_at(*inner), twin.original_at(*inner))
    return Span(cut.start if left is None else left, cut.end if right is None else max(right, cut.end))


def find_exact_runs(tokens: npt.NDArray[np.uint32], copy: Run, held_end: int) -> list[Run]:
    """Return the runs of equal tokens of a passage on the diagonals of its start and of its end, apart in the copy.

    An extension may have reached over an edited headline; what a CMS prints twice is the same to the word.
    """
    words = tokens >> np.uint32(2)
    found = []
    for diagonal in sorted({copy.start - copy.held, copy.end - held_end}):
        first, end = max(copy.start, diagonal), copy.end
        equal = words[first:end] == words[first - diagonal : end - diagonal]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]]).astype(np.int8))) + first
        for start, stop in edges.reshape(-1, 2).tolist():
            found.append(Run(start, stop, start - diagonal))
    runs: list[Run] = []
    for run in sorted(found, key=len, reverse=True):
        if all(run.end <= other.start or run.start >= other.end for other in runs):
            runs.append(run)
    return sorted(runs, key=lambda run: run.start)


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
