"""Fingerprints in many documents of one series whose texts are otherwise different."""

import numpy as np

from dedup.kernels.buffers import tokens_at
from dedup.kernels.fingerprints import winnow
from dedup.kernels.hashing import U64, mix64
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.shingles import roll_shingles

COPY_GAP = 25  # tokens between two frequent runs that still count as covered: the edits of a near-copy
COPY_SHARE = 0.8  # a document covered to more than this by frequent text is a copy, and proves no boilerplate
RANGE_GAP = 4  # tokens between two fingerprints of one range: those of one run are never farther apart
MIN_RANGE = 12  # tokens of the shortest range
MAX_TALLY = 255  # what a byte counts


# How many documents have each fingerprint, by open addressing. An entry is one record, so a look-up is one miss:
#   key      hash of fingerprint and series
#   count    documents that hold it; a free slot has count 0
#   support  those of them whose text is otherwise different
#   last     the last document that was counted
#   first    the first one
FREQUENCY = np.dtype(
    [("key", np.uint64), ("count", np.int32), ("support", np.int32), ("last", np.int32), ("first", np.int32)]
)


@inlined
def first_slot(table, key):
    """Return the slot at which a key is looked for first."""
    return np.int64(((key >> U64(32)) * U64(table.size)) >> U64(32))


@kernel
def find_frequency(table, key):
    """Return the slot of a key: the one that holds it, or the free one where it belongs."""
    size = table.size
    slot = first_slot(table, key)
    while table[slot].count != 0 and table[slot].key != key:
        slot = slot + 1 if slot + 1 < size else 0
    return slot


@kernel
def copy_frequent(table, least, frequent):
    """Enter the keys of at least `least` documents into another, small table, which stays in the cache."""
    for slot in range(table.size):
        if table[slot].count >= least:
            place = find_frequency(frequent, table[slot].key)
            frequent[place].key = table[slot].key
            frequent[place].count = table[slot].count
            frequent[place].first = table[slot].first
            frequent[place].last = -1


@inner
def winnow_document(tokens, winnowing, shingles, positions):
    """Return a document's shingles, the positions of its fingerprints among them, and how many fingerprints there are.

    The arrays are those given (uint64, int32), or larger ones where these have no room for every token.
    """
    if tokens.size > shingles.size:
        shingles = np.empty(2 * tokens.size, np.uint64)
        positions = np.empty(2 * tokens.size, np.int32)
    count = roll_shingles(tokens, winnowing.shingle_size, shingles)
    return shingles, positions, winnow(shingles, count, winnowing.window, positions)


@kernel
def list_fingerprints(address, num_tokens, counted, winnowing, hashes, positions, ends):
    """List the fingerprints of the documents with `counted` (bool[n]), in order; return how many there are.

    `hashes` (uint64) and `positions` (int32) have room for one a token; those of document i end at `ends[i]` (int64).
    """
    shingles = np.empty(4096, np.uint64)
    places = np.empty(4096, np.int32)
    found = 0
    for i in range(address.size):
        if counted[i]:
            tokens = tokens_at(address[i], num_tokens[i])
            shingles, places, count = winnow_document(tokens, winnowing, shingles, places)
            for k in range(count):
                hashes[found] = shingles[places[k]]
                positions[found] = places[k]
                found += 1
        ends[i] = found
    return found


@kernel
def tally_block(tally, hashes, ends, series):
    """Count the fingerprints of documents (see `list_fingerprints`) by the lowest bits of their keys, up to MAX_TALLY.

    A key stands at most as often as `tally` (uint8, a power of two of them) says. `series` is uint64[n]. Returns how
    many fingerprints were beyond that.
    """
    mask = U64(tally.size - 1)
    start, beyond = 0, 0
    for i in range(ends.size):
        for k in range(start, ends[i]):
            slot = np.int64(mix64(hashes[k] ^ series[i]) & mask)
            beyond += tally[slot] == MAX_TALLY
            tally[slot] = min(tally[slot] + 1, MAX_TALLY)
        start = ends[i]
    return beyond


@kernel
def drop_rare(tally, least, fingerprints, left):
    """Move the fingerprints that `tally`, made without series, has at least `least` times to the front, in their order.

    In no series are there more of one. `fingerprints` are those of a `list_fingerprints`; `left` (int64[n]) gets where
    those of each document end now. Returns how many are left.
    """
    hashes, positions, ends = fingerprints.hashes, fingerprints.positions, fingerprints.ends
    mask = U64(tally.size - 1)
    enough = min(least, MAX_TALLY)
    start, found = 0, 0
    for i in range(ends.size):
        for k in range(start, ends[i]):
            is_kept = tally[mix64(hashes[k]) & mask] >= enough
            hashes[found], positions[found] = hashes[k], positions[k]
            found += np.int64(is_kept)
        start = ends[i]
        left[i] = found
    return found


@kernel
def count_block(table, tally, least, first, hashes, ends, series):
    """Count the documents that hold each fingerprint, where so many may: documents `first`, `first + 1`, ...

    See `tally_block`, which has seen all of them.
    """
    mask = U64(tally.size - 1)
    enough = min(least, MAX_TALLY)
    start = 0
    for i in range(ends.size):
        for k in range(start, ends[i]):
            key = mix64(hashes[k] ^ series[i])
            if tally[key & mask] < enough:
                continue
            slot = find_frequency(table, key)
            if table[slot].count == 0:
                table[slot].key = key
                table[slot].first = first + i
                table[slot].last = -1
            if table[slot].last != first + i:
                table[slot].last = first + i
                table[slot].count += 1
        start = ends[i]


@kernel
def support_block(table, first, fingerprints, series, num_tokens, needed, shingle_size):
    """Count for each frequent fingerprint the documents that are not covered by frequent text as a whole.

    A story that fifty outlets print is frequent too, but it covers its documents; boilerplate stands beside a text of
    their own. `fingerprints` has the arrays that `list_fingerprints` fills. `needed` (int32[n])
    is from how many documents on a fingerprint is frequent in each document's series.
    """
    hashes, positions, ends = fingerprints.hashes, fingerprints.positions, fingerprints.ends
    slots = np.empty(4096, np.int64)
    start = 0
    for i in range(ends.size):
        if ends[i] - start > slots.size:
            slots = np.empty(2 * (ends[i] - start), np.int64)
        covered, reached = 0, -COPY_GAP - 1
        frequent = 0
        for k in range(start, ends[i]):
            slot = find_frequency(table, mix64(hashes[k] ^ series[i]))
            if table[slot].count < needed[i]:
                continue
            begin, end = np.int64(positions[k]), np.int64(positions[k]) + shingle_size
            covered += end - max(begin if begin - reached > COPY_GAP else reached, reached)
            reached = end
            slots[frequent] = slot
            frequent += 1
        start = ends[i]
        if covered > COPY_SHARE * num_tokens[i]:
            continue
        for slot in slots[:frequent]:
            if table[slot].last != -2 - first - i:
                table[slot].last = -2 - first - i
                table[slot].support += 1


@kernel
def mark_block(table, first, fingerprints, series, needed, shingle_size, ranges):
    """Write the boilerplate of documents `first`, `first + 1`, ... to `ranges`, return how many rows there are.

    A row of `ranges` (int32[..., 5]) is document, first token, end, documents that hold it, and 1 where this document
    is the first with most of it. `fingerprints` are those of the documents, or of them all that may be frequent.
    """
    hashes, positions, ends = fingerprints.hashes, fingerprints.positions, fingerprints.ends
    found, k = 0, 0
    for i in range(ends.size):
        start, end, num_documents, own, total = 0, -RANGE_GAP - 1, 0, 0, 0
        while True:
            slot = -1
            if k < ends[i]:
                slot = find_frequency(table, mix64(hashes[k] ^ series[i]))
                if table[slot].support < needed[i]:
                    k += 1
                    continue
            if slot < 0 or positions[k] - end > RANGE_GAP:
                if end - start >= MIN_RANGE:
                    ranges[found, 0] = first + i
                    ranges[found, 1] = start
                    ranges[found, 2] = end
                    ranges[found, 3] = num_documents
                    ranges[found, 4] = 1 if 2 * own > total else 0
                    found += 1
                if slot < 0:
                    break
                start, num_documents, own, total = positions[k], 0, 0, 0
            end = positions[k] + shingle_size
            num_documents = max(num_documents, table[slot].count)
            total += 1
            own += 1 if table[slot].first == first + i else 0
            k += 1
    return found
