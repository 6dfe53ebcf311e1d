"""Moves: statements whose place in a text is not their place in the base."""

from bisect import bisect_left

from dedup.compare.model import Comparison


def find_moves(found: Comparison) -> list[list[set[int]]]:
    """Return, for each text and each base, the rows whose place in the text is out of the base's order.

    Those that the longest run of rows in the order of both leaves out: the fewest that can be said to have moved.
    """
    first = [
        {number: cell.sentences[0] for number, row in enumerate(found.rows) if (cell := row.find(outlet))}
        for outlet in range(len(found.outlets))
    ]
    return [[find_out_of_order(own, base) for base in first] for own in first]


def find_out_of_order(own: dict[int, int], base: dict[int, int]) -> set[int]:
    """Return the rows of both that the longest increasing subsequence leaves out (patience sorting, O(n log n))."""
    rows = sorted(own.keys() & base.keys(), key=lambda row: (base[row], own[row]))
    tails: list[int] = []
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for row in rows:
        place = bisect_left(tails, own[row])
        before[row] = ends[place - 1] if place else None
        tails[place : place + 1] = [own[row]]
        ends[place : place + 1] = [row]
    kept: set[int] = set()
    row_or_none: int | None = ends[-1] if ends else None
    while row_or_none is not None:
        kept.add(row_or_none)
        row_or_none = before[row_or_none]
    return set(rows) - kept
