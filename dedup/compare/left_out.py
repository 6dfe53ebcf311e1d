"""What an outlet leaves out: statements of others to which nothing in its text comes near."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.model import Grade, LeftOut, Link, Nearest, Place, Row, Strength

Matrix = npt.NDArray[np.float32]

MIN_TELLERS = 2  # other texts that say what one is said to leave out
# What a sentence comes near to is left out by its text if those who say it come nearer to one another by this much.
# Chosen on seven stories; `make bench-compare` prints what each gives with its story left out of the choice.
MARGINS = {"lexical": 0.078, "semantic": 0.078}
FAR = {"lexical": 0.02, "semantic": 0.045}  # the same for what one text alone says: a score
MIN_SHOWN = 0.01  # a sentence that has less of a statement is not shown as its nearest


class Nearness(NamedTuple):
    """The sentences that are compared, and how near they come to each other.

    values  float32[n, n]   scores of all pairs, symmetric, about 0 for chance
    far     below it a sentence does not come near to what one text alone says
    margin  so far below the agreement of several it does not come near to what they say
    """

    places: Sequence[Place]
    values: Matrix
    far: float
    margin: float

    def measure_bound(self, says: Sequence[Place], positions: Sequence[int]) -> float:
        """Return the score from which a sentence comes near to what some sentences say, in the order of outlets.

        The agreement of several texts is the mean, over each two of them, of their best score.
        """
        starts = np.flatnonzero(np.diff([place.outlet for place in says], prepend=-1))
        if len(starts) == 1:
            return self.far
        between = self.values[np.ix_(positions, positions)]
        best = np.maximum.reduceat(np.maximum.reduceat(between, starts, axis=0), starts, axis=1)
        return max(MIN_SHOWN, float(best[np.triu_indices(len(starts), 1)].mean()) - self.margin)


class Omitted(NamedTuple):
    """What every outlet leaves out, and the rows that one outlet alone makes."""

    left_out: tuple[LeftOut, ...]
    alone: tuple[int, ...]


def find_left_out(rows: Sequence[Row], links: Sequence[Link], nearness: Nearness, num_outlets: int) -> Omitted:
    """Return what is left out, by outlet, what most others say first.

    A statement is what a row says. Those who make it are the outlets of the row, and those with a strong link into it.
    Of the others, a weak link, a sentence that comes near, or a place in the row of a linked sentence says that they
    have it in part or elsewhere. The more surely several texts say the same, the more may be near that does not.
    """
    mates = [list_places(row) for row in rows]
    home = {Place(c.outlet, s): number for number, row in enumerate(rows) for c in row.cells for s in c.whole}
    linked = collect_neighbours(links)
    position = {place: number for number, place in enumerate(nearness.places)}
    columns = [np.flatnonzero([p.outlet == outlet for p in nearness.places]) for outlet in range(num_outlets)]
    is_linked = mark_links(links, position)
    found: list[LeftOut] = []
    alone = []
    for number, own in enumerate(mates):
        says = tuple(sorted({*own, *(other for place in own for other in linked.get(place, ()))}))
        tellers = {place.outlet for place in says}
        positions = [position[place] for place in says]
        bound = nearness.measure_bound(says, positions)
        is_tied: npt.NDArray[np.bool_] = np.any(is_linked[positions], axis=0)
        is_tied[[position[mate] for place in says for mate in mates[home[place]]]] = True
        values = nearness.values[positions].max(0)
        nearest = np.where(is_tied, np.maximum(values, np.float32(bound)), values)
        entries = []
        for outlet in range(num_outlets):
            if outlet not in tellers:
                best = find_nearest(nearest, columns[outlet], nearness.places)
                grade = Grade.ELSEWHERE if best and best.score >= round(bound, 4) else Grade.LEFT_OUT
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


def mark_links(links: Sequence[Link], position: Mapping[Place, int]) -> npt.NDArray[np.bool_]:
    """Return bool[n, n]: which sentences any link joins."""
    is_linked = np.zeros((len(position), len(position)), bool)
    for link in links:
        i, j = position[link.a], position[link.b]
        is_linked[i, j] = is_linked[j, i] = True
    return is_linked


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
