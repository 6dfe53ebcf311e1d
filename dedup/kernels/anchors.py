"""Winnowing: which shingles of a document stand for it when passages are looked for.

Schleimer, Wilkerson & Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003: of every `window`
consecutive shingles the smallest is an anchor, so any run of `shingle_size + window - 1` tokens that two documents
share has an anchor in both.
"""

import numpy as np

from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import kernel
from dedup.kernels.memory import prefetch, tokens_at
from dedup.kernels.shingles import HIDDEN, roll_unmasked

# First holders of anchors, by open addressing. An entry is one record, and a look-up one miss of the cache:
#   tag       low half of the hash
#   holder    first holder + 1, 0 where the slot is free
#   position  token at which the shingle starts there
ANCHOR = np.dtype([("tag", np.uint32), ("holder", np.int32), ("position", np.int32)])

ODD = U64(0x9E3779B97F4A7C15)


@kernel
def winnow(shingles, count, window, positions):
    """Write the positions of the anchors of `shingles[:count]` (uint64) to `positions` (int32), return how many.

    The rightmost smallest of each window, each position once. O(count) on average.
    """
    if count == 0:
        return 0
    found = 0
    best = -1
    for end in range(min(window, count) - 1, count):
        start = max(end - window + 1, 0)
        if best < start:
            best = start
            for i in range(start + 1, end + 1):
                if shingles[i] <= shingles[best]:
                    best = i
        elif shingles[end] <= shingles[best]:
            best = end
        if found == 0 or positions[found - 1] != best:
            positions[found] = best
            found += 1
    return found


@kernel(inline=True)
def seen_slot(seen, mixed):
    """Return the slot of a shingle in `seen`, four to a byte; other bits of it say its slot in the table."""
    return np.int64((((mixed * ODD) >> U64(32)) * U64(4 * seen.size)) >> U64(32))


@kernel(inline=True)
def times_seen(seen, slot):
    """Return how often a slot was marked: 0, 1, or 2 for more than once."""
    return (seen[slot >> 2] >> ((slot & 3) << 1)) & 3


@kernel
def mark_anchors(address, num_tokens, sizes, seen):
    """Mark in `seen` (uint8, 4 slots a byte) the anchors of documents whose tokens stand at `address` (uint64[n]).

    `sizes` is (shingle_size, window). Returns how many anchors there are, and how many of them met a marked slot.
    """
    shingles = np.empty(4096, np.uint64)
    positions = np.empty(4096, np.int32)
    total, met = 0, 0
    for doc in range(address.size):
        tokens = tokens_at(address[doc], num_tokens[doc])
        if tokens.size > shingles.size:
            shingles = np.empty(2 * tokens.size, np.uint64)
            positions = np.empty(2 * tokens.size, np.int32)
        count = winnow(shingles, roll_unmasked(tokens, sizes[0], shingles), sizes[1], positions)
        total += count
        for k in range(count):
            prefetch(seen, seen_slot(seen, mix64(shingles[positions[k]])) >> 2)
        for k in range(count):
            if shingles[positions[k]] == HIDDEN:
                continue
            slot = seen_slot(seen, mix64(shingles[positions[k]]))
            times = times_seen(seen, slot)
            met += times > 0
            if times < 2:
                seen[slot >> 2] += np.uint8(1 << ((slot & 3) << 1))
    return total, met


@kernel
def merge_seen(seen, other):
    """Add the marks of `other` to `seen`, both as large; return how many slots are marked in both."""
    both = 0
    for byte in range(seen.size):
        if other[byte] == 0:
            continue
        for slot in range(4 * byte, 4 * byte + 4):
            a, b = times_seen(seen, slot), times_seen(other, slot)
            both += a > 0 and b > 0
            seen[byte] += np.uint8((min(a + b, 2) - a) << ((slot & 3) << 1))
    return both


@kernel
def count_repeated(seen):
    """Return how many slots were marked more than once."""
    return np.sum(((seen >> 1) & 1) + ((seen >> 3) & 1) + ((seen >> 5) & 1) + (seen >> 7))


@kernel(inline=True)
def first_slot(table, mixed):
    """Return the slot at which a shingle is looked for first; `mixed` is its `mix64`."""
    # Anchors are the smallest of their neighbours: their own high bits are no longer uniform.
    return np.int64(((mixed >> U64(32)) * U64(table.size)) >> U64(32))


@kernel
def find_anchor(table, mixed):
    """Return the slot of a shingle: the one that holds it, or the free one where it belongs."""
    size = table.size
    tag = U32(mixed & U64(0xFFFFFFFF))
    slot = first_slot(table, mixed)
    while table[slot].holder != 0 and table[slot].tag != tag:
        slot = slot + 1 if slot + 1 < size else 0
    return slot


@kernel
def choose_anchors(shingles, positions, count, part, seen):
    """Keep of `positions[:count]` the anchors that are looked at, their shingles mixed in place; return how many.

    These are the ones of this part that may stand more than once.
    """
    which, parts = part
    kept = 0
    for k in range(count):
        shingle = shingles[positions[k]]
        if shingle == HIDDEN or (parts > 1 and np.int64(mix64(~shingle) % U64(parts)) != which):
            continue
        mixed = mix64(shingle)
        if times_seen(seen, seen_slot(seen, mixed)) < 2:
            continue
        shingles[positions[k]] = mixed
        positions[kept] = positions[k]
        kept += 1
    return kept


@kernel
def link_block(table, seen, first, address, num_tokens, sizes, part, links):
    """Link the anchors of documents `first`, `first + 1`, ... to their first holders; the documents' own are entered.

    `seen` has the marks of all documents: what stands once links to nothing and takes no room in the table.
    `sizes` is (shingle_size, window); `part` is (which, of how many): only anchors whose hash falls into that part of
    all hashes are looked at, so that the table need not hold those of the whole corpus at once. Writes rows
    (document, first holder, token in the first holder, token) to `links` (int32[..., 4], room for one a token) and
    returns how many. An anchor of which the document itself is the first holder gives no link.
    """
    shingle_size, window = sizes
    shingles = np.empty(4096, np.uint64)
    positions = np.empty(4096, np.int32)
    found = 0
    for i in range(address.size):
        tokens = tokens_at(address[i], num_tokens[i])
        if tokens.size < shingle_size:
            continue
        if tokens.size > shingles.size:
            shingles = np.empty(2 * tokens.size, np.uint64)
            positions = np.empty(2 * tokens.size, np.int32)
        count = winnow(shingles, roll_unmasked(tokens, shingle_size, shingles), window, positions)
        count = choose_anchors(shingles, positions, count, part, seen)
        for k in range(count):
            prefetch(table, first_slot(table, shingles[positions[k]]))
        for k in range(count):
            mixed = shingles[positions[k]]
            slot = find_anchor(table, mixed)
            holder = table[slot].holder - 1
            if holder < 0:
                table[slot].tag = U32(mixed & U64(0xFFFFFFFF))
                table[slot].holder = first + i + 1
                table[slot].position = positions[k]
            elif holder != first + i:
                links[found, 0] = first + i
                links[found, 1] = holder
                links[found, 2] = table[slot].position
                links[found, 3] = positions[k]
                found += 1
    return found
