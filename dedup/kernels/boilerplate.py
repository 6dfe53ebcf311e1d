"""Anchors that stand in many documents of one series whose texts are otherwise different."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.anchors import winnow
from dedup.kernels.hashing import U64, mix64
from dedup.kernels.jit import kernel
from dedup.kernels.memory import tokens_at
from dedup.kernels.shingles import roll_shingles

COPY_GAP = 25  # tokens between two frequent runs that still count as covered: the edits of a near-copy
COPY_SHARE = 0.8  # a document covered to more than this by frequent text is a copy, and proves no boilerplate
RANGE_GAP = 4  # tokens between two anchors of one range: those of one run are never farther apart
MIN_RANGE = 12  # tokens of the shortest range


class FrequencyTable(NamedTuple):
    """How many documents hold each anchor, by open addressing; a free slot has count 0.

    ```
    keys     uint64[size]  hash of anchor and series
    counts   int32[size]   documents that hold it
    support  int32[size]   those of them whose text is otherwise different
    last     int32[size]   the last document that was counted
    first    int32[size]   the first one
    ```
    """

    keys: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int32]
    support: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]


@kernel
def find_frequency(table, key):
    """Return the slot of a key: the one that holds it, or the free one where it belongs."""
    size = table.keys.size
    slot = np.int64(((key >> U64(32)) * U64(size)) >> U64(32))
    while table.counts[slot] != 0 and table.keys[slot] != key:
        slot = slot + 1 if slot + 1 < size else 0
    return slot


@kernel
def copy_frequent(table, least, frequent):
    """Enter the keys that at least so many documents hold into another, small table: it stays in the cache."""
    for slot in range(table.keys.size):
        if table.counts[slot] >= least:
            place = find_frequency(frequent, table.keys[slot])
            frequent.keys[place] = table.keys[slot]
            frequent.counts[place] = table.counts[slot]
            frequent.first[place] = table.first[slot]
            frequent.last[place] = -1


@kernel
def find_anchors(tokens, sizes, shingles, positions):
    """Return a document's shingles, the positions of its anchors among them, and how many anchors there are.

    The arrays are those given (uint64, int32), or larger ones where these have no room for every token; `sizes` is
    (shingle_size, window).
    """
    if tokens.size > shingles.size:
        shingles = np.empty(2 * tokens.size, np.uint64)
        positions = np.empty(2 * tokens.size, np.int32)
    return shingles, positions, winnow(shingles, roll_shingles(tokens, sizes[0], shingles), sizes[1], positions)


@kernel
def count_block(table, first, address, num_tokens, series, counted, sizes):
    """Count the anchors of documents `first`, `first + 1`, ...; only those with `counted` (bool[n]) are looked at.

    `series` is uint64[n], `sizes` is (shingle_size, window).
    """
    shingles = np.empty(4096, np.uint64)
    positions = np.empty(4096, np.int32)
    for i in range(address.size):
        if not counted[i]:
            continue
        tokens = tokens_at(address[i], num_tokens[i])
        shingles, positions, count = find_anchors(tokens, sizes, shingles, positions)
        for k in range(count):
            key = mix64(shingles[positions[k]] ^ series[i])
            slot = find_frequency(table, key)
            if table.counts[slot] == 0:
                table.keys[slot] = key
                table.first[slot] = first + i
                table.last[slot] = -1
            if table.last[slot] != first + i:
                table.last[slot] = first + i
                table.counts[slot] += 1


@kernel
def support_block(table, first, address, num_tokens, series, counted, needed, sizes):
    """Count for each frequent anchor the documents that are not covered by frequent text as a whole.

    A story that fifty outlets print is frequent too, but it covers its documents; boilerplate stands beside a text of
    their own. `needed` (int32[n]) is from how many documents on an anchor is frequent in each document's series.
    """
    shingles = np.empty(4096, np.uint64)
    positions = np.empty(4096, np.int32)
    for i in range(address.size):
        if not counted[i]:
            continue
        tokens = tokens_at(address[i], num_tokens[i])
        shingles, positions, count = find_anchors(tokens, sizes, shingles, positions)
        covered, reached = 0, -COPY_GAP - 1
        frequent = 0
        for k in range(count):
            if table.counts[find_frequency(table, mix64(shingles[positions[k]] ^ series[i]))] < needed[i]:
                continue
            start, end = np.int64(positions[k]), np.int64(positions[k]) + sizes[0]
            covered += end - max(start if start - reached > COPY_GAP else reached, reached)
            reached = end
            positions[frequent] = positions[k]
            frequent += 1
        if covered > COPY_SHARE * tokens.size:
            continue
        for k in range(frequent):
            slot = find_frequency(table, mix64(shingles[positions[k]] ^ series[i]))
            if table.last[slot] >= 0:
                table.last[slot] = -1
            if table.last[slot] != -2 - first - i:
                table.last[slot] = -2 - first - i
                table.support[slot] += 1


@kernel
def mark_block(table, first, address, num_tokens, series, needed, sizes, ranges):
    """Write the boilerplate of documents `first`, `first + 1`, ... to `ranges`, return how many rows there are.

    A row of `ranges` (int32[..., 5]) is document, first token, end, documents that hold it, and 1 where this document
    is the first holder of most of it.
    """
    shingles = np.empty(4096, np.uint64)
    positions = np.empty(4096, np.int32)
    found = 0
    for i in range(address.size):
        tokens = tokens_at(address[i], num_tokens[i])
        shingles, positions, count = find_anchors(tokens, sizes, shingles, positions)
        start, end, holders, own, anchors = 0, -RANGE_GAP - 1, 0, 0, 0
        for k in range(count + 1):
            slot = -1
            if k < count:
                slot = find_frequency(table, mix64(shingles[positions[k]] ^ series[i]))
                if table.support[slot] < needed[i]:
                    continue
            if slot < 0 or positions[k] - end > RANGE_GAP:
                if end - start >= MIN_RANGE:
                    ranges[found, 0] = first + i
                    ranges[found, 1] = start
                    ranges[found, 2] = end
                    ranges[found, 3] = holders
                    ranges[found, 4] = 1 if 2 * own > anchors else 0
                    found += 1
                if slot < 0:
                    break
                start, holders, own, anchors = positions[k], 0, 0, 0
            end = positions[k] + sizes[0]
            holders = max(holders, table.counts[slot])
            anchors += 1
            own += 1 if table.first[slot] == first + i else 0
    return found
