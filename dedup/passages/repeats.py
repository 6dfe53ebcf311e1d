"""What is cut of a passage that a document prints twice: the exact copy, from edge to edge."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.passages.edges import is_paragraph_edge, is_sentence_edge, shrink
from dedup.passages.spans import Span, TokenOffsets, widen_cut

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


def choose_repeat(
    text: str, offsets: TokenOffsets, tokens: npt.NDArray[np.uint32], passage: tuple[Run, int], limits: tuple[int, int]
) -> Span | None:
    """Return the characters that are cut of a repeat, None where it holds too little that is whole.

    `passage` is the copy, and the end of the original, in tokens; `limits` are (min_tokens, sentences_from) as in
    `choose_cut`. An edge of the original counts for the copy too where the copy is glued on to what stands before it.
    """
    run = roll_to_edge(text, offsets, tokens, find_exact_run(tokens, *passage))
    if len(run) < limits[0]:
        return None
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


def find_exact_run(tokens: npt.NDArray[np.uint32], copy: Run, held_end: int) -> Run:
    """Return the longest run of equal tokens of a passage, on the diagonal of its start or of its end.

    An extension may have reached over an edited headline; what a CMS prints twice is the same to the word.
    """
    words = tokens >> np.uint32(2)
    best = Run(copy.start, copy.start, copy.held)
    for diagonal in {copy.start - copy.held, copy.end - held_end}:
        first, end = max(copy.start, diagonal), copy.end
        equal = words[first:end] == words[first - diagonal : end - diagonal]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]]).astype(np.int8)))
        if len(edges) == 0:
            continue
        longest = int(np.argmax(edges[1::2] - edges[::2]))
        start, stop = first + int(edges[2 * longest]), first + int(edges[2 * longest + 1])
        if stop - start > len(best):
            best = Run(start, stop, start - diagonal)
    return best


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
    """Return where a copy begins whose original begins a line, None where either does not hold.

    Character by character, because the first word of a glued copy is one token with the last one before it.
    """
    start, held = copy.start, original.start
    for _ in range(FARTHEST):
        if held == 0 or text[held - 1] == "\n":
            return start if start == 0 or text[start - 1] == "\n" or not text[start - 1].isspace() else None
        if start <= original.end or text[start - 1] != text[held - 1]:
            return None
        start, held = start - 1, held - 1
    return None


def grow_right(text: str, copy: Span, original: Span) -> int | None:
    """Return where a copy ends whose original ends a line, or ends where the copy begins; None where neither holds."""
    end, held = copy.end, original.end
    for _ in range(FARTHEST):
        if held >= copy.start or text[held] == "\n":
            return end if end == len(text) or text[end] == "\n" or not text[end].isspace() else None
        if end == len(text) or text[end] != text[held]:
            return None
        end, held = end + 1, held + 1
    return None
