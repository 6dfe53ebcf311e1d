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

from dedup.near.segments import Segments, pick_bytes
from dedup.output.records import encode_line

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
    """All passages of a run by row.

    ```
    document    int32[n]     the later copy, by doc_index
    holder      int32[n]     the document that holds the original
    similarity  float64[n]
    scope       uint8[n]     place in SCOPES
    documents   int32[n]     how many documents hold it
    held        int64[n, 2]  characters of the original
    ```
    """

    document: npt.NDArray[np.int32]
    holder: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float64]
    scope: npt.NDArray[np.uint8]
    documents: npt.NDArray[np.int32]
    held: npt.NDArray[np.int64]


def read_held(parts: Sequence[Path], count: int) -> npt.NDArray[np.int64]:
    """Return where the originals of `count` passages stand, int64[count, 2], from the located sides of all shards."""
    held = np.zeros((count, 2), np.int64)
    for part in parts:
        for batch in read_located(part):
            theirs = batch.column("side").to_numpy() == ORIGINAL
            rows = batch.column("row").to_numpy()[theirs]
            held[rows, 0] = batch.column("start").to_numpy()[theirs]
            held[rows, 1] = batch.column("end").to_numpy()[theirs]
    return held


def write_passages(path: Path, part: Path, table: PassageTable, segments: Segments) -> None:
    """Write one line for each passage whose copy one shard located (`part`), by document and place."""
    encode = msgspec.json.Encoder().encode_lines
    with path.open("wb") as file:
        for batch in read_located(part):
            file.write(encode(describe_passages(table, select_side(batch, COPY), segments)))


def select_side(batch: pa.RecordBatch, side: int) -> list[Located]:
    """Return the rows of a batch that are of one side."""
    rows = np.flatnonzero(batch.column("side").to_numpy() == side)
    numbers = (batch.column(name).to_numpy()[rows].tolist() for name in ("row", "side", "start", "end"))
    texts = (raw.decode() for raw in pick_bytes(batch.column("text"), rows))
    edges, offsets = batch.column("cuts").values.to_numpy().tolist(), batch.column("cuts").offsets.to_numpy()
    cuts = (edges[a:b] for a, b in zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True))
    return [Located(*values) for values in zip(*numbers, texts, cuts, strict=True)]


def describe_passages(table: PassageTable, located: Sequence[Located], segments: Segments) -> Iterator[PassageRecord]:
    """Yield the record of each passage."""
    rows = np.array([copy.row for copy in located], np.int64)
    names = segments.names(np.concatenate([table.document[rows], table.holder[rows]]).astype(np.int64))
    columns = (table.held, table.similarity, table.scope, table.documents)
    values = zip(*(column[rows].tolist() for column in columns), strict=True)
    for copy, name, holder, (held, similarity, scope, documents) in zip(
        located, names[: len(rows)], names[len(rows) :], values, strict=True
    ):
        yield PassageRecord(
            doc_id=msgspec.Raw(name.raw_id),
            path=name.path,
            line=name.line,
            start=copy.start,
            end=copy.end,
            text=copy.text,
            witness=PassageWitness(msgspec.Raw(holder.raw_id), held[0], held[1], holder.path, holder.line),
            similarity=similarity,
            relation="exact" if similarity == 1.0 else "edited",
            scope=SCOPES[scope],
            action="removed" if copy.cuts else "reported",
            documents=documents,
            cuts=list(zip(copy.cuts[::2], copy.cuts[1::2], strict=True)),
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
            for located in select_side(batch, BOILERPLATE):
                name = segments.name(int(document[located.row]))
                place = (msgspec.Raw(name.raw_id), name.path, name.line, located.start, located.end)
                found.append(BoilerplateRecord(located.text, int(holders[located.row]), *place))
    found.sort(key=lambda record: -record.documents)
    with path.open("wb") as file:
        file.writelines(encode_line(record) for record in found)
    return len(found)
