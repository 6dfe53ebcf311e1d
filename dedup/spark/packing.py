"""Numbers as bytes: what is shuffled goes in few large rows instead of one row for each band key."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

PACKED_SCHEMA = pa.schema({"part": pa.int32(), "keys": pa.binary(), "ranks": pa.binary(), "sizes": pa.binary()})
PACKED_AT_ONCE = 4_000_000  # band keys that a task collects before it hands them on


def view_bytes(column: pa.Array, dtype: type[np.generic]) -> npt.NDArray[np.generic]:
    """Return what a binary column holds as one array of numbers, one value after the other, without copying."""
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


def pack_keys(batches: Iterator[pa.RecordBatch], *, parts: int) -> Iterator[pa.RecordBatch]:
    """Deal band keys to parts by their high half; input columns `rank`, `num_shingles`, `keys`."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        if len(batch) == 0:
            continue
        waiting.append(batch)
        count += view_bytes(batch.column("keys"), np.uint64).size
        if count >= PACKED_AT_ONCE:
            yield pack_some(waiting, parts)
            waiting, count = [], 0
    if waiting:
        yield pack_some(waiting, parts)


def pack_some(batches: list[pa.RecordBatch], parts: int) -> pa.RecordBatch:
    """Return one row for each part that any key of the batches belongs to."""
    keys = np.concatenate([view_bytes(b.column("keys"), np.uint64) for b in batches])
    ranks = np.concatenate([b.column("rank").to_numpy() for b in batches])
    sizes = np.concatenate([b.column("num_shingles").to_numpy() for b in batches])
    bands = keys.size // max(ranks.size, 1)
    part = (((keys >> np.uint64(32)) * np.uint64(parts)) >> np.uint64(32)).astype(np.int32)
    order = np.argsort(part, kind="stable")
    present, begins = np.unique(part[order], return_index=True)
    columns = keys[order], np.repeat(ranks, bands)[order], np.repeat(sizes, bands)[order]
    pieces = [[piece.tobytes() for piece in np.split(column, begins[1:])] for column in columns]
    arrays = [pa.array(present, pa.int32()), *(pa.array(p, pa.binary()) for p in pieces)]
    return pa.RecordBatch.from_arrays(arrays, schema=PACKED_SCHEMA)


def unpack_keys(
    batches: Iterator[pa.RecordBatch],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return the keys that more than one document holds, sorted, with rank and number of shingles; by rank in each."""
    rows = [batch for batch in batches if len(batch)]
    if not rows:
        return np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int32)
    keys = np.concatenate([view_bytes(b.column("keys"), np.uint64) for b in rows])
    order = np.argsort(keys)
    same = keys[order][1:] == keys[order][:-1]
    is_shared = np.zeros(keys.size, bool)
    is_shared[:-1] |= same
    is_shared[1:] |= same
    order = order[is_shared]
    ranks = np.concatenate([view_bytes(b.column("ranks"), np.int64) for b in rows])[order]
    sizes = np.concatenate([view_bytes(b.column("sizes"), np.int32) for b in rows])[order]
    keys = keys[order]
    within = np.lexsort((ranks, keys))
    return keys[within], ranks[within], sizes[within]
