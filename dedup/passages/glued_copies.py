"""Where a glued copy begins and ends, to the character: its first word may be one token with the last before it.

A place of the copy is compared with its `mirror`, the same place of the source.
"""

from itertools import takewhile

import numpy as np

from dedup.passages.copied_span import CopiedSpan
from dedup.text.boundaries import SHORT, Edge, between, is_paragraph_edge, is_sentence_edge
from dedup.text.characters import is_grapheme_boundary
from dedup.text.lexicon import SENTENCE_ENDS
from dedup.text.spans import Span
from dedup.text.token_spans import OPENING, TokenOffsets

FARTHEST = 80  # characters over which a copy is followed beyond its equal tokens
BEGINNINGS = OPENING.replace("'", "") + "#*\u2022"
INSIDE_WORDS = "-'\u2019/\\@_&+.:,\u2010\u2011"  # marks between the parts of a word


def source_at(offsets: TokenOffsets, copy: CopiedSpan, first: int, end: int) -> Span:
    """Return the characters of the source of tokens [first, end) of an exact copy."""
    return offsets.span(first - copy.distance, end - copy.distance)


def find_glued_start(offsets: TokenOffsets, copy: CopiedSpan, first: int) -> int | None:
    """Return where a glued copy begins, None if it is not glued or if its source begins nowhere.

    The search first goes outwards, as long as the characters before copy and source are equal. Then it goes inwards,
    up to the token `first`, where the copy has an edge of its own.
    """
    text = offsets.text
    source = source_at(offsets, copy, copy.start, copy.end)
    farthest = None
    start, mirror = offsets.span(copy.start, copy.end).start, source.start
    for _ in range(FARTHEST):
        if is_start(offsets, copy, start, mirror):
            farthest = start
        if mirror == 0 or start <= source.end or text[start - 1] != text[mirror - 1]:
            break
        start, mirror = start - 1, mirror - 1
    if farthest is not None:
        return farthest
    starts: list[int] = offsets.starts[copy.start + 1 : first].tolist()
    for token, begin in enumerate(starts, copy.start + 1):
        if text[begin - 1].isspace():
            continue
        start = begin
        mirror = source_at(offsets, copy, token, copy.end).start
        while text[start - 1] == text[mirror - 1] and text[start - 1] in OPENING:
            start, mirror = start - 1, mirror - 1
        if not text[start - 1].isspace() and is_start(offsets, copy, start, mirror):
            return start
    return None


def find_glued_end(offsets: TokenOffsets, copy: CopiedSpan, last: int, begin: int) -> int | None:
    """Return where a glued copy ends, or one whose source is glued to the copy, which begins at `begin`.

    None as in `find_glued_start`; `last` is the token behind which the copy has an edge of its own.
    """
    text = offsets.text
    end, mirror = offsets.span(copy.start, copy.end).end, source_at(offsets, copy, copy.start, copy.end).end
    farthest = None
    for _ in range(FARTHEST):
        if is_end(offsets, end, mirror, begin):
            farthest = end
        if end == len(text) or mirror >= begin or text[end] != text[mirror]:
            break
        end, mirror = end + 1, mirror + 1
    if farthest is not None:
        return farthest
    for token in range(copy.end - 1, last, -1):
        end = int(offsets.ends[token - 1])
        if text[end : end + 1].isspace():
            continue
        mirror = source_at(offsets, copy, copy.start, token).end
        while end < len(text) and text[end] == text[mirror] and not (text[end].isspace() or text[end].isalnum()):
            end, mirror = end + 1, mirror + 1
        if not text[end : end + 1].isspace() and is_end(offsets, end, mirror, begin):
            return end
    return None


def is_start(offsets: TokenOffsets, copy: CopiedSpan, start: int, mirror: int) -> bool:
    """Return whether a copy begins at a character: at a line, or glued on where its source begins a sentence."""
    text = offsets.text
    goes_on = mirror > 0 and text[mirror - 1] == text[start - 1] and not text[mirror - 1].isspace()
    if goes_on or text[start].isspace():
        return False
    if begins(offsets, start, is_paragraph_edge):
        return begins(offsets, mirror, is_sentence_edge) or is_glued(text, mirror)
    glued = is_glued(text, start) or follows_source(offsets, copy, start)
    return glued and begins(offsets, mirror, follows_stop)


def is_end(offsets: TokenOffsets, end: int, mirror: int, begin: int) -> bool:
    """Return whether a copy ends before a character: with a line, or glued on to what follows; see `is_start`."""
    text = offsets.text
    goes_on = mirror != begin and text[mirror : mirror + 1] == text[end : end + 1].strip() != ""
    if goes_on or text[end - 1].isspace():
        return False
    ended = mirror == begin or ends(offsets, mirror, is_sentence_edge)
    if ends(offsets, end, is_paragraph_edge):
        return ended or is_glued(text, mirror)
    return ended and is_glued(text, end)


def begins(offsets: TokenOffsets, at: int, is_edge: Edge) -> bool:
    """Return whether there is an edge before a character that follows white space or begins the text."""
    text = offsets.text
    if at > 0 and not text[at - 1].isspace():
        return False
    index = int(np.searchsorted(offsets.starts, at))
    gap = between(offsets, index)
    before = gap[: len(gap) - (token_at(offsets, index) - at)]
    return "\n" in before or at == 0 if "\n" in gap else is_edge(offsets, index)


def ends(offsets: TokenOffsets, at: int, is_edge: Edge) -> bool:
    """Return whether there is an edge before a place that white space follows or the end of the text."""
    text = offsets.text
    if at < len(text) and not text[at].isspace():
        return False
    index = int(np.searchsorted(offsets.starts, at))
    after = text[at : token_at(offsets, index)]
    gap = between(offsets, index)
    return "\n" in after or at == len(text) if "\n" in gap else is_edge(offsets, index)


def token_at(offsets: TokenOffsets, index: int) -> int:
    """Return where a token starts, or the end of the text."""
    return int(offsets.starts[index]) if index < len(offsets) else len(offsets.text)


def follows_source(offsets: TokenOffsets, copy: CopiedSpan, start: int) -> bool:
    """Return whether a copy follows its source directly: up to the beginning of the copy, both end alike.

    Then the copy begins there, whatever the letters are: "1995" and "2024" in "19952024 ... 1995".
    """
    text = offsets.text
    end, mirror = offsets.span(copy.start, copy.end).end, source_at(offsets, copy, copy.start, copy.end).end
    more = start - mirror
    if not 0 <= more <= FARTHEST or text[mirror:start] != text[end : end + more] or text[start - 1].isspace():
        return False
    return is_grapheme_boundary(text, start) and not text[end + more : end + more + 1].isalnum()


def is_glued(text: str, at: int) -> bool:
    """Return whether a text seems to be glued on to another one at a character.

    This is so after a mark that ends something. It is so inside a word too, at a capital or a digit that no word has
    there ("MovementThe", "2665Today"). It is not so inside "Obama-Biden", "U.S.Senate", "$1,000" or "unlike".
    """
    if at <= 0 or at >= len(text) or text[at].isspace() or not is_grapheme_boundary(text, at):
        return False
    before, after = text[at - 1], text[at]
    if before.isalnum():
        return is_word_seam(before, after, text[at + 1 : at + 2]) if after.isalnum() else after in BEGINNINGS
    earlier = text[at - 2 : at - 1]
    if before.isspace() or (before in OPENING and (before not in "\"'" or not earlier.strip())):
        return False
    if before not in INSIDE_WORDS or not earlier.isalnum():
        return True
    word = word_before(text, at - 1)
    opened = at - 2 - len(word)
    if text[opened : opened + 1] == before and not text[opened - 1 : opened].isalnum():
        return True  # "-30-"
    initial = before == "." and len(word) <= SHORT and word[0].isupper()
    return before in ".,:" and not (initial or after.islower() or (earlier + after).isdigit())


def is_word_seam(before: str, after: str, following: str) -> bool:
    """Return whether two words seem to meet between two letters or digits."""
    if after.isupper():
        return before.islower() or (following.isalpha() if before.isdigit() else following.islower())
    return after.isdigit() and before.islower()


def word_before(text: str, at: int) -> str:
    """Return the letters and digits before a place."""
    return "".join(takewhile(str.isalnum, reversed(text[max(at - FARTHEST, 0) : at])))[::-1]


def follows_stop(offsets: TokenOffsets, index: int) -> bool:
    """Return whether a line ends before a token, or anything that may be a sentence: "Rep. Lee" will do."""
    gap = between(offsets, index)
    return index == 0 or "\n" in gap or not SENTENCE_ENDS.isdisjoint(gap)
