"""The pages of `dedup sources`: a matrix, an arrow picture with its table, and the pairs behind each cell."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dedup.corpus.values import read_value
from dedup.output.write_sources import LocatedSources, SourceSummary
from dedup.report.page import render_page
from dedup.report.sources.source_matrix import CellKey, FlowCell, ShownPair, SourceMatrix
from dedup.report.sources.sources_stories import PageStory
from dedup.report.wording import clip, keep_ends
from dedup.sources.flows import NOBODY, FlowPart
from dedup.sources.likely_source import Basis
from dedup.text.characters import is_unspaced

STYLES = ("diff.css", "sources.css")
_WORD = re.compile(r"([^\W_]+(?:['’][^\W_]+)*)")
MAX_SIDE = 900  # characters of a passage
MAX_ARROWS = 30
MAX_OUTLETS = 200
STEP, TOP = 26, 46  # units between two names of the picture, and above the first


@dataclass(frozen=True)
class Arrow:
    """Text that went from a source to an outlet, in the order of the table."""

    key: CellKey
    cell: FlowCell
    y_source: float
    y_outlet: float
    width: float


@dataclass(frozen=True)
class PageArticle:
    """An article as a pair shows it."""

    outlet: str
    date: str
    title: str
    doc_id: str
    place: str


MarkedWords = list[tuple[str, bool]]  # a passage in parts, and which of them is a word that the other side lacks


@dataclass(frozen=True)
class PagePair:
    """Two articles with the passages that they share, side by side."""

    family: int
    article: PageArticle
    other: PageArticle
    words: int
    share: float
    other_share: float
    verdict: str
    evidence: tuple[str, ...]
    passages: list[tuple[MarkedWords, MarkedWords]]


def render_index(
    summary: SourceSummary, matrix: SourceMatrix, parts: Sequence[FlowPart], stories: Sequence[PageStory]
) -> str:
    """Return the first page."""
    rows = [
        (outlet, [matrix.cells.get(CellKey(outlet, source)) for source in matrix.sources]) for outlet in matrix.outlets
    ]
    known = [(key, cell) for key, cell in matrix.cells.items() if key.source != NOBODY]
    largest = sorted(known, key=lambda item: (-item[1].articles, item[0]))[:MAX_ARROWS]
    sources = place_names(key.source for key, _ in largest)
    outlets = place_names(key.outlet for key, _ in largest)
    most = max((cell.articles for _, cell in largest), default=1)
    values = {
        "summary": summary,
        "sources": matrix.sources,
        "rows": rows,
        "nobody": NOBODY,
        "outlets": summary.outlets[:MAX_OUTLETS],
        "arrows": [
            Arrow(key, cell, sources[key.source], outlets[key.outlet], round(1 + 7 * cell.articles / most, 1))
            for key, cell in largest
        ],
        "names": list(sources.items()),
        "ends": list(outlets.items()),
        "height": TOP + STEP * max(len(sources), len(outlets), 1),
        "weeks": list_weeks(parts),
        "stories": stories,
    }
    return render_page("sources.html", values, STYLES)


def place_names(names: Iterable[str]) -> dict[str, float]:
    """Return where each name is in the picture, from above."""
    return {name: TOP + STEP * number for number, name in enumerate(dict.fromkeys(names))}


def list_weeks(parts: Sequence[FlowPart]) -> list[tuple[str, int, int, int]]:
    """Return (week, articles with a claimed source, of the others those with an earlier article, the rest)."""
    columns: dict[int, int] = {}
    for part in parts:
        column = 0 if part.flow.claim else 2 if part.flow.source == NOBODY else 1
        columns[part.document] = min(column, columns.get(part.document, 2))
    counts: dict[str, list[int]] = {}
    for document, week in {part.document: part.flow.week for part in parts}.items():
        counts.setdefault(week or "no date", [0, 0, 0])[columns[document]] += 1
    return [(week, first, second, third) for week, (first, second, third) in sorted(counts.items())]


def render_cells(located: LocatedSources, matrix: SourceMatrix, texts: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Yield (name, page) of the pairs of each cell; `texts` are those of the documents that are shown."""
    for key, cell in matrix.cells.items():
        pairs = [describe_pair(located, shown, texts) for shown in cell.pairs]
        values = {"outlet": key.outlet, "source": key.source, "cell": cell, "pairs": pairs, "nobody": NOBODY}
        yield cell.page, render_page("sources_pairs.html", values, STYLES)


def describe_pair(located: LocatedSources, shown: ShownPair, texts: Mapping[int, str]) -> PagePair:
    """Return a pair as its page shows it."""
    found, pair = located.found, shown.pair
    rows = range(pair.rows.start, pair.rows.stop)
    sides = [(located.spans[row].tolist(), located.source_spans[row].tolist()) for row in rows]
    if shown.is_reversed:
        sides = [(theirs, own) for own, theirs in sides]
    passages = [
        mark_own(quote(texts.get(shown.document), own), quote(texts.get(shown.other), theirs))
        for own, theirs in sorted(sides)
    ]
    verdict = found.verdicts[shown.family]
    shares = (pair.document_share, pair.source_share)
    own_share, their_share = shares[::-1] if shown.is_reversed else shares
    source = verdict.source or NOBODY
    how = {Basis.FIRST: "earlier at", Basis.CONTAINS: "longer at"}.get(verdict.basis, "from")
    told = f"{how} {source} ({verdict.basis.value}); {verdict.kind.value}"
    return PagePair(
        shown.family,
        describe_article(located, shown.document),
        describe_article(located, shown.other),
        pair.words,
        own_share,
        their_share,
        told if verdict.source else f"source unknown; {verdict.kind.value}",
        verdict.evidence,
        passages,
    )


def mark_own(text: str, other: str) -> tuple[MarkedWords, MarkedWords]:
    """Return both sides in pieces: words that the other side has nowhere are marked. Long sides are shown in part."""
    words = [{fold_word(word) for word in _WORD.findall(side)} for side in (text, other)]
    half = MAX_SIDE // 2
    shown = [side if len(side) <= MAX_SIDE else keep_ends(side, half, half, "[…]") for side in (text, other)]
    marked = [
        [
            (piece, number % 2 == 1 and fold_word(piece) not in theirs and not is_unspaced(piece[0]))
            for number, piece in enumerate(_WORD.split(side))
            if piece
        ]
        for side, theirs in zip(shown, words[::-1], strict=True)
    ]
    return marked[0], marked[1]


def fold_word(word: str) -> str:
    """Return a word as it is compared."""
    return word.casefold().replace("\u2019", "'")


def describe_article(located: LocatedSources, document: int) -> PageArticle:
    """Return an article as a pair shows it."""
    name, article = located.names[document], located.found.articles[document]
    return PageArticle(
        article.outlet or article.known or "no outlet",
        article.date or "no date",
        clip(" ".join(article.title.split()), 200),
        clip(read_value(name.raw_id), 100),
        f"{name.path}:{name.line}",
    )


def quote(text: str | None, span: Sequence[int]) -> str:
    """Return the characters of a passage."""
    return "(far into a compressed file: not read)" if text is None else text[span[0] : span[1]]
