"""UTF-8 bytes to tokens: fold, split and hash every word once.

A token is stored as one uint32: 30 bits of hash and two bits that say how it stood in the text. The two are not
part of its identity: compare tokens after `>> TOKEN_SHIFT`.
"""

import numpy as np

from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import inlined, inner, kernel

HAS_NUMBER = 1  # it has a digit or another number
IS_NAME = 2  # begins with a capital, and not at the start of a sentence; has no number
NOT_OWN = HAS_NUMBER | IS_NAME  # in a line that a letter or a post quotes of another one, or in its signature
TOKEN_SHIFT = 2
TOKEN_BITS = 30
MASKED = U32(0xFFFFFFFF)  # a token that equals no other: boilerplate

# The layout of an entry of the folding table (dedup/text/folding.py holds the same, a test compares them).
CLASS_MASK = 7
SEPARATOR, WORD, SINGLE, MARK, IGNORED, EXTEND = range(6)
EXPANDS, UPPER, NUMBER, SENTENCE_END = 8, 16, 32, 64
VALUE_SHIFT = 7

TOKEN_SEED = U64(0xCBF29CE484222325)  # FNV-1a, 64 bits, over folded code points, finalised with mix64
TOKEN_PRIME = U64(0x100000001B3)
MARK_FACTOR = U64(0x9E3779B97F4A7C15)
CONTENT_FACTOR_1 = U64(0x9FB21C651E98DF25)
CONTENT_FACTOR_2 = U64(0xD6E8FEB86659FD93)

NO_TOKEN, IN_WORD, IN_SINGLE = 0, 1, 2
LINE_END, TAB, RETURN, SPACE = 10, 9, 13, 32
QUOTE, BAR, COLON, BRACE, DASH = 62, 124, 58, 125, 45  # ">", "|", ":", "}", "-"
SIGNATURE_LINES, SIGNATURE_BYTES = 12, 1_000  # of a signature at most
POINT_BITS = 21  # of a code point
POINT_MASK = U64((1 << POINT_BITS) - 1)


@inlined
def decode_utf8(data, i):
    """Return the code point that starts at byte `i` of valid UTF-8 and the index of the next one."""
    c = np.int64(data[i])
    if c < 0x80:
        return c, i + 1
    if c < 0xE0:
        return ((c & 0x1F) << 6) | (np.int64(data[i + 1]) & 0x3F), i + 2
    if c < 0xF0:
        return ((c & 0x0F) << 12) | ((np.int64(data[i + 1]) & 0x3F) << 6) | (np.int64(data[i + 2]) & 0x3F), i + 3
    return (
        ((c & 0x07) << 18)
        | ((np.int64(data[i + 1]) & 0x3F) << 12)
        | ((np.int64(data[i + 2]) & 0x3F) << 6)
        | (np.int64(data[i + 3]) & 0x3F)
    ), i + 4


@inlined
def scatter(code_point, key):
    """Return what a key adds above the bits of a folded code point: nothing for key 0, the public hash.

    Without it a secret seed would not help: which words collide under FNV-1a depends on few bits of its seed.
    """
    return U64(0) if key == 0 else mix64(U64(code_point) + key) << U64(POINT_BITS)


@kernel
def key_words(ascii_words, seed):
    """Return `ascii_words` of a folding table for another seed."""
    keyed = ascii_words.copy()
    for i in range(keyed.size):
        if keyed[i] != 0:
            keyed[i] |= scatter(keyed[i], seed ^ TOKEN_SEED)
    return keyed


@inlined
def skip_blanks(data, i, end):
    """Return where the blanks at byte `i` of a line end."""
    while i < end and (data[U64(i)] == SPACE or data[U64(i)] == TAB or data[U64(i)] == RETURN):
        i += 1
    return i


@inner
def is_own_line(data, i, end):
    """Return whether a line that begins at byte `i` is no quoted one: "> ...", "|> ...", ": ...", "} ..."."""
    i = skip_blanks(data, i, end)
    if i < end and data[U64(i)] == BAR:
        i += 1
        return i == end or data[U64(i)] != QUOTE
    return i == end or (data[U64(i)] != QUOTE and data[U64(i)] != COLON and data[U64(i)] != BRACE)


@inner
def opens_signature(data, i, end):
    """Return whether a line that begins at byte `i` is "--" with a few lines behind it to the end of the text."""
    if i + 2 > end or data[U64(i)] != DASH or data[U64(i + 1)] != DASH:
        return False
    i = skip_blanks(data, i + 2, end)
    if i == end or data[U64(i)] != LINE_END or end - i > SIGNATURE_BYTES:
        return False
    num_lines = 0
    while i < end:
        num_lines += data[U64(i)] == LINE_END
        i += 1
    return num_lines <= SIGNATURE_LINES


@inner
def has_own_line(data, i, end):
    """Return whether a text has a line of its own that is not blank. Where none is, all lines are its own."""
    while i < end:
        if opens_signature(data, i, end):
            return False
        first = skip_blanks(data, i, end)
        if first < end and data[U64(first)] != LINE_END and is_own_line(data, i, end):
            return True
        while i < end and data[U64(i)] != LINE_END:
            i += 1
        i += 1
    return False


@inlined
def close_token(h, marks, number, name, own):
    """Return the finished 64-bit hash of a token and the uint32 that is stored of it."""
    if marks != 0:
        h = (h ^ marks) * TOKEN_PRIME
    h = mix64(h)
    manner = (number if number != 0 else name) if own else NOT_OWN
    return h, U32((h >> U64(34)) << U64(TOKEN_SHIFT)) | U32(manner)


@inlined
def add_content(content_1, content_2, h):
    """Return the two halves of the running content hash with one more token hash."""
    content_2 = (content_2 ^ h) * CONTENT_FACTOR_2
    return content_1 * CONTENT_FACTOR_1 + h, content_2 ^ (content_2 >> U64(29))


@kernel
def tokenise(data, start, end, table, tokens, num_tokens):
    """Append the tokens of `data[start:end]` (uint8, valid UTF-8) to `tokens` (uint32) from index `num_tokens` on.

    Returns the new number of tokens and the 128-bit content hash (two uint64) of this text's folded token stream.
    Another `table.seed` than the public TOKEN_SEED makes other hashes of the same tokens.
    The caller gives room for two tokens a byte (one code point of three bytes can expand to four tokens).
    The first half of the loop is the common case, runs of ASCII; the second half takes one code point of any kind.
    O(bytes), one multiplication a byte.
    """
    ascii_words = table.ascii_words
    seed = table.seed
    key = seed ^ TOKEN_SEED
    first_block = np.int64(table.stage1[0]) << 8
    state = NO_TOKEN
    h = seed
    marks = U64(0)  # combining marks since the last base character, as a multiset: a sum
    number = 0
    name = 0
    fresh = True  # no token yet since the sentence began
    has_own = has_own_line(data, start, end)
    signed = False
    own = not has_own or is_own_line(data, start, end)
    content_1 = U64(0)
    content_2 = U64(0)
    i = start
    while i < end:
        c = data[U64(i)]
        if c < 128 and state != IN_SINGLE and marks == 0:
            folded = ascii_words[c]
            if folded != 0:
                if state == NO_TOKEN:
                    state = IN_WORD
                    h = seed
                    number = 0
                    name = IS_NAME if folded & POINT_MASK != c and not fresh else 0
                    fresh = False
                while True:
                    if folded & POINT_MASK < 64:
                        number = HAS_NUMBER
                    h = (h ^ folded) * TOKEN_PRIME
                    i += 1
                    if i == end:
                        break
                    folded = ascii_words[data[U64(i)]]
                    if folded == 0:
                        break
            else:
                if state == IN_WORD:
                    h, token = close_token(h, marks, number, name, own)
                    tokens[num_tokens] = token
                    num_tokens += 1
                    content_1, content_2 = add_content(content_1, content_2, h)
                    state = NO_TOKEN
                fresh = fresh or (table.stage2[first_block + c] & SENTENCE_END) != 0
                i += 1
                if has_own and c == LINE_END:
                    signed = signed or opens_signature(data, i, end)
                    own = not signed and is_own_line(data, i, end)
            continue

        code_point, i = decode_utf8(data, i)
        entry = table.stage2[(np.int64(table.stage1[code_point >> 8]) << 8) | (code_point & 255)]
        value = entry >> VALUE_SHIFT
        for part in range(table.expansions[value] if entry & EXPANDS else 1):
            folded_point = code_point + value
            kind = entry & CLASS_MASK
            if entry & EXPANDS:
                folded_point = np.int64(table.expansions[value + 1 + part])
                kind = (
                    table.stage2[(np.int64(table.stage1[folded_point >> 8]) << 8) | (folded_point & 255)] & CLASS_MASK
                )
            if kind == IGNORED:
                continue
            opens = (
                kind == SINGLE
                or (kind == WORD and state != IN_WORD)
                or ((kind == MARK or kind == EXTEND) and state == NO_TOKEN)
            )
            if state != NO_TOKEN and (opens or kind == SEPARATOR):
                h, token = close_token(h, marks, number, name, own)
                tokens[num_tokens] = token
                num_tokens += 1
                content_1, content_2 = add_content(content_1, content_2, h)
                marks = U64(0)
                state = NO_TOKEN
            if kind == SEPARATOR:
                continue
            if opens:
                state = IN_SINGLE if kind == SINGLE or kind == EXTEND else IN_WORD
                h = seed
                number = 0
                name = IS_NAME if entry & UPPER and not fresh else 0
                fresh = False
            if entry & NUMBER:
                number = HAS_NUMBER
            if kind == MARK:
                marks += mix64(U64(folded_point) + key) * MARK_FACTOR
                continue
            if marks != 0:
                h = (h ^ marks) * TOKEN_PRIME
                marks = U64(0)
            h = (h ^ (U64(folded_point) | scatter(folded_point, key))) * TOKEN_PRIME
        if entry & SENTENCE_END:
            fresh = True
        if has_own and code_point == LINE_END:
            signed = signed or opens_signature(data, i, end)
            own = not signed and is_own_line(data, i, end)
    if state != NO_TOKEN:
        h, token = close_token(h, marks, number, name, own)
        tokens[num_tokens] = token
        num_tokens += 1
        content_1, content_2 = add_content(content_1, content_2, h)
    return num_tokens, mix64(content_1), mix64(content_2)
