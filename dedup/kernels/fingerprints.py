"""Winnowing: the shingles that represent a document in the search for passages.

Schleimer, Wilkerson & Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003. The smallest hash
of every `window` consecutive shingles is a fingerprint. So a run of `shingle_size + window - 1` tokens that two
documents share has a fingerprint in both.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import prefetch, tokens_at
from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.shingles import HIDDEN, roll_unmasked

# The source of each fingerprint, by open addressing. An entry is one record, so a look-up is one miss of the cache:
#   tag       low half of the hash
#   source    the first document that has the fingerprint, + 1; 0 where the slot is free
#   position  token at which the shingle starts there
FIRST_SOURCE = np.dtype([("tag", np.uint32), ("source", np.int32), ("position", np.int32)])

ODD = U64(0x9E3779B97F4A7C15)


class Winnowing(NamedTuple):
    """How dense fingerprints are: one of every `window` consecutive shingles of `shingle_size` tokens."""

    shingle_size: int
    window: int


class Part(NamedTuple):
    """One of `of` equal parts of all hashes."""

    which: int
    of: int


class Fingerprints(NamedTuple):
    """The fingerprints of some documents.

    ```
    hashes     uint64[m]
    positions  int32[m]  token at which each begins in its document
    ends       int64[n]  where those of each document end
    ```
    """

    hashes: npt.NDArray[np.uint64]
    positions: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int64]

    @classmethod
    def list(cls, num_tokens: int, num_documents: int, write: Callable[..., int]) -> "Fingerprints":
        """Return what a kernel writes into the three arrays, with room for a fingerprint a token."""
        hashes, positions = np.empty(num_tokens + 1, np.uint64), np.empty(num_tokens + 1, np.int32)
        found = write(hashes, positions, ends := np.empty(num_documents, np.int64))
        return cls(hashes[:found].copy(), positions[:found].copy(), ends)


@inner
def slide(room, turn, start, count, window, smallest):
    """Find the smallest, or the largest, of every `window` of `count` values, `room[turn, start:]` (uint32[2, ...]).

    Windows grow from one row to the other and back. Returns the row in which they are, at `start` by their starts.
    """
    width = 1
    while width < window:
        step = min(width, window - width)
        count -= step
        values, ahead, wider = room[turn, start:], room[turn, start + step :], room[1 - turn, start:]
        if smallest:
            for i in range(count):
                wider[i] = min(values[i], ahead[i])
        else:
            for i in range(count):
                wider[i] = max(values[i], ahead[i])
        width += step
        turn = 1 - turn
    return turn


@inner
def winnow(shingles, count, window, positions):
    """Write the positions of the fingerprints of `shingles[:count]` (uint64) to `positions` (int32), return how many.

    The rightmost smallest of each window, each position once. A value is the smallest of a window if it is the largest
    of the smallest of all windows around it, which takes no branch; first by the high halves of values, then, where
    two of these are equal, by the whole. O(count * log window).
    """
    if count == 0:
        return 0
    size = min(window, count)
    before = size - 1
    room = np.empty((2, count + 2 * size), np.uint32)
    values = room[0, before:]
    for i in range(count):
        values[i] = U32(shingles[i] >> U64(32))
    turn = slide(room, 0, before, count, size, True)
    for i in range(before):
        room[turn, i] = room[turn, count + i] = U32(0)
    held = room[slide(room, turn, 0, count + before, size, False)]
    found = 0
    for i in range(count):
        positions[found] = i
        found += np.int64(held[i] == U32(shingles[i] >> U64(32)))
    ties = 0
    for k in range(1, found):
        ties += is_tie(held, positions[k - 1], positions[k], size)
    return found if ties == 0 else drop_ties(shingles, count, held, size, positions, found)


@inlined
def is_tie(held, a, b, size):
    """Return 1 where two fingerprints that may be in one window have one high half, else 0."""
    return np.int64(held[a] == held[b]) & np.int64(b - a < size)


@inner
def drop_ties(shingles, count, held, size, positions, found):
    """Keep the positions that are the rightmost smallest of a window by the whole of values; return how many."""
    left, after_tie = 0, 0
    for k in range(found):
        at = positions[k]
        before_tie = is_tie(held, at, positions[k + 1], size) if k + 1 < found else 0
        is_chosen = before_tie + after_tie == 0
        for start in range(max(at - size + 1, 0), min(at, count - size) + 1):
            if is_chosen:
                break
            beaten = 0
            for i in range(start, start + size):
                beaten += np.int64(shingles[i] < shingles[at] or (i > at and shingles[i] == shingles[at]))
            is_chosen = beaten == 0
        positions[left] = at
        left += np.int64(is_chosen)
        after_tie = before_tie
    return left


@inlined
def seen_slot(seen, mixed):
    """Return the slot of a shingle in `seen`, four to a byte; other bits of it say its slot in the table."""
    return np.int64((((mixed * ODD) >> U64(32)) * U64(4 * seen.size)) >> U64(32))


@inlined
def times_seen(seen, slot):
    """Return how often a slot was marked: 0, 1, or 2 for more than once."""
    return (seen[slot >> 2] >> ((slot & 3) << 1)) & 3


@kernel
def mark_fingerprints(address, num_tokens, winnowing, seen):
    """Mark the fingerprints of documents in `seen` (uint8, 4 slots a byte); `address` (uint64[n]) has their tokens.

    Returns the number of fingerprints, and how many of them met a marked slot.
    """
    shingles, positions, slots = np.empty(4096, np.uint64), np.empty(4096, np.int32), np.empty(4096, np.int64)
    total, met = 0, 0
    for doc in range(address.size):
        tokens = tokens_at(address[doc], num_tokens[doc])
        if tokens.size > shingles.size:
            size = 2 * tokens.size
            shingles, positions, slots = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int64)
        count = winnow(shingles, roll_unmasked(tokens, winnowing.shingle_size, shingles), winnowing.window, positions)
        total += count
        shown = 0
        for k in range(count):
            shingle = shingles[positions[k]]
            slots[shown] = seen_slot(seen, mix64(shingle))
            prefetch(seen, slots[shown] >> 2)
            shown += np.int64(shingle != HIDDEN)
        for slot in slots[:shown]:
            times = times_seen(seen, slot)
            met += np.int64(times > 0)
            seen[slot >> 2] += np.uint8(np.int64(times < 2) << ((slot & 3) << 1))
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
def count_marks(seen):
    """Return how many slots were marked once, and how many more than once."""
    once, more = 0, 0
    for byte in seen:
        ones, twos = byte & 0b01010101, (byte >> 1) & 0b01010101
        once += (ones & 1) + ((ones >> 2) & 1) + ((ones >> 4) & 1) + (ones >> 6)
        more += (twos & 1) + ((twos >> 2) & 1) + ((twos >> 4) & 1) + (twos >> 6)
    return once, more


@inlined
def first_slot(table, mixed):
    """Return the slot at which a shingle is looked for first; `mixed` is its `mix64`."""
    # Fingerprints are the smallest of their neighbours: their own high bits are no longer uniform.
    return np.int64(((mixed >> U64(32)) * U64(table.size)) >> U64(32))


@inlined
def is_part(shingle, part):
    """Return whether a shingle falls into a `Part` of all."""
    return part.of == 1 or np.int64(((mix64(~shingle) >> U64(32)) * U64(part.of)) >> U64(32)) == part.which


@kernel
def list_repeated(address, num_tokens, winnowing, seen, part, mixed, positions, ends):
    """List the fingerprints that may occur more than once, document by document; return how many there are.

    `seen` has the marks of all documents: a fingerprint that occurs once links to nothing. Only those of one `Part` are
    listed. `mixed` (uint64, `mix64` of the shingle) and `positions` (int32) have room for one a token; those of
    document i end at `ends[i]`. A text shorter than a shingle has none.
    """
    shingle_size, window = winnowing
    shingles = np.empty(4096, np.uint64)
    places = np.empty(4096, np.int32)
    found = 0
    for i in range(address.size):
        ends[i] = found
        tokens = tokens_at(address[i], num_tokens[i])
        if tokens.size < shingle_size:
            continue
        if tokens.size > shingles.size:
            shingles = np.empty(2 * tokens.size, np.uint64)
            places = np.empty(2 * tokens.size, np.int32)
        count = winnow(shingles, roll_unmasked(tokens, shingle_size, shingles), window, places)
        asked = found
        for k in range(count):
            shingle = shingles[places[k]]
            mixed[asked] = mix64(shingle)
            positions[asked] = places[k]
            prefetch(seen, seen_slot(seen, mixed[asked]) >> 2)
            asked += np.int64(shingle != HIDDEN and is_part(shingle, part))
        for k in range(found, asked):
            mixed[found], positions[found] = mixed[k], positions[k]
            found += np.int64(times_seen(seen, seen_slot(seen, mixed[k])) >= 2)
        ends[i] = found
    return found


@inner
def find_fingerprint(table, mixed, most_steps):
    """Return the slot of a shingle: the one that holds it, or the free one where it belongs; -1 if that is too far."""
    size = table.size
    tag = U32(mixed & U64(0xFFFFFFFF))
    slot = first_slot(table, mixed)
    steps = 0
    while table[slot].source != 0 and table[slot].tag != tag:
        slot = slot + 1 if slot + 1 < size else 0
        steps += 1
        if steps == most_steps:
            return -1
    return slot


@kernel
def link_block(table, most_steps, first, mixed, positions, ends, links):
    """Link the fingerprints of documents `first`, `first + 1`, ... to their sources, and enter new ones.

    `mixed`, `positions` and `ends` are those of `list_repeated`. Writes rows (document, source, token in the source,
    token), ascending by the first and the last, to `links` (int32[..., 4], room for one a fingerprint) and returns how
    many. Returns -1 if a fingerprint is more than `most_steps` slots from its place: the table is too small. A document
    that is the source of its own fingerprint gets no link.
    """
    found, start = 0, 0
    for i in range(ends.size):
        for k in range(start, ends[i]):
            prefetch(table, first_slot(table, mixed[k]))
        for k in range(start, ends[i]):
            slot = find_fingerprint(table, mixed[k], most_steps)
            if slot < 0:
                return -1
            source = table[slot].source - 1
            if source < 0:
                table[slot].tag = U32(mixed[k] & U64(0xFFFFFFFF))
                table[slot].source = first + i + 1
                table[slot].position = positions[k]
            elif source != first + i:
                links[found, 0] = first + i
                links[found, 1] = source
                links[found, 2] = table[slot].position
                links[found, 3] = positions[k]
                found += 1
        start = ends[i]
    return found
