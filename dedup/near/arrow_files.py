"""Arrow files under any name, written by batches or row by row.

pyarrow takes a path that is text for UTF-8, and bytes as they are.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

BYTES_AT_ONCE = 4 << 20
ROWS_AT_ONCE = 1000


def create_arrow(path: Path, schema: pa.Schema) -> pa.RecordBatchFileWriter:
    """Return a writer of record batches to a new file."""
    return pa.ipc.new_file(pa.OSFile(os.fsencode(path), "wb"), schema)


def map_arrow(path: Path) -> pa.MemoryMappedFile:
    """Map a file into memory, to be read."""
    return pa.memory_map(os.fsencode(path))


class RowWriter:
    """Collects rows and writes them in batches."""

    def __init__(self, writer: pa.RecordBatchFileWriter, schema: pa.Schema) -> None:
        self._writer, self._schema = writer, schema
        self._rows: list[Sequence[Any]] = []
        self._size = 0

    def add(self, row: Sequence[Any], size: int) -> None:
        """Add a row, of about `size` bytes."""
        self.extend([row], size)

    def extend(self, rows: Sequence[Sequence[Any]], size: int) -> None:
        """Add some rows, of about `size` bytes together."""
        self._rows += rows
        self._size += size
        if self._size >= BYTES_AT_ONCE or len(self._rows) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        if self._rows:
            columns = zip(zip(*self._rows, strict=True), self._schema.types, strict=True)
            arrays = [pa.array(column, kind) for column, kind in columns]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._rows, self._size = [], 0


@contextmanager
def write_rows(path: Path, schema: pa.Schema) -> Iterator[RowWriter]:
    """Open a file of rows for writing."""
    with create_arrow(path, schema) as writer:
        rows = RowWriter(writer, schema)
        yield rows
        rows.flush()


def read_batches(paths: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    """Yield the batches of the files of several shards; each is mapped only until the next one is taken."""
    for path in paths:
        with map_arrow(path) as mapped:
            reader = pa.ipc.open_file(mapped)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)
