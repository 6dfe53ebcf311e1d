"""A comparison as the page shows it: outlets, rows of cells, lists, tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.compare.model import Comparison, Disagreement, Wording
from dedup.compare.outlet_shares import OutletShares
from dedup.report.compare.compare_marks import FactSpan, MarkedText, mark_words
from dedup.report.compare.compare_moves import find_moves
from dedup.report.compare.compare_text import (
    KIND_NAMES,
    describe_derivation,
    describe_order,
    name_letter,
    percent,
)
from dedup.text.spans import Span

PARTS = ("verbatim", "edited", "reworded", "partial", "dropped")
CODES = {Wording.VERBATIM: "v", Wording.EDITED: "e", Wording.REWORDED: "r", Wording.PARTIAL: "p"}
MIN_FOLD = 3  # rows in a run that say the same everywhere, from which the run is folded
MAX_COLUMNS = 6  # texts beside each other; more are below each other


@dataclass(frozen=True, slots=True)
class PageOutlet:
    """One text: `bar` is (part, left end, width, label) in hundredths."""

    number: int
    letter: str
    name: str
    date: str
    title: str
    num_words: int
    is_base: bool
    bar: tuple[tuple[str, float, float, str], ...]
    shares: tuple[str, ...]
    derivation: str
    order: str


@dataclass(frozen=True, slots=True)
class PageCell:
    """What one text says of a statement; `relations` and `moves` have a letter for every base, "-" for none."""

    outlet: int
    letter: str
    name: str
    relation: str
    is_reference: bool
    is_moved: bool
    pieces: tuple[MarkedText, ...]
    relations: str
    moves: str
    facts: str
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageRow:
    """One statement."""

    number: int
    cells: tuple[PageCell, ...]
    missing: tuple[str, ...]
    kinds: tuple[str, ...]
    is_verbatim: bool
    is_moved: bool

    @property
    def label(self) -> str:
        """Return what a tick of the overview says."""
        facts = f"; {', '.join(self.kinds)} differ" if self.kinds else ""
        return f"Statement {self.number + 1}: in {len(self.cells)} of {len(self.cells) + len(self.missing)}{facts}"


@dataclass(frozen=True, slots=True)
class PageFold:
    """A run of rows; `is_folded` where all say the same everywhere."""

    rows: tuple[PageRow, ...]
    is_folded: bool


@dataclass(frozen=True, slots=True)
class PageSentence:
    """A sentence of an article: the white space before it, its place, its row, and why it is not compared."""

    number: int
    before: str
    text: str
    row: int | None
    omission: str
    is_heading: bool


def build_outlets(found: Comparison) -> list[PageOutlet]:
    """Return the texts as the head of the page shows them."""
    outlets = []
    for number, outlet in enumerate(found.outlets):
        shares = found.shares[number][found.base]
        outlets.append(
            PageOutlet(
                number=number,
                letter=name_letter(number),
                name=outlet.name,
                date=outlet.date,
                title=outlet.title,
                num_words=outlet.num_words,
                is_base=number == found.base,
                bar=build_bar(shares),
                shares=tuple(percent(value) for value in (*list_parts(shares), shares.new)),
                derivation=describe_derivation(shares),
                order=describe_order(shares.tau),
            )
        )
    return outlets


def list_parts(shares: OutletShares) -> list[float]:
    """Return the shares of the base, in the order of PARTS."""
    return [float(getattr(shares, part)) for part in PARTS]


def build_bar(shares: OutletShares) -> tuple[tuple[str, float, float, str], ...]:
    """Return the parts of the bar of one text that can be seen."""
    bar, left = [], 0.0
    for part, share in zip(PARTS, list_parts(shares), strict=True):
        if share > 0:
            bar.append((part, round(100 * left, 2), round(100 * share, 2), f"{percent(share)} {part}"))
        left += share
    return tuple(bar)


def build_rows(found: Comparison) -> list[PageRow]:
    """Return all statements with their words marked."""
    moves = find_moves(found)
    disputed: dict[int, list[Disagreement]] = {}
    for disagreement in found.disagreements:
        disputed.setdefault(disagreement.row, []).append(disagreement)
    rows = []
    for number, row in enumerate(found.rows):
        here = disputed.get(number, [])
        cells = tuple(build_cell(found, number, outlet, here, moves) for outlet in row.outlets)
        is_shared = len(cells) > 1
        rows.append(
            PageRow(
                number=number,
                cells=cells,
                missing=tuple(name_letter(o) for o in range(len(found.outlets)) if o not in row.outlets),
                kinds=tuple(KIND_NAMES[disagreement.kind] for disagreement in here),
                is_verbatim=is_shared and all(set(cell.relations) <= {"v", "-"} for cell in cells),
                is_moved=any(cell.is_moved for cell in cells),
            )
        )
    return rows


def build_cell(
    found: Comparison, number: int, outlet: int, disputed: Sequence[Disagreement], moves: Sequence[Sequence[set[int]]]
) -> PageCell:
    """Return what one text says of a statement."""
    reference = found.reference(number)
    relation = found.relation(number, outlet, reference)
    cell = found.rows[number].find(outlet)
    assert cell is not None
    assert relation is not None
    facts = place_facts(found, number, outlet, disputed)
    is_reference = outlet == reference
    text = found.quote(number, outlet)
    marked = mark_words(text, found.quote(number, reference), None if is_reference else relation, facts)
    bases = range(len(found.outlets))
    return PageCell(
        outlet=outlet,
        letter=name_letter(outlet),
        name=found.outlets[outlet].name,
        relation=relation.value,
        is_reference=is_reference,
        is_moved=number in moves[outlet][found.base],
        pieces=marked,
        relations="".join(CODES[r] if (r := found.relation(number, outlet, base)) else "-" for base in bases),
        moves="".join("m" if number in moves[outlet][base] else "-" for base in bases),
        facts=" ".join(f"{fact.span.start}-{fact.span.end}-{fact.kind.replace(' ', '_')}" for fact in facts),
        sentences=cell.sentences,
    )


def place_facts(found: Comparison, number: int, outlet: int, disputed: Sequence[Disagreement]) -> list[FactSpan]:
    """Return the places of disputed facts in the wording of a cell, which may be several sentences with gaps."""
    cell = found.rows[number].find(outlet)
    assert cell is not None
    starts: list[tuple[Span, int]] = []
    offset = 0
    for position, sentence in enumerate(cell.sentences):
        if position:
            offset += len(" [...] ") if sentence > cell.sentences[position - 1] + 1 else 1
        span = found.outlets[outlet].sentences[sentence].span
        starts.append((span, offset))
        offset += span.end - span.start
    facts = []
    for disagreement in disputed:
        for fact in disagreement.facts:
            if fact.outlet != outlet:
                continue
            for span in fact.spans:
                for home, shift in starts:  # an opposite may be in another row
                    if home.covers(span):
                        moved = Span(span.start - home.start + shift, span.end - home.start + shift)
                        facts.append(FactSpan(moved, KIND_NAMES[disagreement.kind]))
    return sorted(facts, key=lambda fact: (fact.span, fact.kind))


def fold_rows(rows: Sequence[PageRow]) -> list[PageFold]:
    """Return the rows in runs, those that say the same everywhere folded."""
    folds: list[PageFold] = []
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end].is_verbatim:
            end += 1
        if end - start >= MIN_FOLD:
            folds.append(PageFold(tuple(rows[start:end]), is_folded=True))
        else:
            end = max(end, start + 1)
            folds.append(PageFold(tuple(rows[start:end]), is_folded=False))
        start = end
    return folds


def build_article(found: Comparison, outlet: int) -> list[PageSentence]:
    """Return one text whole, sentence by sentence, with the white space between them."""
    homes = {s: number for number, row in enumerate(found.rows) if (cell := row.find(outlet)) for s in cell.sentences}
    text = found.outlets[outlet].text
    sentences, position = [], 0
    for number, sentence in enumerate(found.outlets[outlet].sentences):
        sentences.append(
            PageSentence(
                number=number,
                before=text[position : sentence.span.start],
                text=sentence.span.cut(text),
                row=homes.get(number),
                omission=sentence.omission.value if sentence.omission else "",
                is_heading=sentence.kind.value == "heading",
            )
        )
        position = sentence.span.end
    return sentences
