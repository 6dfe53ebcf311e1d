"""The order of statements: what is out of the order of the base, and the picture of who puts what where.

The picture has a column for each text, and a line for each statement from one column to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.compare.model import Cell, Comparison
from dedup.diff.patience import find_longest_increasing
from dedup.report.compare.compare_names import name_letter, number_statements
from dedup.report.compare.compare_text import quote_line
from dedup.text.units import UnitKind

MAX_ORDERED = 60  # statements in the picture: those of most texts
TOP, STEP, MIN_HEIGHT = 40.0, 22.0, 320.0  # pixels


@dataclass(frozen=True, slots=True)
class OrderPoint:
    """A statement in the column of one text: x in per cent of the width, y in pixels, and its place in the text."""

    x: float
    y: float
    place: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One statement: its points from left to right."""

    number: int
    text: str
    points: tuple[OrderPoint, ...]
    is_moved: bool


@dataclass(frozen=True, slots=True)
class OrderPicture:
    """All lines; `columns` are (letter, number, x in per cent)."""

    columns: tuple[tuple[str, int, float], ...]
    lines: tuple[OrderLine, ...]
    height: float


def draw_order(found: Comparison) -> OrderPicture:
    """Return the picture; a statement is moved where a text puts it out of the order of the base."""
    moved = {row for bases in find_moves(found) for row in bases[found.base]}
    numbers = number_statements(found)
    shared = [row for row, held in enumerate(found.rows) if len(held.cells) > 1]
    chosen = sorted(sorted(shared, key=lambda row: (-len(found.rows[row].cells), row))[:MAX_ORDERED])
    count = len(found.outlets)
    xs = [round(100 * (outlet + 0.5) / count, 2) for outlet in range(count)]
    height = max(MIN_HEIGHT, STEP * max((len(list_places(found, o, chosen)) for o in range(count)), default=0))
    points: dict[int, list[OrderPoint]] = {row: [] for row in chosen}
    for outlet, x in enumerate(xs):
        places = list_places(found, outlet, chosen)
        last = len(found.outlets[outlet].sentences)
        ys = spread([height * sentence / last for sentence, _ in places], height)
        for (sentence, row), y in zip(places, ys, strict=True):
            place = 1 + sum(s.omission is None for s in found.outlets[outlet].sentences[:sentence])
            points[row].append(OrderPoint(x, round(TOP + y, 1), f"{name_letter(outlet)} sentence {place}"))
    lines = tuple(
        OrderLine(numbers[row], quote_line(found, row), tuple(points[row]), is_moved=row in moved) for row in chosen
    )
    columns = tuple((name_letter(outlet), outlet, x) for outlet, x in enumerate(xs))
    return OrderPicture(columns, lines, TOP + height + STEP)


def list_places(found: Comparison, outlet: int, rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return (first sentence, row) of the rows that a text has, in its order."""
    return sorted((cell.sentences[0], row) for row in rows if (cell := found.rows[row].find(outlet)))


def spread(places: Sequence[float], height: float) -> list[float]:
    """Return places in order moved apart to STEP or more, inside the height.

    >>> spread([0, 1, 100], 110)
    [0, 22.0, 100]
    """
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + STEP) if moved else place)
    for number in range(len(moved) - 1, -1, -1):
        limit = moved[number + 1] - STEP if number + 1 < len(moved) else height
        moved[number] = min(moved[number], limit)
    return moved


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
