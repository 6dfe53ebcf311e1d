"""Shares: how much of a base an outlet kept, and how."""

from collections import Counter
from collections.abc import Sequence

from dedup.compare.model import Derivation, Outlet, OutletShares, Row, Wording

RUN = 4  # words in a row that are not shared by chance
WHOLLY = 0.8  # share of an outlet that stands in the base, from which it is wholly derived ...
REUSED = 0.2  # ... where so much of it is in the words of the base
TOUCHED = 0.05  # share in the words of the base from which it is partly derived


def measure_shares(
    pair: tuple[Outlet, Outlet],
    rows: Sequence[tuple[tuple[int, ...], tuple[int, ...], Wording | None]],
    linked: tuple[set[int], set[int]],
    words: tuple[Sequence[str], Sequence[str]],
) -> OutletShares:
    """Return how an outlet stands to a base.

    pair    the outlet and the base
    rows    for each row: its sentences of the outlet, of the base, and how the one stands to the other
    linked  sentences of the outlet, and of the base, that a strong link joins to the other text in any row
    words   all words of the outlet, and of the base, folded
    """
    outlet, base = pair
    kept: Counter[str] = Counter()
    shared = 0
    for own, others, relation in rows:
        for sentence in others:
            name = relation or (Wording.PARTIAL if sentence in linked[1] else "dropped")
            kept[name] += base.sentences[sentence].num_words
        shared += sum(outlet.sentences[s].num_words for s in own if relation or s in linked[0])
    total = max(1, sum(kept.values()))
    order = [(own[0], others[0]) for own, others, relation in rows if relation]
    said = shared / outlet.num_words if outlet.num_words else 1.0
    return describe(kept, total, said, measure_reuse(*words), measure_tau(order))


def describe(kept: Counter[str], total: int, shared: float, reused: float, tau: float | None) -> OutletShares:
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
    if shared >= WHOLLY and reused >= REUSED:
        return Derivation.WHOLLY
    return Derivation.PARTIALLY if reused >= TOUCHED and shared > 0 else Derivation.INDEPENDENT


def measure_reuse(words: Sequence[str], base_words: Sequence[str]) -> float:
    """Return the share of the words that stand in runs of RUN words and more of the base too, 1 for all of them.

    >>> measure_reuse("a b c d e f".split(), "x a b c d y".split())
    0.6666666666666666
    """
    if words and list(words) == list(base_words):
        return 1.0
    runs = {tuple(base_words[i : i + RUN]) for i in range(len(base_words) - RUN + 1)}
    inside = bytearray(len(words))
    for i in range(len(words) - RUN + 1):
        if tuple(words[i : i + RUN]) in runs:
            inside[i : i + RUN] = b"\x01" * RUN
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


def read_rows(
    rows: Sequence[Row], outlet: int, base: int, relations: Sequence[Wording | None]
) -> list[tuple[tuple[int, ...], tuple[int, ...], Wording | None]]:
    """Return the rows as `measure_shares` takes them."""
    found = []
    for row, relation in zip(rows, relations, strict=True):
        own, others = row.find(outlet), row.find(base)
        if own or others:
            found.append((own.sentences if own else (), others.sentences if others else (), relation))
    return found
