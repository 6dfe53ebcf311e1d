"""Series of documents that deserve a look: one text under many titles, a series behind one witness, many stubs.

Nothing is decided by them. They show faults of a scraper, and copies that may be none.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig
from dedup.corpus.values import DocumentName
from dedup.kernels.buffers import as_read_only, tokens_at
from dedup.model.run import SeriesKind
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import fetch_fields
from dedup.near.segments import Segments
from dedup.near.sketches import Sketches
from dedup.output.records import Line

Raw = msgspec.Raw
MANY_TITLES = 5  # a headline is changed once or twice
MANY_DAYS = 5  # what is printed again is so within a few days; a daily report comes every day
STUB_WORDS, MANY_STUBS = 12, 20  # a caption is as short; an outlet has some of them
MAX_SERIES, MAX_MEMBERS = 100, 5  # lines of a kind, the longest series first; members of a line


class SeriesMember(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document of a suspicious series, with its title and date as they were read."""

    id: Raw
    path: str
    line: Line
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


class SuspiciousSeries(NamedTuple):
    """A series: its documents (doc_indices; of one witness that comes first), and how many titles or days it has."""

    kind: SeriesKind
    documents: npt.NDArray[np.int64]
    num_distinct: int


def find_series(sketches: Sketches, decisions: Decisions) -> list[SuspiciousSeries]:
    """Return all suspicious series, by kind, the longest first."""
    facts = sketches.gather_facts()
    titled = list(find_many_titles(sketches, facts))
    told = {np.sort(series.documents).tobytes() for series in titled}  # a series is told once
    found = [
        *titled,
        *(days for days in find_many_days(decisions, facts) if np.sort(days.documents).tobytes() not in told),
        *find_stubs(sketches.join("num_tokens"), facts),
    ]
    kinds = list(SeriesKind)
    return sorted(found, key=lambda s: (kinds.index(s.kind), -len(s.documents), int(s.documents[0])))


def find_many_titles(sketches: Sketches, facts: npt.NDArray[np.void]) -> Iterator[SuspiciousSeries]:
    """Yield the documents that have the same words under many titles."""
    titled = np.flatnonzero((facts["num_title"][: len(sketches)] > 0) & (sketches.join("num_tokens") > 0))
    content = sketches.join("content", np.uint64)[titled, 0]
    for rows in group_equal(content, MANY_TITLES):
        group = titled[rows]
        places = zip(facts["title"][group], facts["num_title"][group], strict=True)
        titles = {as_read_only(tokens_at(*place)).tobytes() for place in places}
        if len(titles) >= MANY_TITLES:
            yield SuspiciousSeries(SeriesKind.ONE_TEXT_MANY_TITLES, group, len(titles))


def find_many_days(decisions: Decisions, facts: npt.NDArray[np.void]) -> Iterator[SuspiciousSeries]:
    """Yield the documents of one outlet and many days that one witness of that outlet took the place of."""
    removed = np.flatnonzero(decisions.witness >= 0)
    own, theirs = facts[removed], facts[decisions.witness[removed]]
    is_series = (own["outlet"] != 0) & (own["outlet"] == theirs["outlet"]) & (own["day"] != 0) & (theirs["day"] != 0)
    removed = removed[is_series]
    for rows in group_equal(decisions.witness[removed], MANY_DAYS - 1):
        documents = np.append(decisions.witness[removed[rows[:1]]], removed[rows])
        num_days = len(set(facts["day"][documents].tolist()))
        if num_days >= MANY_DAYS:
            yield SuspiciousSeries(SeriesKind.ONE_WITNESS_MANY_DAYS, documents, num_days)


def find_stubs(num_tokens: npt.NDArray[np.int32], facts: npt.NDArray[np.void]) -> Iterator[SuspiciousSeries]:
    """Yield the documents of a few words of each outlet that has many of them."""
    stubs = np.flatnonzero(num_tokens <= STUB_WORDS)
    for rows in group_equal(facts["outlet"][stubs], MANY_STUBS):
        yield SuspiciousSeries(SeriesKind.MANY_STUBS, stubs[rows], len(rows))


def group_equal(values: npt.NDArray[np.integer], least: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the places, ascending, of each value that occurs at least so often."""
    order = np.argsort(values, kind="stable")
    edges = np.flatnonzero(np.diff(values[order]) != 0) + 1
    bounds = np.concatenate([[0], edges, [len(values)]])
    for group in np.flatnonzero(np.diff(bounds) >= max(least, 1)).tolist():
        yield order[bounds[group] : bounds[group + 1]]


def count_series(series: Sequence[SuspiciousSeries]) -> dict[str, int]:
    """Return how many series there are of each kind that occurs."""
    kinds = [s.kind.value for s in series]
    return {kind: kinds.count(kind) for kind in SeriesKind if kind in kinds}


def describe_longest(
    series: Sequence[SuspiciousSeries], segments: Segments, decisions: Decisions, config: InputConfig
) -> Iterator[SuspiciousRecord]:
    """Yield the records of the longest series of each kind.

    The titles and dates of their first documents are as read; of stored documents nothing is known.
    """
    chosen = [each for kind in SeriesKind for each in [s for s in series if s.kind == kind][:MAX_SERIES]]
    own = [each.documents[each.documents < len(decisions)] for each in chosen]
    fields = fetch_fields(segments, {doc for each in own for doc in each[:MAX_MEMBERS].tolist()}, config)
    for each, documents in zip(chosen, own, strict=True):
        num_removed = int(np.count_nonzero(decisions.witness[documents] >= 0))
        first = each.documents[:MAX_MEMBERS]
        yield describe_series(
            SeriesSize(each.kind, len(each.documents), each.num_distinct, num_removed),
            segments.names(first),
            [fields.get(doc, {}) for doc in first.tolist()],
        )


class SeriesSize(NamedTuple):
    """How large a series is: how many documents and titles or days it has, and how many documents were removed."""

    kind: SeriesKind
    documents: int
    num_distinct: int
    num_removed: int


def describe_series(
    size: SeriesSize, names: Sequence[DocumentName], fields: Sequence[Mapping[str, str]]
) -> SuspiciousRecord:
    """Return the record of a series; names and fields, by role, are those of its first documents."""
    outlets = {found.get("outlet") for found in fields}
    members = [
        SeriesMember(Raw(name.raw_id), name.path, name.line, found.get("title") or None, found.get("date") or None)
        for name, found in zip(names, fields, strict=True)
    ]
    outlet = outlets.pop() if len(outlets) == 1 else None
    return SuspiciousRecord(
        kind=size.kind.value,
        documents=size.documents,
        reason=explain_series(size),
        members=tuple(members),
        outlet=outlet or None,
    )


def explain_series(size: SeriesSize) -> str:
    """Return what is suspicious about a series, in a sentence or two."""
    if size.kind == SeriesKind.ONE_TEXT_MANY_TITLES:
        return (
            f"{size.documents:,} documents have the same words under {size.num_distinct:,} titles, and "
            f"{size.num_removed:,} of them were removed. "
            "The text may be a part of the page that is the same on every page."
        )
    if size.kind == SeriesKind.ONE_WITNESS_MANY_DAYS:
        return (
            f"The first of these {size.documents:,} documents of one outlet and {size.num_distinct:,} days stands for "
            "all others. They may be reports of a series and no copies."
        )
    return (
        f"{size.documents:,} documents have {STUB_WORDS} words at most. Their texts may not have been read as a whole."
    )
