"""Parquet files: a row is a document; kept and removed rows are written with the schema of the input."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.blocks import (
    DocumentBlock,
    Rejection,
    choose_values,
    find_invalid_texts,
    find_roles,
    list_names,
    name_ids,
)
from dedup.corpus.column_values import list_values
from dedup.corpus.compression import open_regular
from dedup.corpus.lines import explain_length
from dedup.errors import InputError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

BATCH_ROWS = 2048


@contextmanager
def explained(path: str) -> Iterator[None]:
    """Turn what Arrow says of a damaged file into an `InputError`."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: not a readable Parquet file ({str(error).splitlines()[0]}).") from error


def open_parquet(source: str | IO[bytes], shown: str | None = None) -> "pq.ParquetFile":
    """Open a Parquet file, by its path or open already; what is none is an `InputError`, which calls it as `shown`."""
    import pyarrow.parquet as pq  # noqa: PLC0415 (for those who have such files)

    with explained(shown or (source if isinstance(source, str) else source.name)):
        if isinstance(source, str):
            os.close(open_regular(source, os.O_RDONLY))
        opened = pa.OSFile(os.fsencode(source)) if isinstance(source, str) else source  # any bytes may be its name
        return pq.ParquetFile(opened)


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column holds text, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def find_row_cuts(path: str, size: int) -> list[int]:
    """Return the first row of each piece of a Parquet file, and the end: row groups of so many bytes or more."""
    metadata = open_parquet(path).metadata
    cuts, row, pending = [0], 0, 0
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        row, pending = row + group.num_rows, pending + group.total_byte_size
        if pending >= size or index == metadata.num_row_groups - 1:
            cuts.append(row)
            pending = 0
    return list(dict.fromkeys(cuts))


def list_groups(file: "pq.ParquetFile", rows: range) -> dict[int, int]:
    """Return the row groups that begin in a range of rows, each with its first row."""
    sizes = [file.metadata.row_group(index).num_rows for index in range(file.metadata.num_row_groups)]
    firsts = np.cumsum([0, *sizes])[:-1].tolist()
    return {index: first for index, first in enumerate(firsts) if first in rows and sizes[index]}


def read_parquet(
    path: str, config: InputConfig, roles: Mapping[str, str], rows: range | None = None, shown: str | None = None
) -> Iterator[DocumentBlock]:
    """Yield the documents of a Parquet file, or of its row groups in a range; rows without a text are set aside.

    Lines count from the beginning of the range. Errors call the file as `shown`, if it was unpacked to `path`.
    """
    shown = shown or path
    file = open_parquet(path, shown)
    names = file.schema_arrow.names
    found = find_roles(shown, config, roles, names)
    kind = file.schema_arrow.field(config.text_field).type
    if not is_text(kind):
        raise InputError(
            f'{shown}: column "{config.text_field}" is {kind}, not text. Name the text column with --text-field.'
        )
    columns = list(dict.fromkeys((config.text_field, config.id_field, *chain.from_iterable(found.values()))))
    columns = [column for column in columns if column in names]
    row = begin = rows.start if rows else 0
    groups = list(list_groups(file, rows)) if rows else None
    with explained(shown):
        for batch in file.iter_batches(BATCH_ROWS, row_groups=groups, columns=columns):
            block = read_batch(batch, row, config, roles)
            yield block if begin == 0 else from_line(block, begin)
            row += len(batch)


def from_line(block: DocumentBlock, begin: int) -> DocumentBlock:
    """Return a block with its lines counted from a row on."""
    rejections = [replace(rejection, line=rejection.line - begin) for rejection in block.rejections]
    return replace(block, lines=block.lines - begin, rejections=rejections)


def read_batch(batch: pa.RecordBatch, row: int, config: InputConfig, roles: Mapping[str, str]) -> DocumentBlock:
    """Return the documents of one batch whose first row is number `row` (from 0).

    A row is set aside if its text is null or longer than `max_record`, or if its text, its id or the key of its order
    is not UTF-8.
    """
    named = list_names(config, roles)
    wanted = dict.fromkeys((config.text_field, config.id_field, *chain.from_iterable(named.values())))
    columns = {name: as_texts(batch.column(name)) for name in wanted if name in batch.schema.names}
    texts = columns[config.text_field]
    reasons = {
        int(i): f'field "{config.text_field}" is null, not a text'
        for i in np.flatnonzero(~texts.is_valid().to_numpy(zero_copy_only=False))
    }
    edges = texts.buffers()[1] if len(texts) else b""
    sizes = np.diff(np.frombuffer(edges, np.int64)[texts.offset : texts.offset + len(texts) + 1])
    reasons |= dict.fromkeys(np.flatnonzero(sizes > config.max_record).tolist(), explain_length(config.max_record))
    for name in (config.text_field, config.id_field, roles.get("key")):
        if name in columns and pa.types.is_large_string(columns[name].type):
            reasons |= {i: f'field "{name}": {reason}' for i, reason in find_invalid_texts(columns[name])}
    good = np.setdiff1d(np.arange(len(batch)), np.array(sorted(reasons), np.int64))

    def values(*names: str) -> list[bytes]:
        found = [columns[name] for name in names if name in columns]
        chosen = ([column[i] for i in good.tolist()] for column in map(list_values, found))
        # What JSON has no type for becomes its text, null nothing.
        listed = ([b"" if v is None else msgspec.json.encode(v, enc_hook=str) for v in column] for column in chosen)
        return choose_values(listed) if found else [b""] * len(good)

    return DocumentBlock(
        texts=texts.take(pa.array(good)) if reasons else texts,
        ids=name_ids(values(config.id_field)),
        fields={role: values(*names) for role, names in named.items()},
        files=np.zeros(len(good), np.int32),
        lines=row + good + 1,
        starts=row + good,
        lengths=np.ones(len(good), np.int64),
        num_lines=len(batch),
        rejections=[Rejection(0, row + i + 1, row + i, 1, reason) for i, reason in sorted(reasons.items())],
    )


def as_texts(column: pa.Array) -> pa.Array:
    """Return a column of texts of any kind as large_string, any other column as it is."""
    return column.cast(pa.large_string()) if is_text(column.type) else column


def fetch_rows(path: str, rows: Sequence[int], column: str) -> Iterator[Any]:
    """Yield the values of a column in some rows (from 0, sorted)."""
    for table in take_rows(path, rows, [column]):
        yield from (value.as_py() for value in table.column(column))


def take_rows(path: str, rows: Sequence[int], columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Yield tables of some rows (from 0, sorted), reading only the row groups that hold them."""
    file, taken = open_parquet(path), np.array(rows, np.int64)
    for index, first in list_groups(file, range(file.metadata.num_rows)).items():
        after = first + file.metadata.row_group(index).num_rows
        here = taken[np.searchsorted(taken, first) : np.searchsorted(taken, after)]
        if here.size:
            with explained(path):
                table = widen_views(file.read_row_group(index, columns=columns))
            yield table.take(pa.array(here - first))


def widen_views(table: pa.Table) -> pa.Table:
    """Return the table with views of texts and bytes as columns that Arrow can filter."""
    wide = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    fields = [field.with_type(wide.get(field.type, field.type)) for field in table.schema]
    return table.cast(pa.schema(fields, table.schema.metadata))
