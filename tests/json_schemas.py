"""What the JSON of a diff and of a comparison holds, as docs/json.md says: an oracle that imports nothing of dedup."""

from typing import Literal

import msgspec


class JsonSpan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Characters `[start, end)` of one text."""

    start: int
    end: int


class JsonDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two texts."""

    name: str
    num_characters: int
    num_words: int


class JsonStats(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Counts of words."""

    num_kept: int
    num_moved: int
    num_added: int
    num_dropped: int
    similarity: float


class JsonChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run of tokens; the texts are left out of equal runs, which stand in both texts."""

    kind: str
    old: JsonSpan
    new: JsonSpan
    block: int
    move: int | None
    marks: list[str]
    old_text: str | msgspec.UnsetType = msgspec.UNSET
    new_text: str | msgspec.UnsetType = msgspec.UNSET


class JsonBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Aligned units."""

    relation: str
    old: JsonSpan
    new: JsonSpan
    move: int | None


class JsonMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units that changed place."""

    old: JsonSpan
    new: JsonSpan
    num_words: int
    is_edited: bool


class JsonDiff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole comparison."""

    old: JsonDocument
    new: JsonDocument
    is_identical: bool
    stats: JsonStats
    moves: list[JsonMove]
    blocks: list[JsonBlock]
    changes: list[JsonChange]
    limits: list[str]


class JsonSentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Characters `[start, end)` of a text; `omitted` is why a sentence is not compared."""

    start: int
    end: int
    kind: str
    omitted: str | None


class JsonText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the texts."""

    name: str
    date: str | None
    title: str | None
    headline: str
    sha256: str
    num_words: int
    sentences: list[JsonSentence]


class JsonPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of one of the documents, by position, and its characters."""

    doc: int
    sentence: int
    start: int
    end: int


class JsonLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two sentences that say alike; `relation` is how b stands to a."""

    a: JsonPlace
    b: JsonPlace
    score: float
    strength: str
    relation: str


class JsonCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one document says of a statement; `relation` is how it stands to the row's reference."""

    doc: int
    sentences: list[int]
    spans: list[list[int]]
    relation: str
    text: str


class JsonRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement; `reference` is the base, or the first document of the row where the base lacks it."""

    number: int
    reference: int
    cells: list[JsonCell]


class JsonFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one document has of a kind: where, as it stands there, and in comparable form."""

    doc: int
    sentences: list[int]
    spans: list[tuple[int, int]]
    texts: list[str]
    values: list[str]


class JsonCut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of a document by its characters."""

    doc: int
    start: int
    end: int


class JsonNearest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sentence that comes nearest to a statement."""

    doc: int
    start: int
    end: int
    score: float


class JsonLeftOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement that one document leaves out, and who says it where."""

    doc: int
    grade: Literal["left_out", "elsewhere"]
    row: int
    says: list[JsonCut]
    nearest: JsonNearest | None


class JsonDisagreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts of one kind that do not agree within a row."""

    row: int
    kind: str
    facts: list[JsonFact]


class JsonShares(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a document stands to a base; shares of words."""

    doc: int
    base: int
    verbatim: float
    edited: float
    reworded: float
    partial: float
    dropped: float
    new: float
    reused: float
    tau: float | None
    derivation: str


class JsonEngine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ran."""

    name: str
    model: str | None
    sha256: str | None
    reason: str | None


class JsonComparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole comparison; documents, rows and sentences are named by position, from 0."""

    engine: JsonEngine
    base: int
    summary: list[str]
    documents: list[JsonText]
    rows: list[JsonRow]
    left_out: list[JsonLeftOut]
    disagreements: list[JsonDisagreement]
    shares: list[JsonShares]
    only_here: list[list[int]]
    all_but: list[list[int]]
    links: list[JsonLink]
    limits: list[str]


def list_fields(value):
    """Return the names of all fields of a JSON value, and of what it holds."""
    if isinstance(value, list):
        return {name for item in value for name in list_fields(item)}
    if isinstance(value, dict):
        return set(value) | list_fields(list(value.values()))
    return set()
