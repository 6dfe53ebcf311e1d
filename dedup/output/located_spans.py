"""The files of a shard that say where passages and boilerplate are in its texts, and what its cut records become."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.near.segments import pick_bytes
from dedup.output.row_files import read_batches
from dedup.passages.cut_documents import SOURCE, LocatedSpan

EDITS_SCHEMA = pa.schema({"document": pa.int64(), "record": pa.large_binary()})  # by doc_index, ascending
LOCATED_SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "side": pa.int8(),
        "start": pa.int64(),
        "end": pa.int64(),
        "text": pa.large_string(),
        "cuts": pa.list_(pa.int64()),
    }
)


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


def read_edits(path: Path) -> dict[int, bytes]:
    """Return the edited records of one shard by doc_index; none where nothing was edited."""
    edits: dict[int, bytes] = {}
    for batch in read_batches([path] if path.exists() else []):
        edits.update(zip(batch["document"].to_pylist(), batch["record"].to_pylist(), strict=True))
    return edits


def count_edits(paths: Iterable[Path]) -> int:
    """Return how many documents are edited."""
    return sum(len(batch) for batch in read_batches([path for path in paths if path.exists()]))
