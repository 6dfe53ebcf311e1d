"""The records of a run with what was decided on them, in the format of the input: marked, not removed."""

from collections.abc import Iterator, Sequence
from typing import IO

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.delimited import DELIMITERS, read_layout
from dedup.corpus.files import SourceFile
from dedup.corpus.parquet import explained, open_parquet, widen_views
from dedup.corpus.shards import Shard
from dedup.corpus.values import read_value
from dedup.errors import InputError
from dedup.model.documents import CopyRelation
from dedup.output import run_folder as parts
from dedup.output.byte_copy import read_ranges
from dedup.output.parquet_rows import codecs_of
from dedup.output.write_shards import Results

Raw = msgspec.Raw
NULL = Raw(b"null")


class Annotation(msgspec.Struct, frozen=True):
    """What is added to a record: why it would go, because of which document, and its cluster; null if it stays alone.

    The kept document of a cluster has the number of the cluster alone.
    """

    dedup_relation: str | None = None
    dedup_witness: Raw = NULL
    dedup_similarity: float | None = None
    dedup_cluster: int | None = None
    dedup_novel_words: int | None = None


NAMES = Annotation.__struct_fields__
FIELDS = [
    pa.field(name, kind) for name, kind in zip(NAMES, ("string", "string", "float64", "int64", "int64"), strict=True)
]
NOTHING = Annotation()


def refuse_unmarked(files: Sequence[SourceFile]) -> None:
    """Raise `InputError` where records of a file cannot be annotated: only those of lines, tables and Parquet can."""
    for file in files:
        if file.format not in {"jsonl", "parquet", *DELIMITERS}:
            raise InputError(
                f"{file.path}: --annotate adds fields to records of JSON lines, CSV and Parquet, and this is "
                f"{file.format}. Leave it out, or add --no-annotate: "
                "`dedup export OUT --table documents` says the same in a table."
            )


def annotate(results: Results, documents: npt.NDArray[np.int64]) -> list[Annotation]:
    """Return what is added to the records of some documents, in their order."""
    decisions = results.decisions
    witnesses = results.witnesses
    removed = np.flatnonzero(decisions.witness[documents] >= 0)
    gone = documents[removed]
    columns = (decisions.relation, decisions.similarity, decisions.witness, decisions.difference["novel"])
    relation, similarity, witness, novel = (column[gone].tolist() for column in columns)
    names = results.segments.names(decisions.witness[gone].astype(np.int64))
    clusters = np.searchsorted(witnesses, witness) + 1
    found = [NOTHING] * len(documents)
    for place in np.flatnonzero(np.isin(documents, witnesses)).tolist():
        found[place] = Annotation(dedup_cluster=int(np.searchsorted(witnesses, documents[place])) + 1)
    rows = zip(removed.tolist(), relation, names, similarity, clusters.tolist(), novel, strict=True)
    for place, kind, name, alike, cluster, words in rows:
        found[place] = Annotation(CopyRelation(kind).label, Raw(name.raw_id), alike, cluster, words)
    return found


def annotate_shard(results: Results, shard: Shard) -> None:
    """Write the piece of `annotated/` that a shard gives: each record that could be read, in input order."""
    file, segments = shard.files[0], results.segments
    shards = [shard]
    if file.format == "parquet":  # with its first part the whole file is written
        shards = [s for s in segments.shards if s.first_file == shard.first_file]
        if shard.start:
            return
    batches = [batch for each in shards for batch in segments.batches_of(each)]
    documents = np.concatenate([np.empty(0, np.int64), *(np.arange(b.first, b.first + len(b)) for b in batches)])
    found = annotate(results, documents)
    starts = np.concatenate([np.empty(0, np.int64), *(batch.column("start") for batch in batches)])
    with results.run.part(shard.index, parts.ANNOTATED).open("wb") as part:
        if file.format == "parquet":
            annotate_rows(file.location, starts, found, part)
            return
        lengths = [np.empty(0, np.int64), *(batch.column("length") for batch in batches)]
        raw = read_ranges(file.location, starts, np.concatenate(lengths))
        lines = (
            annotate_cells(file, raw, found, with_header=shard.start == 0)
            if file.format in DELIMITERS
            else map(annotate_line, raw, found)
        )
        part.writelines(lines)


def annotate_line(line: bytes, found: Annotation) -> bytes:
    r"""Return a JSON line with the fields at its end; those of an earlier run are replaced.

    >>> annotate_line(b'{"text": "a"} \n', Annotation(dedup_cluster=3))[:45]
    b'{"text": "a","dedup_relation":null,"dedup_wit'
    """
    record = line.strip(b" \t\r\n")
    if b'"dedup_' in record:
        fields = msgspec.json.decode(record, type=dict[str, Raw])
        record = msgspec.json.encode({name: value for name, value in fields.items() if name not in NAMES})
    return record[:-1] + b"," + msgspec.json.encode(found)[1:] + b"\n"


def list_cells(found: Annotation) -> list[str]:
    """Return what is added as cells, empty where there is nothing."""
    return ["" if value is None else str(value) for value in list_values(found)]


def annotate_cells(
    file: SourceFile, raw: Iterator[bytes], found: Sequence[Annotation], *, with_header: bool
) -> Iterator[bytes]:
    """Yield the lines of a table with more columns: before surplus cells, and behind missing ones."""
    layout = read_layout(file)
    if layout is None:
        return  # the file is empty
    header = layout.names
    stays = [place for place, name in enumerate(header) if name not in NAMES]
    if with_header:
        yield layout.write_cells([*(header[place] for place in stays), *NAMES]) + b"\n"
    for record, added in zip(raw, found, strict=True):
        cells = layout.parse_cells(record)
        if len(cells) == len(header) == len(stays):
            line = record.rstrip(b"\r\n")
            yield (
                line
                + layout.delimiter.encode()
                + layout.write_cells(list_cells(added))
                + (record[len(line) :] or b"\n")
            )
            continue
        own = [cells[place] if place < len(cells) else "" for place in stays]
        yield layout.write_cells([*own, *list_cells(added), *cells[len(header) :]]) + b"\n"


def annotate_rows(path: str, rows: npt.NDArray[np.int64], found: Sequence[Annotation], target: IO[bytes]) -> None:
    """Write rows of a Parquet file (sorted, from 0) with more columns."""
    import pyarrow.parquet as pq  # noqa: PLC0415 (for those who have such files)

    file, done = open_parquet(path), 0
    schema = file.schema_arrow
    own = [place for place, name in enumerate(schema.names) if name not in NAMES]
    wide = pa.schema([*map(schema.field, own), *FIELDS], schema.metadata)
    codecs = dict.fromkeys(NAMES, "snappy") | codecs_of(file)
    with pq.ParquetWriter(target, wide, compression=codecs) as writer:
        first = 0
        for index in range(file.metadata.num_row_groups):
            with explained(path):
                table = widen_views(file.read_row_group(index).select(own))
            here = rows[np.searchsorted(rows, first) : np.searchsorted(rows, first + len(table))]
            added = found[done : done + len(here)]
            columns = zip(*map(list_values, added), strict=True) if added else [()] * len(FIELDS)
            kept = table.take(pa.array(here - first)).columns
            arrays = [pa.array(column, field.type) for column, field in zip(columns, FIELDS, strict=True)]
            writer.write_table(pa.table([*kept, *arrays], names=wide.names).cast(wide))
            first, done = first + len(table), done + len(here)


def list_values(found: Annotation) -> tuple[object, ...]:
    """Return what is added as values of columns."""
    witness = read_value(bytes(found.dedup_witness)) or None
    return (found.dedup_relation, witness, found.dedup_similarity, found.dedup_cluster, found.dedup_novel_words)
