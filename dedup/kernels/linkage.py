"""Average linkage over a list of pairs: the mean similarity of two groups decides, so that groups do not chain.

Plain NumPy: a round sorts the pairs, and there are few rounds.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MIXER = np.uint64(0x9E3779B97F4A7C15)


class SimilarPairs(NamedTuple):
    """Pairs of items with their similarity, each once: int32[m] and int32[m] with first < second, float64[m]."""

    first: npt.NDArray[np.int32]
    second: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float64]


def link_groups(
    count: int, pairs: SimilarPairs, threshold: float, max_size: int | None = None, *, is_sparse: bool = True
) -> tuple[np.ndarray, int]:
    """Return the group of each of `count` items, named by its first item, and how many merges `max_size` forbade.

    The groups are those of average linkage (Sokal & Michener 1958) cut at `threshold`: two groups merge while their
    mean similarity reaches it. In a sparse list a missing pair counts as 0; else the mean is over the listed pairs.

    In each round all pairs of groups merge that are nearest to one another. Average linkage is reducible, so the result
    is that of merging the one nearest pair each time (Sumengen et al. 2021, "Scaling Hierarchical Agglomerative
    Clustering to Billion-sized Datasets"). O(pairs * log pairs) a round.
    """
    group: npt.NDArray[np.int32] = np.arange(count, dtype=np.int32)
    sizes = np.ones(count, np.int64)
    first, second, total = pairs
    listed = np.ones(len(first), np.int32)
    num_forbidden = 0
    while len(first):
        mean = total / (sizes[first] * sizes[second] if is_sparse else listed)
        if max_size is not None:
            too_large = sizes[first] + sizes[second] > max_size
            num_forbidden += int((too_large & (mean >= threshold)).sum())
            mean[too_large] = -np.inf  # never again: groups only grow
        best = np.full(count, -np.inf)
        np.maximum.at(best, first, mean)
        np.maximum.at(best, second, mean)
        # A group whose best mean is below the threshold never merges: a mean of parts is no larger than the larger.
        alive = (best[first] >= threshold) & (best[second] >= threshold) & (mean > -np.inf)
        first, second, total, listed, mean = first[alive], second[alive], total[alive], listed[alive], mean[alive]
        merged = choose_merges(first, second, (mean == best[first]) & (mean == best[second]), count)
        if not merged.any():
            break
        parent = np.arange(count, dtype=np.int32)
        parent[second[merged]] = first[merged]
        np.add.at(sizes, first[merged], sizes[second[merged]])
        group = parent[group]
        first, second, total, listed = add_up(parent[first], parent[second], total, listed, count)
    return group, num_forbidden


def choose_merges(first: np.ndarray, second: np.ndarray, nearest: np.ndarray, count: int) -> npt.NDArray[np.bool_]:
    """Return the pairs that merge: nearest to one another and, among equals, of the highest rank for both ends.

    The rank is a mixture of the bits of the pair. With the place in the list as the rank, a thousand items that are all
    equally alike would merge one a round, because each is nearest to the first of them.
    """
    places = np.flatnonzero(nearest)
    a, b = first[places], second[places]
    rank = (a.astype(np.int64) * count + b).astype(np.uint64) * MIXER
    rank ^= rank >> np.uint64(32)
    rank *= MIXER  # odd: no two pairs have the same rank
    highest = np.zeros(count, np.uint64)
    np.maximum.at(highest, a, rank)
    np.maximum.at(highest, b, rank)
    merged = np.zeros(len(first), bool)
    merged[places] = (highest[a] == rank) & (highest[b] == rank)
    return merged


def add_up(
    first: np.ndarray, second: np.ndarray, total: np.ndarray, listed: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return each pair of groups once, sorted, with the sums over the pairs between them."""
    key = np.minimum(first, second).astype(np.int64) * count + np.maximum(first, second)
    between = first != second
    key, total, listed = key[between], total[between], listed[between]
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    key = key[starts]
    if len(starts):
        total, listed = np.add.reduceat(total[order], starts), np.add.reduceat(listed[order], starts)
    return (key // count).astype(np.int32), (key % count).astype(np.int32), total, listed
