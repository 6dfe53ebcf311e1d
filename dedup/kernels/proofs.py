"""What is kept of a text to confirm a copy of it later: its words and signs under a secret seed."""

from typing import NamedTuple

import numpy as np

from dedup.kernels.buffers import tokens_at
from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.shingles import keep_distinct, roll_shingles, table_size
from dedup.kernels.tokens import (
    CLASS_MASK,
    EXPANDS,
    IGNORED,
    NUMBER,
    SEPARATOR,
    TOKEN_PRIME,
    TOKEN_SHIFT,
    VALUE_SHIFT,
    decode_utf8,
    tokenise,
)

NO_SIGN, ANYWHERE, MINUS, SUFFIX, DASH = range(5)  # percent and currencies are signs anywhere, a dash is none
FILTER_BITS, NUM_PROBES = 3, 3  # of a word: of other words 8 to 25 % seem to be in a filter
SPACE, COMMA, POINT = 32, 44, 46


class ProofArrays(NamedTuple):
    """What is known of each text under the seed of a folding table.

    ```
    words    uint64[n, 2]  content hash
    signs    uint64[n]     hash of the signs and their places
    filters  uint8[...]    a Bloom filter of the words of each text, one after the other
    sizes    int32[n]      bytes of each filter
    counts   int32[n]      tokens that are kept of each text
    ```
    """

    words: np.ndarray
    signs: np.ndarray
    filters: np.ndarray
    sizes: np.ndarray
    counts: np.ndarray


@inlined
def find_sign(code_point, signs):
    """Return the kind of sign that a code point is, and the code point that stands for all that mean the same."""
    first, end = 0, signs.points.size
    while first < end:  # np.searchsorted would load numba's linear algebra
        middle = (first + end) // 2
        if signs.points[middle] < code_point:
            first = middle + 1
        else:
            end = middle
    if first == signs.points.size or signs.points[first] != code_point:
        return NO_SIGN, code_point
    return np.int64(signs.kinds[first]), np.int64(signs.normal[first])


@inlined
def point_at(data, i, end):
    """Return the code point at byte `i` and the index of the next one; a space at the end."""
    return decode_utf8(data, i) if i < end else (np.int64(SPACE), i)


@inlined
def describe_point(code_point, table):
    """Return whether a code point is in words, and whether it is a number."""
    entry = table.stage2[(np.int64(table.stage1[code_point >> 8]) << 8) | (code_point & 255)]
    number = entry & NUMBER != 0
    if entry & EXPANDS:
        folded = np.int64(table.expansions[(entry >> VALUE_SHIFT) + 1])
        entry = table.stage2[(np.int64(table.stage1[folded >> 8]) << 8) | (folded & 255)]
    kind = entry & CLASS_MASK
    return kind != SEPARATOR and kind != IGNORED, number


@inlined
def point_before(data, i, start):
    """Return the code point that ends before byte `i`; a space at the start."""
    if i == start:
        return np.int64(SPACE)
    i -= 1
    while data[U64(i)] & 0xC0 == 0x80:
        i -= 1
    return decode_utf8(data, i)[0]


@inlined
def leads_number(data, i, end, table, signs):
    """Return whether a number is at byte `i`, perhaps with a currency and a point before it."""
    point, after = point_at(data, i, end)
    if find_sign(point, signs)[0] == ANYWHERE:
        point, after = point_at(data, after, end)
    if point == COMMA or point == POINT:
        point, after = point_at(data, after, end)
    return describe_point(point, table)[1]


@inlined
def add_sign(h, sign, place):
    """Return the hash of signs with one more."""
    return mix64(((h ^ U64(sign)) * TOKEN_PRIME ^ U64(place)) * TOKEN_PRIME)


@kernel
def hash_signs(data, start, end, table, signs, tokens):
    """Return the hash (uint64) of the signs of `data[start:end]`, under the seed of the table.

    They are a minus before a number that is no range, + and # directly behind a word, percent and currencies. The
    first three are hashed with their place among the tokens. `tokens` is overwritten.
    """
    h = table.seed
    counted, num_tokens = start, 0
    i = start
    while True:
        while i < end and not signs.leads[data[U64(i)]]:
            i += 1
        if i >= end:
            return mix64(h)
        point, after = decode_utf8(data, i)
        kind, normal = find_sign(point, signs)
        place = 0
        if kind == MINUS or kind == SUFFIX:
            before = point_before(data, i, start)
            in_word, _ = describe_point(before, table)
            kind_before, _ = find_sign(before, signs)
            if kind == SUFFIX:
                is_sign = in_word
            else:
                is_dashed = in_word or kind_before == MINUS or kind_before == DASH
                is_sign = not is_dashed and leads_number(data, after, end, table, signs)
            if is_sign:
                num_tokens, _, _ = tokenise(data, counted, i, table, tokens, num_tokens)
                counted, place = i, num_tokens + 1
            else:
                kind = NO_SIGN
        if kind != NO_SIGN and kind != DASH:
            h = add_sign(h, normal, place)
        i = after
        while kind == SUFFIX and i < end:  # "C++" has one sign
            point, after = decode_utf8(data, i)
            following, normal = find_sign(point, signs)
            if following != SUFFIX:
                break
            h = add_sign(h, normal, place)
            i = after


@kernel
def prove_texts(data, offsets, table, signs, is_worded, tokens, out):
    """Fill `out` (ProofArrays) for the texts `data[offsets[i]:offsets[i + 1]]` of valid UTF-8.

    The tokens of those with `is_worded` (bool[n]) are kept in `tokens` (uint32), one text after the other. It has room
    for two a byte of these and of the longest text. Returns the number of tokens, and of bytes of all filters.
    """
    total = 0
    filled = 0
    for i in range(offsets.size - 1):
        own = tokens[total:]
        out.signs[i] = hash_signs(data, offsets[i], offsets[i + 1], table, signs, own)
        count, out.words[i, 0], out.words[i, 1] = tokenise(data, offsets[i], offsets[i + 1], table, own, 0)
        size = (count * FILTER_BITS + 31) // 32 * 4
        words = out.filters[filled : filled + size]
        for k in range(size):
            words[k] = 0
        for k in range(count):
            name = name_word(own[k])
            for probe in range(NUM_PROBES):
                bit = place_bit(name, probe, size)
                words[bit >> U64(3)] |= np.uint8(1) << np.uint8(bit & U64(7))
        out.sizes[i] = size
        filled += size
        out.counts[i] = count if is_worded[i] else 0
        total += out.counts[i]
    return total, filled


@inlined
def name_word(token):
    """Return 64 bits that stand for a word, never 0."""
    return mix64(U64(token >> U32(TOKEN_SHIFT)) + U64(1))


@inlined
def place_bit(name, probe, size):
    """Return the bit of a filter of so many bytes that one probe of a word looks at."""
    return ((name >> U64(21 * probe)) & U64(0x1FFFFF)) * U64(8 * size) >> U64(21)


@kernel
def measure_pairs(places, shingle_size, num_shingles, known):
    """Fill `known` (float64[m, 2]) with what `measure_known` returns of each pair of texts.

    A row of `places` (uint64[m, 4]) has the address and number of tokens of the first text, and the address and number
    of words (uint32) of the filter of the second one; this has `num_shingles` (int32[m]) distinct shingles.
    """
    for pair in range(places.shape[0]):
        tokens = tokens_at(places[pair, 0], np.int64(places[pair, 1]))
        words = tokens_at(places[pair, 2], np.int64(places[pair, 3]))
        known[pair, 0], known[pair, 1] = measure_known(tokens, words, shingle_size, num_shingles[pair])


@inner
def measure_known(tokens, words, shingle_size, num_shingles):
    """Return how alike a text and one that a filter (`words`, uint32) was made of are at most.

    `tokens` (uint32) are those of the first text, under the seed of the filter; the second one has `num_shingles`
    distinct shingles. Returns the share of words of the first that seem to be in the second, and the Jaccard
    similarity, where a shingle counts as shared if all its words do. Both are at least the true values.
    """
    n = tokens.size
    if n == 0 or words.size == 0:
        return 0.0, 0.0
    shingles = np.empty(n, np.uint64)
    count = roll_shingles(tokens, shingle_size, shingles)
    size = n - count + 1
    shared = np.empty(count, np.uint64)
    num_shared, num_known, run = 0, 0, 0
    for i in range(n):
        name = name_word(tokens[i])
        known = True
        for probe in range(NUM_PROBES):
            bit = place_bit(name, probe, 4 * words.size)
            known = known and (words[bit >> U64(5)] >> U32(bit & U64(31))) & U32(1) != 0
        run = run + 1 if known else 0
        num_known += known
        if run >= size:
            shared[num_shared] = shingles[i - size + 1]
            num_shared += 1
    slots = np.empty(table_size(count), np.uint64)
    num_shared = keep_distinct(shared, num_shared, slots)
    total = keep_distinct(shingles, count, slots) + num_shingles - num_shared
    return num_known / n, num_shared / max(total, 1)
