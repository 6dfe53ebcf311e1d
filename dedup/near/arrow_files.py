"""Arrow files under any name: pyarrow takes a path that is text for UTF-8, and bytes as they are."""

import os
from pathlib import Path

import pyarrow as pa


def create_arrow(path: Path, schema: pa.Schema) -> pa.RecordBatchFileWriter:
    """Return a writer of record batches to a new file."""
    return pa.ipc.new_file(pa.OSFile(os.fsencode(path), "wb"), schema)


def map_arrow(path: Path) -> pa.MemoryMappedFile:
    """Map a file into memory, to be read."""
    return pa.memory_map(os.fsencode(path))
