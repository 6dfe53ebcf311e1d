"""Moves: statements whose place in a text is not their place in the base."""

from dedup.compare.model import Comparison
from dedup.diff.patience import find_longest_increasing


def find_moves(found: Comparison) -> list[list[set[int]]]:
    """Return, for each text and each base, the rows whose place in the text is out of the base's order.

    Those that the longest run of rows in the order of both leaves out: the fewest that can be said to have moved.
    """
    first = [
        {n: text.list_spans(cell)[0].start for n, row in enumerate(found.rows) if (cell := row.find(outlet))}
        for outlet, text in enumerate(found.outlets)
    ]
    return [[find_out_of_order(own, base) for base in first] for own in first]


def find_out_of_order(own: dict[int, int], base: dict[int, int]) -> set[int]:
    """Return the rows of both that the longest increasing subsequence leaves out."""
    rows = sorted(own.keys() & base.keys(), key=lambda row: (base[row], own[row]))
    kept = find_longest_increasing([own[row] for row in rows])
    return set(rows) - {rows[place] for place in kept}
