"""Which band keys of which documents may find something: those of buckets that hold two documents that look alike.

Most keys stand in one document alone. Most others meet by chance: two texts of one outlet share a phrase or two. Here
a bucket is looked at once, its signatures side by side in the cache. In a table of all keys each pair of a bucket would
be two cache misses, and each key 18 bytes.
"""

import numba as nb
import numpy as np

from dedup.kernels.buffers import prefetch, tokens_at
from dedup.kernels.hashing import U64
from dedup.kernels.jit import inlined, kernel
from dedup.kernels.minhash import SIGNATURE_WORDS, count_agreeing

DIGIT_BITS = 11
AHEAD = 32  # entries: a signature is asked for that long before it is read


@inlined
def are_together(packed, i, j):
    """Return whether two entries are of one bucket."""
    return (packed[i] ^ packed[j]) >> U64(32) == U64(0)


@kernel
def sort_buckets(packed, spare):
    """Sort `packed` (uint64) by its high half, in order among equal ones; `spare` is as long and is overwritten.

    Three passes of a radix sort. `np.sort` takes four times as long where it is not vectorised. O(n).
    """
    digit, last = U64((1 << DIGIT_BITS) - 1), U64(DIGIT_BITS * 2)
    places = np.zeros((3, (1 << DIGIT_BITS) + 1), np.int64)
    for word in packed:
        high = word >> U64(32)
        places[0, (high & digit) + U64(1)] += 1
        places[1, (high >> U64(DIGIT_BITS) & digit) + U64(1)] += 1
        places[2, (high >> last) + U64(1)] += 1
    for turn in range(3):
        for i in range(1 << DIGIT_BITS):
            places[turn, i + 1] += places[turn, i]
    for turn in range(3):
        source, target = (spare, packed) if turn == 1 else (packed, spare)
        shift = U64(32 + DIGIT_BITS * turn)
        for word in source:
            place = word >> shift & digit
            target[places[turn, place]] = word
            places[turn, place] += 1
    for i in range(packed.size):
        packed[i] = spare[i]


@kernel
def mark_shared(packed, addresses, sizes, limits, most, bit, marks):
    """Set `bit` in the marks (uint8[n]) of the documents that have a key of one band with one that looks alike.

    `packed` (uint64) is sorted: the high half of a band key, then the number of its document. `addresses` (uint64[n])
    are those of b-bit signatures, `sizes` (int32[n]) the distinct shingles. Alike looks what neither sizes nor
    signatures rule out. In a bucket of more than `most` documents, and of two at least, all are marked. O(most) for
    each document.
    """
    words = np.empty((most, SIGNATURE_WORDS), np.uint64)
    low = U64(0xFFFFFFFF)
    start = 0
    while start < packed.size:
        end = start + 1
        while end < packed.size and are_together(packed, start, end):
            end += 1
        count = end - start
        if count > max(most, 1):
            for i in range(start, end):
                marks[packed[i] & low] |= bit
        elif count > 1:
            for i in range(count):
                signature = tokens_at(addresses[packed[start + i] & low], 2 * SIGNATURE_WORDS)
                for word in range(SIGNATURE_WORDS):
                    words[i, word] = U64(signature[2 * word]) | U64(signature[2 * word + 1]) << U64(32)
            for i in range(1, count):
                here = packed[start + i] & low
                for j in range(i):
                    other = packed[start + j] & low
                    if marks[here] & marks[other] & bit:
                        continue
                    bound = min(sizes[here], sizes[other]) / max(sizes[here], sizes[other], nb.int32(1))
                    if bound >= limits.threshold and count_agreeing(words[i], words[j]) >= limits.agreement:
                        marks[here] |= bit
                        marks[other] |= bit
        for i in range(start + AHEAD, min(end + AHEAD, packed.size - 1)):
            if are_together(packed, i, i + 1) or are_together(packed, i, i - 1):
                prefetch(tokens_at(addresses[packed[i] & low], 1), 0)
        start = end


@kernel
def find_marked(keys, marks, found):
    """Note in `found` (bool[n]) which documents have a key (uint64[n, bands]) whose lowest bits are marked.

    `marks` are bool, a power of two of them.
    """
    mask = U64(marks.size - 1)
    for document in range(keys.shape[0]):
        band = 0
        while band < keys.shape[1] and not marks[keys[document, band] & mask]:
            band += 1
        found[document] = band < keys.shape[1]
