"""From tokens to characters of the original text, and cuts that leave a clean seam."""

import re
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dedup.kernels.locate import locate_tokens
from dedup.text.characters import is_unspaced
from dedup.text.folding import load_folding_table
from dedup.text.lexicon import SENTENCE_ENDS
from dedup.text.spans import Span

BREAK = re.compile(f"[\n{re.escape(''.join(sorted(SENTENCE_ENDS)))}]")
MIN_WIDTH, MAX_WIDTH = 45, 100  # characters of a line of hard-wrapped text
MIN_LINES = 3  # that go on in another line
SLACK = 8  # tokens that a sparse net of fingerprints may miss at the edge of boilerplate
OPENING = "\"'(\u201c\u2018\u00ab\u300c["


class TokenOffsets:
    """A text and the places of its tokens: `span(first, last)` is the characters of tokens [first, last)."""

    def __init__(self, text: str) -> None:
        self.text = text
        data = np.frombuffer(text.encode(), np.uint8)
        starts, ends, places = np.empty((3, 2 * data.size + 16), np.int64)
        count = locate_tokens(data, load_folding_table(), starts, ends, places)
        self.starts: npt.NDArray[np.int64] = starts[:count].copy()
        self.ends: npt.NDArray[np.int64] = ends[:count].copy()

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def breaks(self) -> npt.NDArray[np.int64]:
        """Return the tokens, ascending, with a line break or a mark that ends sentences somewhere before them.

        Edges of sentences and paragraphs inside the text are among these.
        """
        places = [match.start() for match in BREAK.finditer(self.text)]
        return np.unique(np.searchsorted(self.starts, np.array(places, np.int64), "right"))

    @cached_property
    def wrapped_at(self) -> int:
        """Return the width in characters of a hard-wrapped text, else 0.

        A text is hard-wrapped if behind most of its lines the next word would not have fitted in the width.
        """
        lines = [line.rstrip() for line in self.text.splitlines()]
        pairs = [(len(line), below.split()[0]) for line, below in pairwise(lines) if line and below]
        if len(pairs) < MIN_LINES:
            return 0
        width = sorted(length for length, _ in pairs)[len(pairs) * 9 // 10]  # a long heading does not count
        full = sum(length + 1 + len(word) > width for length, word in pairs)
        return width if MIN_WIDTH <= width <= MAX_WIDTH and 2 * full > len(pairs) else 0

    def span(self, first: int, last: int) -> Span:
        """Return the characters of the tokens [first, last)."""
        return Span(int(self.starts[first]), int(self.ends[last - 1]))


def snap_to_lines(offsets: TokenOffsets, span: Span) -> Span:
    """Return a span widened to whole lines if at most SLACK tokens are between its ends and theirs."""
    text = offsets.text
    line_start = text.rfind("\n", 0, span.start) + 1
    line_end = text.find("\n", span.end)
    line_end = len(text) if line_end < 0 else line_end
    before = np.searchsorted(offsets.starts, [line_start, span.start])
    after = np.searchsorted(offsets.starts, [span.end, line_end])
    start = line_start if before[1] - before[0] <= SLACK else span.start
    return Span(start, line_end if after[1] - after[0] <= SLACK else span.end)


def is_mark(character: str) -> bool:
    """Return whether a character is neither white space nor in a word."""
    return bool(character) and not character.isspace() and not character.isalnum()


def cut_spans(text: str, cuts: list[Span]) -> str:
    """Return the text without the cuts (sorted, apart), each seam left with one break at most."""
    if not cuts:
        return text
    pieces = [text[: cuts[0].start]]
    for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
        pieces.append(text[cut.end : following.start if following else len(text)])
    result = pieces[0]
    for piece in pieces[1:]:
        result = join_seam(result, piece)
    return result


def join_seam(left: str, right: str) -> str:
    """Join the text before a cut and the text after it with the stronger of the two breaks.

    A paragraph break is stronger than a line break, and that is stronger than a space; nothing at either end of the
    text. Two words are never glued.
    """
    head, tail = left.rstrip(), right.lstrip()
    before, after = left[len(head) :], right[: len(right) - len(tail)]
    if not head:
        return before + tail
    if not tail:
        return head + (after if "\n" in after else "")
    if not after and is_mark(tail[0]) and (tail[0] not in OPENING or not tail[1:2].isalnum()):
        return head + tail  # what ends the sentence of which the cut is a copy
    gap = max(before, after, key=lambda space: (space.count("\n") >= 2, "\n" in space, bool(space)))
    if gap.count("\n") >= 2:
        gap = "\r\n\r\n" if "\r\n" in gap else "\n\n"
    if not gap and not (is_unspaced(head[-1]) or is_unspaced(tail[0])):
        gap = " "
    return head + gap + tail
