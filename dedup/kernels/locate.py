"""The character offsets of the tokens that `tokenise` counted, in the original text; repeats in characters."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import tokens_at
from dedup.kernels.jit import inner, kernel
from dedup.kernels.tokens import (
    CLASS_MASK,
    EXPANDS,
    EXTEND,
    IGNORED,
    IN_SINGLE,
    IN_WORD,
    MARK,
    NO_TOKEN,
    SEPARATOR,
    SINGLE,
    TOKEN_SHIFT,
    VALUE_SHIFT,
    WORD,
    decode_utf8,
)


@inner
def class_of(table, code_point):
    """Return the entry of a code point in the folding table."""
    return table.stage2[(np.int64(table.stage1[code_point >> 8]) << 8) | (code_point & 255)]


@kernel
def locate_tokens(data, table, starts, ends, places):
    """Write the [start, end) of every token of a text in characters to `starts` and `ends` (int64), return how many.

    `places` (int64) gets the byte at which each starts. `data` is uint8, valid UTF-8. The tokens are those of
    `tokenise`, in order; a token ends after the marks and the ignorable characters that belong to its last letter, so
    that no grapheme is cut. Several tokens of one code point (a ligature of words) share its span. As in `tokenise`,
    runs of ASCII come first. O(bytes).
    """
    ascii_words = table.ascii_words
    state = NO_TOKEN
    count = 0
    character = 0
    i = 0
    while i < data.size:
        if data[i] < 128:
            if ascii_words[data[i]] == 0:
                state = NO_TOKEN
                i += 1
                character += 1
                continue
            if state != IN_WORD:
                state = IN_WORD
                starts[count], places[count] = character, i
                count += 1
            first = i
            while i < data.size and ascii_words[data[i]] != 0:
                i += 1
            character += i - first
            ends[count - 1] = character
            continue
        first = i
        code_point, i = decode_utf8(data, i)
        entry = class_of(table, code_point)
        value = entry >> VALUE_SHIFT
        for part in range(table.expansions[value] if entry & EXPANDS else 1):
            kind = entry & CLASS_MASK
            if entry & EXPANDS:
                kind = class_of(table, np.int64(table.expansions[value + 1 + part])) & CLASS_MASK
            opens = (
                kind == SINGLE
                or (kind == WORD and state != IN_WORD)
                or ((kind == MARK or kind == EXTEND) and state == NO_TOKEN)
            )
            if kind == SEPARATOR:
                state = NO_TOKEN
                continue
            if opens:
                state = IN_SINGLE if kind == SINGLE or kind == EXTEND else IN_WORD
                starts[count], places[count] = character, first
                count += 1
            if state != NO_TOKEN or kind != IGNORED:
                ends[count - 1] = character + 1
        character += 1
    return count


class RepeatRule(NamedTuple):
    """What of a repeat may be cut, see `dedup.passages.repeated_runs`.

    ```
    min_tokens  equal tokens in a row that it has
    share       of what stays, where it stands apart from its source
    reach       characters by which whole sentences may reach over it
    letters     bool[65536], which of these code points are letters or digits
    ```
    """

    min_tokens: int
    share: float
    reach: int
    letters: npt.NDArray[np.bool_]


class PlacedTokens(NamedTuple):
    """A text (uint8) and where its tokens start and end in characters, and at which byte each starts: int64[n].

    `letters` (int64[n + 1]) has the first token from each on that begins with a letter or a digit, n for none.
    """

    text: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    letters: npt.NDArray[np.int64]


@kernel
def place_repeats(data, offsets, table, address, num_tokens, repeats, rule, spans, text_spans, may_go):
    """Find the characters of repeats, and which of them may be cut.

    Document i is `data[offsets[i]:offsets[i + 1]]` (uint8); `address` (uint64[n]) has its tokens. `repeats` is
    int32[m, 6] (document, ascending, start, end, start and end of the source, equal tokens). `spans` (int64[m, 4]) gets
    the characters of both, `text_spans` (int64[m, 2]) the bytes of the copy in `data`. Where `may_go` (bool[m]) is
    False nothing of the repeat is cut in a document of which nothing else is cut. O(bytes of these documents).
    """
    buffers, doc = np.empty((4, 4096), np.int64), np.int64(-1)
    placed = PlacedTokens(data[:0], buffers[0], buffers[1], buffers[2], buffers[3])
    for row in range(repeats.shape[0]):
        if repeats[row, 0] != doc:
            doc = np.int64(repeats[row, 0])
            text = data[offsets[doc] : offsets[doc + 1]]
            if num_tokens[doc] >= buffers.shape[1]:
                buffers = np.empty((4, 2 * np.int64(num_tokens[doc])), np.int64)
            starts, ends, places, letters = buffers[0], buffers[1], buffers[2], buffers[3]
            count = locate_tokens(text, table, starts, ends, places)
            placed = PlacedTokens(text, starts[:count], ends[:count], places[:count], letters[: count + 1])
            find_letters(placed, rule.letters)
        start, end, held_start, held_end = repeats[row, 1], repeats[row, 2], repeats[row, 3], repeats[row, 4]
        spans[row, 0], spans[row, 1] = placed.starts[start], placed.ends[end - 1]
        spans[row, 2], spans[row, 3] = placed.starts[held_start], placed.ends[held_end - 1]
        length = placed.ends[end - 1] - placed.starts[end - 1]
        text_spans[row, 0] = offsets[doc] + placed.places[start]
        text_spans[row, 1] = offsets[doc] + skip(placed.text, placed.places[end - 1], length)
        may_go[row] = may_be_cut(placed, tokens_at(address[doc], num_tokens[doc]), repeats[row], rule)


@inner
def skip(text, i, characters):
    """Return the byte that is so many characters behind byte i."""
    for _ in range(characters):
        i += 1
        while i < text.size and text[i] & 0xC0 == 0x80:
            i += 1
    return i


@inner
def find_letters(placed, is_letter):
    """Write `letters` of `PlacedTokens`, as far as `is_letter` knows: to look for one in each repeat is quadratic."""
    token = placed.places.size
    placed.letters[token] = token
    while token > 0:
        token -= 1
        code_point, _ = decode_utf8(placed.text, placed.places[token])
        is_known = code_point < is_letter.size and is_letter[code_point]
        placed.letters[token] = token if is_known else placed.letters[token + 1]


@inner
def may_be_cut(placed, tokens, repeat, rule):
    """Return whether any part of a repeat (a row of them) may be cut: see `choose_repeats`."""
    start, end, held_start, held_end = repeat[1], repeat[2], repeat[3], repeat[4]
    if not may_stand(placed, start, end, max(held_end, end - start + held_start), rule):
        return False
    if repeat[5] == end - start and repeat[5] == held_end - held_start:
        return end - start >= rule.min_tokens
    for side in range(2):  # runs of equal tokens are along one of two diagonals
        distance = start - held_start if side == 0 else end - held_end
        first = max(start, distance)
        for i in range(first, end + 1):
            if i < end and tokens[i] >> TOKEN_SHIFT == tokens[i - distance] >> TOKEN_SHIFT:
                continue
            if i - first >= rule.min_tokens and may_stand(placed, first, i, i - distance, rule):
                return True
            first = i + 1
    return False


@inner
def may_stand(placed, start, end, held_end, rule):
    """Return whether the tokens [start, end) may be behind their source, or a body that ends the text.

    The latter asks for no word behind them. What is said of a run holds for all parts of it that are no longer.
    """
    starts, ends = placed.starts, placed.ends
    left, right = starts[start] - rule.reach, ends[end - 1] + rule.reach
    token = held_end
    while token < start and starts[token] < ends[held_end - 1] + rule.reach:
        token += 1
    token = placed.letters[token]
    if token >= start or starts[token] >= left:
        return True
    first, stop = start, end
    while first > 0 and ends[first - 1] > left:
        first -= 1
    while stop < starts.size and starts[stop] < right:
        stop += 1
    if stop - first < rule.share * (starts.size - (stop - first)):
        return False
    return placed.letters[stop] == starts.size
