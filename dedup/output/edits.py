"""The file of a shard's records whose text was cut, as they are in `kept/`; by doc_index, ascending."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from dedup.output.row_files import read_batches

SCHEMA = pa.schema({"document": pa.int64(), "record": pa.large_binary()})


def read_edits(path: Path) -> dict[int, bytes]:
    """Return the edited records of one shard by doc_index; none where nothing was edited."""
    edits: dict[int, bytes] = {}
    for batch in read_batches([path] if path.exists() else []):
        edits.update(zip(batch["document"].to_pylist(), batch["record"].to_pylist(), strict=True))
    return edits


def count_edits(paths: Iterable[Path]) -> int:
    """Return how many documents are edited."""
    return sum(len(batch) for batch in read_batches([path for path in paths if path.exists()]))
