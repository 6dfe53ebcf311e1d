"""Stories: documents on the same event, and what a run that looked for them found."""

from dataclasses import dataclass

import msgspec

from dedup.model.run import Limit, RejectionCounts


class StoryDocument(msgspec.Struct, frozen=True):
    """A document of a story: its place, its fields as given, its mean similarity to the others."""

    id: msgspec.Raw
    path: str
    line: int
    date: msgspec.Raw | None
    outlet: str | None
    title: str | None
    similarity: float


class StoryRecord(msgspec.Struct, frozen=True):
    """One line of `stories.jsonl`: a story, its documents by day."""

    story: int
    size: int
    first_date: str | None
    last_date: str | None
    outlets: list[str]
    terms: list[str]
    documents: list[StoryDocument]


@dataclass(frozen=True, slots=True)
class StoryCounts:
    """What a run read and compared.

    documents       texts that were read
    rejections      records that could not be, with the first of them as "PATH, line N: reason"
    undated         documents without a day, with the first value that names none as "PATH, line N: value"
    copies          documents that follow an earlier one because they are near-copies of it
    candidates      pairs that were compared
    """

    documents: int
    rejections: RejectionCounts
    first_rejection: str | None
    undated: int
    first_unreadable: str | None
    copies: int
    candidates: int


@dataclass(frozen=True, slots=True)
class StoryResult:
    """The stories of a corpus, biggest first, and the bounds that were hit on the way."""

    counts: StoryCounts
    stories: list[StoryRecord]
    limits: list[Limit]
