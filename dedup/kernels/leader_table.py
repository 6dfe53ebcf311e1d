"""The hash table of kept documents by their band keys, and who shares a bucket with whom."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import prefetch, tokens_at
from dedup.kernels.hashing import U64
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.minhash import SIGNATURE_WORDS

# Positions in `CoverState.counters`.
CANDIDATES, VERIFIED, NUM_OWNERS, FULL_BUCKETS, NOT_ENTERED, SERIES, SKIPPED, NUM_ENTRIES, NUM_COUNTERS = range(9)

KEPT = -1  # the witness of a document that stays

# A bucket of a long series, or of text that very many documents have: of such a document sees the latest MAX_VISITED.
LARGE_BUCKET, MAX_VISITED = 128, 256

# How a removed document differs from its witness: see `dedup.kernels.novelty.Difference`.
DIFFERENCE = np.dtype([("novel", np.int32), ("longest_run", np.int32), ("slots", np.int32), ("facts", np.int32)])
# The most similar kept document at the threshold that is no witness of a kept one, -1 where there is none.
RELATIVE = np.dtype([("document", np.int64), ("similarity", np.float64), ("relation", np.uint8)])


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
    facts       FACTS[n]      title, day, outlet and URL, 0 where unknown
    witness     int64[n]      KEPT or a kept rank       similarity    float64[n] exact Jaccard with the witness
    relation    uint8[n]      see `dedup.kernels.relation`
    difference  DIFFERENCE[n] from the witness          relative      RELATIVE[n] of a kept document
    exact_slots uint32[...]   content hash -> rank + 1 of its first document
    slots       uint64[...]   band key -> tag (high half) and first entry + 1 (low half)
    chain       uint32[...]   entry -> next entry + 1 of the same bucket; entries are numbered as they are made
    holders     uint32[...]   entry -> owner
    owners      int64[...]    owner -> rank; owners are numbered as they are entered
    last_seen   int64[...]    owner -> the last rank that met it as candidate
    signatures  uint64[..., 8] owner -> b-bit signature
    sizes       uint16[...]   entry -> documents in its bucket when it was entered
    counters    int64[NUM_COUNTERS]
    ```
    """

    content: npt.NDArray[np.uint64]
    address: npt.NDArray[np.uint64]
    masked: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    num_shingles: npt.NDArray[np.int32]
    facts: npt.NDArray[np.void]
    witness: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]
    difference: npt.NDArray[np.void]
    relative: npt.NDArray[np.void]
    exact_slots: npt.NDArray[np.uint32]
    slots: npt.NDArray[np.uint64]
    chain: npt.NDArray[np.uint32]
    holders: npt.NDArray[np.uint32]
    owners: npt.NDArray[np.int64]
    last_seen: npt.NDArray[np.int64]
    signatures: npt.NDArray[np.uint64]
    sizes: npt.NDArray[np.uint16]
    counters: npt.NDArray[np.int64]


@inlined
def reduce_range(key, size):
    """Return a slot in [0, size) from the high half of a uniform 64-bit key (Lemire's multiplication, no modulo)."""
    return ((key >> U64(32)) * U64(size)) >> U64(32)


@inlined
def has_content_of(state, rank, other):
    """Return whether two documents have the same words."""
    return (
        state.content[rank, 0] == state.content[other, 0]
        and state.content[rank, 1] == state.content[other, 1]
        and state.num_tokens[rank] == state.num_tokens[other]
    )


@inlined
def has_facts_of(facts, others):
    """Return whether the same is known of two documents."""
    if facts.outlet != others.outlet or facts.url != others.url or facts.day != others.day:
        return False
    if facts.num_title != others.num_title:
        return False
    title, other_title = tokens_at(facts.title, facts.num_title), tokens_at(others.title, others.num_title)
    same = True
    for i in range(title.size):  # np.array_equal would load numba's linear algebra
        same = same and title[i] == other_title[i]
    return same


@inlined
def find_exact(state, rank):
    """Return the rank of the first document with the same content, or -1 after noting this one as the first."""
    size = state.exact_slots.size
    slot = np.int64(reduce_range(state.content[rank, 0], size))
    while state.exact_slots[slot] != 0:
        first = np.int64(state.exact_slots[slot]) - 1
        if has_content_of(state, first, rank):
            return first
        slot = slot + 1 if slot + 1 < size else 0
    state.exact_slots[slot] = rank + 1
    return -1


@inlined
def find_bucket(state, key):
    """Return the slot of a band key: the one that holds it, or the free one where it belongs."""
    size = state.slots.size
    tag = key & U64(0xFFFFFFFF)
    slot = np.int64(reduce_range(key, size))
    while state.slots[slot] != 0 and state.slots[slot] >> U64(32) != tag:
        slot = slot + 1 if slot + 1 < size else 0
    return slot


@inner
def double(values):
    """Return the int64 array with as much room again (slice assignment would add two seconds of compilation)."""
    grown = np.empty(2 * values.size, np.int64)
    for i in range(values.size):
        grown[i] = values[i]
    return grown


@inlined
def find_candidates(state, rank, buckets, candidates):
    """Collect the owners in these buckets (slots), each once; return the array and their number."""
    count = visited = 0
    for bucket in buckets:
        entry = np.int64(state.slots[bucket] & U64(0xFFFFFFFF))
        size = np.int64(state.sizes[entry - 1]) if entry != 0 else 0
        left = size
        if size > LARGE_BUCKET:
            left = min(size, MAX_VISITED - visited)
            state.counters[SKIPPED] += left < size
            visited += left
        while left > 0:
            left -= 1
            owner = np.int64(state.holders[entry - 1])
            if state.last_seen[owner] != rank:
                state.last_seen[owner] = rank
                prefetch(state.signatures, SIGNATURE_WORDS * owner)
                if count == candidates.size:
                    candidates = double(candidates)
                candidates[count] = owner
                count += 1
            entry = np.int64(state.chain[entry - 1])
    return candidates, count


@inlined
def enter_buckets(state, rank, keys, signature, max_bucket):
    """Put a kept document into its buckets; one that holds `max_bucket` documents already takes no more."""
    owner, first = state.counters[NUM_OWNERS], state.counters[NUM_ENTRIES]
    for key in keys:
        if key == 0:
            continue  # it can find nothing
        # A key of this document's own earlier band may have taken the slot that was free before.
        slot = find_bucket(state, key)
        before = np.int64(state.slots[slot] & U64(0xFFFFFFFF))
        size = np.int64(state.sizes[before - 1]) if before != 0 else 0
        if size >= max_bucket:
            state.counters[NOT_ENTERED] += 1
            continue
        entry = state.counters[NUM_ENTRIES]
        state.counters[NUM_ENTRIES] = entry + 1
        state.holders[entry] = owner
        state.chain[entry] = before
        state.sizes[entry] = size + 1
        state.slots[slot] = ((key & U64(0xFFFFFFFF)) << U64(32)) | U64(entry + 1)
        if size + 1 == max_bucket:
            state.counters[FULL_BUCKETS] += 1
    if state.counters[NUM_ENTRIES] == first:
        return
    state.counters[NUM_OWNERS] = owner + 1
    state.owners[owner] = rank
    for word in range(SIGNATURE_WORDS):
        state.signatures[owner, word] = signature[word]


@kernel
def enter_known(state, first, keys, signatures, num_removed, max_bucket):
    """Enter the documents that were kept before (ranks `first` and on) without a new decision, and removed contents.

    Of a document whose witness is known, so that it is removed, only the content is noted.
    Only stored documents that share a band key with a new one are loaded, so a bucket that was full in the original run
    may have room here. A new decision could therefore remove a document that its run kept. The next `num_removed` ranks
    are removed documents, the first of their contents: exact copies share their decision. O(bands) each.
    """
    for removed in range(num_removed):
        find_exact(state, first + keys.shape[0] + removed)
    for place in range(keys.shape[0]):
        find_exact(state, first + place)
        if state.witness[first + place] == KEPT:
            enter_buckets(state, first + place, keys[place], signatures[place], max_bucket)
