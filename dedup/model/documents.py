"""The nouns that pass between the stages. All frozen, all complete when made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from dedup.model.run import RejectionCounts


class CopyRelation(IntEnum):
    """What a document is of the kept document that it is alike; the numbers are those of the kernels.

    EXACT      the same words
    EDITED     other words, at most a few other facts or names
    TEMPLATE   one frame filled with other numbers, dates or names
    CONTAINED  passages of the other have most of its words
    UPDATE     one outlet or URL again, with other or more facts; or any outlet a month later, in other words
    EXTENDED   more words of its own than a copy may have
    """

    EXACT = 0
    EDITED = 1
    TEMPLATE = 2
    CONTAINED = 3
    UPDATE = 4
    EXTENDED = 5

    @property
    def label(self) -> str:
        """Return the word in the output."""
        return self.name.lower()

    @property
    def reason(self) -> str:
        """Return the reason for which a document of this relation is removed."""
        return REASONS.get(self, "near-duplicate")


SEEN_IN_INDEX = "seen-in-index"
REASONS = {CopyRelation.EXACT: "exact-duplicate", CopyRelation.CONTAINED: "contained"}


SHOWN = 40  # characters of a text in a repr


def shorten(text: str) -> str:
    """Return the beginning of a text, for a repr."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


class DocumentPlace(NamedTuple):
    """Where a document is: the path of its file and its line or row there, from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """One input text: its id as given, the text, and other fields of its record, such as date, title and outlet.

    `place` is where it was read, None for a text that is no part of a file.
    """

    id: str
    text: str
    fields: Mapping[str, object] = field(default_factory=dict)
    place: DocumentPlace | None = None

    def __repr__(self) -> str:
        return f"Document(id={self.id!r}, text={shorten(self.text)!r})"


@dataclass(frozen=True, slots=True)
class Removal:
    """One removed document with the kept document that justifies it.

    reason       "exact-duplicate" or "near-duplicate"
    relation     the label of a `CopyRelation`
    witness      the kept document
    similarity   exact Jaccard of the two shingle sets
    novel_words  how many words of the document have no match in the witness
    """

    document: Document
    reason: str
    relation: str
    witness: Document
    similarity: float
    novel_words: int = 0

    def __repr__(self) -> str:
        ids = f"{self.document.id!r} for {self.witness.id!r}"
        return f"Removal({ids}, {self.relation}, similarity {self.similarity:.3f}, {self.novel_words:,} novel words)"


@dataclass(frozen=True, slots=True)
class Related:
    """A kept document with the kept one that it is most alike and no copy of.

    relation     the label of a `CopyRelation`
    similarity   exact Jaccard of the two shingle sets
    novel_words  how many words of the document have no match in the other
    conflicts    places with another number, date or name: the words of the document, those of the other
    num_conflicts  how many of these there are, of which `conflicts` has eight
    """

    document: Document
    relation: str
    other: Document
    similarity: float
    novel_words: int
    conflicts: tuple[tuple[str, str], ...] = ()
    num_conflicts: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A document with its similarity: to the representative of its cluster, or on average to the rest of its story."""

    document: Document
    similarity: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """A representative (a kept document) and the documents it covers; `members[0]` is the representative itself."""

    representative: Document
    members: tuple[Member, ...]

    def __repr__(self) -> str:
        return f"Cluster({self.representative!r}, {len(self.members):,} members)"


@dataclass(frozen=True, slots=True)
class Story:
    """Documents on one event, by day, and the words that most of their likeness comes from, the weightiest first."""

    members: tuple[Member, ...]
    terms: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Story({len(self.members):,} members, {', '.join(self.terms)!r})"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that occurs more than once: the later copy, and its first occurrence.

    start, end      characters of the copy: `document.text[start:end]`
    witness_start,  characters of the original, in `witness` (the same document with scope "within")
    witness_end
    similarity      2 * equal tokens / (tokens of both sides); 1.0 is an exact copy
    scope           "within" or "across"
    num_documents   how many documents hold it
    num_tokens      words of the copy
    """

    document: Document
    start: int
    end: int
    witness: Document
    witness_start: int
    witness_end: int
    similarity: float
    scope: str
    num_documents: int
    num_tokens: int

    def __repr__(self) -> str:
        source = f"{self.witness.id!r}[{self.witness_start}:{self.witness_end}]"
        text = shorten(self.text)
        return f"Passage({self.document.id!r}[{self.start}:{self.end}] from {source}, {self.scope}, {text!r})"

    @property
    def text(self) -> str:
        """Return the copy's text."""
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class ListedPassages:
    """What a run that lists passages found: how many, the biggest ones, and the records that it could not read."""

    count: int
    biggest: Sequence[Passage]
    rejections: RejectionCounts
