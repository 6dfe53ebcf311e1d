"""Who is kept: the lexicographically first maximal independent set of the near-duplicate graph, found as it is built.

In the order in which documents are offered, a document is kept unless it is an exact copy of an earlier one or a kept
document that shares a bucket with it has Jaccard >= threshold. Only kept documents enter the hash table, so 10,000
copies of one story cost 10,000 comparisons and not 50 million, and the answer does not depend on threads or shards.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.hashing import U32, U64
from dedup.kernels.jit import kernel
from dedup.kernels.memory import prefetch, tokens_at
from dedup.kernels.minhash import SIGNATURE_WORDS
from dedup.kernels.relation import is_template
from dedup.kernels.shingles import (
    count_shared_rolling,
    count_shared_shingles,
    drop_masked,
    keep_distinct,
    roll_shingles,
    table_size,
)

KEPT = -1
EXACT, EDITED, TEMPLATE = 0, 1, 2

# Positions in `CoverState.counters`.
CANDIDATES, VERIFIED, NUM_ENTRIES, FULL_BUCKETS, NOT_ENTERED, NUM_COUNTERS = range(6)


class Limits(NamedTuple):
    """From which Jaccard similarity documents are alike, and how many bytes of their signatures then agree."""

    threshold: float
    agreement: int


class CoverState(NamedTuple):
    """Everything the cover knows; documents are named by the rank at which they were offered.

    ```
    content     uint64[n, 2]  content hashes            address       uint64[n] where its tokens are in memory
    masked      uint64[n]     where its tokens are with boilerplate masked; 0: it has none
    num_tokens  int32[n]                                num_shingles  int32[n]  distinct ones
    witness     int64[n]      KEPT or a kept rank       similarity    float64[n] exact Jaccard with the witness
    relation    uint8[n]      EXACT, EDITED, TEMPLATE
    exact_slots int64[...]    content hash -> rank + 1 of its first document
    slots       uint64[...]   band key -> tag (high half) and first entry + 1 (low half)
    chain       uint32[...]   entry -> next entry + 1 of the same bucket; entry = owner * bands + band
    owners      int64[...]    owner -> rank; owners are numbered as they are entered
    last_seen   int64[...]    owner -> the last rank that met it as candidate
    signatures  uint64[..., 8] owner -> short signature
    sizes       uint16[...]   entry -> documents in its bucket when it was entered
    counters    int64[6]
    ```
    """

    content: npt.NDArray[np.uint64]
    address: npt.NDArray[np.uint64]
    masked: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    num_shingles: npt.NDArray[np.int32]
    witness: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]
    exact_slots: npt.NDArray[np.int64]
    slots: npt.NDArray[np.uint64]
    chain: npt.NDArray[np.uint32]
    owners: npt.NDArray[np.int64]
    last_seen: npt.NDArray[np.int64]
    signatures: npt.NDArray[np.uint64]
    sizes: npt.NDArray[np.uint16]
    counters: npt.NDArray[np.int64]


@kernel(inline=True)
def reduce_range(key, size):
    """Return a slot in [0, size) from the high half of a uniform 64-bit key (Lemire's multiplication, no modulo)."""
    return ((key >> U64(32)) * U64(size)) >> U64(32)


@kernel
def find_exact(state, rank):
    """Return the rank of the first document with the same content, or -1 after noting this one as the first."""
    size = state.exact_slots.size
    slot = np.int64(reduce_range(state.content[rank, 0], size))
    while state.exact_slots[slot] != 0:
        first = state.exact_slots[slot] - 1
        if (
            state.content[first, 0] == state.content[rank, 0]
            and state.content[first, 1] == state.content[rank, 1]
            and state.num_tokens[first] == state.num_tokens[rank]
        ):
            return first
        slot = slot + 1 if slot + 1 < size else 0
    state.exact_slots[slot] = rank + 1
    return -1


@kernel
def find_bucket(state, key):
    """Return the slot of a band key: the one that holds it, or the free one where it belongs."""
    size = state.slots.size
    tag = key & U64(0xFFFFFFFF)
    slot = np.int64(reduce_range(key, size))
    while state.slots[slot] != 0 and state.slots[slot] >> U64(32) != tag:
        slot = slot + 1 if slot + 1 < size else 0
    return slot


@kernel
def double(values):
    """Return the int64 array with as much room again (slice assignment would add two seconds of compilation)."""
    grown = np.empty(2 * values.size, np.int64)
    for i in range(values.size):
        grown[i] = values[i]
    return grown


@kernel
def find_candidates(state, rank, buckets, candidates):
    """Collect the owners that share a bucket with this document, each once; return the array and their number."""
    bands = buckets.size
    count = 0
    for band in range(bands):
        entry = np.int64(state.slots[buckets[band]] & U64(0xFFFFFFFF))
        while entry != 0:
            owner = (entry - 1) // bands
            if state.last_seen[owner] != rank:
                state.last_seen[owner] = rank
                prefetch(state.signatures, SIGNATURE_WORDS * owner)
                if count == candidates.size:
                    candidates = double(candidates)
                candidates[count] = owner
                count += 1
            entry = np.int64(state.chain[entry - 1])
    return candidates, count


@kernel
def count_agreeing(a, b):
    """Return how many bytes two short signatures (uint64[8]) have in common: zero bytes of a ^ b, eight at a time."""
    low = U64(0x7F7F7F7F7F7F7F7F)
    count = U64(0)
    for word in range(SIGNATURE_WORDS):
        differs = a[word] ^ b[word]
        zeros = ~(((differs & low) + low) | differs | low) >> U64(7)  # 1 in each byte that is zero
        count += (zeros * U64(0x0101010101010101)) >> U64(56)
    return np.int64(count)


@kernel
def enter_buckets(state, rank, buckets, keys, signature, max_bucket):
    """Put a kept document into its buckets; one that holds `max_bucket` documents already takes no more."""
    bands = buckets.size
    owner = state.counters[NUM_ENTRIES]
    state.counters[NUM_ENTRIES] = owner + 1
    state.owners[owner] = rank
    for word in range(SIGNATURE_WORDS):
        state.signatures[owner, word] = signature[word]
    for band in range(bands):
        if keys[band] == 0:
            continue  # a key of a document of an index that no document looks up
        # A key of this document's own earlier band may have taken the slot that was free before.
        slot = find_bucket(state, keys[band])
        before = np.int64(state.slots[slot] & U64(0xFFFFFFFF))
        size = np.int64(state.sizes[before - 1]) if before != 0 else 0
        if size >= max_bucket:
            state.counters[NOT_ENTERED] += 1
            continue
        entry = owner * bands + band
        state.chain[entry] = before
        state.sizes[entry] = size + 1
        state.slots[slot] = ((keys[band] & U64(0xFFFFFFFF)) << U64(32)) | U64(entry + 1)
        if size + 1 == max_bucket:
            state.counters[FULL_BUCKETS] += 1


@kernel
def enter_known(state, keys, signatures, num_fates, max_bucket):
    """Enter the documents that earlier runs kept (ranks 0 and on) without deciding anew, then the fates of others.

    Documents are offered in part only, those that share a band key with a document that follows, so a bucket that was
    full for all of them may have room here: deciding them anew could remove what its run kept. `num_fates` ranks after
    them are documents that were removed: exact copies share their fate. O(bands) each.
    """
    bands = np.empty(keys.shape[1], np.int64)
    for rank in range(keys.shape[0] + num_fates):
        find_exact(state, rank)
        if rank < keys.shape[0]:
            enter_buckets(state, rank, bands, keys[rank], signatures[rank], max_bucket)


@kernel
def mark_comparable(state, first, keys, signatures, num_tokens, num_shingles, limits, marked):
    """Mark (bool, a rank each) the documents entered so far that any of these is compared with, token by token.

    These are not entered; they take the ranks from `first` on, which no document has.
    """
    bands = keys.shape[1]
    buckets = np.empty(bands, np.int64)
    candidates = np.empty(1024, np.int64)
    for row in range(keys.shape[0]):
        if num_tokens[row] == 0:
            continue
        for band in range(bands):
            buckets[band] = find_bucket(state, keys[row, band])
        candidates, count = find_candidates(state, first + row, buckets, candidates)
        size_a = np.int64(num_shingles[row])
        for c in range(count):
            other = state.owners[candidates[c]]
            size_b = np.int64(state.num_shingles[other])
            if min(size_a, size_b) / max(size_a, size_b) < limits.threshold:
                continue
            if count_agreeing(signatures[row], state.signatures[candidates[c]]) >= limits.agreement:
                marked[other] = True


@kernel
def alike_unmasked(state, a, b, threshold, shingle_size):
    """Return whether two documents reach the threshold without their boilerplate too: it makes no duplicates.

    A document of which nothing else is left is compared as it is.
    """
    left_a = tokens_at(state.masked[a] if state.masked[a] != 0 else state.address[a], state.num_tokens[a])
    left_b = tokens_at(state.masked[b] if state.masked[b] != 0 else state.address[b], state.num_tokens[b])
    shared, size_a, size_b = count_shared_shingles(drop_masked(left_a), drop_masked(left_b), shingle_size)
    if size_a == 0 or size_b == 0:
        return True
    return shared / (size_a + size_b - shared) >= threshold


@kernel
def cover_block(state, first, keys, signatures, limits, shingle_size, keep_templates, max_bucket):
    """Decide the documents of ranks `first` to `first + len(keys) - 1`; `keys` is uint64[block, bands].

    O(bands) table look-ups a document, O(tokens) for each candidate that neither sizes nor signatures rule out.
    """
    threshold = limits.threshold
    bands = keys.shape[1]
    buckets = np.empty(bands, np.int64)
    candidates = np.empty(1024, np.int64)
    shingles = np.empty(4096, np.uint64)
    table = np.empty(8192, np.uint64)
    stamps = np.zeros(8192, np.uint32)
    stamp = U32(0)
    for row in range(keys.shape[0]):
        rank = first + row
        state.witness[rank] = KEPT
        if state.num_tokens[rank] == 0:
            continue
        twin = find_exact(state, rank)
        if twin >= 0:
            kept = state.witness[twin] == KEPT
            state.witness[rank] = twin if kept else state.witness[twin]
            state.similarity[rank] = 1.0 if kept else state.similarity[twin]
            state.relation[rank] = EXACT if kept else state.relation[twin]
            continue
        if row + 1 < keys.shape[0]:
            for band in range(bands):
                prefetch(state.slots, np.int64(reduce_range(keys[row + 1, band], state.slots.size)))
        for band in range(bands):
            buckets[band] = find_bucket(state, keys[row, band])
        candidates, count = find_candidates(state, rank, buckets, candidates)
        best = -1
        best_similarity = 0.0
        best_is_template = False
        size_a = np.int64(state.num_shingles[rank])
        loaded = 0
        for c in range(count):
            state.counters[CANDIDATES] += 1
            if count_agreeing(signatures[row], state.signatures[candidates[c]]) < limits.agreement:
                continue
            other = state.owners[candidates[c]]
            size_b = np.int64(state.num_shingles[other])
            bound = min(size_a, size_b) / max(size_a, size_b)
            if bound < threshold or bound < best_similarity:
                continue
            if max(state.num_tokens[rank], state.num_tokens[other]) <= shingle_size:
                continue  # one shingle each, and their contents differ: only token hashes could collide
            if loaded == 0:
                tokens = tokens_at(state.address[rank], state.num_tokens[rank])
                if tokens.size > shingles.size:
                    shingles = np.empty(2 * tokens.size, np.uint64)
                num = roll_shingles(tokens, shingle_size, shingles)
                loaded = table_size(num)
                if loaded > table.size:
                    table = np.empty(loaded, np.uint64)
                    stamps = np.zeros(loaded, np.uint32)
                    stamp = U32(0)
                keep_distinct(shingles, num, table)
            if stamp == U32(0xFFFFFFFF):
                stamps[:] = 0
                stamp = U32(0)
            stamp = U32(stamp + U32(1))
            # Jaccard j needs j * (a + b) / (1 + j) shared shingles; one less leaves room for rounding.
            floor = max(threshold, best_similarity)
            needed = np.int64(floor * (size_a + size_b) / (1.0 + floor)) - 1
            theirs = tokens_at(state.address[other], state.num_tokens[other])
            shared = count_shared_rolling(table, loaded, stamps, stamp, theirs, shingle_size, needed)
            if shared < 0:
                continue
            similarity = shared / (size_a + size_b - shared)
            if similarity < threshold:
                continue
            if state.masked[rank] + state.masked[other] != 0 and not alike_unmasked(
                state, rank, other, threshold, shingle_size
            ):
                continue
            state.counters[VERIFIED] += 1
            better = best < 0 or similarity > best_similarity or (similarity == best_similarity and other < best)
            if not better:
                continue
            template = is_template(
                tokens_at(state.address[rank], state.num_tokens[rank]),
                tokens_at(state.address[other], state.num_tokens[other]),
            )
            if template and keep_templates:
                continue
            best, best_similarity, best_is_template = other, similarity, template
        if best >= 0:
            state.witness[rank] = best
            state.similarity[rank] = best_similarity
            state.relation[rank] = TEMPLATE if best_is_template else EDITED
        else:
            enter_buckets(state, rank, buckets, keys[row], signatures[row], max_bucket)
