"""Parquet in, Parquet out: kept rows in `kept/NAME`, the others in `set_aside/NAME`, schema and order as before."""

import os
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from dedup.corpus.column_values import list_values
from dedup.corpus.parquet import explained, open_parquet, widen_views
from dedup.errors import InputError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

ROW_GROUP = 65_536


def codecs_of(file: "pq.ParquetFile") -> dict[str, str]:
    """Return the compression of each column, as the first row group has it."""
    if file.metadata.num_row_groups == 0:
        return {}
    group = file.metadata.row_group(0)
    columns = (group.column(i) for i in range(group.num_columns))
    return {c.path_in_schema: "NONE" if c.compression == "UNCOMPRESSED" else c.compression for c in columns}


@contextmanager
def open_writer(target: Path | IO[bytes], like: "pq.ParquetFile") -> Iterator["pq.ParquetWriter"]:
    """Open a Parquet file with the schema, metadata and compression of another; any bytes may be its name."""
    import pyarrow.parquet as pq  # noqa: PLC0415 (for those who have such files)

    codecs = codecs_of(like) or "snappy"
    opened = pa.OSFile(os.fsencode(target), "wb") if isinstance(target, Path) else nullcontext(target)
    with opened as sink, pq.ParquetWriter(sink, like.schema_arrow, compression=codecs) as writer:
        yield writer


@dataclass(frozen=True)
class RowSplit:
    """The rows of a file that do not stay as they are (sorted, from 0), and the new texts of some of them."""

    dropped: Sequence[int]
    texts: Mapping[int, str]
    text_field: str


def split_rows(path: str, split: RowSplit, kept_path: Path, aside_path: Path) -> Iterator[bytes]:
    """Write the rows of a file to two others: kept ones and, as they were, the dropped ones.

    A row with a new text is written to both. Yields the dropped rows as JSON.
    """
    file, texts = open_parquet(path), split.texts
    taken_out = np.array(split.dropped, np.int64)
    with open_writer(kept_path, file) as kept, open_writer(aside_path, file) as set_aside:
        row = 0
        for index in range(file.metadata.num_row_groups):
            with explained(path):
                table = widen_views(file.read_row_group(index))
            here = taken_out[np.searchsorted(taken_out, row) : np.searchsorted(taken_out, row + len(table))] - row
            mask = np.ones(len(table), bool)
            mask[[i for i in here.tolist() if row + i not in texts]] = False
            edited = replace_texts(
                table, {i: texts[row + i] for i in here.tolist() if row + i in texts}, split.text_field
            )
            kept.write_table(edited.filter(pa.array(mask)).cast(file.schema_arrow))
            aside = table.take(pa.array(here))
            if len(aside):
                set_aside.write_table(aside.cast(file.schema_arrow))
            yield from encode_rows(aside)
            row += len(table)


def encode_rows(table: pa.Table) -> Iterator[bytes]:
    """Yield the rows as JSON objects."""
    for row in zip(*map(list_values, table.columns), strict=True):
        yield msgspec.json.encode(dict(zip(table.column_names, row, strict=True)), enc_hook=str)


def replace_texts(table: pa.Table, texts: Mapping[int, str], text_field: str) -> pa.Table:
    """Return the table with other texts in some rows."""
    if not texts:
        return table
    column = table.column(text_field).to_pylist()
    for row, text in texts.items():
        column[row] = text
    place = table.schema.get_field_index(text_field)
    return table.set_column(place, table.schema.field(place), pa.array(column, table.schema.field(place).type))


def merge_rows(
    kept: IO[bytes], set_aside: IO[bytes], dropped: Sequence[int], edited: AbstractSet[int], target: IO[bytes]
) -> None:
    """Write the rows of both files to `target`, those of `set_aside` at the places `dropped` (sorted, from 0).

    For a row in `edited` there is one in `kept` as well, which is passed over.
    """
    kept_file = open_parquet(kept)
    kept_rows, aside_rows = RowFeeder(kept_file, kept.name), RowFeeder(open_parquet(set_aside), set_aside.name)
    total = kept_file.metadata.num_rows + len(dropped) - len(edited)
    with open_writer(target, kept_file) as writer:
        row = 0
        pending: list[pa.Table] = []
        for place in [*dropped, total]:
            pending += kept_rows.take(place - row)
            if place in edited:
                list(kept_rows.take(1))
            pending += aside_rows.take(1 if place < total else 0)
            row = place + 1
            if sum(map(len, pending)) >= ROW_GROUP or place == total:
                writer.write_table(pa.concat_tables(pending) if pending else kept_file.schema_arrow.empty_table())
                pending = []


class RowFeeder:
    """Gives the rows of a Parquet file in pieces of any length."""

    def __init__(self, file: "pq.ParquetFile", path: str) -> None:
        self._path = path
        self._batches = file.iter_batches()
        self._rest: pa.Table | None = None

    def _read_batch(self) -> pa.RecordBatch | None:
        with explained(self._path):
            return next(self._batches, None)

    def take(self, count: int) -> Iterator[pa.Table]:
        """Yield tables that together have the next `count` rows."""
        while count > 0:
            if self._rest is None or len(self._rest) == 0:
                batch = self._read_batch()
                if batch is None:
                    raise InputError(f"{self._path}: has fewer rows than the run wrote. It was changed after the run.")
                self._rest = pa.Table.from_batches([batch])
            piece = self._rest.slice(0, count)
            self._rest = self._rest.slice(len(piece))
            count -= len(piece)
            yield piece
