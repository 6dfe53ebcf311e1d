"""The file of a shard that says where passages and boilerplate are in its texts, in characters."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.near.segments import pick_bytes
from dedup.passages.cut_documents import SOURCE, LocatedSpan

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


class LocatedWriter:
    """Collects located spans and writes them in batches."""

    def __init__(self, writer: pa.RecordBatchFileWriter) -> None:
        self._writer = writer
        self._rows: list[LocatedSpan] = []

    def add(self, located: LocatedSpan) -> None:
        """Add a span."""
        self._rows.append(located)
        if len(self._rows) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        if self._rows:
            columns = zip(zip(*self._rows, strict=True), SCHEMA.types, strict=True)
            arrays = [pa.array(column, kind) for column, kind in columns]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))
        self._rows = []


@contextmanager
def write_located(path: Path) -> Iterator[LocatedWriter]:
    """Open a file of located spans for writing."""
    with pa.ipc.new_file(str(path), SCHEMA) as writer:
        located = LocatedWriter(writer)
        yield located
        located.flush()


def read_batches(paths: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    """Yield the batches of the files of all shards."""
    for path in paths:
        with pa.memory_map(str(path)) as mapped:
            reader = pa.ipc.open_file(mapped)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)


def read_sources(paths: Sequence[Path], count: int) -> npt.NDArray[np.int64]:
    """Return where the sources of `count` passages are, int64[count, 2], in characters."""
    spans = np.zeros((count, 2), np.int64)
    for batch in read_batches(paths):
        is_source = batch.column("side").to_numpy() == SOURCE
        rows = batch.column("row").to_numpy()[is_source]
        spans[rows, 0] = batch.column("start").to_numpy()[is_source]
        spans[rows, 1] = batch.column("end").to_numpy()[is_source]
    return spans


def read_side(paths: Sequence[Path], side: int) -> Iterator[list[LocatedSpan]]:
    """Yield the spans of one side, batch by batch."""
    for batch in read_batches(paths):
        rows = np.flatnonzero(batch.column("side").to_numpy() == side)
        numbers = (batch.column(name).to_numpy()[rows].tolist() for name in ("row", "side", "start", "end"))
        texts = (raw.decode() for raw in pick_bytes(batch.column("text"), rows))
        edges, offsets = batch.column("cuts").values.to_numpy().tolist(), batch.column("cuts").offsets.to_numpy()
        cuts = (edges[a:b] for a, b in zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True))
        yield [LocatedSpan(*values) for values in zip(*numbers, texts, cuts, strict=True)]


def count_cuts(paths: Sequence[Path]) -> int:
    """Return how many passages are cut."""
    lists = (batch.column("cuts") for batch in read_batches(paths))
    return sum(int((np.diff(cuts.offsets.to_numpy()) > 0).sum()) for cuts in lists)
