"""What an outlet leaves out: statements of others to which nothing in its text comes near."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.model import Grade, LeftOut, Link, Nearest, Place, Row, Strength

Matrix = npt.NDArray[np.float32]

MIN_TELLERS = 2  # other texts that say what one is said to leave out
# How near a sentence may come to a statement that its text leaves out: below what is best on seven stories. `make
# bench-compare` prints what each gives with its story left out of the choice.
FAR = {"lexical": 0.02, "semantic": 0.045}
MIN_SHOWN = 0.01  # a sentence that has less of a statement is not shown as its nearest


class Nearness(NamedTuple):
    """The sentences that are compared, and how near they come to each other.

    values  float32[n, n]   scores of all pairs, symmetric, about 0 for chance
    far     below it a sentence does not come near
    """

    places: Sequence[Place]
    values: Matrix
    far: float


class Omitted(NamedTuple):
    """What every outlet leaves out, and the rows that one outlet alone makes."""

    left_out: tuple[LeftOut, ...]
    alone: tuple[int, ...]


def find_left_out(rows: Sequence[Row], links: Sequence[Link], nearness: Nearness, num_outlets: int) -> Omitted:
    """Return what is left out, by outlet, what most others say first.

    A statement is what a row says. Those who make it are the outlets of the row, and those with a strong link into it.
    Of the others, a weak link, a sentence that comes near, or a place in the row of a linked sentence says that they
    have it in part or elsewhere.
    """
    mates = [list_places(row) for row in rows]
    home = {Place(c.outlet, s): number for number, row in enumerate(rows) for c in row.cells for s in c.whole}
    linked = collect_neighbours(links)
    position = {place: number for number, place in enumerate(nearness.places)}
    columns = [np.flatnonzero([p.outlet == outlet for p in nearness.places]) for outlet in range(num_outlets)]
    near = lift_links(nearness, links, position)
    found: list[LeftOut] = []
    alone = []
    for number, own in enumerate(mates):
        says = tuple(sorted({*own, *(other for place in own for other in linked.get(place, ()))}))
        tellers = {place.outlet for place in says}
        nearest = near[[position[place] for place in says]].max(0)
        joined = [position[mate] for place in says for mate in mates[home[place]]]
        nearest[joined] = np.maximum(nearest[joined], np.float32(nearness.far))
        entries = []
        for outlet in range(num_outlets):
            if outlet not in tellers:
                best = find_nearest(nearest, columns[outlet], nearness.places)
                grade = Grade.ELSEWHERE if best and best.score >= nearness.far else Grade.LEFT_OUT
                entries.append(LeftOut(outlet, grade, number, says, best))
        if len(tellers) >= min(MIN_TELLERS, num_outlets - 1):
            found += entries
        if len(tellers) == 1 and all(entry.grade is Grade.LEFT_OUT for entry in entries):
            alone.append(number)
    found.sort(key=lambda entry: (entry.outlet, -len(entry.outlets), entry.row))
    return Omitted(tuple(drop_repeats(found, mates)), tuple(alone))


def collect_neighbours(links: Sequence[Link]) -> dict[Place, list[Place]]:
    """Return, for each sentence, those that a strong link joins to it."""
    linked: dict[Place, list[Place]] = {}
    for link in links:
        if link.strength is Strength.STRONG:
            linked.setdefault(link.a, []).append(link.b)
            linked.setdefault(link.b, []).append(link.a)
    return linked


def lift_links(nearness: Nearness, links: Sequence[Link], position: Mapping[Place, int]) -> Matrix:
    """Return how near sentences come, those with any link at least `far`."""
    near = nearness.values.copy()
    for link in links:
        i, j = position[link.a], position[link.b]
        near[i, j] = near[j, i] = max(near[i, j], np.float32(nearness.far))
    return near


def list_places(row: Row) -> list[Place]:
    """Return the sentences of a row."""
    return [Place(cell.outlet, sentence) for cell in row.cells for sentence in cell.sentences]


def find_nearest(near: Matrix, columns: npt.NDArray[np.int64], places: Sequence[Place]) -> Nearest | None:
    """Return the sentence of an outlet that comes nearest to a statement."""
    if not columns.size:
        return None
    best = int(columns[near[columns].argmax()])
    return Nearest(places[best], round(float(near[best]), 4)) if near[best] >= MIN_SHOWN else None


def drop_repeats(entries: Sequence[LeftOut], mates: Sequence[Sequence[Place]]) -> Iterator[LeftOut]:
    """Yield the entries but those of rows that an earlier entry of the outlet says already: links join rows.

    mates  the sentences of each row
    """
    told: dict[int, set[Place]] = {}
    for entry in entries:
        known = told.setdefault(entry.outlet, set())
        if not known.issuperset(mates[entry.row]):
            yield entry
        known.update(entry.says)
