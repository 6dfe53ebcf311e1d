"""Links: which sentences say the same, how surely, and how the two wordings relate."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dedup.compare.model import Cell, Link, Nearest, Outlet, Place, Row, Strength, Wording
from dedup.compare.relate_wordings import MutualCoverage, classify_wording
from dedup.compare.scores import Thresholds
from dedup.compare.terms import fold_words
from dedup.text.units import UnitKind

Matrix = npt.NDArray[np.float32]

MIN_TELLING = 5  # words: a shorter sentence says little by itself


class Wordings:
    """The words of every sentence, and how much each sentence says of each other one."""

    def __init__(self, outlets: Sequence[Outlet], places: Sequence[Place], coverage: Matrix) -> None:
        self.outlets = outlets
        self._coverage = coverage
        self._positions = {place: number for number, place in enumerate(places)}

    @cached_property
    def _words(self) -> dict[Place, list[str]]:
        return {place: fold_words(self.outlets[place.outlet].cut(place.sentence)) for place in self._positions}

    def words_of(self, outlet: int) -> list[str]:
        """Return all words of an outlet that are compared."""
        return [word for place, words in self._words.items() if place.outlet == outlet for word in words]

    def measure_coverage(self, a: Place, b: Place) -> MutualCoverage:
        """Return how much two sentences say of each other."""
        i, j = self._positions[a], self._positions[b]
        return MutualCoverage(float(self._coverage[i, j]), float(self._coverage[j, i]))

    def relate(self, cell: Cell, base: Cell) -> Wording:
        """Return how the wording of one cell relates to the wording of another."""
        sides = [[Place(side.outlet, sentence) for sentence in side.sentences] for side in (cell, base)]
        words = [self._list_words(side) for side in (cell, base)]
        rows, columns = ([self._positions[place] for place in places] for places in sides)
        if len(rows) == len(columns) == 1:  # most are, and what follows would take ten times as long
            return classify_wording(words[0], words[1], self.measure_coverage(sides[0][0], sides[1][0]))
        there = float(self._coverage[np.ix_(rows, columns)].max(1).mean())
        back = float(self._coverage[np.ix_(columns, rows)].max(1).mean())
        return classify_wording(words[0], words[1], MutualCoverage(there, back))

    def choose_telling(self, row: Row) -> Nearest:
        """Return the sentence of a row that its other texts cover best: of the least that one says of it, the most.

        Headings and stubs only where there is nothing else; of two that are covered alike the shorter one.
        """
        starts = np.cumsum([0, *(len(cell.sentences) for cell in row.cells)])[:-1]
        whole = [(n, Place(cell.outlet, s)) for n, cell in enumerate(row.cells) for s in cell.whole]
        columns = [self._positions[Place(cell.outlet, s)] for cell in row.cells for s in cell.sentences]
        lines = [self._positions[place] for _, place in whole]
        said = np.maximum.reduceat(self._coverage[np.ix_(lines, columns)], starts, axis=1)
        said[range(len(whole)), [n for n, _ in whole]] = np.inf if len(row.cells) > 1 else 0  # of itself

        def rate(found: Nearest) -> tuple[bool, float, int, Place]:
            sentence = self.outlets[found.place.outlet].sentences[found.place.sentence]
            is_telling = sentence.kind is not UnitKind.HEADING and sentence.num_words >= MIN_TELLING
            return not is_telling, -found.score, sentence.num_words, found.place

        least = said.min(1).tolist()
        return min((Nearest(place, round(value, 4)) for (_, place), value in zip(whole, least, strict=True)), key=rate)

    def _list_words(self, cell: Cell) -> list[str]:
        if cell.parts:
            text = self.outlets[cell.outlet].text
            return [word for span in self.outlets[cell.outlet].list_spans(cell) for word in fold_words(span.cut(text))]
        return [word for sentence in cell.sentences for word in self._words[Place(cell.outlet, sentence)]]


def find_links(places: Sequence[Place], score: Matrix, thresholds: Thresholds, wordings: Wordings) -> list[Link]:
    """Return the links, by place; the relation of a link is how its later sentence relates to its earlier one."""
    first, second = np.nonzero(np.triu(score >= thresholds.weak, 1))
    links = []
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        a, b = places[i], places[j]
        if a.outlet == b.outlet:
            continue
        value = float(score[i, j])
        relation = wordings.relate(Cell(b.outlet, (b.sentence,)), Cell(a.outlet, (a.sentence,)))
        is_strong = value >= thresholds.strong and wordings.measure_coverage(a, b).mean >= thresholds.own
        strength = Strength.STRONG if is_strong else Strength.WEAK
        links.append(Link(a, b, round(value, 4), strength, relation))
    return links


def relate_rows(rows: Sequence[Row], num_outlets: int, wordings: Wordings) -> list[list[tuple[Wording | None, ...]]]:
    """Return, for each outlet and each base, how its cell of every row relates to the base's."""
    related: list[list[list[Wording | None]]] = [
        [[None] * len(rows) for _ in range(num_outlets)] for _ in range(num_outlets)
    ]
    for number, row in enumerate(rows):
        for cell in row.cells:
            for base in row.cells:
                if cell.outlet == base.outlet:
                    related[cell.outlet][base.outlet][number] = Wording.VERBATIM
                else:
                    related[cell.outlet][base.outlet][number] = wordings.relate(cell, base)
    return [[tuple(of_base) for of_base in of_outlet] for of_outlet in related]
