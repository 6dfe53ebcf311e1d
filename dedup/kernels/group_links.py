"""Links of shared fingerprints, grouped by the pair of documents that they join."""

import numpy as np

from dedup.kernels.hashing import U64, mix64
from dedup.kernels.jit import inner, kernel
from dedup.kernels.shingles import table_size


@kernel
def group_links(links, grouped):
    """Write links, ascending by document and token, to `grouped` (as large) by document, source and token.

    By counting, not by comparing: O(links) but for the sources of each document, which are sorted.
    """
    slots = np.full(256, -1, np.int32)  # by source: its number among those of the document
    slot_of = np.empty(128, np.int32)  # number -> its slot
    sources = np.empty(128, np.int64)
    ends = np.empty(129, np.int64)
    order = np.empty(128, np.int64)  # numbers, ascending by source
    numbers = np.empty(128, np.int32)  # link -> number of its source
    start = 0
    while start < links.shape[0]:
        end = start + 1
        while end < links.shape[0] and links[end, 0] == links[start, 0]:
            end += 1
        count = end - start
        if count > numbers.size:
            slots = np.full(table_size(2 * count), -1, np.int32)
            slot_of, sources = np.empty(2 * count, np.int32), np.empty(2 * count, np.int64)
            order = np.empty(2 * count, np.int64)
            ends, numbers = np.empty(2 * count + 1, np.int64), np.empty(2 * count, np.int32)
        found = number_sources(links[start:end], slots, slot_of, sources, ends, numbers)
        place = start
        sort_numbers(sources, found, order)
        for number in order[:found]:
            place, ends[number] = place + ends[number], place
        for k in range(count):
            row = ends[numbers[k]]
            ends[numbers[k]] += 1
            for field in range(4):
                grouped[row, field] = links[start + k, field]
        for number in range(found):
            slots[slot_of[number]] = -1
        start = end


@inner
def number_sources(links, slots, slot_of, sources, counts, numbers):
    """Write the number of each link's source, counted as they come, to `numbers`; return how many there are.

    The other arrays are those of `group_links`.
    """
    mask = slots.size - 1
    found = 0
    for k in range(links.shape[0]):
        source = np.int64(links[k, 1])
        slot = np.int64(mix64(U64(source)) & U64(mask))
        while slots[slot] >= 0 and sources[slots[slot]] != source:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = found
            slot_of[found] = slot
            sources[found] = source
            counts[found] = 0
            found += 1
        numbers[k] = slots[slot]
        counts[slots[slot]] += 1
    return found


@inner
def sort_numbers(keys, count, order):
    """Write 0 to `count` - 1 to `order` (int64), ascending by `keys` (int64): Shell's sort.

    `np.argsort` takes a second to compile.
    """
    for i in range(count):
        order[i] = i
    gap = count // 2
    while gap > 0:
        for i in range(gap, count):
            number = order[i]
            place = i
            while place >= gap and keys[order[place - gap]] > keys[number]:
                order[place] = order[place - gap]
                place -= gap
            order[place] = number
        gap = gap // 2 if gap == 2 else gap * 5 // 11
