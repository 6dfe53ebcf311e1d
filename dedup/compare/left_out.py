"""What an outlet leaves out: statements of others to which nothing in its text comes near."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.model import Grade, LeftOut, Link, Nearest, Place, Row
from dedup.compare.terms import split_terms

Matrix = npt.NDArray[np.float32]

MIN_TELLERS = 2  # other texts that say what one is said to leave out
# A sentence is near if it has this share of the agreement of those who say a statement. Chosen on seven stories;
# `make bench-compare` prints what each gives with its story left out of the choice.
NEAR = {"lexical": 0.2, "semantic": 0.4}
FAR = {"lexical": 0.02, "semantic": 0.045}  # the same for what one text alone says: a score
WORDS = 0.5  # of the agreement: what all words that two of them share add to a score
MIN_SHOWN = 0.01  # a sentence that has less of a statement is not shown as its nearest


class Bounds(NamedTuple):
    """From when a sentence comes near: a share of the agreement of several, and a score of what one text says."""

    near: float
    far: float


class Nearness:
    """The sentences that are compared, and how near they come to statements.

    places  of each sentence
    values  float32[n, n]   scores of all pairs, symmetric, about 0 for chance
    texts   the sentences
    """

    def __init__(self, places: Sequence[Place], values: Matrix, texts: Sequence[str]) -> None:
        self.places = places
        self.values = values
        self._words = [frozenset(term.key for term in split_terms(text)) for text in texts]
        self._holders: dict[str, list[int]] = {}
        for number, words in enumerate(self._words):
            for word in words:
                self._holders.setdefault(word, []).append(number)

    def measure(self, says: Sequence[Place], positions: Sequence[int]) -> tuple[Matrix, float]:
        """Return how near all sentences come to what some say, in the order of outlets, and how near those are.

        float32[n]: the mean, over the texts that say it, of the best score with a sentence of each, and WORDS of the
        agreement for the words that two of the texts have. The agreement is the mean, over each two of the texts, of
        their best score; 0 of one text.
        """
        starts = np.flatnonzero(np.diff([place.outlet for place in says], prepend=-1))
        best = np.maximum.reduceat(self.values[positions], starts, axis=0)
        if len(starts) == 1:
            return best[0], 0.0
        between = np.maximum.reduceat(best[:, positions], starts, axis=1)[np.triu_indices(len(starts), 1)]
        agreement = max(MIN_SHOWN, float(between.mean()))
        words = np.float32(WORDS * agreement) * self._share_words(np.split(np.array(positions), starts[1:]))
        return best.mean(0) + words, agreement

    def _share_words(self, tellers: Sequence[npt.NDArray[np.int64]]) -> Matrix:
        """Return float32[n]: the share that each sentence has of the words that two tellers have; rare ones weigh."""
        counts = Counter(word for own in tellers for word in frozenset().union(*(self._words[i] for i in own)))
        shares, total = np.zeros(len(self._words), np.float32), 0.0
        for word in sorted(word for word, count in counts.items() if count > 1):
            weight = math.log((len(self._words) + 1) / (len(self._holders[word]) + 0.5))
            shares[self._holders[word]] += weight
            total += weight
        return shares / np.float32(total or 1)


class Omitted(NamedTuple):
    """What every outlet leaves out, and the rows that one outlet alone makes."""

    left_out: tuple[LeftOut, ...]
    alone: tuple[int, ...]


def find_left_out(
    rows: Sequence[Row], links: Sequence[Link], nearness: Nearness, num_outlets: int, bounds: Bounds
) -> Omitted:
    """Return what is left out, by outlet, what most others say first.

    A statement is what a row says, and those who make it are the outlets of the row. Of the others, a sentence that
    comes near or has a link into the row says that they have it in part or elsewhere.
    """
    position = {place: number for number, place in enumerate(nearness.places)}
    columns = [np.flatnonzero([p.outlet == outlet for p in nearness.places]) for outlet in range(num_outlets)]
    is_linked = mark_links(links, position)
    found: list[LeftOut] = []
    alone = []
    for number, row in enumerate(rows):
        says = tuple(list_places(row))
        positions = [position[place] for place in says]
        values, agreement = nearness.measure(says, positions)
        bound = max(MIN_SHOWN, bounds.near * agreement or bounds.far)
        nearest = np.where(np.any(is_linked[positions], axis=0), np.maximum(values, np.float32(bound)), values)
        entries = []
        for outlet in range(num_outlets):
            if outlet not in row.outlets:
                best = find_nearest(nearest, columns[outlet], nearness.places)
                grade = Grade.ELSEWHERE if best and best.score >= round(bound, 4) else Grade.LEFT_OUT
                entries.append(LeftOut(outlet, grade, number, says, best))
        if len(row.cells) >= min(MIN_TELLERS, num_outlets - 1):
            found += entries
        if len(row.cells) == 1 and all(entry.grade is Grade.LEFT_OUT for entry in entries):
            alone.append(number)
    found.sort(key=lambda entry: (entry.outlet, -len(entry.outlets), entry.row))
    return Omitted(tuple(found), tuple(alone))


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
