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
