"""Which stored documents hold shingles of new ones: of each new document a few, of the stored ones all, as they pass.

An anchor has to be chosen on both sides. Here all shingles of one side are looked up, so any of the other will do, and
winnowing, which takes longer than the look-ups, is not needed.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import kernel
from dedup.kernels.key_set import AHEAD, word_of
from dedup.kernels.memory import prefetch, tokens_at
from dedup.kernels.tokens import MASKED, TOKEN_SHIFT

MOST_SHINGLES = 32  # that are looked for of a document
SLOTS_PER_SHINGLE = 1.5
BITS_PER_SHINGLE = 16
NOBODY = 0xFFFFFFFF
MIDDLE = U64(20)  # the lowest bits of a sum of products know the lowest of each word alone, the highest are uneven


class ShingleSet(NamedTuple):
    """Shingles of new documents.

    ```
    bits     uint64[...]  two bits for each, in one word: most stored shingles end here
    tags     uint32[...]  half of the hash (open addressing, 0 is free)
    factors  uint32[k]    weights of the k words of a shingle: see `hash_shingles`
    ```
    """

    bits: npt.NDArray[np.uint64]
    tags: npt.NDArray[np.uint32]
    factors: npt.NDArray[np.uint32]


def make_shingle_set(count: int, shingle_size: int) -> ShingleSet:
    """Return an empty set with room for so many shingles of so many words."""
    words = 1
    while 64 * words < BITS_PER_SHINGLE * count:
        words *= 2
    source = np.random.default_rng(shingle_size)
    factors = source.integers(0, 2**32, shingle_size, np.uint32) | np.uint32(1)
    return ShingleSet(np.zeros(words, np.uint64), np.zeros(max(int(count * SLOTS_PER_SHINGLE), 16), np.uint32), factors)


@kernel
def hash_shingles(tokens, factors, hashes):
    """Write the hash of every run of as many tokens (uint32) as there are factors to `hashes`; return how many.

    The sum of words times factors modulo 2^64 (multilinear hashing; Lemire & Kaser 2014), one factor at a time, so that
    several shingles are one instruction: to roll them, each of which waits for the one before, takes several times as
    long.
    """
    count = max(tokens.size - factors.size + 1, 0)
    for i in range(count):
        hashes[i] = U64(0)
    for k in range(factors.size):
        factor = U64(factors[k])
        for i in range(count):
            hashes[i] += U64(tokens[i + k] >> U32(TOKEN_SHIFT)) * factor
    return count


@kernel
def drop_hidden(tokens, shingle_size, hashes, count):
    """Move the hashes of shingles without a masked token to the front; return how many these are."""
    left, clear_from = 0, 0
    for i in range(shingle_size - 1):
        if i < tokens.size and tokens[i] == MASKED:
            clear_from = i + 1
    for i in range(count):
        if tokens[i + shingle_size - 1] == MASKED:
            clear_from = i + shingle_size
        if i >= clear_from:
            hashes[left] = hashes[i]
            left += 1
    return left


@kernel(inline=True)
def first_slot(tags, mixed):
    """Return the slot at which a shingle is looked for first; `mixed` is the `mix64` of its hash."""
    return np.int64(((mixed >> U64(32)) * U64(tags.size)) >> U64(32))


@kernel(inline=True)
def find_tag(tags, mixed):
    """Return the slot of a shingle: the one that holds it, or the free one where it belongs."""
    tag = tag_of(mixed)
    slot = first_slot(tags, mixed)
    while tags[slot] != 0 and tags[slot] != tag:
        slot = slot + 1 if slot + 1 < tags.size else 0
    return slot


@kernel(inline=True)
def tag_of(mixed):
    """Return what stands for a shingle in the table, where 0 is a free slot."""
    tag = U32(mixed & U64(0xFFFFFFFF))
    return tag if tag != 0 else U32(1)


@kernel
def add_shingles(shingle_set, address, num_tokens, slots, ends):
    """Enter shingles of documents whose tokens stand at `address` (uint64[n]): at most MOST_SHINGLES, evenly spread.

    Writes their slots to `slots` (int64, room for all); those of document i end at `ends[i]`. What holds a masked token
    is left out, and a text shorter than a shingle has none.
    """
    bits, tags, factors = shingle_set
    hashes = np.empty(4096, np.uint64)
    found = 0
    for doc in range(address.size):
        tokens = tokens_at(address[doc], num_tokens[doc])
        if tokens.size > hashes.size:
            hashes = np.empty(2 * tokens.size, np.uint64)
        count = drop_hidden(tokens, factors.size, hashes, hash_shingles(tokens, factors, hashes))
        chosen = min(count, MOST_SHINGLES)
        for k in range(chosen):
            value = hashes[k * count // chosen]
            middle, mixed = value >> MIDDLE, mix64(value)
            bits[word_of(bits, middle)] |= (U64(1) << (middle & U64(63))) | (U64(1) << ((middle >> U64(6)) & U64(63)))
            slot = find_tag(tags, mixed)
            tags[slot] = tag_of(mixed)
            slots[found] = slot
            found += 1
        ends[doc] = found


@kernel
def note_holders(shingle_set, address, num_tokens, ordinals, holders):
    """Look all shingles of stored documents up, and note the smallest ordinal that holds each in `holders` (uint32).

    `holders` goes by the slots of the set, which is only read: threads that have one each may share it. A shingle with
    a masked token is none of the set. O(tokens), one look-up in `bits` for most.
    """
    bits, tags, factors = shingle_set
    hashes = np.empty(4096, np.uint64)
    picked = np.empty(4096, np.int32)
    for doc in range(address.size):
        tokens = tokens_at(address[doc], num_tokens[doc])
        if tokens.size > hashes.size:
            hashes, picked = np.empty(2 * tokens.size, np.uint64), np.empty(2 * tokens.size, np.int32)
        found = 0
        for i in range(hash_shingles(tokens, factors, hashes)):
            middle = hashes[i] >> MIDDLE
            word = bits[word_of(bits, middle)]
            picked[found] = i  # written over by the next one unless it is in the set: no branch to foretell
            found += np.int64((word >> (middle & U64(63))) & (word >> ((middle >> U64(6)) & U64(63))) & U64(1))
        for k in range(found):
            if k + AHEAD < found:
                ahead = first_slot(tags, mix64(hashes[picked[k + AHEAD]]))
                prefetch(tags, ahead)
                prefetch(holders, ahead)
            slot = find_tag(tags, mix64(hashes[picked[k]]))
            if tags[slot] != 0 and ordinals[doc] < holders[slot]:
                holders[slot] = ordinals[doc]
