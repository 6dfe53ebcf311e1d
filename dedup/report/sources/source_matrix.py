"""The matrix of outlets and sources, and the pairs of articles behind each of its cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dedup.sources.families import Family, FamilyMember, SharedPair
from dedup.sources.flows import NOBODY, Flow
from dedup.sources.found_sources import FoundSources

MAX_NAMES = 30  # outlets, and sources, that have a row or a column of their own
MAX_PAIRS = 20  # of a cell that its page shows, those with most words first
OTHERS = "all others"


class CellKey(NamedTuple):
    """An outlet, and a source of it; either may be all others."""

    outlet: str
    source: str


@dataclass(frozen=True)
class ShownPair:
    """An article, and another one that shares text with it; `is_reversed` if that one is the later of the pair."""

    family: int
    document: int
    other: int
    pair: SharedPair
    is_reversed: bool


@dataclass(frozen=True)
class FlowCell:
    """What an outlet has of a source; `page` is the name of the page of its pairs."""

    articles: int
    words: int
    claimed: int
    page: str
    pairs: tuple[ShownPair, ...]


@dataclass(frozen=True)
class SourceMatrix:
    """Outlets by sources, those with most articles first."""

    outlets: tuple[str, ...]
    sources: tuple[str, ...]
    cells: dict[CellKey, FlowCell]


def make_matrix(found: FoundSources, flows: Sequence[Flow]) -> SourceMatrix:
    """Return the matrix of all weeks."""
    outlets, sources = rank(flows, "outlet"), rank(flows, "source")
    pairs: dict[CellKey, list[ShownPair]] = {}
    for family in found.families:
        source = found.verdicts[family.number].source or NOBODY
        for member in family.members:
            article = found.articles[member.document]
            if not article.known and article.outlet != (source if source != NOBODY else None):
                key = CellKey(shorten(article.outlet, outlets), shorten(source, sources))
                shown = choose_pair(family, member, found.verdicts[family.number].document)
                pairs.setdefault(key, []).extend([shown] if shown else [])
    sums: dict[CellKey, list[int]] = {}
    for flow in flows:
        counts = sums.setdefault(CellKey(shorten(flow.outlet, outlets), shorten(flow.source, sources)), [0, 0, 0])
        counts[0] += flow.articles
        counts[1] += flow.words
        counts[2] += flow.articles * flow.claim
    cells = {}
    for number, (key, (articles, words, claimed)) in enumerate(sorted(sums.items()), 1):
        ranked = sorted(pairs.get(key, []), key=lambda pair: (-pair.pair.words, pair.family, pair.document))
        cells[key] = FlowCell(articles, words, claimed, f"pairs/{number:04d}.html", tuple(ranked[:MAX_PAIRS]))
    return SourceMatrix(tuple(outlets), tuple(sources), cells)


def rank(flows: Sequence[Flow], side: str) -> list[str]:
    """Return the outlets or sources with most articles first, the unknown source last, MAX_NAMES at most."""
    counts: dict[str, int] = {}
    for flow in flows:
        name = getattr(flow, side)
        counts[name] = counts.get(name, 0) + flow.articles
    names = sorted(counts, key=lambda name: (side == "source" and name == NOBODY, -counts[name], name))
    if len(names) <= MAX_NAMES:
        return names
    last = [NOBODY] if side == "source" and NOBODY in counts else []
    return [*names[: MAX_NAMES - 1], OTHERS, *last]


def shorten(name: str, names: Sequence[str]) -> str:
    """Return the name, or all others where it has no place of its own."""
    return name if name in names else OTHERS


def choose_pair(family: Family, member: FamilyMember, source: int | None) -> ShownPair | None:
    """Return the pair of an article that is shown: with the source article, else that with most words."""
    candidates = list(list_shown(family, member))
    if not candidates:
        return None
    return max(candidates, key=lambda shown: (shown.other == source, shown.pair.words, -shown.other))


def list_shown(family: Family, member: FamilyMember) -> Iterator[ShownPair]:
    """Yield all pairs of an article: with its sources, and for the first article with those that follow it."""
    for pair in member.pairs:
        yield ShownPair(family.number, member.document, pair.source, pair, is_reversed=False)
    if not member.pairs:
        for other in family.members:
            for pair in other.pairs:
                if pair.source == member.document:
                    yield ShownPair(family.number, member.document, other.document, pair, is_reversed=True)
