"""Stream the sketches of an index past those of new documents: which of the stored are compared with a new one."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import prefetch
from dedup.kernels.hashing import U64
from dedup.kernels.jit import inlined, kernel
from dedup.kernels.leader_table import reduce_range
from dedup.kernels.minhash import SIGNATURE_WORDS, count_agreeing

# Positions in `KeySet.counters`.
ADDED, MET, MAX_HOLDERS, NUM_COUNTERS = range(4)
SLOTS_PER_KEY = 1.5
BITS_PER_KEY = 16
AHEAD = 16  # keys before a slot is needed it is asked for: each is a miss
ROWS_AT_ONCE = 64  # stored documents of which the look-ups are under way together
LOW = U64(0xFFFFFFFF)


class KeySet(NamedTuple):
    """The new documents, numbered as they are added, by their band keys; entry = document * bands + band.

    ```
    bits          uint64[...]     two bits for each key, in one word: most stored keys end here
    slots         uint64[..., 2]  a key (open addressing, 0 is free); how many documents have it, new ones and stored
                                  ones that were met (high half), and its latest entry + 1 (low half)
    entries       uint32[..., 2]  entry -> the one before of the same key + 1; new documents with the key up to this one
    signatures    uint64[n, 8]    document -> b-bit signature
    num_shingles  int32[n]        document -> distinct shingles
    last_seen     int64[n]        document -> the last stored one that it was compared with
    counters      int64[3]        documents added, stored ones met, documents of both kinds with the most frequent key
    bands         keys of a document
    ```
    """

    bits: npt.NDArray[np.uint64]
    slots: npt.NDArray[np.uint64]
    entries: npt.NDArray[np.uint32]
    signatures: npt.NDArray[np.uint64]
    num_shingles: npt.NDArray[np.int32]
    last_seen: npt.NDArray[np.int64]
    counters: npt.NDArray[np.int64]
    bands: int


def make_key_set(num_documents: int, bands: int) -> KeySet:
    """Return an empty set with room for so many documents."""
    num_keys = num_documents * bands
    assert num_keys < 2**32 - 1, "more band keys than the table can name"
    words = 1
    while 64 * words < BITS_PER_KEY * num_keys:
        words *= 2
    return KeySet(
        np.zeros(words, np.uint64),
        np.zeros((max(int(num_keys * SLOTS_PER_KEY), 16), 2), np.uint64),
        np.zeros((num_keys, 2), np.uint32),
        np.zeros((num_documents, SIGNATURE_WORDS), np.uint64),
        np.zeros(num_documents, np.int32),
        np.full(num_documents, -1, np.int64),
        np.zeros(NUM_COUNTERS, np.int64),
        bands,
    )


class Hits(NamedTuple):
    """The stored documents of one batch that share a key with a new one, in their order, and the keys they share.

    ```
    rows   int64[n]  row of each document in the batch
    owner  int32[m]  for each shared key: index of its document in `rows`
    band   int32[m]  band of the key
    slot   int64[m]  index of the key in `KeySet.slots`
    ```
    """

    rows: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int32]
    band: npt.NDArray[np.int32]
    slot: npt.NDArray[np.int64]


def make_hits(num_rows: int, bands: int) -> Hits:
    """Return room for all keys of a batch."""
    most = num_rows * bands
    return Hits(
        np.empty(num_rows, np.int64), np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int64)
    )


@inlined
def free_of_zero(key):
    """Return the key as the table holds it, where 0 is a free slot."""
    return key if key != 0 else U64(1)


@inlined
def word_of(bits, key):
    """Return which word of `bits` has the bits of a key: those that its lowest twice six bits name."""
    return (key >> U64(12)) & U64(bits.size - 1)


@inlined
def find_key(slots, key):
    """Return the slot of a key: the one that holds it, or the free one where it belongs."""
    slot = np.int64(reduce_range(key, slots.shape[0]))
    while slots[slot, 0] != 0 and slots[slot, 0] != key:
        slot = slot + 1 if slot + 1 < slots.shape[0] else 0
    return slot


@kernel
def add_keys(key_set, keys, signatures, num_tokens, num_shingles):
    """Add documents (keys uint64[n, bands]); those without a token are never looked up. O(bands) each."""
    slots, bands = key_set.slots, key_set.bands
    flat = keys.reshape(-1)
    for row in range(keys.shape[0]):
        document = key_set.counters[ADDED]
        key_set.counters[ADDED] += 1
        key_set.num_shingles[document] = num_shingles[row]
        for word in range(SIGNATURE_WORDS):
            key_set.signatures[document, word] = signatures[row, word]
        if num_tokens[row] == 0:
            continue
        most = key_set.counters[MAX_HOLDERS]
        for band in range(bands):
            place = row * bands + band
            if place + AHEAD < flat.size:
                next_key = free_of_zero(flat[place + AHEAD])
                prefetch(slots, 2 * reduce_range(next_key, slots.shape[0]))
                prefetch(key_set.bits, word_of(key_set.bits, next_key))
            key, entry = free_of_zero(flat[place]), document * bands + band
            most = max(most, add_key(key_set.bits, slots, key_set.entries, key, entry))
        key_set.counters[MAX_HOLDERS] = most


@inlined
def add_key(bits, slots, entries, key, entry):
    """Add a key as an entry; return how many documents have it now."""
    bits[word_of(bits, key)] |= (U64(1) << (key & U64(63))) | (U64(1) << ((key >> U64(6)) & U64(63)))
    slot = find_key(slots, key)
    holders = np.int64(slots[slot, 1] >> U64(32)) + 1
    entries[entry, 0] = slots[slot, 1] & LOW
    entries[entry, 1] = holders
    slots[slot, 0] = key
    slots[slot, 1] = (U64(holders) << U64(32)) | U64(entry + 1)
    return holders


@kernel
def find_hits(bits, slots, keys, num_tokens, hits):
    """Find the keys of the stored documents of a batch that new ones have; return how many documents, and keys.

    `bits` and `slots` are those of a `KeySet`, and only read: batches may be taken in any order, in several threads.
    O(bands) each, one look-up in `bits` for most keys. Slots are asked for well before they are read: each is a miss.
    """
    bands = keys.shape[1]
    rows, owner, bands_hit, slots_hit = hits
    flat = keys.reshape(-1)
    picked = np.empty(ROWS_AT_ONCE * bands, np.int64)
    found, count, before = 0, 0, -1
    for first in range(0, flat.size, picked.size):
        for i in range(pick_keys(bits, slots, flat, first, min(first + picked.size, flat.size), picked)):
            row = picked[i] // bands
            slot = find_key(slots, free_of_zero(flat[picked[i]]))
            if slots[slot, 0] == 0 or num_tokens[row] == 0:
                continue
            if row != before:
                before = row
                rows[found] = row
                found += 1
            owner[count], bands_hit[count], slots_hit[count] = found - 1, picked[i] - row * bands, slot
            count += 1
    return found, count


@kernel
def match_hits(key_set, owner, slot, signatures, num_shingles, limits, max_bucket, is_compared):
    """Write which stored documents that share keys with new ones are compared token by token (bool[n]).

    `owner` and `slot` are those of `Hits`. The other columns belong to their documents, all in the order of keeping. Of
    each key only the first `max_bucket` documents count. Such a document is compared with a new one of the same key if
    two bounds allow the threshold: the sizes of the two shingle sets (Jaccard is at most the smaller divided by the
    larger), and the b-bit signatures. O(new documents of the key) a hit.
    """
    slots, counters = key_set.slots, key_set.counters
    for i in range(is_compared.size):
        is_compared[i] = False
    before = -1
    for i in range(owner.size):
        if i + AHEAD < owner.size:
            prefetch(slots, 2 * slot[i + AHEAD])
        document = owner[i]
        counters[MET] += document != before
        before = document
        slots[slot[i], 1] += U64(1) << U64(32)
        holders, entry = np.int64(slots[slot[i], 1] >> U64(32)), np.int64(slots[slot[i], 1] & LOW)
        counters[MAX_HOLDERS] = max(counters[MAX_HOLDERS], holders)
        if not is_compared[document] and holders - np.int64(key_set.entries[entry - 1, 1]) <= max_bucket:
            size = np.int64(num_shingles[document])
            is_compared[document] = is_comparable(key_set, entry, signatures[document], size, limits)


@inlined
def pick_keys(bits, slots, keys, first, end, picked):
    """Write the places of those of some keys that may be in the set, and ask for their slots; return how many."""
    count = 0
    for place in range(first, end):
        key = free_of_zero(keys[place])
        word = bits[word_of(bits, key)]
        if (word >> (key & U64(63))) & (word >> ((key >> U64(6)) & U64(63))) & U64(1):
            prefetch(slots, 2 * reduce_range(key, slots.shape[0]))
            picked[count] = place
            count += 1
    return count


@inlined
def is_comparable(key_set, entry, signature, size, limits):
    """Return whether a stored document is compared with a new one of a key; `entry` - 1 is the latest of the key.

    New documents that were met at another key of the same stored document are passed over.
    """
    stored = key_set.counters[MET]
    while entry != 0:
        document = (entry - 1) // key_set.bands
        if key_set.last_seen[document] != stored:
            key_set.last_seen[document] = stored
            other = np.int64(key_set.num_shingles[document])
            if (
                min(size, other) / max(size, other) >= limits.threshold
                and count_agreeing(signature, key_set.signatures[document]) >= limits.agreement
            ):
                return True
        entry = np.int64(key_set.entries[entry - 1, 0])
    return False
