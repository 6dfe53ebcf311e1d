"""What an index says of itself and of a text."""

from dataclasses import dataclass

import msgspec


class RunInfo(msgspec.Struct, frozen=True):
    """One run of an index: when it was made, its output and inputs (a JSON list), documents in, kept and known before.

    `state` is "committed" from the moment it is in the index until its output is in its place: "published".
    """

    run: str
    made: str
    out: str | None
    inputs: str
    documents: int
    kept: int
    seen: int
    state: str


class IndexInfo(msgspec.Struct, frozen=True):
    """What an index holds."""

    path: str
    documents: int
    removed_contents: int
    bytes: int
    bytes_by_part: dict[str, int]
    settings: dict[str, object]
    runs: list[RunInfo]


@dataclass(frozen=True, slots=True)
class Match:
    """A document of an index that a text is a near-copy of.

    id, path, line, run  its name, its place, and the run that brought it
    similarity           exact Jaccard of the two sets of shingles
    relation             of the text to the document, as in `removed.jsonl`
    spans                characters of the text that the document has too: passages, in order
    """

    id: str
    path: str
    line: int
    run: str
    similarity: float
    relation: str
    spans: tuple[tuple[int, int], ...]

    @property
    def span(self) -> tuple[int, int] | None:
        """Return the characters from the first to the last passage that both hold, None where there is none."""
        return (self.spans[0][0], self.spans[-1][1]) if self.spans else None


class SharedPassage(msgspec.Struct, frozen=True):
    """A passage of a text that a stored document has too; texts are not stored, so its words are those of the text.

    span          characters of the text
    words         words of the text, from 0, [first, end)
    source_words  words of the document, the same
    similarity    2 * equal words / words of both sides
    """

    span: tuple[int, int]
    words: tuple[int, int]
    source_words: tuple[int, int]
    similarity: float
    text: str


class SharingDocument(msgspec.Struct, frozen=True):
    """A document of an index that shares passages with a text.

    words       words of the text that are in its passages; covered  their share of the text
    similarity  2 * equal words / words of both sides, of all passages
    """

    id: str
    path: str
    line: int
    run: str
    words: int
    covered: float
    similarity: float
    passages: list[SharedPassage]


class SharingDocuments(msgspec.Struct, frozen=True):
    """Where the passages of a text are in an index too: the documents that have most of its words first.

    words       of the text
    documents   how many documents the index has
    candidates  how many of them have a sampled shingle of the text; compared  how many of these were aligned with it
    sharing     how many of these share a passage; found  those of them that are listed
    """

    index: str
    words: int
    documents: int
    candidates: int
    compared: int
    sharing: int
    found: list[SharingDocument]
