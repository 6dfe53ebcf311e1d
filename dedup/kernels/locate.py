"""The character offsets of the tokens that `tokenise` counted, in the original text."""

import numpy as np

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
    VALUE_SHIFT,
    WORD,
    decode_utf8,
)


@inner
def class_of(table, code_point):
    """Return the entry of a code point in the folding table."""
    return table.stage2[(np.int64(table.stage1[code_point >> 8]) << 8) | (code_point & 255)]


@kernel
def locate_tokens(data, table, starts, ends):
    """Write the [start, end) of every token of a text in characters to `starts` and `ends` (int64), return how many.

    `data` is uint8, valid UTF-8. The tokens are those of `tokenise`, in order; a token ends after the marks and the
    ignorable characters that belong to its last letter, so that no grapheme is cut. Several tokens of one code point
    (a ligature of words) share its span. O(bytes).
    """
    state = NO_TOKEN
    count = 0
    character = 0
    i = 0
    while i < data.size:
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
                starts[count] = character
                count += 1
            if state != NO_TOKEN or kind != IGNORED:
                ends[count - 1] = character + 1
        character += 1
    return count
