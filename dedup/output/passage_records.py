"""The lines of `passages.jsonl` and `boilerplate.jsonl`."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np

from dedup.corpus.values import DocumentName
from dedup.near.segments import Segments
from dedup.output.locate_shard import read_side, read_sources
from dedup.output.records import Line, Offset, Share
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.cut_documents import BOILERPLATE, COPY, LocatedSpan
from dedup.passages.passage_table import Passages

SCOPES = ("within", "across")


class PassageWitness(msgspec.Struct, frozen=True):
    """What a passage is a copy of."""

    doc_id: msgspec.Raw
    start: Offset
    end: Offset
    path: str
    line: Line


class PassageRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `passages.jsonl`.

    start, end  characters of the original text: `text == original[start:end]`
    similarity  2 * equal tokens / (tokens of both sides); relation is "exact" at 1
    scope       "within" its document or "across" documents
    action      "removed" (cut out of the kept text) or "reported"
    cuts        every [start, end) that was cut: whole sentences of the passage, with their punctuation; where the copy
                is glued on, with its part of the word before or after it; of a pull-quote the first of both prints
    documents   how many documents hold the passage
    """

    doc_id: msgspec.Raw
    path: str
    line: Line
    start: Offset
    end: Offset
    text: str
    witness: PassageWitness
    similarity: Share
    relation: str
    scope: str
    action: str
    documents: int
    cuts: list[tuple[int, int]] = []


class BoilerplateRecord(msgspec.Struct, frozen=True):
    """One line of `boilerplate.jsonl`: a passage of many documents, where the first of them has it."""

    text: str
    documents: int
    doc_id: msgspec.Raw
    path: str
    line: Line
    start: Offset
    end: Offset


def describe_passage(
    copy: LocatedSpan, name: DocumentName, witness: PassageWitness, similarity: float, scope: int, num_documents: int
) -> PassageRecord:
    """Return the record of a passage; `name` is that of its document."""
    return PassageRecord(
        doc_id=msgspec.Raw(name.raw_id),
        path=name.path,
        line=name.line,
        start=copy.start,
        end=copy.end,
        text=copy.text,
        witness=witness,
        similarity=similarity,
        relation="exact" if similarity == 1.0 else "edited",
        scope=SCOPES[scope],
        action="removed" if copy.cuts else "reported",
        documents=num_documents,
        cuts=list(zip(copy.cuts[::2], copy.cuts[1::2], strict=True)),
    )


def describe_witness(name: DocumentName, start: int, end: int) -> PassageWitness:
    """Return the source of a passage as its witness."""
    return PassageWitness(msgspec.Raw(name.raw_id), start, end, name.path, name.line)


def describe_boilerplate(located: LocatedSpan, name: DocumentName, num_documents: int) -> BoilerplateRecord:
    """Return the record of boilerplate; `name` is that of the first document that has it."""
    return BoilerplateRecord(
        located.text, num_documents, msgspec.Raw(name.raw_id), name.path, name.line, located.start, located.end
    )


def describe_passages(parts: Sequence[Path], passages: Passages, segments: Segments) -> Iterator[PassageRecord]:
    """Yield one record for each passage, by document and place; `parts` are the located spans of all shards."""
    sources = read_sources(parts, len(passages))
    for copies in read_side(parts, COPY):
        rows = np.array([copy.row for copy in copies], np.int64)
        of_rows = passages.select(rows)
        names = segments.names(of_rows.document.astype(np.int64))
        is_within = np.array_equal(of_rows.document, of_rows.source)
        source_names = names if is_within else segments.names(of_rows.source.astype(np.int64))
        witnesses = map(describe_witness, source_names, *sources[rows].T.tolist())
        columns = (of_rows.similarity.tolist(), of_rows.scope.tolist(), of_rows.num_documents.tolist())
        yield from map(describe_passage, copies, names, witnesses, *columns)


def list_boilerplate(parts: Sequence[Path], boilerplate: Boilerplate, segments: Segments) -> list[BoilerplateRecord]:
    """Return one record for each text that is boilerplate, the most frequent first."""
    records = []
    for located in chain.from_iterable(read_side(parts, BOILERPLATE)):
        name = segments.name(int(boilerplate.document[located.row]))
        records.append(describe_boilerplate(located, name, int(boilerplate.num_documents[located.row])))
    return sorted(records, key=lambda record: -record.documents)
