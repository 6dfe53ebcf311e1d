"""Which documents of an index the documents of a run may be copies of, with all that the cover needs of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.known import NAME_SCHEMA, Fates, KnownDocuments
from dedup.kernels.key_set import COMPARABLE, MISSED, KeySet, add_keys, make_key_set, match_keys
from dedup.kernels.memory import as_read_only

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_AT_ONCE = 1 << 16
PIECES_AT_ONCE = 1 << 13
TOKEN_SCHEMA = pa.schema({"token": pa.uint32()})


@dataclass(frozen=True)
class NewSketches:
    """What the index is asked about: the sketches of the new documents, part by part.

    ```
    keys          uint64[n, bands]      content       uint64[n, 2]
    num_tokens    int32[n]              num_shingles  int32[n]
    ```
    """

    keys: Sequence[npt.NDArray[np.uint64]]
    content: npt.NDArray[np.uint64]
    num_tokens: Sequence[npt.NDArray[np.int32]]
    num_shingles: Sequence[npt.NDArray[np.int32]]


def find_known(
    connection: "DuckDBPyConnection", new: NewSketches, threshold: float, without: Sequence[int], spool: Path
) -> KnownDocuments:
    """Return the documents of the index that share a band key with a new one, and the fates of equal contents.

    `without` are the numbers of runs that are passed over; tokens go to the file `spool`, which is mapped.
    """
    fates = find_fates(connection, new.content, without)
    scanned = scan_keys(connection, new, threshold, without)
    ordinals = np.union1d(scanned.ordinals, fates.column("witness").to_numpy())
    names = fetch_rows(connection, ordinals)
    keys = np.zeros((len(ordinals), new.keys[0].shape[1]), np.uint64)
    keys[np.searchsorted(ordinals, scanned.ordinals)] = scanned.keys
    wanted = scanned.ordinals[scanned.comparable]
    tokens, masked = (fetch_tokens(connection, table, wanted, spool) for table in ("tokens", "masked"))
    return KnownDocuments(
        ordinals,
        keys,
        np.column_stack([names.column("content_high").to_numpy(), names.column("content_low").to_numpy()]),
        names.column("num_tokens").to_numpy(),
        names.column("num_shingles").to_numpy(),
        tokens.place(ordinals),
        masked.place(ordinals),
        names.select(NAME_SCHEMA.names).cast(NAME_SCHEMA),
        read_fates(fates, ordinals),
        (tokens, masked),
    )


@dataclass(frozen=True)
class Scanned:
    """Stored documents that share a key with a new one, ascending; `comparable` ones are similar in size to one."""

    ordinals: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint64]
    comparable: npt.NDArray[np.bool_]


def scan_keys(
    connection: "DuckDBPyConnection", new: NewSketches, threshold: float, without: Sequence[int]
) -> Scanned:
    """Stream the band keys of the index past those of the new documents."""
    key_set: KeySet = make_key_set(sum(keys.size for keys in new.keys))
    for keys, tokens, shingles in zip(new.keys, new.num_tokens, new.num_shingles, strict=True):
        add_keys(key_set, as_read_only(keys), as_read_only(tokens), as_read_only(shingles))
    bands = new.keys[0].shape[1]
    parts = [(np.empty(0, np.int64), np.empty((0, bands), np.uint64), np.empty(0, np.uint8))]
    columns = "ordinal, num_tokens, num_shingles, keys"
    query = f"SELECT {columns} FROM documents WHERE {passing(without)}"  # noqa: S608 (our own numbers)
    for batch in connection.sql(query).to_arrow_reader(ROWS_AT_ONCE):
        ordinals, tokens, shingles = (batch.column(i).to_numpy() for i in range(3))
        stored = batch.column(3).flatten().to_numpy().reshape(-1, bands)
        found = np.empty(len(batch), np.uint8)
        match_keys(key_set, stored, as_read_only(tokens), as_read_only(shingles), threshold, found)
        rows = np.flatnonzero(found != MISSED)
        parts.append((ordinals[rows], stored[rows], found[rows]))
    ordinals, keys, found = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(ordinals, kind="stable")
    return Scanned(ordinals[order], keys[order], found[order] == COMPARABLE)


def passing(without: Sequence[int]) -> str:
    """Return the condition that passes over the rows of some runs."""
    return f"run NOT IN ({', '.join(map(str, without))})" if without else "true"


def find_fates(
    connection: "DuckDBPyConnection", content: npt.NDArray[np.uint64], without: Sequence[int]
) -> pa.Table:
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
        SELECT d.ordinal, d.id, d.path, d.line, r.run, d.content_high, d.content_low, d.num_tokens, d.num_shingles
        FROM documents d JOIN runs r ON d.run = r.number
        WHERE d.ordinal IN (SELECT ordinal FROM wanted)
        ORDER BY d.ordinal
    """).to_arrow_table()
    connection.unregister("wanted")
    assert len(rows) == len(ordinals), "a document that the index names is not in it"
    return rows


@dataclass(frozen=True)
class MappedTokens:
    """Tokens of some documents (ascending ordinals) in a file that is mapped as long as this lives."""

    ordinals: npt.NDArray[np.int64]
    address: npt.NDArray[np.uint64]
    mapped: object

    def place(self, ordinals: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
        """Return the addresses by place in `ordinals`, 0 where there are none."""
        placed = np.zeros(len(ordinals), np.uint64)
        placed[np.searchsorted(ordinals, self.ordinals)] = self.address
        return placed


def fetch_tokens(
    connection: "DuckDBPyConnection", table: str, wanted: npt.NDArray[np.int64], spool: Path
) -> MappedTokens:
    """Copy the tokens of the `wanted` documents to a file beside `spool` and map it."""
    owners, starts = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    path = spool.with_suffix(f".{table}.arrow")
    with pa.ipc.new_file(str(path), TOKEN_SCHEMA) as writer:
        for rows in read_pieces(connection, table, wanted) if wanted.size else ():
            pieces = rows.column(2)
            edges = np.frombuffer(pieces.buffers()[1], np.int64)[pieces.offset : pieces.offset + len(pieces) + 1]
            data = np.frombuffer(pieces.buffers()[2], np.uint32)[edges[0] // 4 : edges[-1] // 4]
            writer.write_batch(pa.RecordBatch.from_arrays([pa.array(data)], schema=TOKEN_SCHEMA))
            first = rows.column(1).to_numpy() == 0  # the pieces of a document follow one another
            owners.append(rows.column(0).to_numpy()[first])
            starts.append((edges[:-1] - edges[0])[first])
    mapped = pa.memory_map(str(path))
    reader = pa.ipc.open_file(mapped)
    bases = [reader.get_batch(i).column(0).to_numpy().ctypes.data for i in range(reader.num_record_batches)]
    sizes = [len(part) for part in owners[1:]]
    address = np.concatenate(starts).astype(np.uint64) + np.repeat(np.array(bases, np.uint64), sizes)
    return MappedTokens(np.concatenate(owners), address, (mapped, reader))


def read_pieces(
    connection: "DuckDBPyConnection", table: str, wanted: npt.NDArray[np.int64]
) -> Iterator[pa.RecordBatch]:
    """Yield the pieces of some documents by ordinal and part; no document is divided between two batches."""
    connection.execute("SET arrow_large_buffer_size = true")
    connection.register("wanted", pa.table({"ordinal": wanted}))
    query = f"SELECT * FROM {table} WHERE ordinal IN (SELECT ordinal FROM wanted)"  # noqa: S608 (our own name)
    held: list[pa.RecordBatch] = []
    last = -1
    for batch in connection.sql(query).to_arrow_reader(PIECES_AT_ONCE):
        if len(batch) == 0:
            continue
        owners = batch.column(0).to_numpy()
        assert owners[0] >= last, "pieces of tokens came out of order"
        assert bool(np.all(owners[1:] >= owners[:-1])), "pieces of tokens came out of order"
        last = int(owners[-1])
        cut = int(np.searchsorted(owners, last))
        if cut:
            yield join_batches([*held, batch.slice(0, cut)])
            held = []
        held.append(batch.slice(cut))
    if held:
        yield join_batches(held)
    connection.unregister("wanted")


def join_batches(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Return several batches as one whose columns are contiguous."""
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)
