"""Increasing subsequences: which aligned things keep their order, and where long sequences can be cut safely."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple


class _Chain(NamedTuple):
    """An increasing subsequence: its sum of weights, and the position of its last value."""

    total: float
    last: int


_NO_CHAIN = _Chain(0.0, -1)


def find_heaviest_increasing(values: Sequence[int], weights: Sequence[float]) -> list[int]:
    """Return the positions of the increasing subsequence of distinct `values` with the largest sum of weights.

    A Fenwick tree over the ranks holds the best sum that ends at or below each value: O(n log n).

    >>> find_heaviest_increasing([3, 0, 1, 2], [2.0, 1.0, 1.0, 1.0])
    [1, 2, 3]
    """
    ranks = {value: rank for rank, value in enumerate(sorted(values), start=1)}
    best = [_NO_CHAIN] * (len(values) + 1)
    previous = [-1] * len(values)
    for position, value in enumerate(values):
        total, previous[position] = _find_best(best, ranks[value] - 1)
        _raise_best(best, ranks[value], _Chain(total + weights[position], position))
    chain = []
    position = _find_best(best, len(values)).last
    while position >= 0:
        chain.append(position)
        position = previous[position]
    return chain[::-1]


def _find_best(best: Sequence[_Chain], rank: int) -> _Chain:
    found = _NO_CHAIN
    while rank:
        if best[rank].total > found.total:
            found = best[rank]
        rank &= rank - 1
    return found


def _raise_best(best: list[_Chain], rank: int, candidate: _Chain) -> None:
    while rank < len(best):
        if candidate.total > best[rank].total:
            best[rank] = candidate
        rank += rank & -rank


def find_unique_pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the places of the values that occur exactly once on each side, in old order.

    >>> find_unique_pairs("abca", "cbd")
    [(1, 1), (2, 0)]
    """
    old_counts, new_counts = Counter(old), Counter(new)
    places = {value: index for index, value in enumerate(new) if new_counts[value] == 1}
    return [(index, places[value]) for index, value in enumerate(old) if old_counts[value] == 1 and value in places]


def find_anchors(old: Sequence[Hashable], new: Sequence[Hashable], width: int) -> list[tuple[int, int]]:
    """Return places, increasing on both sides, at which the same `width` values occur once: patience anchors."""
    pairs = find_unique_pairs(_hash_grams(old, width), _hash_grams(new, width))
    return [pairs[index] for index in find_longest_increasing([new_index for _, new_index in pairs])]


def _hash_grams(values: Sequence[Hashable], width: int) -> list[int]:
    """Return one 64-bit hash for each run of `width` values: tuples would need three times the memory."""
    return [hash(gram) for gram in zip(*(values[shift:] for shift in range(width)), strict=False)]


def find_longest_increasing(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest increasing subsequence of distinct values: patience sorting, O(n log n).

    >>> find_longest_increasing([3, 0, 1, 2])
    [1, 2, 3]
    """
    tails: list[int] = []
    tops: list[int] = []
    previous = [-1] * len(values)
    for position, value in enumerate(values):
        pile = bisect_left(tails, value)
        previous[position] = tops[pile - 1] if pile else -1
        tails[pile : pile + 1] = [value]
        tops[pile : pile + 1] = [position]
    chain = []
    position = tops[-1] if tops else -1
    while position >= 0:
        chain.append(position)
        position = previous[position]
    return chain[::-1]
