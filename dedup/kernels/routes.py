"""Which range of documents has to see which document: buckets that reach over ranges of ranks."""

import numpy as np

from dedup.kernels.jit import inner, kernel

RANGE_BITS = 20  # a route is rank << RANGE_BITS + 1 | range << 1 | whether its bucket is large


@inner
def add_route(routes, found, rank, seen_by, is_large):
    """Write a route behind the `found` ones of an int64 array, return the array: a larger one if it was full."""
    if found == routes.size:
        grown = np.empty(2 * routes.size, np.int64)
        for i in range(routes.size):
            grown[i] = routes[i]
        routes = grown
    routes[found] = rank << (RANGE_BITS + 1) | seen_by << 1 | is_large
    return routes


@kernel
def find_routes(keys, ranks, sizes, range_size, threshold, small):
    """Return int64[...] routes: a document and a range that has to see it; some of them more than once.

    `keys` (uint64), `ranks` (int64) and `sizes` (int32, distinct shingles) are sorted by key, then by rank: a run of
    equal keys is a bucket. Range r holds the ranks with `rank // range_size == r`. A range sees both documents of
    each pair in a bucket whose later one is its own. In a bucket of at most `small` members only pairs count whose
    sizes allow for the threshold: O(small) a member; in any other all do: O(ranges) a member.
    """
    routes = np.empty(1024, np.int64)
    found = 0
    start = 0
    while start < keys.size:
        end = start + 1
        while end < keys.size and keys[end] == keys[start]:
            end += 1
        if end - start <= small:
            for later in range(start + 1, end):
                seen_by = ranks[later] // range_size
                before = found
                for earlier in range(start, later):
                    if min(sizes[earlier], sizes[later]) / max(sizes[earlier], sizes[later]) >= threshold:
                        routes = add_route(routes, found, ranks[earlier], seen_by, np.int64(0))
                        found += 1
                if found > before:
                    routes = add_route(routes, found, ranks[later], seen_by, np.int64(0))
                    found += 1
        else:
            first = start
            while first < end:  # the members of one range after the other
                seen_by = ranks[first] // range_size
                past = first + 1
                while past < end and ranks[past] // range_size == seen_by:
                    past += 1
                if past - start > 1:
                    for member in range(start, past):
                        routes = add_route(routes, found, ranks[member], seen_by, np.int64(1))
                        found += 1
                first = past
        start = end
    return routes[:found]
