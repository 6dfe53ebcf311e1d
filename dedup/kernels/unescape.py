"""JSON strings to UTF-8: most of reading a JSONL file, once its lines are cut into fields."""

import numpy as np

from dedup.kernels.buffers import load_word, num_trailing_zeros, store_word
from dedup.kernels.hashing import U64
from dedup.kernels.jit import inlined, kernel

PADDING = 8  # bytes after the last one that the kernel may read and write

ONES, HIGH_BITS = U64(0x0101010101010101), U64(0x8080808080808080)
QUOTES, BACKSLASHES = U64(0x2222222222222222), U64(0x5C5C5C5C5C5C5C5C)
QUOTE, BACKSLASH = 0x22, 0x5C
SIMPLE_ESCAPES = np.zeros(128, np.uint8)
for _letter, _character in zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True):
    SIMPLE_ESCAPES[ord(_letter)] = ord(_character)


@inlined
def zero_bytes(word):
    """Return a word whose lowest set bit is in the lowest zero byte of `word` (0 without one); Mycroft's test."""
    return (word - ONES) & ~word & HIGH_BITS


@inlined
def read_hex(data, i):
    """Return the number that four hexadecimal digits spell."""
    value = 0
    for k in range(4):
        c = np.int64(data[i + k])
        value = (value << 4) | (c - 48 if c < 58 else (c & 0xDF) - 55)
    return value


@inlined
def encode_utf8(code_point, out, j):
    """Write a code point as UTF-8 and return the index after it."""
    if code_point < 0x80:
        out[j] = code_point
        return j + 1
    if code_point < 0x800:
        out[j] = 0xC0 | (code_point >> 6)
        out[j + 1] = 0x80 | (code_point & 63)
        return j + 2
    if code_point < 0x10000:
        out[j] = 0xE0 | (code_point >> 12)
        out[j + 1] = 0x80 | ((code_point >> 6) & 63)
        out[j + 2] = 0x80 | (code_point & 63)
        return j + 3
    out[j] = 0xF0 | (code_point >> 18)
    out[j + 1] = 0x80 | ((code_point >> 12) & 63)
    out[j + 2] = 0x80 | ((code_point >> 6) & 63)
    out[j + 3] = 0x80 | (code_point & 63)
    return j + 4


@kernel
def unescape(data, out, offsets):
    """Write what JSON strings say, and where each ends.

    `data` (uint8) holds `len(offsets) - 1` values one after the other, each valid JSON, and PADDING bytes; `out`
    (uint8) has its size. Returns how many values are strings up to the first that is none (or that holds half a
    surrogate pair): `out[offsets[k]:offsets[k + 1]]` (offsets int64) are theirs. O(bytes), eight at a time.
    """
    i = np.int64(0)
    j = np.int64(0)
    offsets[0] = 0
    for k in range(offsets.size - 1):
        if data[i] != QUOTE:
            return k
        i += 1
        while True:
            word = load_word(data, i)
            store_word(out, j, word)
            special = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES)
            if special == 0:
                i += 8
                j += 8
                continue
            num_plain = num_trailing_zeros(special) >> 3
            i += num_plain
            j += num_plain
            if data[i] == QUOTE:
                break
            letter = data[i + 1]
            i += 2
            if letter != 117:  # u
                out[j] = SIMPLE_ESCAPES[letter]
                j += 1
                continue
            code_point = read_hex(data, i)
            i += 4
            if 0xD800 <= code_point < 0xE000:
                if code_point >= 0xDC00 or data[i] != BACKSLASH or data[i + 1] != 117:
                    return k
                low = read_hex(data, i + 2)
                if not 0xDC00 <= low < 0xE000:
                    return k
                code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00)
                i += 6
            j = encode_utf8(code_point, out, j)
        i += 1
        offsets[k + 1] = j
    return offsets.size - 1
