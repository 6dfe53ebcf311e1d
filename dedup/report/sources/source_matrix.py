"""The matrix of outlets and sources, and the pairs of articles behind each of its cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from dedup.sources.families import Family, FamilyMember, SharedPair
from dedup.sources.flows import NOBODY, FlowPart, sum_parts
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


def make_matrix(found: FoundSources, parts: Sequence[FlowPart]) -> SourceMatrix:
    """Return the matrix of all weeks; an article counts once in a cell."""
    outlets, sources = rank(parts, "outlet"), rank(parts, "source")
    pairs: dict[CellKey, list[ShownPair]] = {}
    for family in found.families:
        source = found.verdicts[family.number].source or NOBODY
        for member in family.members:
            article = found.articles[member.document]
            if not article.known and article.outlet != (source if source != NOBODY else None):
                key = CellKey(shorten(article.outlet, outlets), shorten(source, sources))
                shown = choose_pair(family, member, found.verdicts[family.number].document)
                pairs.setdefault(key, []).extend([shown] if shown else [])
    groups: dict[CellKey, list[FlowPart]] = {}
    for part in parts:
        key = CellKey(shorten(part.flow.outlet, outlets), shorten(part.flow.source, sources))
        groups.setdefault(key, []).append(part)
    cells = {}
    for number, (key, group) in enumerate(sorted(groups.items(), key=itemgetter(0)), 1):
        ranked = sorted(pairs.get(key, []), key=lambda pair: (-pair.pair.words, pair.family, pair.document))
        sums, claimed = sum_parts(group), {part.document for part in group if part.flow.claim}
        page = f"pairs/{number:04d}.html"
        cells[key] = FlowCell(sums.articles, sums.words, len(claimed), page, tuple(ranked[:MAX_PAIRS]))
    return SourceMatrix(tuple(outlets), tuple(sources), cells)


def rank(parts: Sequence[FlowPart], side: str) -> list[str]:
    """Return the outlets or sources with most articles first, the unknown source last, MAX_NAMES at most."""
    counts: dict[str, set[int]] = {}
    for part in parts:
        counts.setdefault(getattr(part.flow, side), set()).add(part.document)
    names = sorted(counts, key=lambda name: (side == "source" and name == NOBODY, -len(counts[name]), name))
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
