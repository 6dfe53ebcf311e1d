"""Stream the band keys of an index past the band keys of new documents: which of the stored are looked up at all."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buckets import reduce_range
from dedup.kernels.hashing import U64
from dedup.kernels.jit import kernel

MISSED, SHARED, COMPARABLE = 0, 1, 2
SLOTS_PER_KEY = 1.5
BITS_PER_KEY = 16


class KeySet(NamedTuple):
    """The band keys of the new documents.

    ```
    bits      uint64[...]  one bit for each key, by its low bits: most stored keys end here
    slots     uint64[...]  the keys, open addressing; 0 is free
    smallest  int32[...]   slot -> fewest distinct shingles of a new document with the key
    largest   int32[...]   slot -> most
    holders   int32[...]   slot -> documents with the key, new ones and those of the index that were met
    ```
    """

    bits: npt.NDArray[np.uint64]
    slots: npt.NDArray[np.uint64]
    smallest: npt.NDArray[np.int32]
    largest: npt.NDArray[np.int32]
    holders: npt.NDArray[np.int32]


def make_key_set(num_keys: int) -> KeySet:
    """Return an empty set with room for so many keys."""
    words = 1
    while 64 * words < BITS_PER_KEY * num_keys:
        words *= 2
    size = max(int(num_keys * SLOTS_PER_KEY), 16)
    sizes = (np.zeros(size, np.int32) for _ in range(3))
    return KeySet(np.zeros(words, np.uint64), np.zeros(size, np.uint64), *sizes)


@kernel
def find_key(slots, key):
    """Return the slot of a key: the one that holds it, or the free one where it belongs."""
    slot = np.int64(reduce_range(key, slots.size))
    while slots[slot] != 0 and slots[slot] != key:
        slot = slot + 1 if slot + 1 < slots.size else 0
    return slot


@kernel
def add_keys(key_set, keys, num_tokens, num_shingles):
    """Add the keys (uint64[n, bands]) of documents; those of documents without a token are never looked up."""
    mask = U64(64 * key_set.bits.size - 1)
    for row in range(keys.shape[0]):
        if num_tokens[row] == 0:
            continue
        size = num_shingles[row]
        for band in range(keys.shape[1]):
            key = keys[row, band] if keys[row, band] != 0 else U64(1)
            bit = key & mask
            key_set.bits[bit >> U64(6)] |= U64(1) << (bit & U64(63))
            slot = find_key(key_set.slots, key)
            key_set.holders[slot] += 1
            if key_set.slots[slot] == 0:
                key_set.slots[slot] = key
                key_set.smallest[slot] = size
                key_set.largest[slot] = size
            else:
                key_set.smallest[slot] = min(key_set.smallest[slot], size)
                key_set.largest[slot] = max(key_set.largest[slot], size)


@kernel
def match_keys(key_set, keys, num_tokens, num_shingles, threshold, found, shared):
    """Say of each stored document whether a new one shares a band key with it.

    `found` (uint8[n]) gets MISSED, SHARED, or COMPARABLE where the sizes of the two sets of shingles allow the
    threshold: Jaccard is at most the smaller by the larger. `shared` (uint64[n, bands], zeros) gets the keys that are
    shared. O(bands) each, one look-up in `bits` for most keys.
    """
    mask = U64(64 * key_set.bits.size - 1)
    for row in range(keys.shape[0]):
        found[row] = MISSED
        if num_tokens[row] == 0:
            continue
        size = num_shingles[row]
        for band in range(keys.shape[1]):
            key = keys[row, band] if keys[row, band] != 0 else U64(1)
            bit = key & mask
            if (key_set.bits[bit >> U64(6)] >> (bit & U64(63))) & U64(1) == 0:
                continue
            slot = find_key(key_set.slots, key)
            if key_set.slots[slot] == 0:
                continue
            key_set.holders[slot] += 1
            shared[row, band] = key
            found[row] = max(found[row], SHARED)
            # Some new document of this key is between the two bounds; a little room is left for rounding.
            room = 1.0 + 1e-9
            if size * room >= threshold * key_set.smallest[slot] and key_set.largest[slot] * room >= threshold * size:
                found[row] = COMPARABLE
