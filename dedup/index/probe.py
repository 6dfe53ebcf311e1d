"""Which documents of an index the documents of a run may be copies of, with all that the cover needs of them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import NearConfig
from dedup.corpus.known import NAME_SCHEMA, Fates, KnownDocuments
from dedup.index.schema import PIECE
from dedup.kernels.key_set import (
    COMPARABLE,
    MISSED,
    KeySet,
    add_keys,
    make_key_set,
    match_keys,
)
from dedup.kernels.memory import as_read_only
from dedup.kernels.minhash import SIGNATURE_WORDS
from dedup.near.bands import bands_of
from dedup.near.cover import Comparable, Cover, Offered, number_contents

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_AT_ONCE = 1 << 16
PIECES_AT_ONCE = 1 << 13


@dataclass(frozen=True)
class NewSketches:
    """What the index is asked about: the sketches of the new documents, part by part.

    ```
    content  uint64[n, 2]
    parts    what tells which of them are compared
    ```
    """

    content: npt.NDArray[np.uint64]
    parts: Sequence[Comparable]


def find_known(
    connection: "DuckDBPyConnection", new: NewSketches, near: NearConfig, without: Sequence[int], spool: Path
) -> KnownDocuments:
    """Return the documents of the index that a new one may be a copy of, and the fates of equal contents.

    `without` are the numbers of runs that are passed over; tokens go to the file `spool`, which is mapped.
    """
    fates = find_fates(connection, new.content, without)
    scanned = scan_keys(connection, new, near, without)
    ordinals = np.union1d(scanned.ordinals, fates.column("witness").to_numpy())
    names = fetch_rows(connection, ordinals)
    keys = np.zeros((len(ordinals), scanned.keys.shape[1]), np.uint64)
    keys[np.searchsorted(ordinals, scanned.ordinals)] = scanned.keys
    addresses = np.zeros((2, len(ordinals)), np.uint64)
    known = KnownDocuments(
        ordinals,
        keys,
        read_lists(names.column("signature").combine_chunks()),
        np.column_stack([names.column("content_high").to_numpy(), names.column("content_low").to_numpy()]),
        names.column("num_tokens").to_numpy(),
        names.column("num_shingles").to_numpy(),
        addresses[0],
        addresses[1],
        names.select(NAME_SCHEMA.names).cast(NAME_SCHEMA),
        read_fates(fates, ordinals),
    )
    comparable = np.searchsorted(ordinals, scanned.ordinals[scanned.comparable])
    mapped = []
    for number, table in enumerate(("tokens", "masked")):
        wanted = ordinals[comparable], known.num_tokens[comparable]
        addresses[number, comparable], room = fetch_tokens(connection, table, wanted, spool)
        mapped.append(room)
    return replace(known, tokens=mapped)


def read_lists(column: pa.Array) -> npt.NDArray[np.uint64]:
    """Return a column of lists of one length as rows."""
    return np.asarray(column.flatten().to_numpy().reshape(-1, column.type.list_size))


@dataclass(frozen=True)
class Scanned:
    """Stored documents that share a key with a new one, ascending; `comparable` ones are compared with one by tokens.

    Those that are not fill buckets only, and are there only where a bucket may become full.
    """

    ordinals: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint64]
    comparable: npt.NDArray[np.bool_]


def scan_keys(connection: "DuckDBPyConnection", new: NewSketches, near: NearConfig, without: Sequence[int]) -> Scanned:
    """Stream the band keys of the index past those of the new documents."""
    key_set: KeySet = make_key_set(sum(part.keys.size for part in new.parts))
    for part in new.parts:
        add_keys(key_set, as_read_only(part.keys), as_read_only(part.num_tokens), as_read_only(part.num_shingles))
    bands = bands_of(near).bands
    columns = "ordinal, num_tokens, num_shingles, keys, signature"
    query = f"SELECT {columns} FROM documents WHERE {passing(without)}"  # noqa: S608 (our own numbers)
    parts = [(np.empty(0, np.int64), *no_sketches(bands), np.empty(0, np.uint8))]
    for batch in connection.sql(query).to_arrow_reader(ROWS_AT_ONCE):
        ordinals, tokens, shingles = (as_read_only(batch.column(i).to_numpy()) for i in range(3))
        stored, signatures = (read_lists(batch.column(i)) for i in (3, 4))
        found, shared = np.empty(len(batch), np.uint8), np.zeros((len(batch), bands), np.uint64)
        match_keys(key_set, stored, tokens, shingles, near.threshold, found, shared)
        rows = np.flatnonzero(found != MISSED)
        parts.append((ordinals[rows], shared[rows], signatures[rows], tokens[rows], shingles[rows], found[rows]))
    ordinals, keys, signature, num_tokens, num_shingles, found = map(np.concatenate, zip(*parts, strict=True))
    order = np.argsort(ordinals, kind="stable")
    may_fill = key_set.holders.max(initial=0) >= near.max_bucket
    if not may_fill:
        order = order[found[order] == COMPARABLE]
    sketches = Comparable(keys[order], signature[order], num_tokens[order], num_shingles[order])
    is_compared = find_comparable(sketches, new, near)
    chosen = np.arange(len(order)) if may_fill else np.flatnonzero(is_compared)
    return Scanned(ordinals[order[chosen]], sketches.keys[chosen], is_compared[chosen])


def no_sketches(bands: int) -> Comparable:
    """Return the columns of no document."""
    keys, signature = (np.empty((0, width), np.uint64) for width in (bands, SIGNATURE_WORDS))
    return Comparable(keys, signature, np.empty(0, np.int32), np.empty(0, np.int32))


def find_comparable(stored: Comparable, new: NewSketches, near: NearConfig) -> npt.NDArray[np.bool_]:
    """Return which of some stored documents are compared with a new one by their tokens."""
    count = len(stored.keys)
    nowhere = np.zeros(count, np.uint64)
    cover = Cover(count, near)
    cover.enter(Offered(*stored[:2], number_contents(count), *stored[2:], nowhere, nowhere))
    marked = np.zeros(count, bool)
    for part in new.parts:
        marked |= cover.find_comparable(part)
    return marked


def passing(without: Sequence[int]) -> str:
    """Return the condition that passes over the rows of some runs."""
    return f"run NOT IN ({', '.join(map(str, without))})" if without else "true"


def find_fates(connection: "DuckDBPyConnection", content: npt.NDArray[np.uint64], without: Sequence[int]) -> pa.Table:
    """Return the rows of `fates` with the content of a new document whose witness stands."""
    asked = pa.table({"high": content[:, 0], "low": content[:, 1]})
    connection.register("asked", asked)
    query = f"""
        SELECT fates.* FROM fates
        WHERE {passing(without)}
        AND witness NOT IN (SELECT ordinal FROM documents WHERE NOT ({passing(without)}))
        AND (content_high, content_low) IN (SELECT (high, low) FROM asked)
    """  # noqa: S608 (our own numbers)
    found = connection.sql(query).to_arrow_table()
    connection.unregister("asked")
    return found


def read_fates(rows: pa.Table, ordinals: npt.NDArray[np.int64]) -> Fates:
    """Return rows of `fates` as arrays, witnesses by their place in `ordinals`."""
    return Fates(
        np.column_stack([rows.column("content_high").to_numpy(), rows.column("content_low").to_numpy()]),
        rows.column("num_tokens").to_numpy(),
        np.searchsorted(ordinals, rows.column("witness").to_numpy()),
        rows.column("similarity").to_numpy(),
        rows.column("relation").to_numpy(),
        rows.column("covered").to_numpy(),
    )


def fetch_rows(connection: "DuckDBPyConnection", ordinals: npt.NDArray[np.int64]) -> pa.Table:
    """Return names, contents and sizes of some documents, in their order."""
    connection.register("wanted", pa.table({"ordinal": ordinals}))
    rows = connection.sql("""
        SELECT d.ordinal, d.id, d.path, d.line, r.run, d.content_high, d.content_low, d.num_tokens,
            d.num_shingles, d.signature
        FROM documents d JOIN runs r ON d.run = r.number
        WHERE d.ordinal IN (SELECT ordinal FROM wanted)
        ORDER BY d.ordinal
    """).to_arrow_table()
    connection.unregister("wanted")
    assert len(rows) == len(ordinals), "a document that the index names is not in it"
    return rows


def fetch_tokens(
    connection: "DuckDBPyConnection",
    table: str,
    wanted: tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]],
    spool: Path,
) -> tuple[npt.NDArray[np.uint64], object]:
    """Copy tokens of documents to a file beside `spool` and map it; return (uint64[k] addresses, what keeps it mapped).

    `wanted` are ordinals and numbers of tokens; the address of a document is 0 where the table has none of it.
    """
    ordinals, num_tokens = wanted
    ends = np.cumsum(num_tokens, dtype=np.int64)
    starts = ends - num_tokens
    room = make_room(spool.with_suffix(f".{table}"), int(ends[-1]) if ends.size else 0)
    is_there = np.zeros(len(ordinals), bool)
    connection.execute("SET arrow_large_buffer_size = true")
    connection.register("wanted", pa.table({"ordinal": ordinals}))
    query = f"SELECT ordinal, part, piece FROM {table} WHERE ordinal IN (SELECT ordinal FROM wanted)"  # noqa: S608 (our own name)
    for rows in connection.sql(query).to_arrow_reader(PIECES_AT_ONCE):
        pieces = rows.column(2)
        if len(pieces) == 0:
            continue
        edges = np.frombuffer(pieces.buffers()[1], np.int64)[pieces.offset : pieces.offset + len(pieces) + 1]
        places = np.searchsorted(ordinals, rows.column(0).to_numpy())
        is_there[places] = True
        targets = starts[places] + rows.column(1).to_numpy().astype(np.int64) * PIECE
        data = np.frombuffer(pieces.buffers()[2], np.uint32)
        bounds = (edges // 4).tolist()
        for target, start, stop in zip(targets.tolist(), bounds, bounds[1:], strict=False):
            room[target : target + stop - start] = data[start:stop]
    connection.unregister("wanted")
    address = np.uint64(room.ctypes.data) + starts.astype(np.uint64) * np.uint64(4)
    return np.where(is_there, address, np.uint64(0)), room


def make_room(path: Path, count: int) -> npt.NDArray[np.uint32]:
    """Return so many uint32 in a new file that is mapped; a full disk is an `OSError` here, and no signal later."""
    size = 4 * max(count, 1)
    with path.open("w+b") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
    return np.memmap(path, np.uint32, "r+")
