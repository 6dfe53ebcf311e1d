"""Which documents of an index the documents of a run may be copies of, with all that the cover needs of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import NearConfig
from dedup.index.scan import passing, read_lists, scan_keys
from dedup.index.store import count_threads, streaming
from dedup.index.stored_tokens import fetch_tokens
from dedup.near.leaders import Offered
from dedup.near.stored import NAME_SCHEMA, NOTHING_REMOVED, RemovedContents, StoredDocuments
from dedup.threads import start_threads

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOKEN_TABLES = ("tokens", "masked")


def find_stored(
    connection: "DuckDBPyConnection", new: Sequence[Offered], near: NearConfig, without: Sequence[int], spool: Path
) -> StoredDocuments:
    """Return the documents of the index that a new one may be a copy of, and the fates of equal contents.

    `without` are the numbers of runs that are passed over; tokens go to files beside `spool`, which are mapped.
    """
    fates = find_fates(connection, [part.content for part in new], without)
    with streaming(connection), start_threads(count_threads()) as threads:
        scanned = scan_keys(connection, new, near, without, threads)
        wanted = scanned.ordinals[scanned.comparable], scanned.num_tokens[scanned.comparable]
        fetched = [fetch_tokens(connection, table, wanted, spool, threads) for table in TOKEN_TABLES]
        ordinals = np.union1d(scanned.ordinals, fates.column("witness").to_numpy())
        names = fetch_rows(connection, ordinals)
        copies = [finish() for finish in fetched]
    keys = np.zeros((len(ordinals), scanned.keys.shape[1]), np.uint64)
    keys[np.searchsorted(ordinals, scanned.ordinals)] = scanned.keys
    stored = replace(make_stored(names, scanned.keys.shape[1]), keys=keys, removed=read_removed(fates, ordinals))
    places, (address, masked) = np.searchsorted(ordinals, wanted[0]), (where for where, _ in copies)
    return stored.with_tokens(places, address, masked, [room for _, room in copies])


def make_stored(rows: pa.Table, bands: int) -> StoredDocuments:
    """Return documents, from their rows of `fetch_rows`, without keys, tokens and fates."""
    return StoredDocuments(
        rows.column("ordinal").to_numpy(),
        np.zeros((len(rows), bands), np.uint64),
        read_lists(rows.column("signature").combine_chunks()),
        np.column_stack([rows.column("content_high").to_numpy(), rows.column("content_low").to_numpy()]),
        rows.column("num_tokens").to_numpy(),
        rows.column("num_shingles").to_numpy(),
        np.zeros(len(rows), np.uint64),
        np.zeros(len(rows), np.uint64),
        rows.select(NAME_SCHEMA.names),
        NOTHING_REMOVED,
    )


def find_fates(
    connection: "DuckDBPyConnection", content: Sequence[npt.NDArray[np.uint64]], without: Sequence[int]
) -> pa.Table:
    """Return the rows of `fates` with the content of a new document and a witness that is still stored."""
    every = np.concatenate([np.empty((0, 2), np.uint64), *content])
    asked = pa.table({"high": every[:, 0], "low": every[:, 1]})
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


def read_removed(rows: pa.Table, ordinals: npt.NDArray[np.int64]) -> RemovedContents:
    """Return rows of `fates` as arrays, witnesses by their place in `ordinals`."""
    return RemovedContents(
        np.column_stack([rows.column("content_high").to_numpy(), rows.column("content_low").to_numpy()]),
        rows.column("num_tokens").to_numpy(),
        np.searchsorted(ordinals, rows.column("witness").to_numpy()),
        rows.column("similarity").to_numpy(),
        rows.column("relation").to_numpy(),
        rows.column("covered").to_numpy(),
    )


def fetch_rows(connection: "DuckDBPyConnection", ordinals: npt.NDArray[np.int64]) -> pa.Table:
    """Return names, contents and sizes of some documents, in their order."""
    connection.execute("SET arrow_large_buffer_size = true")
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
