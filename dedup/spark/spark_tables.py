"""Tables of Spark: types, small tables to join with, tables that stages save, numbers in binary columns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

# A table of at most this many rows is sent to every worker for a join: some 100 MB each.
MAX_NUMBER_ROWS = 4_000_000  # rows of a few numbers
MAX_NAME_ROWS = 250_000  # rows with an id and a path
MAX_RECORD_ROWS = 25_000  # whole records


@dataclass(frozen=True)
class Checkpoints:
    """Writes tables to a folder on any file system that Spark knows, and reads them back.

    A table that was read back has no history: a lost worker repeats a task of one stage, never the stages before it.
    Those that are `done`, by the run that is resumed, are not written again.
    """

    spark: SparkSession
    folder: str
    done: frozenset[str] = frozenset()

    def save(self, name: str, table: DataFrame) -> DataFrame:
        """Write a table, and return it as it was written."""
        if name not in self.done:
            table.write.mode("overwrite").option("compression", "lz4").parquet(f"{self.folder}/{name}")
        return self.spark.read.schema(table.schema).parquet(f"{self.folder}/{name}")


def as_struct(schema: pa.Schema) -> StructType:
    """Return the Spark type of rows of an Arrow schema."""
    return from_arrow_schema(schema)


def quote(column: str) -> Column:
    """Return a column by its name, which may have any characters."""
    return F.col("`" + column.replace("`", "``") + "`")


def make_table(spark: SparkSession, rows: Sequence[tuple[object, ...]], columns: Mapping[str, str]) -> DataFrame:
    """Return a few rows as a table to join with; `columns` are names and types as Spark writes them.

    The rows are part of the query; `createDataFrame` would run Python tasks.
    """
    kind = ", ".join(f"{name}: {of}" for name, of in columns.items())
    text = json.dumps([dict(zip(columns, row, strict=True)) for row in rows])
    made = spark.range(0, 1, 1, 1).select(F.inline(F.from_json(F.lit(text), f"array<struct<{kind}>>")))
    return F.broadcast(made)


def mark_small(rows: DataFrame, count: int, limit: int) -> DataFrame:
    """Return the rows for a join, to be sent to every worker if their `count` is at most `limit`.

    Spark does not shuffle the large side of such a join.
    """
    return F.broadcast(rows) if count <= limit else rows


def view_bytes(column: pa.Array, dtype: type[np.generic]) -> npt.NDArray[np.generic]:
    """Return the values of a binary column as one array of numbers, one value after the other, without copying."""
    if len(column) == 0 or column.buffers()[2] is None:
        return np.empty(0, dtype)
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(column.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return data.view(dtype)


def byte_addresses(column: pa.Array) -> npt.NDArray[np.uint64]:
    """Return the address in memory of each value of a binary column; they hold as long as the column does."""
    if len(column) == 0 or column.buffers()[2] is None:
        return np.zeros(len(column), np.uint64)
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column)]
    return np.uint64(column.buffers()[2].address) + offsets.astype(np.uint64)


def byte_counts(column: pa.Array) -> npt.NDArray[np.int32]:
    """Return how many bytes each value of a binary column has."""
    if len(column) == 0:
        return np.empty(0, np.int32)
    return np.diff(np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1])


def cut_bytes(values: np.ndarray, counts: np.ndarray) -> pa.Array:
    """Return a binary array whose value i holds the next `counts[i]` numbers of `values`."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts * values.itemsize, out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(values).tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(counts), buffers)


def deal(
    schema: pa.Schema, numbers: npt.NDArray[np.uint64], columns: Sequence[np.ndarray], parts: int
) -> pa.RecordBatch:
    """Deal the rows of columns to parts by the high half of `numbers`: a row for each part, its values as bytes.

    They are shuffled as bytes in few large rows: a row for each value would be many times as large.
    """
    part = (((numbers >> np.uint64(32)) * np.uint64(parts)) >> np.uint64(32)).astype(np.int32)
    order = np.argsort(part, kind="stable")
    present, begins = np.unique(part[order], return_index=True)
    pieces = [[piece.tobytes() for piece in np.split(column[order], begins[1:])][: len(present)] for column in columns]
    return pa.RecordBatch.from_arrays([pa.array(present), *(pa.array(p, pa.binary()) for p in pieces)], schema=schema)


def find_shared_keys(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the places of keys that occur more than once, ascending by key."""
    order = np.argsort(keys)
    same = keys[order][1:] == keys[order][:-1]
    is_shared = np.zeros(keys.size, bool)
    is_shared[:-1] |= same
    is_shared[1:] |= same
    return order[is_shared]


def fill_columns(schema: pa.Schema, count: int, columns: Mapping[str, object]) -> pa.RecordBatch:
    """Return a batch of a schema, null where a column is not given."""
    arrays = [
        pa.nulls(count, kind) if columns.get(name) is None else as_array(columns[name], kind)
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def as_array(values: object, kind: pa.DataType) -> pa.Array:
    """Return values as an Arrow array of a type."""
    return values if isinstance(values, pa.Array) else pa.array(values, kind)
