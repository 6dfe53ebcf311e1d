"""What the sketch stage leaves of each shard on disk, as Arrow IPC files.

A finished segment is a folder that was renamed into place; one that is being written ends in `.part`.
"""

import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.shards import Shard
from dedup.near.arrow_files import create_arrow
from dedup.near.read_facts import Facts

DOCUMENTS, TOKENS, TITLES = "documents.arrow", "tokens.arrow", "titles.arrow"
REJECTIONS, REPEATS = "rejections.arrow", "repeats.arrow"
LINES, DIGEST = "lines", "digest"
REJECTION_SCHEMA = pa.schema(
    {"file": pa.int32(), "line": pa.int64(), "start": pa.int64(), "length": pa.int64(), "error": pa.string()}
)
TOKEN_SCHEMA = pa.schema({"token": pa.uint32()})
REPEAT_FIELDS = ("document", "start", "end", "held_start", "held_end", "equal")
PLACE_FIELDS = ("start_char", "end_char", "held_start_char", "held_end_char")
REPEAT_SCHEMA = pa.schema(
    {name: pa.int32() for name in REPEAT_FIELDS}
    | {name: pa.int64() for name in PLACE_FIELDS}
    | {"may_go": pa.uint8(), "text": pa.large_string()}
)
NO_REPEATS = pa.RecordBatch.from_pylist([], schema=REPEAT_SCHEMA)


class PlacedRepeats(NamedTuple):
    """What is printed twice inside documents, in characters.

    ```
    keys    int64[m]     document << 32 | first token of the copy, ascending
    spans   int64[m, 4]  [start, end) of the copy and of its source
    may_go  bool[m]      whether a part of it may be cut, where nothing else of its document is
    texts   large strings[m], of the copies
    ```
    """

    keys: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    may_go: npt.NDArray[np.bool_]
    texts: pa.Array


NOTHING_PLACED = PlacedRepeats(
    np.empty(0, np.int64), np.empty((0, 4), np.int64), np.empty(0, np.bool_), pa.array([], pa.large_string())
)


SegmentColumns = dict[str, np.ndarray | pa.Array]


def segment_folder(root: Path, shard: Shard) -> Path:
    """Return the folder of a shard's segment."""
    return root / f"{shard.index:06d}"


def digest_segment(folder: Path, seal: str) -> str:
    """Return a digest of the names and bytes of the files of a segment, and of the seal of what it was made for."""
    from blake3 import blake3  # noqa: PLC0415 (for those who have segments)

    digest = blake3(seal.encode())
    for path in sorted(folder.iterdir()):
        if path.name != DIGEST and path.is_file():
            digest.update(f"{path.name} {path.stat().st_size} ".encode()).update_mmap(path)
    return str(digest.hexdigest())


def is_whole(folder: Path, seal: str) -> bool:
    """Return whether a segment is finished, as it was written, and made for this place; another one is made again."""
    try:
        kept = folder / DIGEST
        return kept.is_file() and kept.read_bytes() == digest_segment(folder, seal).encode()
    except OSError:
        return False


class SegmentWriter:
    """Writes one segment, block by block; use as a context manager: it is renamed into place when all went well.

    The seal says what it is made for: a run and a shard.
    """

    def __init__(self, folder: Path, seal: str) -> None:
        self._folder = folder
        self._seal = seal
        self._part = folder.with_suffix(".part")
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir(parents=True)
        self._documents: pa.RecordBatchFileWriter | None = None
        self._tokens = create_arrow(self._part / TOKENS, TOKEN_SCHEMA)
        self._titles = create_arrow(self._part / TITLES, TOKEN_SCHEMA)
        self._rejections = create_arrow(self._part / REJECTIONS, REJECTION_SCHEMA)
        self._repeats = create_arrow(self._part / REPEATS, REPEAT_SCHEMA)
        self._num_lines = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for writer in (self._documents, self._tokens, self._titles, self._rejections, self._repeats):
            if writer is not None:
                writer.close()
        if kind is None:
            (self._part / LINES).write_text(str(self._num_lines))
            (self._part / DIGEST).write_text(digest_segment(self._part, self._seal))
            shutil.rmtree(self._folder, ignore_errors=True)  # one that was found broken
            os.replace(self._part, self._folder)

    def add(
        self,
        block: DocumentBlock,
        columns: SegmentColumns,
        tokens: npt.NDArray[np.uint32],
        facts: Facts,
        repeats: pa.RecordBatch,
    ) -> None:
        """Write one block: its catalogue, the columns that a stage computed for it, its tokens, its facts, its repeats.

        `repeats` are in the columns of REPEAT_SCHEMA; documents by their place in the block.
        """
        self._num_lines += block.num_lines
        if block.rejections:
            rows = [asdict(rejection) for rejection in block.rejections]
            self._rejections.write_batch(pa.RecordBatch.from_pylist(rows, schema=REJECTION_SCHEMA))
        if not block.ids:
            return
        no_field = [b""] * len(block.ids)
        arrays: dict[str, pa.Array] = {
            "id": pa.array(block.ids, pa.large_binary()),
            "key": pa.array(block.fields.get("key", no_field), pa.large_binary()),
            "file": pa.array(block.files),
            "line": pa.array(block.lines),
            "start": pa.array(block.starts),
            "length": pa.array(block.lengths),
            "facts": wrap_rows(facts.rows.view(np.uint8).reshape(len(block.ids), -1)),
        }
        arrays |= {name: wrap_rows(values) for name, values in columns.items()}
        batch = pa.RecordBatch.from_pydict(arrays)
        if self._documents is None:
            self._documents = create_arrow(self._part / DOCUMENTS, batch.schema)
        self._documents.write_batch(batch)
        for writer, values in ((self._tokens, tokens), (self._titles, facts.titles)):
            writer.write_batch(pa.RecordBatch.from_arrays([pa.array(values)], schema=TOKEN_SCHEMA))
        self._repeats.write_batch(repeats)


def wrap_rows(values: np.ndarray | pa.Array) -> pa.Array:
    """Return a one- or two-dimensional array as an Arrow column without copying; rows of the latter become bytes."""
    if isinstance(values, pa.Array):
        return values
    if values.ndim == 1:
        return pa.array(values)
    kind = pa.binary(values.shape[1] * values.itemsize)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])
