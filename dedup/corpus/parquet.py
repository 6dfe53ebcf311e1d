"""Parquet files: a row is a document; kept and removed rows are written with the schema of the input."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dedup.config import InputConfig
from dedup.corpus.blocks import Block, Rejection, missing_column
from dedup.errors import InputError

BATCH_ROWS = 2048


def open_parquet(path: str) -> pq.ParquetFile:
    """Open a Parquet file; what is none is an `InputError`."""
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: not a readable Parquet file ({str(error).splitlines()[0]}).") from error


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column holds text, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def read_parquet(path: str, config: InputConfig, key_field: str | None) -> Iterator[Block]:
    """Yield the documents of a Parquet file; rows without a text are set aside."""
    file = open_parquet(path)
    names = file.schema_arrow.names
    if config.text_field not in names:
        raise missing_column(path, config.text_field, names, "--text-field")
    if key_field is not None and key_field not in names:
        raise missing_column(path, key_field, names, "--keep")
    kind = file.schema_arrow.field(config.text_field).type
    if not is_text(kind):
        raise InputError(
            f'{path}: column "{config.text_field}" is {kind}, not text. Name the text column with --text-field.'
        )
    columns = [c for c in dict.fromkeys((config.text_field, config.id_field, key_field)) if c in names]
    row = 0
    for batch in file.iter_batches(BATCH_ROWS, columns=columns):
        yield read_batch(batch, row, config, key_field)
        row += len(batch)


def read_batch(batch: pa.RecordBatch, row: int, config: InputConfig, key_field: str | None) -> Block:
    """Return the documents of one batch whose first row is number `row` (from 0)."""
    texts = batch.column(config.text_field).cast(pa.large_string())
    valid = texts.is_valid().to_numpy(zero_copy_only=False)
    good = np.flatnonzero(valid)
    rejections = [
        Rejection(0, row + int(i) + 1, row + int(i), f'field "{config.text_field}" is null, not a text', b"")
        for i in np.flatnonzero(~valid)
    ]

    def values(column: str | None) -> list[bytes]:
        if column is None or column not in batch.schema.names:
            return []
        return [encode_scalar(value) for value in batch.column(column).take(pa.array(good)).to_pylist()]

    return Block(
        texts=texts.drop_null(),
        ids=values(config.id_field) or [b""] * len(good),
        keys=values(key_field),
        files=np.zeros(len(good), np.int32),
        lines=row + good + 1,
        starts=row + good,
        lengths=np.ones(len(good), np.int64),
        num_lines=len(batch),
        rejections=rejections,
    )


def encode_scalar(value: Any) -> bytes:
    """Return a column value as raw JSON; what JSON has no type for becomes its text, null nothing."""
    return b"" if value is None else msgspec.json.encode(value, enc_hook=str)


def fetch_row(path: str, row: int, column: str) -> str:
    """Return the text of one row (from 0), reading the row group that holds it."""
    file = open_parquet(path)
    for index in range(file.metadata.num_row_groups):
        count = file.metadata.row_group(index).num_rows
        if row < count:
            text: str = file.read_row_group(index, columns=[column]).column(column)[row].as_py()
            return text
        row -= count
    raise IndexError(row)
