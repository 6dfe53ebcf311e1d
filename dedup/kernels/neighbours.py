"""Neighbours of documents by the rare terms they share, inside a window of days; never all pairs."""

from typing import NamedTuple

import numpy as np

from dedup.kernels.jit import inner, kernel

UNDATED = -(2**31)
NUM_COUNTERS = 3
CANDIDATES, FULL_BUCKETS, CUT_LISTS = range(NUM_COUNTERS)


class SparseRows(NamedTuple):
    """Documents as sparse vectors of length 1.

    ```
    starts   int64[n + 1]  document i has the entries [starts[i], starts[i + 1])
    terms    int32[m]
    weights  float32[m]
    ```
    """

    starts: np.ndarray
    terms: np.ndarray
    weights: np.ndarray


class NeighbourBounds(NamedTuple):
    """What is compared with what, and the bounds that keep the work linear.

    window          days between two dated documents
    copy            share of distinct terms in common, of all that either holds, from which a document is a copy
    floor           least similarity of a neighbour
    key_terms       terms of a document that are looked up: the heaviest
    max_bucket      earlier documents that one look-up visits: the last ones, dated and undated apart
    max_neighbours  candidates of a document that are compared exactly: those with most in common
    """

    window: int
    copy: float
    floor: float
    key_terms: int
    max_bucket: int
    max_neighbours: int


class NeighbourState(NamedTuple):
    """Arrays that the kernel works in.

    ```
    bucket_starts  int64[v + 1]      room of each term's bucket: as many places as documents hold it
    filled         int32[v]          documents in each bucket
    undated        int32[v]          of those, how many have no date; they stand first
    members        int32[entries]    documents, by bucket
    shares         float32[entries]  the weight of the term in each of them
    row            float32[v]        the document at hand, by term: zeros between documents
    sums           float32[n]        what it has in common with each earlier one: zeros between documents
    touched        int32[n]
    leader         int32[n]          out: the document it is a copy of, else itself
    counters       int64[3]          out: candidate pairs, buckets and lists that were cut
    ```
    """

    bucket_starts: np.ndarray
    filled: np.ndarray
    undated: np.ndarray
    members: np.ndarray
    shares: np.ndarray
    row: np.ndarray
    sums: np.ndarray
    touched: np.ndarray
    leader: np.ndarray
    counters: np.ndarray


@inner
def visit_bucket(state, first, last, least_day, days, weight, num_touched):
    """Add one term to the sums of the documents at places [first, last) of `members`, last first, down to a day."""
    for place in range(last - 1, first - 1, -1):
        j = state.members[place]
        if days[j] < least_day:
            break
        if state.sums[j] == 0:
            state.touched[num_touched] = j
            num_touched += 1
        state.sums[j] += weight * state.shares[place]
    return num_touched


@inner
def kth_largest(values, k):
    """Return the k-th largest of some float32 (k from 1), which are moved: Hoare's selection.

    `np.sort` takes 0.7 s to compile. O(values) on average.
    """
    place, low, high = values.size - k, 0, values.size - 1
    while low < high:
        pivot = values[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if place <= right:
            high = right
        elif place >= left:
            low = left
        else:
            break
    return values[place]


@kernel
def find_neighbours(rows, num_distinct, days, bounds, state, pairs, similarities):
    """Write the pairs (int32[m, 2], earlier first) of similar documents and their cosines; return how many.

    `rows` is a `SparseRows`. Documents without a date come first, the others by `days` (int32). Each document is looked
    up among the earlier ones by its heaviest terms; the candidates that share most with it are compared exactly. A
    document that reaches `copy` follows its most similar one and enters no bucket, so thousands of copies cost no more
    than their number. `copy` is a Jaccard similarity of terms (int32[n] `num_distinct` counts them, those outside the
    vectors too). By cosine, in a corpus of copies, one word of its own would outweigh everything that a document
    shares. O(n * key_terms * max_bucket).
    """
    starts, terms, weights = rows
    size = 0
    for i in range(days.size):
        begin, end = starts[i], starts[i + 1]
        state.leader[i] = i
        if begin == end:
            continue
        least = np.float32(0)
        if end - begin > bounds.key_terms:
            least = kth_largest(weights[begin:end].copy(), bounds.key_terms)
        num_touched = np.int64(0)
        for k in range(begin, end):
            term, weight = terms[k], weights[k]
            state.row[term] = weight
            if weight < least:
                continue
            first = state.bucket_starts[term]
            split = first + state.undated[term]
            last = first + state.filled[term]
            if days[i] != UNDATED:
                low = max(split, last - bounds.max_bucket)
                if low > split and days[state.members[low - 1]] >= days[i] - bounds.window:
                    state.counters[FULL_BUCKETS] += 1
                num_touched = visit_bucket(state, low, last, days[i] - bounds.window, days, weight, num_touched)
            low = max(first, split - bounds.max_bucket)
            if low > first:
                state.counters[FULL_BUCKETS] += 1
            num_touched = visit_bucket(state, low, split, np.int64(UNDATED), days, weight, num_touched)

        # A sum over the heaviest terms is at most the cosine; candidates far below the floor are not worth a look.
        bar = np.float32(bounds.floor / 4)
        if num_touched > bounds.max_neighbours:
            kth = kth_largest(state.sums[state.touched[:num_touched]], bounds.max_neighbours)
            if kth > bar:
                bar = kth
                state.counters[CUT_LISTS] += 1
        best, best_j, list_start = 0.0, i, size
        for c in range(num_touched):
            j = state.touched[c]
            common_share = state.sums[j]
            state.sums[j] = 0
            if common_share < bar:
                continue
            state.counters[CANDIDATES] += 1
            cosine = np.float32(0)
            num_common = 0
            for k in range(starts[j], starts[j + 1]):
                share = state.row[terms[k]]
                num_common += share > 0
                cosine += share * weights[k]
            jaccard = num_common / (num_distinct[i] + num_distinct[j] - num_common)
            may_lead = days[j] != UNDATED or days[i] == UNDATED  # else its copies of any two days would be together
            if may_lead and (jaccard > best or (jaccard == best and j < best_j)):
                best, best_j = jaccard, j
            if cosine >= bounds.floor and size < list_start + bounds.max_neighbours:
                pairs[size, 0], pairs[size, 1] = j, i
                similarities[size] = cosine
                size += 1
        for k in range(begin, end):
            state.row[terms[k]] = 0
        if best >= bounds.copy:
            state.leader[i] = best_j
            size = list_start
            continue
        for k in range(begin, end):
            if weights[k] < least:
                continue
            term = terms[k]
            place = state.bucket_starts[term] + state.filled[term]
            state.members[place] = i
            state.shares[place] = weights[k]
            state.filled[term] += 1
            if days[i] == UNDATED:
                state.undated[term] += 1
    return size
