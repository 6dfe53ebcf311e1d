"""What is cut of a passage that a document prints twice: the exact copy, from edge to edge."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.passages.edges import ENDS, is_paragraph_edge, is_sentence_edge, shrink
from dedup.passages.spans import Span, TokenOffsets, widen_cut

NEAR = 9  # characters that are looked at for the mark of a sentence's end
CLOSING = "\"')]\u201d\u2019\u00bb"
FARTHEST = 80  # characters, and tokens, over which an edge of the original is looked for


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
    original = offsets.span(run.held, run.held + len(run))
    copy = offsets.span(run.start, run.end)
    left, right = grow_left(text, copy, original), grow_right(text, copy, original)
    first, end = shrink(text, offsets, (run.start, run.end), is_paragraph_edge)
    first, end = (run.start if left is not None else first), (run.end if right is not None else end)
    if end - first < limits[0]:
        first, end = shrink(text, offsets, (run.start, run.end), is_sentence_edge)
        left = right = None
        if end - first < max(limits):
            return None
    held = run.held - run.start
    cut = widen_cut(text, offsets.span(first, end), offsets.span(first + held, end + held))
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


def grow_left(text: str, copy: Span, original: Span) -> int | None:
    """Return where a copy begins whose original begins at an edge, None where it does not or the copy is not glued.

    Character by character, because the first word of a glued copy is one token with the last one before it.
    """
    start, held = copy.start, original.start
    for _ in range(FARTHEST):
        if (
            held == 0
            or text[held - 1] == "\n"
            or (text[held - 1].isspace() and ends_sentence(text[max(held - NEAR, 0) : held].rstrip()))
        ):
            return start if start == 0 or text[start - 1] == "\n" or not text[start - 1].isspace() else None
        if start <= original.end or text[start - 1] != text[held - 1]:
            return None
        start, held = start - 1, held - 1
    return None


def grow_right(text: str, copy: Span, original: Span) -> int | None:
    """Return where a copy ends whose original ends at an edge or where the copy begins; None as in `grow_left`."""
    end, held = copy.end, original.end
    for _ in range(FARTHEST):
        at_edge = (
            held >= copy.start
            or text[held] == "\n"
            or (text[held].isspace() and ends_sentence(text[max(held - NEAR, 0) : held]))
        )
        if at_edge:
            return end if end == len(text) or text[end] == "\n" or not text[end].isspace() else None
        if end == len(text) or text[end] != text[held]:
            return None
        end, held = end + 1, held + 1
    return None


def ends_sentence(text: str) -> bool:
    """Return whether a text ends with the mark of a sentence's end, in quotes or not."""
    return text.rstrip(CLOSING)[-1:] in ENDS and bool(text)
