"""Records whose text was cut: their replacement in `kept/`, and their original bytes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

BYTES_AT_ONCE = 4 << 20
SCHEMA = pa.schema({"document": pa.int64(), "record": pa.large_binary()})


class EditWriter:
    """Writes the edited records of one shard, by doc_index in ascending order."""

    def __init__(self, writer: pa.RecordBatchFileWriter) -> None:
        self._writer = writer
        self._documents: list[int] = []
        self._records: list[bytes] = []
        self._size = 0

    def add(self, doc_index: int, record: bytes) -> None:
        """Add the record that replaces a document's."""
        self._documents.append(doc_index)
        self._records.append(record)
        self._size += len(record)
        if self._size >= BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        if self._documents:
            arrays = [pa.array(self._documents, pa.int64()), pa.array(self._records, pa.large_binary())]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))
        self._documents, self._records, self._size = [], [], 0


@contextmanager
def write_edits(path: Path) -> Iterator[EditWriter]:
    """Open a file of edits for writing."""
    with pa.ipc.new_file(str(path), SCHEMA) as writer:
        edits = EditWriter(writer)
        yield edits
        edits.flush()


def read_edits(path: Path) -> dict[int, bytes]:
    """Return the edited records of one shard by doc_index; none where nothing was edited."""
    if not path.exists():
        return {}
    with pa.memory_map(str(path)) as mapped:
        table = pa.ipc.open_file(mapped).read_all()
        return dict(zip(table["document"].to_pylist(), table["record"].to_pylist(), strict=True))


def count_edits(paths: Iterable[Path]) -> int:
    """Return how many documents are edited."""
    return sum(len(read_edits(path)) for path in paths)
