"""The lines of `related.jsonl` and `suspicious.jsonl`: what is alike and stays, and series that deserve a look."""

import msgspec

from dedup.output.records import Witness

Raw = msgspec.Raw


class RelatedRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `related.jsonl`: a kept document and the most similar kept one that it is alike and no copy of.

    novel_words, novel_share, novel_run  how many of its words the other lacks, their share, the most in a row
    conflicts  places with another number, date or name: the words of this document, those of the other
    """

    id: Raw
    path: str
    line: int
    other: Witness
    relation: str
    similarity: float
    novel_words: int
    novel_share: float
    novel_run: int
    conflicts: tuple[tuple[str, str], ...] = ()


class SeriesMember(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document of a suspicious series, with its title and date as they were read."""

    id: Raw
    path: str
    line: int
    title: str | None = None
    date: str | None = None


class SuspiciousRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `suspicious.jsonl`.

    kind       a `dedup.model.run.SeriesKind`
    documents  how many documents the series has
    outlet     of all of them, as it was read, if it is one
    reason     what is suspicious about it, in a sentence
    members    the first of them
    """

    kind: str
    documents: int
    reason: str
    members: tuple[SeriesMember, ...]
    outlet: str | None = None
