"""Tokens to shingles: a polynomial rolled over `shingle_size` token hashes, and sets of them by open addressing."""

import numpy as np

from dedup.kernels.buffers import read_only
from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.tokens import MASKED, TOKEN_SHIFT

HIDDEN = U64(0xFFFFFFFFFFFFFFFF)
ROLL = U64(0x9E3779B97F4A7C15 | 1)


@inner
def power(count):
    """Return ROLL to the power of `count`: the weight of the token that leaves a shingle of so many tokens."""
    result = U64(1)
    for _ in range(count):
        result *= ROLL
    return result


@inlined
def roll_on(h, leaving, tokens, i, size):
    """Return the polynomial of the `size` tokens up to number i, from that of those before; `leaving`: power(size)."""
    h = h * ROLL + mix64(U64(tokens[i] >> U32(TOKEN_SHIFT)) + U64(1))
    if i >= size:
        h -= leaving * mix64(U64(tokens[i - size] >> U32(TOKEN_SHIFT)) + U64(1))
    return h


@inlined
def finish_shingle(h):
    """Return the hash of a shingle, of its polynomial: never 0."""
    shingle = mix64(h)
    return shingle if shingle != 0 else U64(1)


@kernel
def roll_shingles(tokens, shingle_size, shingles):
    """Write the 64-bit hash of every run of `shingle_size` tokens (uint32) to `shingles` (uint64), return how many.

    Fewer tokens than that are one shingle, the whole text; no token is none. No hash is 0, so that 0 can mean empty.
    `shingles` has room for one a token. It is the polynomial of `roll_on`, one power at a time for all shingles: eight
    are one instruction, where each that is rolled waits for the one before (4 times as long). O(tokens * shingle_size).
    """
    n = tokens.size
    if n == 0:
        return 0
    size = min(n, shingle_size)
    count = n - size + 1
    words = np.empty(n, np.uint64)
    for i in range(n):
        words[i] = mix64(U64(tokens[i] >> U32(TOKEN_SHIFT)) + U64(1))
    for i in range(count):
        shingles[i] = words[i]
    for k in range(1, size):
        for i in range(count):
            shingles[i] = shingles[i] * ROLL + words[i + k]
    for i in range(count):
        shingles[i] = finish_shingle(shingles[i])
    return count


@inner
def roll_unmasked(tokens, shingle_size, shingles):
    """As `roll_shingles`, but a shingle that holds a masked token is HIDDEN, which sorts after all others."""
    count = roll_shingles(tokens, shingle_size, shingles)
    masked = 0
    for token in tokens:  # in most texts there is none, and this takes no branch
        masked += np.int64(token == MASKED)
    for i in range(tokens.size if masked else 0):
        if tokens[i] == MASKED:
            for k in range(max(i - shingle_size + 1, 0), min(i + 1, count)):
                shingles[k] = HIDDEN
    return count


@kernel
def drop_masked(tokens):
    """Return the tokens without the masked ones."""
    left = np.empty(tokens.size, np.uint32)
    count = 0
    for i in range(tokens.size):
        if tokens[i] != MASKED:
            left[count] = tokens[i]
            count += 1
    return read_only(left[:count])


@kernel
def table_size(count):
    """Return the power of two that holds `count` values at a load of at most one half."""
    size = 16
    while size < 2 * count:
        size *= 2
    return size


@kernel
def keep_distinct(shingles, count, table):
    """Move the distinct values of `shingles[:count]` to its front in order of first occurrence, return how many.

    `table` (uint64) has at least `table_size(count)` slots; that many are overwritten and hold the set afterwards.
    """
    size = table_size(count)
    mask = U64(size - 1)
    table[:size] = U64(0)
    distinct = 0
    for i in range(count):
        value = shingles[i]
        slot = value & mask
        while table[slot] != 0 and table[slot] != value:
            slot = (slot + U64(1)) & mask
        if table[slot] == 0:
            table[slot] = value
            shingles[distinct] = value
            distinct += 1
    return distinct


@inner
def count_shared(table, size, stamps, stamp, shingles, count, needed):
    """Return how many distinct values of `shingles[:count]` are in the set `table[:size]`, or -1 if under `needed`.

    `stamps` (uint32, as long as the table) marks what was met: with a new `stamp` at each call it needs no clearing.
    Stops as soon as `needed` is out of reach. O(count), no sorting.
    """
    mask = U64(size - 1)
    shared = 0
    for i in range(count):
        if shared + (count - i) < needed:
            return -1
        value = shingles[i]
        slot = value & mask
        while table[slot] != 0:
            if table[slot] == value:
                if stamps[slot] != stamp:
                    stamps[slot] = stamp
                    shared += 1
                break
            slot = (slot + U64(1)) & mask
    return shared if shared >= needed else -1


@inner
def count_shared_rolling(table, size, stamps, stamp, tokens, shingle_size, needed):
    """As `count_shared`, of the shingles of tokens (uint32) as they are rolled: what is unlike is left half-way."""
    n = tokens.size
    length = min(n, shingle_size)
    leaving = power(length)
    mask = U64(size - 1)
    spare = n - length + 1 - needed  # shingles that may be missing
    if spare < 0:
        return -1
    h = U64(0)
    shared = 0
    for i in range(n):
        h = roll_on(h, leaving, tokens, i, length)
        if i < length - 1:
            continue
        value = finish_shingle(h)
        slot = value & mask
        while table[slot] != 0 and table[slot] != value:
            slot = (slot + U64(1)) & mask
        if table[slot] == value and stamps[slot] != stamp:
            stamps[slot] = stamp
            shared += 1
        else:
            spare -= 1
            if spare < 0:
                return -1
    return shared


@inner
def count_shared_shingles(tokens_a, tokens_b, shingle_size):
    """Return (shared, distinct in a, distinct in b) of the shingle sets of two token arrays (uint32)."""
    a = np.empty(max(tokens_a.size, 1), np.uint64)
    b = np.empty(max(tokens_b.size, 1), np.uint64)
    count_a = roll_shingles(tokens_a, shingle_size, a)
    count_b = roll_shingles(tokens_b, shingle_size, b)
    table_b = np.empty(table_size(count_b), np.uint64)
    distinct_b = keep_distinct(b, count_b, table_b)
    table = np.empty(table_size(count_a), np.uint64)
    distinct_a = keep_distinct(a, count_a, table)
    stamps = np.zeros(table.size, np.uint32)
    return count_shared(table, table.size, stamps, 1, b, distinct_b, 0), distinct_a, distinct_b


@kernel
def measure_jaccard(tokens_a, tokens_b, shingle_size):
    """Return the exact Jaccard similarity of the shingle sets of two token arrays, 0 where both are empty."""
    shared, size_a, size_b = count_shared_shingles(tokens_a, tokens_b, shingle_size)
    return shared / max(size_a + size_b - shared, 1)
