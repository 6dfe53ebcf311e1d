"""What a comparison of N texts holds: outlets with their sentences, links, rows, what is left out or disputed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from dedup.compare.outlet_shares import OutletShares
from dedup.model.documents import Document
from dedup.text.quotations import quote_spans
from dedup.text.spans import Span
from dedup.text.units import UnitKind


class Strength(StrEnum):
    """How sure a link is."""

    STRONG = "strong"
    WEAK = "weak"


class Wording(StrEnum):
    """How one wording relates to another, in the terms of the METER corpus; `partial` says only a part of it."""

    VERBATIM = "verbatim"
    EDITED = "edited"
    REWORDED = "reworded"
    PARTIAL = "partial"


class Omission(StrEnum):
    """Why a sentence is not compared."""

    REPEAT = "repeat"
    BOILERPLATE = "boilerplate"
    FURNITURE = "furniture"  # of the page, not of the article: "Read more", a byline, a menu


class FactKind(StrEnum):
    """What two wordings of one statement can disagree in."""

    NUMBER = "number"
    DATE = "date"
    QUOTE = "quote"
    NAME = "name"
    ATTRIBUTION = "attribution"
    OPPOSITE = "opposite"


class Grade(StrEnum):
    """How far an outlet leaves a statement out: nothing there comes near, or it says a part of it, or elsewhere."""

    LEFT_OUT = "left_out"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A unit of one text: a sentence or a heading. Of what is omitted nothing is compared."""

    span: Span
    kind: UnitKind
    paragraph: int
    num_words: int
    omission: Omission | None = None


class SentencePart(NamedTuple):
    """A part of a sentence: what it says of a statement that is not the one of the whole sentence."""

    sentence: int
    span: Span


@dataclass(frozen=True, slots=True)
class Cell:
    """What one outlet says of a statement: one sentence, or several; of those in `parts` only a part."""

    outlet: int
    sentences: tuple[int, ...]
    parts: tuple[SentencePart, ...] = ()

    @property
    def whole(self) -> tuple[int, ...]:
        """Return the sentences that are in this row alone or with most of what they say: each is in one such cell."""
        return tuple(sentence for sentence in self.sentences if sentence not in dict(self.parts))


@dataclass(frozen=True)
class Outlet:
    """A document as it is compared: its id is the name of the outlet, the fields `date` and `title` are shown."""

    document: Document
    sentences: tuple[Sentence, ...]

    def __repr__(self) -> str:
        return f"Outlet({self.name!r}, {len(self.sentences):,} sentences)"

    @property
    def name(self) -> str:
        """Return what the text is called."""
        return self.document.id

    @property
    def text(self) -> str:
        """Return the whole text."""
        return self.document.text

    @property
    def date(self) -> str:
        """Return the date as it was given, "" where there is none."""
        return str(self.document.fields.get("date") or "")

    @property
    def title(self) -> str:
        """Return the title, "" where there is none."""
        return str(self.document.fields.get("title") or "")

    def cut(self, sentence: int) -> str:
        """Return the wording of one sentence."""
        return self.sentences[sentence].span.cut(self.text)

    def list_spans(self, cell: Cell) -> list[Span]:
        """Return, for each sentence of a cell of this outlet, the characters that the cell holds of it."""
        cut = dict(cell.parts)
        return [cut.get(sentence, self.sentences[sentence].span) for sentence in cell.sentences]

    @cached_property
    def num_words(self) -> int:
        """Return the number of words in what is compared."""
        return sum(s.num_words for s in self.sentences if s.omission is None)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A sentence of an outlet, both by position."""

    outlet: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Link:
    """Two sentences of different outlets that say the same; scores of one run compare, and chance gives about 0."""

    a: Place
    b: Place
    score: float
    strength: Strength
    relation: Wording


@dataclass(frozen=True, slots=True)
class Row:
    """One statement: a cell for each outlet that makes it, in the order of the outlets."""

    cells: tuple[Cell, ...]

    def find(self, outlet: int) -> Cell | None:
        """Return the cell of an outlet."""
        return next((cell for cell in self.cells if cell.outlet == outlet), None)

    @property
    def outlets(self) -> tuple[int, ...]:
        """Return who makes the statement."""
        return tuple(cell.outlet for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Fact:
    """What one outlet has of one kind.

    sentences  where it is, by position, in order; of an opposite they may be in another row than the other facts
    spans      the places in the text of the outlet
    values     what they say in a form that can be compared; of an opposite `asserted` or `denied`
    """

    outlet: int
    sentences: tuple[int, ...]
    spans: tuple[Span, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Facts of one kind that do not agree; `row` is a statement of one of them: of the text whose name is first."""

    row: int
    kind: FactKind
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The sentence that comes nearest to a statement, and its score: about 0 for chance."""

    place: Place
    score: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A statement that an outlet does not make in any row, while others do.

    outlet   who leaves it out
    row      a row of the statement
    says     the sentences of others that make it, in order: those of the row
    nearest  the sentence of the outlet that comes nearest; None if nothing there has anything of it
    """

    outlet: int
    grade: Grade
    row: int
    says: tuple[Place, ...]
    nearest: Nearest | None

    @property
    def outlets(self) -> tuple[int, ...]:
        """Return who makes the statement."""
        return tuple(sorted({place.outlet for place in self.says}))


@dataclass(frozen=True, slots=True)
class Engine:
    """What ran: `lexical` or `semantic`, with which model, and why where that was not asked for."""

    name: str
    model: str | None = None
    sha256: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Comparison:
    """N texts, sentence by sentence.

    `relations[outlet][base]` holds, for each row, how the cell of the outlet relates to the base's (None where one is
    absent). `shares[outlet][base]` is how they relate. `omissions` are about statements of two others and more (of the
    other one where there are two texts). `alone` are the rows of one outlet to which nothing in any other text comes
    near. `telling` is, for each row, the sentence that its other texts cover best; its score is what the one says of it
    that says least, 0 to 1. `scripts` are those that each text is matched with, where these are not all.
    """

    outlets: tuple[Outlet, ...]
    base: int
    links: tuple[Link, ...]
    rows: tuple[Row, ...]
    omissions: tuple[LeftOut, ...]
    alone: tuple[int, ...]
    telling: tuple[Nearest, ...]
    disagreements: tuple[Disagreement, ...]
    relations: Sequence[Sequence[tuple[Wording | None, ...]]]
    shares: Sequence[Sequence[OutletShares]]
    engine: Engine
    limits: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()

    def relation(self, row: int, outlet: int, base: int | None = None) -> Wording | None:
        """Return how the cell of an outlet relates to the base's; None where either is absent."""
        return self.relations[outlet][self.base if base is None else base][row]

    def reference(self, row: int) -> int:
        """Return with whose cell the others of a row are compared: the base's, else that of its first outlet."""
        outlets = self.rows[row].outlets
        return self.base if self.base in outlets else outlets[0]

    def only_here(self, outlet: int) -> list[int]:
        """Return the rows that one outlet alone makes: nothing in any other text comes near."""
        return [number for number in self.alone if self.rows[number].outlets == (outlet,)]

    def all_but(self, outlet: int) -> list[int]:
        """Return the rows of what every other outlet says and this one leaves out; none where there are only two."""
        mine = (entry for entry in self.omissions if entry.outlet == outlet and entry.grade is Grade.LEFT_OUT)
        return [entry.row for entry in mine if len(entry.outlets) == len(self.outlets) - 1 > 1]

    def left_out(self, name: str) -> list[str]:
        """Return the statements that a text leaves out, each in the sentence that those who make it cover best."""
        if name not in (names := [outlet.name for outlet in self.outlets]):
            raise ValueError(f'"{name}" is none of the texts: {", ".join(names)}')
        mine = [e for e in self.omissions if names[e.outlet] == name and e.grade is Grade.LEFT_OUT]
        return [self.quote_telling(entry.row) for entry in mine]

    def quote(self, row: int, outlet: int) -> str:
        """Return the wording of a cell, "" where there is none: characters of the text, [...] for what is left out."""
        cell, text = self.rows[row].find(outlet), self.outlets[outlet]
        if cell is None:
            return ""
        first, last = (text.sentences[cell.sentences[place]].span for place in (0, -1))
        return quote_spans(text.text, text.list_spans(cell), Span(first.start, last.end))

    def quote_telling(self, row: int) -> str:
        """Return the sentence of a statement that its other texts cover best."""
        place = self.telling[row].place
        return self.outlets[place.outlet].cut(place.sentence)

    def __repr__(self) -> str:
        strong = sum(link.strength is Strength.STRONG for link in self.links)
        sizes = f"{len(self.outlets)} texts, {len(self.rows)} rows, {strong} strong links"
        return f"Comparison({sizes}, {len(self.disagreements)} disagreements, {self.engine.name})"
