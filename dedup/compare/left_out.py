"""What an outlet leaves out: statements of others to which nothing in its text comes near."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.model import Grade, LeftOut, Link, Nearest, Place, Row, Strength

Matrix = npt.NDArray[np.float32]

MIN_TELLERS = 2  # other texts that say what one is said to leave out
MAX_FAR = 0.25  # from here on a sentence comes near a statement
MIN_SHOWN = 0.1  # a sentence that has less of a statement is not shown as its nearest


class Omitted(NamedTuple):
    """What every outlet leaves out, and the rows that one outlet alone makes."""

    left_out: tuple[LeftOut, ...]
    alone: tuple[int, ...]


def find_left_out(
    rows: Sequence[Row], links: Sequence[Link], places: Sequence[Place], nearness: Matrix, num_outlets: int
) -> Omitted:
    """Return what is left out, by outlet, what most others say first.

    places    the sentences that are compared
    nearness  float32[n, n]   how near each of them comes to each other one, symmetric, 0 to about 1

    A statement is what a row says. Those who make it are the outlets of the row, and those with a strong link into it.
    """
    linked: dict[Place, list[Place]] = {}
    for link in links:
        if link.strength is Strength.STRONG:
            linked.setdefault(link.a, []).append(link.b)
            linked.setdefault(link.b, []).append(link.a)
    position = {place: number for number, place in enumerate(places)}
    columns = [np.flatnonzero([place.outlet == outlet for place in places]) for outlet in range(num_outlets)]
    found: list[LeftOut] = []
    alone = []
    for number, row in enumerate(rows):
        says = tuple(
            sorted({*list_places(row), *(other for place in list_places(row) for other in linked.get(place, ()))})
        )
        tellers = {place.outlet for place in says}
        near = nearness[[position[place] for place in says]].max(0)
        entries = []
        for outlet in range(num_outlets):
            if outlet not in tellers:
                nearest = find_nearest(near, columns[outlet], places)
                grade = Grade.ELSEWHERE if nearest and nearest.score >= MAX_FAR else Grade.LEFT_OUT
                entries.append(LeftOut(outlet, grade, number, says, nearest))
        if len(tellers) >= min(MIN_TELLERS, num_outlets - 1):
            found += entries
        if len(tellers) == 1 and all(entry.grade is Grade.LEFT_OUT for entry in entries):
            alone.append(number)
    found.sort(key=lambda entry: (entry.outlet, -len(entry.outlets), entry.row))
    return Omitted(tuple(drop_repeats(found, rows)), tuple(alone))


def list_places(row: Row) -> list[Place]:
    """Return the sentences of a row."""
    return [Place(cell.outlet, sentence) for cell in row.cells for sentence in cell.sentences]


def find_nearest(
    near: npt.NDArray[np.float32], columns: npt.NDArray[np.int64], places: Sequence[Place]
) -> Nearest | None:
    """Return the sentence of an outlet that comes nearest to a statement."""
    if not columns.size:
        return None
    best = int(columns[near[columns].argmax()])
    return Nearest(places[best], round(float(near[best]), 4)) if near[best] >= MIN_SHOWN else None


def drop_repeats(entries: Sequence[LeftOut], rows: Sequence[Row]) -> Iterator[LeftOut]:
    """Yield the entries but those of rows that an earlier entry of the outlet says already: links join rows."""
    told: dict[int, set[Place]] = {}
    for entry in entries:
        known = told.setdefault(entry.outlet, set())
        if not known.issuperset(list_places(rows[entry.row])):
            yield entry
        known.update(entry.says)
