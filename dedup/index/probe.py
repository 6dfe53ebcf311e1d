"""Which documents of an index the documents of a run may be copies of, with all that the cover needs of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import NearConfig
from dedup.corpus.known import NAME_SCHEMA, Fates, KnownDocuments
from dedup.index.schema import PIECE
from dedup.index.store import streaming
from dedup.kernels.key_set import MOST_HOLDERS, KeySet, add_keys, make_key_set, make_matches, match_keys
from dedup.kernels.memory import as_read_only
from dedup.near.bands import bands_of
from dedup.near.cover import Comparable, limits_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_AT_ONCE = 1 << 13
PIECES_AT_ONCE = 1 << 11


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
    with streaming(connection):
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
        with streaming(connection, len(comparable)):
            addresses[number, comparable], room = fetch_tokens(connection, table, wanted, spool)
        mapped.append(room)
    return replace(known, tokens=mapped)


def read_lists(column: pa.Array) -> npt.NDArray[np.uint64]:
    """Return a column of lists of one length as rows."""
    return np.asarray(column.flatten().to_numpy().reshape(-1, column.type.list_size))


class Scanned(NamedTuple):
    """Stored documents that share a key with a new one, ascending; `comparable` ones are compared with one by tokens.

    Those that are not fill buckets only, and are there only where a bucket may become full.
    """

    ordinals: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint64]
    comparable: npt.NDArray[np.bool_]


def scan_keys(connection: "DuckDBPyConnection", new: NewSketches, near: NearConfig, without: Sequence[int]) -> Scanned:
    """Stream the sketches of the index past those of the new documents, in the order of their keeping."""
    bands = bands_of(near).bands
    key_set, matches, limits = gather_keys(new, bands), make_matches(ROWS_AT_ONCE, bands), limits_of(near)
    columns = "ordinal, num_tokens, num_shingles, keys, signature"
    query = f"SELECT {columns} FROM documents WHERE {passing(without)}"  # noqa: S608 (our own numbers)
    parts = [Scanned(np.empty(0, np.int64), np.empty((0, bands), np.uint64), np.empty(0, np.bool_))]
    for batch in connection.sql(query).to_arrow_reader(ROWS_AT_ONCE):
        ordinals, tokens, shingles = (as_read_only(batch.column(i).to_numpy()) for i in range(3))
        keys, signatures = (as_read_only(read_lists(batch.column(i))) for i in (3, 4))
        found = match_keys(key_set, keys, signatures, tokens, shingles, limits, near.max_bucket, matches)
        rows = ordinals[matches.rows[:found]]
        parts.append(Scanned(rows, matches.keys[:found].copy(), matches.is_compared[:found].copy()))
    ordinals, shared, comparable = (np.concatenate([part[i] for part in parts]) for i in range(3))
    assert np.all(np.diff(ordinals) > 0), "documents of an index come in the order of their keeping"
    chosen = np.arange(len(ordinals))
    if key_set.counters[MOST_HOLDERS] < near.max_bucket:
        chosen = np.flatnonzero(comparable)
    return Scanned(ordinals[chosen], shared[chosen], comparable[chosen])


def gather_keys(new: NewSketches, bands: int) -> KeySet:
    """Return the new documents by their band keys."""
    key_set = make_key_set(sum(len(part.keys) for part in new.parts), bands)
    for part in new.parts:
        add_keys(key_set, *(as_read_only(column) for column in part))
    return key_set


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
    is_there = np.zeros(len(ordinals), bool)
    connection.execute("SET arrow_large_buffer_size = true")
    connection.register("wanted", pa.table({"ordinal": ordinals}))
    query = f"SELECT ordinal, part, piece FROM {table} WHERE ordinal IN (SELECT ordinal FROM wanted)"  # noqa: S608 (our own name)
    path = spool.with_suffix(f".{table}")
    with path.open("wb") as file:
        for rows in connection.sql(query).to_arrow_reader(PIECES_AT_ONCE):
            places = np.searchsorted(ordinals, rows.column(0).to_numpy())
            is_there[places] = True
            write_pieces(file, rows.column(2), starts[places] + rows.column(1).to_numpy().astype(np.int64) * PIECE)
        file.truncate(4 * max(int(ends[-1]) if ends.size else 0, 1))
    connection.unregister("wanted")
    room = np.memmap(path, np.uint32, "r")
    address = np.uint64(room.ctypes.data) + starts.astype(np.uint64) * np.uint64(4)
    return np.where(is_there, address, np.uint64(0)), room


def write_pieces(file: BinaryIO, pieces: pa.LargeBinaryArray, targets: npt.NDArray[np.int64]) -> None:
    """Write pieces of tokens to their places in a file, as tokens from its beginning.

    Pieces that follow one another in both are written together: all of them, where they come in the order of `wanted`.
    A full disk is an `OSError` here; were the file mapped and written so, it would be a signal.
    """
    if len(pieces) == 0:
        return
    _, offsets, data = pieces.buffers()
    edges = np.frombuffer(offsets, np.int64)[pieces.offset : pieces.offset + len(pieces) + 1]
    lengths = np.diff(edges) // 4
    breaks = np.flatnonzero(targets[1:] != targets[:-1] + lengths[:-1]) + 1
    view = memoryview(data)
    for first, end in pairwise([0, *breaks.tolist(), len(pieces)]):
        file.seek(4 * int(targets[first]))
        file.write(view[edges[first] : edges[end]])
