"""What a comparison of N texts holds: outlets with their sentences, links, rows of cells, discrepancies."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from dedup.model.documents import Document
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


class Derivation(StrEnum):
    """How a text relates to the base (Gaizauskas et al. 2001, the METER corpus)."""

    WHOLLY = "wholly"
    PARTIALLY = "partially"
    INDEPENDENT = "independent"


class Omission(StrEnum):
    """Why a sentence is not compared."""

    REPEAT = "repeat"
    BOILERPLATE = "boilerplate"


class FactKind(StrEnum):
    """What two wordings of one statement can disagree in."""

    NUMBER = "number"
    DATE = "date"
    QUOTE = "quote"
    NAME = "name"
    ATTRIBUTION = "attribution"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A unit of one text: a sentence or a heading. Of what is omitted nothing is compared."""

    span: Span
    kind: UnitKind
    paragraph: int
    num_words: int
    omission: Omission | None = None


@dataclass(frozen=True)
class Outlet:
    """A document as it is compared: its id is the name of the outlet, the fields `date` and `title` are shown."""

    document: Document
    sentences: tuple[Sentence, ...]

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
class Cell:
    """What one outlet says of a statement: one sentence, or several."""

    outlet: int
    sentences: tuple[int, ...]


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
    """What one outlet has of one kind: the spans in its text, and what they say in a form that can be compared."""

    outlet: int
    spans: tuple[Span, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Facts of one kind that do not agree within a row; which of them is right is not ours to say."""

    row: int
    kind: FactKind
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class OutletShares:
    """How one outlet relates to a base; shares of words, 0 to 1.

    verbatim, edited, reworded, partial, dropped   of the base: how the outlet says it (they add up to 1)
    new         of the outlet: in sentences that say nothing of the base
    reused      of the outlet: in runs of four and more words that the base has too
    tau         Kendall's tau-b of the order of what both have: 1 the same, -1 reversed, None below two statements
    derivation  what these numbers amount to
    """

    verbatim: float
    edited: float
    reworded: float
    partial: float
    dropped: float
    new: float
    reused: float
    tau: float | None
    derivation: Derivation


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

    `relations[outlet][base]` holds, for each row, how the cell of the outlet relates to the base's (None where either
    is absent). `shares[outlet][base]` is how the outlet relates to the base.
    """

    outlets: tuple[Outlet, ...]
    base: int
    links: tuple[Link, ...]
    rows: tuple[Row, ...]
    discrepancies: tuple[Discrepancy, ...]
    relations: Sequence[Sequence[tuple[Wording | None, ...]]]
    shares: Sequence[Sequence[OutletShares]]
    engine: Engine
    limits: tuple[str, ...] = ()

    def relation(self, row: int, outlet: int, base: int | None = None) -> Wording | None:
        """Return how the cell of an outlet relates to the base's; None where either is absent."""
        return self.relations[outlet][self.base if base is None else base][row]

    def reference(self, row: int) -> int:
        """Return with whose cell the others of a row are compared: the base's, else that of its first outlet."""
        outlets = self.rows[row].outlets
        return self.base if self.base in outlets else outlets[0]

    def only_here(self, outlet: int) -> list[int]:
        """Return the rows that no other outlet has."""
        return [number for number, row in enumerate(self.rows) if row.outlets == (outlet,)]

    def all_but(self, outlet: int) -> list[int]:
        """Return the rows that every outlet has but this one; none where there are only two."""
        count = len(self.outlets)
        if count < 3:
            return []
        return [
            number for number, row in enumerate(self.rows) if len(row.cells) == count - 1 and outlet not in row.outlets
        ]

    def quote(self, row: int, outlet: int) -> str:
        """Return the wording of a cell, empty where there is none; [...] where sentences between were left out."""
        cell = self.rows[row].find(outlet)
        if cell is None:
            return ""
        parts = [self.outlets[outlet].cut(cell.sentences[0])]
        for before, sentence in pairwise(cell.sentences):
            parts += [*(["[...]"] if sentence > before + 1 else []), self.outlets[outlet].cut(sentence)]
        return " ".join(parts)

    def __repr__(self) -> str:
        strong = sum(link.strength is Strength.STRONG for link in self.links)
        return (
            f"Comparison({len(self.outlets)} texts, {len(self.rows)} rows, {strong} strong links, "
            f"{len(self.discrepancies)} discrepancies, {self.engine.name})"
        )
