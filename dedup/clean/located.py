"""Passages in characters: what the shards found of both sides, put together and written as `passages.jsonl`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.clean.records import encode_line
from dedup.corpus.segments import Segments

SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "side": pa.int8(),
        "start": pa.int64(),
        "end": pa.int64(),
        "text": pa.large_string(),
        "cuts": pa.list_(pa.int64()),
    }
)
ROWS_AT_ONCE = 1000
SCOPES = ("within", "across")
COPY, ORIGINAL, BOILERPLATE = 0, 1, 2


class Located(NamedTuple):
    """One side of a passage in characters: the COPY with its text, its ORIGINAL, or BOILERPLATE with its text.

    `cuts` are the edges of what is cut of a copy, with its punctuation: start, end, start, end, ...
    """

    row: int
    side: int
    start: int
    end: int
    text: str
    cuts: Sequence[int] = ()


class LocatedWriter:
    """Collects located sides and writes them in batches."""

    def __init__(self, writer: pa.RecordBatchFileWriter) -> None:
        self._writer = writer
        self._rows: list[Located] = []

    def add(self, located: Located) -> None:
        """Add one side."""
        self._rows.append(located)
        if len(self._rows) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)]
        if arrays:
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))
        self._rows.clear()


@contextmanager
def write_located(path: Path) -> Iterator[LocatedWriter]:
    """Open a file of located sides for writing."""
    with pa.ipc.new_file(str(path), SCHEMA) as writer:
        located = LocatedWriter(writer)
        yield located
        if located._rows:  # noqa: SLF001 (one idea in two names)
            located.flush()


def read_located(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a file of located sides."""
    with pa.memory_map(str(path)) as mapped:
        reader = pa.ipc.open_file(mapped)
        for index in range(reader.num_record_batches):
            yield reader.get_batch(index)


class PassageWitness(msgspec.Struct, frozen=True):
    """What a passage is a copy of."""

    doc_id: msgspec.Raw
    start: int
    end: int
    path: str
    line: int


class PassageRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `passages.jsonl`.

    start, end  characters of the original text: `text == original[start:end]`
    similarity  2 * equal tokens / (tokens of both sides); relation is "exact" at 1
    scope       "within" its document or "across" documents
    action      "removed" (cut out of the kept text) or "reported"
    cuts        every [start, end) that was cut: whole paragraphs or sentences of the passage, with their punctuation;
                where the copy is glued on, with its part of the word before or after it
    documents   how many documents hold the passage
    """

    doc_id: msgspec.Raw
    path: str
    line: int
    start: int
    end: int
    text: str
    witness: PassageWitness
    similarity: float
    relation: str
    scope: str
    action: str
    documents: int
    cuts: list[tuple[int, int]] = []


@dataclass(frozen=True)
class PassageTable:
    """All passages of a run by row: documents by doc_index, scope, how many documents hold it."""

    document: npt.NDArray[np.int32]
    holder: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float64]
    scope: npt.NDArray[np.uint8]
    documents: npt.NDArray[np.int32]


def write_passages(path: Path, table: PassageTable, parts: Sequence[Path], segments: Segments) -> None:
    """Write one line a passage, by document and place; `parts` are the located sides of the shards in order."""
    held = np.zeros((len(table.document), 2), np.int64)
    for part in parts:
        for batch in read_located(part):
            side, rows = batch.column("side").to_numpy(), batch.column("row").to_numpy()
            theirs = side == ORIGINAL
            held[rows[theirs], 0] = batch.column("start").to_numpy()[theirs]
            held[rows[theirs], 1] = batch.column("end").to_numpy()[theirs]
    with path.open("wb") as file:
        for part in parts:
            for batch in read_located(part):
                for located in batch.to_pylist():
                    if located["side"] == COPY:
                        file.write(encode_line(describe_passage(table, Located(**located), held, segments)))


def describe_passage(
    table: PassageTable, located: Located, held: npt.NDArray[np.int64], segments: Segments
) -> PassageRecord:
    """Return the record of one passage."""
    row = located.row
    name, holder = segments.name(int(table.document[row])), segments.name(int(table.holder[row]))
    start, end = held[row].tolist()
    similarity = float(table.similarity[row])
    return PassageRecord(
        doc_id=msgspec.Raw(name.raw_id),
        path=name.path,
        line=name.line,
        start=located.start,
        end=located.end,
        text=located.text,
        witness=PassageWitness(msgspec.Raw(holder.raw_id), start, end, holder.path, holder.line),
        similarity=similarity,
        relation="exact" if similarity == 1.0 else "edited",
        scope=SCOPES[table.scope[row]],
        action="removed" if located.cuts else "reported",
        documents=int(table.documents[row]),
        cuts=list(zip(located.cuts[::2], located.cuts[1::2], strict=True)),
    )


def count_cuts(parts: Sequence[Path]) -> int:
    """Return how many passages are cut."""
    lists = (batch.column("cuts") for part in parts for batch in read_located(part))
    return sum(int((np.diff(cuts.offsets.to_numpy()) > 0).sum()) for cuts in lists)


class BoilerplateRecord(msgspec.Struct, frozen=True):
    """One line of `boilerplate.jsonl`: a passage that stands in many documents, where the first of them holds it."""

    text: str
    documents: int
    doc_id: msgspec.Raw
    path: str
    line: int
    start: int
    end: int


def write_boilerplate(
    path: Path, rows: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]], parts: Sequence[Path], segments: Segments
) -> int:
    """Write the boilerplate, most frequent first; `rows` are the document and the holders of each. Returns how many."""
    document, holders = rows
    found = []
    for part in parts:
        for batch in read_located(part):
            for located in batch.to_pylist():
                if located["side"] == BOILERPLATE:
                    row = located["row"]
                    name = segments.name(int(document[row]))
                    place = (msgspec.Raw(name.raw_id), name.path, name.line, located["start"], located["end"])
                    found.append(BoilerplateRecord(located["text"], int(holders[row]), *place))
    found.sort(key=lambda record: -record.documents)
    with path.open("wb") as file:
        file.writelines(encode_line(record) for record in found)
    return len(found)
