"""Lists of what is left out, of disagreements and of what one text alone says, as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from dedup.compare.model import Comparison, Disagreement, FactKind, Grade, LeftOut, Place
from dedup.report.compare.compare_marks import MarkedText, mark_own
from dedup.report.compare.compare_names import number_statements
from dedup.report.compare.compare_page import PageRow
from dedup.report.compare.compare_text import KIND_NAMES, KINDS, cut_fact, list_opposed


@dataclass(frozen=True, slots=True)
class PageQuote:
    """A sentence of one text with its place; `pieces` are its words with those marked that only this text has."""

    outlet: int
    sentence: int
    text: str
    pieces: tuple[MarkedText, ...] = ()


@dataclass(frozen=True, slots=True)
class PageOmission:
    """What one text leaves out: what one of the others says of it, which ones say alike, and what comes nearest.

    `is_opposed` where the nearest says the opposite.
    """

    row: int
    said: PageQuote
    who: tuple[PageQuote, ...]
    nearest: PageQuote | None
    is_opposed: bool


@dataclass(frozen=True, slots=True)
class PageMissing:
    """What one text leaves out, and what it says in part or elsewhere."""

    outlet: int
    left_out: tuple[PageOmission, ...]
    elsewhere: tuple[PageOmission, ...]


@dataclass(frozen=True, slots=True)
class PageSingles:
    """Statements of one text in no shared row: those that no other comes near, and the rest."""

    outlet: int
    alone: tuple[PageRow, ...]
    near: tuple[PageRow, ...]


def list_missing(found: Comparison) -> list[PageMissing]:
    """Return, for each text, what others say and it does not: what most say first."""
    numbers = number_statements(found)
    said = {row: quote_telling(found, row) for row in {entry.row for entry in found.omissions}}

    def choose(outlet: int, grade: Grade) -> tuple[PageOmission, ...]:
        entries = [entry for entry in found.omissions if entry.outlet == outlet and entry.grade is grade]
        return tuple(show_omission(found, entry, numbers[entry.row], said[entry.row]) for entry in entries)

    outlets = range(len(found.outlets))
    return [PageMissing(outlet, choose(outlet, Grade.LEFT_OUT), choose(outlet, Grade.ELSEWHERE)) for outlet in outlets]


def quote_telling(found: Comparison, row: int) -> PageQuote:
    """Return the sentence of a row that its other texts cover best, with what it alone says marked."""
    said = quote_place(found, found.telling[row].place)
    return replace(said, pieces=mark_own(found, row, said.text))


def show_omission(found: Comparison, entry: LeftOut, number: int, said: PageQuote) -> PageOmission:
    """Return one statement that a text leaves out, in the sentence that those who say it cover best.

    Who says the opposite does not say it. Where the text itself does, its claim is shown for the nearest sentence.
    """
    against = list_opposed(found, entry.row)
    first = {place.outlet: place for place in reversed(entry.says) if place.outlet not in against}
    who = tuple(quote_place(found, first[outlet]) for outlet in sorted({*first} - {said.outlet}))
    nearest = against.get(entry.outlet) or (entry.nearest.place if entry.nearest else None)
    shown = quote_place(found, nearest) if nearest else None
    return PageOmission(number, said, who, shown, is_opposed=entry.outlet in against)


def quote_place(found: Comparison, place: Place) -> PageQuote:
    """Return a sentence with its place."""
    return PageQuote(place.outlet, place.sentence, found.outlets[place.outlet].cut(place.sentence))


def list_disagreements(found: Comparison) -> list[tuple[FactKind, str, list[tuple[int, list[list[PageQuote]]]]]]:
    """Return (kind, its name, cases) of the disagreements: opposites first, attribution last.

    A case is the number of its statement and its sides.
    """
    numbers = number_statements(found)
    groups = [(kind, [case for case in found.disagreements if case.kind is kind]) for kind in KINDS]
    return [
        (kind, KIND_NAMES[kind], [(numbers[case.row], quote_sides(found, case)) for case in cases])
        for kind, cases in groups
        if cases
    ]


def quote_sides(found: Comparison, case: Disagreement) -> list[list[PageQuote]]:
    """Return the facts of a disagreement, a side for each value; of an opposite the whole sentences are quoted."""
    sides: dict[frozenset[str], list[PageQuote]] = {}
    for fact in case.facts:
        whole = [found.outlets[fact.outlet].cut(sentence) for sentence in fact.sentences]
        shown = whole if case.kind is FactKind.OPPOSITE else cut_fact(found, fact)
        quotes = [PageQuote(fact.outlet, fact.sentences[0], text) for text in shown]
        sides.setdefault(frozenset(fact.values), []).extend(quotes)
    return list(sides.values())


def list_singles(found: Comparison, rows: Sequence[PageRow]) -> list[PageSingles]:
    """Return what each text has in no row of another, in the order of the text."""
    numbers = number_statements(found)
    alone = {numbers[row] for outlet in range(len(found.outlets)) for row in found.only_here(outlet)}
    single = [row for row in rows if len(row.outlets) == 1]
    return [
        PageSingles(
            outlet,
            tuple(row for row in held if row.number in alone),
            tuple(row for row in held if row.number not in alone),
        )
        for outlet, group in groupby(single, key=lambda row: row.outlets[0])
        if (held := list(group))
    ]


def list_omitted(found: Comparison) -> list[tuple[PageQuote, str]]:
    """Return the sentences of each text that are not compared, and why: printed again, or no part of the article."""
    return [
        (quote_place(found, Place(number, place)), sentence.omission.value)
        for number, outlet in enumerate(found.outlets)
        for place, sentence in enumerate(outlet.sentences)
        if sentence.omission
    ]
