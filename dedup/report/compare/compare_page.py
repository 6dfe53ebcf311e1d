"""A comparison as the page shows it: outlets, rows of cells, articles."""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.compare.model import Comparison, Grade, Wording
from dedup.compare.outlet_shares import OutletShares
from dedup.compare.terms import fold_words
from dedup.report.compare.compare_marks import MarkedText
from dedup.report.compare.compare_names import (
    call_outlet,
    digest_text,
    find_headline,
    name_letter,
    name_outlet,
    number_statements,
)
from dedup.report.compare.compare_order import find_moves
from dedup.report.compare.compare_text import (
    KIND_NAMES,
    describe_derivation,
    describe_order,
    group_wordings,
    list_opposed,
    percent,
)
from dedup.report.compare.compare_wordings import find_cell, mark_cell
from dedup.text.spans import Span

PARTS = ("verbatim", "edited", "reworded", "partial", "dropped")
CODES = {Wording.VERBATIM: "v", Wording.EDITED: "e", Wording.REWORDED: "r", Wording.PARTIAL: "p"}
MAX_MARKED = 8  # wordings of a row that are marked against each other, not against the reference alone


@dataclass(frozen=True, slots=True)
class PageOutlet:
    """One text: `bar` is (part, left end, width, label) in hundredths; `called` is its name, else its headline."""

    number: int
    letter: str
    name: str
    headline: str
    called: str
    date: str
    place: str
    num_words: int
    num_characters: int
    sha256: str
    is_base: bool
    bar: tuple[tuple[str, float, float, str], ...]
    shares: tuple[str, ...]
    derivation: str
    order: str


@dataclass(frozen=True, slots=True)
class PageCell:
    """One wording of a statement, and who has it: (outlet, letter, name, first sentence).

    `quote` is what it holds, where that is only a part of a sentence, else "". `relations` and `moves` have a letter
    for every base, "-" for none. `spans` are where the first text has it, [...] between two of them.
    """

    texts: tuple[tuple[int, str, str, int], ...]
    relation: str
    is_reference: bool
    is_moved: bool
    quote: str
    pieces: tuple[MarkedText, ...]
    relations: str
    moves: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PageRow:
    """One statement; of those `missing` here some leave it out, some say the opposite, the rest perhaps.

    `marks[cell][other]` is a wording marked against another one, empty where there are many.
    """

    number: int
    outlets: tuple[int, ...]
    cells: tuple[PageCell, ...]
    missing: tuple[str, ...]
    left_out: tuple[str, ...]
    against: tuple[str, ...]
    kinds: tuple[str, ...]
    is_verbatim: bool
    is_moved: bool
    marks: tuple[tuple[tuple[MarkedText, ...], ...], ...]

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Return who perhaps leaves it out, and may say it elsewhere or in part."""
        return tuple(letter for letter in self.missing if letter not in self.left_out + self.against)

    @property
    def label(self) -> str:
        """Return what a tick of the overview says."""
        facts = f"; {', '.join(self.kinds)} differ" if self.kinds else ""
        return f"Statement {self.number}: in {len(self.outlets)} of {len(self.outlets) + len(self.missing)}{facts}"

    @property
    def height(self) -> int:
        """Return the height of the tick, from 1 to 4: higher where more texts say it."""
        return max(1, round(4 * len(self.outlets) / (len(self.outlets) + len(self.missing))))


@dataclass(frozen=True, slots=True)
class PageSentence:
    """A sentence of an article: the white space before it, its place, its statement, and why it is not compared."""

    number: int
    before: str
    text: str
    row: int | None
    omission: str
    is_heading: bool


def build_outlets(found: Comparison) -> list[PageOutlet]:
    """Return the texts as the page shows them."""
    outlets = []
    for number, outlet in enumerate(found.outlets):
        shares, place = found.shares[number][found.base], outlet.document.place
        outlets.append(
            PageOutlet(
                number=number,
                letter=name_letter(number),
                name=name_outlet(outlet),
                headline=find_headline(outlet),
                called=call_outlet(outlet),
                date=outlet.date,
                place=f"{place.path}, line {place.line}" if place and place.line > 1 else place.path if place else "",
                num_words=outlet.num_words,
                num_characters=len(outlet.text),
                sha256=digest_text(outlet),
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
    """Return all statements in the order of their numbers, with their words marked."""
    moves, numbers = find_moves(found), number_statements(found)
    left_out: dict[int, list[str]] = {}
    for entry in found.omissions:
        if entry.grade is Grade.LEFT_OUT:
            left_out.setdefault(entry.row, []).append(name_letter(entry.outlet))
    rows = sorted(range(len(found.rows)), key=numbers.__getitem__)
    return [build_row(found, row, numbers[row], moves, left_out.get(row, ())) for row in rows]


def build_row(
    found: Comparison, row: int, number: int, moves: Sequence[Sequence[set[int]]], left_out: Sequence[str]
) -> PageRow:
    """Return one statement; wordings of the same words are one cell, and the reference is the first.

    `left_out` are the letters of those who leave it out.
    """
    outlets = found.rows[row].outlets
    disputed = [case for case in found.disagreements if case.row == row]
    groups = [whole for group in group_wordings(found, row) for whole in split_group(found, row, group)]
    heads = [group[0] for group in groups]
    marks = [[mark_cell(found, row, head, other, disputed) for other in heads[:MAX_MARKED]] for head in heads]
    cells = tuple(build_cell(found, row, group, moves, mark[0]) for group, mark in zip(groups, marks, strict=True))
    return PageRow(
        number=number,
        outlets=outlets,
        cells=cells,
        missing=tuple(name_letter(o) for o in range(len(found.outlets)) if o not in outlets),
        left_out=tuple(left_out),
        against=tuple(name_letter(outlet) for outlet in sorted(list_opposed(found, row))),
        kinds=tuple(dict.fromkeys(KIND_NAMES[case.kind] for case in disputed)),
        is_verbatim=len(cells) == 1 < len(outlets),
        is_moved=any(cell.is_moved for cell in cells),
        marks=tuple(map(tuple, marks)) if 1 < len(heads) <= MAX_MARKED else (),
    )


def split_group(found: Comparison, row: int, group: Sequence[int]) -> list[list[int]]:
    """Return texts of the same words, those apart whose whole sentences have others where one holds a part."""
    cells = [find_cell(found, row, outlet) for outlet in group]
    if not any(cell.parts for cell in cells):
        return [[*group]]
    groups: dict[tuple[str, ...], list[int]] = {}
    for cell in cells:
        words = [word for s in cell.sentences for word in fold_words(found.outlets[cell.outlet].cut(s))]
        groups.setdefault(tuple(words), []).append(cell.outlet)
    return [*groups.values()]


def build_cell(
    found: Comparison,
    row: int,
    group: Sequence[int],
    moves: Sequence[Sequence[set[int]]],
    pieces: tuple[MarkedText, ...],
) -> PageCell:
    """Return one wording of a statement and who has it."""
    reference = found.reference(row)
    cells = [find_cell(found, row, outlet) for outlet in group]
    text = found.outlets[group[0]]
    bases = range(len(found.outlets))
    relation = found.relation(row, group[0], reference)
    assert relation is not None
    return PageCell(
        texts=tuple(
            (cell.outlet, name_letter(cell.outlet), name_outlet(found.outlets[cell.outlet]), cell.sentences[0])
            for cell in cells
        ),
        relation=relation.value,
        is_reference=reference in group,
        is_moved=any(row in moves[outlet][found.base] for outlet in group),
        quote=found.quote(row, group[0]) if cells[0].parts else "",
        pieces=pieces,
        relations="".join(CODES[r] if (r := found.relation(row, group[0], base)) else "-" for base in bases),
        moves="".join("m" if any(row in moves[o][base] for o in group) else "-" for base in bases),
        spans=tuple(join_spans(text.text, text.list_spans(cells[0]))),
    )


def join_spans(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return spans of a text with those joined that only space is between.

    >>> join_spans("It rained. It snowed. He left.", [Span(0, 10), Span(11, 21), Span(25, 29)])
    [Span(start=0, end=21), Span(start=25, end=29)]
    """
    joined = list(spans[:1])
    for span in spans[1:]:
        if text[joined[-1].end : span.start].strip():
            joined.append(span)
        else:
            joined[-1] = Span(joined[-1].start, span.end)
    return joined


def build_article(found: Comparison, outlet: int, numbers: Sequence[int]) -> list[PageSentence]:
    """Return one text whole, sentence by sentence, with the white space between them."""
    homes = {s: numbers[n] for n, row in enumerate(found.rows) if (cell := row.find(outlet)) for s in cell.whole}
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
