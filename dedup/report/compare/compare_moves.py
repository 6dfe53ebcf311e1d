"""Moves: statements whose place in a text is not their place in the base."""

from dedup.compare.model import Cell, Comparison
from dedup.diff.patience import find_longest_increasing
from dedup.text.units import UnitKind


def find_moves(found: Comparison) -> list[list[set[int]]]:
    """Return, for each text and each base, the rows whose place in the text is out of the base's order.

    Those that the longest run of rows in the order of both leaves out: the fewest that can be said to have moved.
    """
    first = [
        {n: place for n, row in enumerate(found.rows) if (place := find_first(found, row.find(outlet))) is not None}
        for outlet in range(len(found.outlets))
    ]
    return [[find_out_of_order(own, base) for base in first] for own in first]


def find_first(found: Comparison, cell: Cell | None) -> int | None:
    """Return the first character of a cell, None where it holds headings only: they are above the text, not in it."""
    if cell is None:
        return None
    outlet = found.outlets[cell.outlet]
    spans = zip(cell.sentences, outlet.list_spans(cell), strict=True)
    return next((span.start for s, span in spans if outlet.sentences[s].kind is not UnitKind.HEADING), None)


def find_out_of_order(own: dict[int, int], base: dict[int, int]) -> set[int]:
    """Return the rows of both that the longest increasing subsequence leaves out."""
    rows = sorted(own.keys() & base.keys(), key=lambda row: (base[row], own[row]))
    kept = find_longest_increasing([own[row] for row in rows])
    return set(rows) - {rows[place] for place in kept}
