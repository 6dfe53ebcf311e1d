"""Shares: how much of a base an outlet kept, and how."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dedup.compare.model import Cell, Outlet, Row, Wording
from dedup.compare.outlet_shares import Derivation, OutletShares

MIN_RUN = 4  # words in a row that are not shared by chance
MIN_WHOLLY = 0.8  # share of an outlet that the base says, from which it is wholly derived ...
MIN_REUSED = 0.2  # ... where so large a share of it is in the words of the base
MIN_PARTLY = 0.05  # share in the words of the base from which it is partly derived


@dataclass(frozen=True)
class LinkedOutlet:
    """An outlet beside another one.

    linked  its sentences with a strong link to the other, in any row
    words   all its words, folded
    """

    outlet: Outlet
    linked: set[int]
    words: Sequence[str]

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
    return sum_up(kept, total, said, measure_reuse(side.words, base.words), measure_tau(order))


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


def measure_reuse(words: Sequence[str], base_words: Sequence[str]) -> float:
    """Return the share of the words that are in runs of MIN_RUN words and more of the base too, 0 to 1.

    >>> measure_reuse("a b c d e f".split(), "x a b c d y".split())
    0.6666666666666666
    """
    if words and list(words) == list(base_words):
        return 1.0
    runs = {tuple(base_words[i : i + MIN_RUN]) for i in range(len(base_words) - MIN_RUN + 1)}
    inside = bytearray(len(words))
    for i in range(len(words) - MIN_RUN + 1):
        if tuple(words[i : i + MIN_RUN]) in runs:
            inside[i : i + MIN_RUN] = b"\x01" * MIN_RUN
    return sum(inside) / len(words) if words else 0.0


def measure_tau(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return Kendall's tau-b of pairs of positions (Kendall 1945); None where there is no order to compare.

    >>> measure_tau([(0, 0), (1, 2), (2, 1)])
    0.3333333333333333
    """
    agree = disagree = only_a = only_b = 0
    for i, (a, b) in enumerate(pairs):
        for c, d in pairs[:i]:
            product = (a - c) * (b - d)
            agree += product > 0
            disagree += product < 0
            only_a += a != c and b == d
            only_b += a == c and b != d
    untied = (agree + disagree + only_a) * (agree + disagree + only_b)
    return float((agree - disagree) / untied**0.5) if untied else None


def pair_rows(rows: Sequence[Row], outlet: int, base: int, relations: Sequence[Wording | None]) -> list[RowPair]:
    """Return the rows that an outlet or a base has."""
    found = []
    for row, relation in zip(rows, relations, strict=True):
        cell, base_cell = row.find(outlet), row.find(base)
        if cell or base_cell:
            found.append(RowPair(cell or Cell(outlet, ()), base_cell or Cell(base, ()), relation))
    return found
