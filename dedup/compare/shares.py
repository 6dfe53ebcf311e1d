"""Shares: how much of a base an outlet kept, and how."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.model import Cell, Outlet, Wording
from dedup.compare.outlet_shares import Derivation, OutletShares

MIN_RUN = 4  # words in a row that are not shared by chance
MIN_WHOLLY = 0.8  # share of an outlet that the base says, from which it is wholly derived ...
MIN_REUSED = 0.2  # ... where so large a share of it is in the words of the base
MIN_PARTLY = 0.05  # share in the words of the base from which it is partly derived
NO_CELL = Cell(-1, ())


@dataclass(frozen=True)
class LinkedOutlet:
    """An outlet beside another one.

    linked  its sentences with a strong link to the other, in any row
    runs    of its words, by number
    """

    outlet: Outlet
    linked: set[int]
    runs: npt.NDArray[np.int64]

    def count_words(self, sentence: int) -> int:
        """Return the number of words of a sentence."""
        return self.outlet.sentences[sentence].num_words


class RowPair(NamedTuple):
    """A row of an outlet and a base: the cell of each, and how the outlet's wording relates to the base's."""

    cell: Cell
    base_cell: Cell
    wording: Wording | None


def measure_shares(side: LinkedOutlet, base: LinkedOutlet, rows: Sequence[RowPair]) -> OutletShares:
    """Return how an outlet relates to a base; `rows` are those that either has. A sentence counts where it is whole."""
    kept: Counter[str] = Counter()
    shared = 0
    for row in rows:
        for sentence in row.base_cell.whole:
            name = row.wording or (Wording.PARTIAL if sentence in base.linked else "dropped")
            kept[name] += base.count_words(sentence)
        shared += sum(side.count_words(s) for s in row.cell.whole if row.wording or s in side.linked)
    total = max(1, sum(kept.values()))
    order = [(row.cell.sentences[0], row.base_cell.sentences[0]) for row in rows if row.wording]
    said = shared / side.outlet.num_words if side.outlet.num_words else 1.0
    return sum_up(kept, total, said, measure_reuse(side.runs, base.runs), measure_tau(order))


def sum_up(kept: Counter[str], total: int, shared: float, reused: float, tau: float | None) -> OutletShares:
    """Return the shares with what they amount to."""
    parts = {relation.value: kept[relation] / total for relation in Wording}
    return OutletShares(
        **parts,
        dropped=kept["dropped"] / total,
        new=1 - shared,
        reused=reused,
        tau=tau,
        derivation=judge_derivation(shared, reused),
    )


def judge_derivation(shared: float, reused: float) -> Derivation:
    """Return what the share of an outlet that the base says, and the share in the base's own words, amount to.

    Saying the same is not deriving: two reporters at one press conference say the same in their own words.
    """
    if shared >= MIN_WHOLLY and reused >= MIN_REUSED:
        return Derivation.WHOLLY
    return Derivation.PARTIALLY if reused >= MIN_PARTLY and shared > 0 else Derivation.INDEPENDENT


def number_runs(texts: Sequence[Sequence[str]]) -> list[npt.NDArray[np.int64]]:
    """Return, for each text, the runs of MIN_RUN words that begin at its words, equal ones by one number.

    A shorter text is one run.

    >>> [runs.tolist() for runs in number_runs(["a b c d e".split(), "b c d e b c d e".split(), ["a"], []])]
    [[0, 1], [1, 2, 3, 4, 1], [5], []]
    """
    known: dict[tuple[str, ...], int] = {}
    return [
        np.array(
            [
                known.setdefault(tuple(words[i : i + MIN_RUN]), len(known))
                for i in range(max(1, len(words) - MIN_RUN + 1) if words else 0)
            ],
            np.int64,
        )
        for words in texts
    ]


def measure_reuse(runs: npt.NDArray[np.int64], base_runs: npt.NDArray[np.int64]) -> float:
    """Return the share of the words of a text that are in runs of the base too, 0 to 1; both as `number_runs` has them.

    >>> measure_reuse(*number_runs(["a b c d e f".split(), "x a b c d y".split()]))
    0.6666666666666666
    """
    if not runs.size:
        return 0.0
    is_shared = np.isin(runs, base_runs)
    inside = np.zeros(runs.size + MIN_RUN - 1, bool)
    for shift in range(MIN_RUN):
        inside[shift : shift + runs.size] |= is_shared
    return int(inside.sum()) / inside.size


def measure_tau(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return Kendall's tau-b of pairs of positions (Kendall 1945); None where there is no order to compare.

    >>> measure_tau([(0, 0), (1, 2), (2, 1)])
    0.3333333333333333
    """
    first, second = (np.sign(side[:, None] - side[None]) for side in np.array(pairs, np.int32).reshape(-1, 2).T)
    same, other = int((first * second > 0).sum()), int((first * second < 0).sum())
    only_a, only_b = int(((first != 0) & (second == 0)).sum()), int(((first == 0) & (second != 0)).sum())
    agree, disagree, only_a, only_b = (count // 2 for count in (same, other, only_a, only_b))
    untied = (agree + disagree + only_a) * (agree + disagree + only_b)
    return float((agree - disagree) / untied**0.5) if untied else None


def pair_rows(
    cells: Mapping[int, Cell], base_cells: Mapping[int, Cell], relations: Sequence[Wording | None]
) -> list[RowPair]:
    """Return the rows that an outlet or a base has, in order; `cells` are those of each, by row."""
    return [
        RowPair(cells.get(row, NO_CELL), base_cells.get(row, NO_CELL), relations[row])
        for row in sorted(cells.keys() | base_cells.keys())
    ]
