"""Which documents of an index the documents of a run may be copies of, with all that deciding needs of them.

The band keys of all stored documents are streamed past those of the new ones; few are fetched.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import NearConfig
from dedup.index.checks import check_values
from dedup.index.connection import Connection, require
from dedup.index.store import streaming
from dedup.index.stored_tokens import StoredTokens, fetch_tokens
from dedup.index.tables import read_runs
from dedup.kernels.buffers import as_read_only
from dedup.kernels.key_set import MAX_HOLDERS, KeySet, add_keys, find_hits, make_hits, make_key_set, match_hits
from dedup.kernels.leader_table import DIFFERENCE
from dedup.kernels.minhash import SIGNATURE_WORDS
from dedup.model.documents import CopyRelation
from dedup.near.bands import bands_of
from dedup.near.leaders import Offered, limits_of
from dedup.near.read_facts import Facts
from dedup.near.stored import DIFFERENCE_COLUMNS, NAME_SCHEMA, NOTHING_REMOVED, RemovedContents, StoredDocuments
from dedup.threads import Threads, count_cores, start_threads

CONTROL = re.compile("[\\x00-\\x1f]")
ROWS_AT_ONCE, DOCUMENTS_AT_ONCE = 1 << 13, 1 << 16


class Scanned(NamedTuple):
    """Stored documents that share a key with a new one, ascending.

    `comparable` documents are compared with new ones by their tokens. The others only fill buckets; they are listed
    only if a bucket may become full. `keys` are the shared band keys, else 0.
    """

    ordinals: npt.NDArray[np.int64]
    num_tokens: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint64]
    comparable: npt.NDArray[np.bool_]


def scan_keys(
    connection: Connection, new: Sequence[Offered], near: NearConfig, without: Sequence[int], threads: Threads
) -> Scanned:
    """Look the keys of all stored documents up among those of the new ones, in threads over parts of the index."""
    bands = bands_of(near).bands
    key_set = gather_keys(new, bands)
    firsts = list_parts(connection, DOCUMENTS_AT_ONCE)
    parts = [threads.submit(find_sharing, connection.cursor(), key_set, first, without) for first in firsts]
    found = join_sharing([part.result() for part in parts])
    comparable = np.empty(len(found.ordinals), np.bool_)
    columns = (as_read_only(c) for c in (found.owner, found.slot, found.signatures, found.num_shingles))
    match_hits(key_set, *columns, limits_of(near), near.max_bucket, comparable)
    chosen = comparable if key_set.counters[MAX_HOLDERS] < near.max_bucket else np.ones_like(comparable)
    place, hit = np.cumsum(chosen) - 1, chosen[found.owner]
    keys = np.zeros((np.count_nonzero(chosen), bands), np.uint64)
    keys[place[found.owner[hit]], found.band[hit]] = key_set.slots[found.slot[hit], 0]
    return Scanned(found.ordinals[chosen], found.num_tokens[chosen], keys, comparable[chosen])


def list_parts(connection: Connection, size: int) -> list[int]:
    """Return the first ordinals of the parts of an index, `size` ordinals each, that hold documents."""
    query = f"SELECT DISTINCT ordinal // {size} FROM documents"  # noqa: S608 (our own number)
    parts = sorted(part for (part,) in connection.execute(query).fetchall())
    last = connection.execute("SELECT max(ordinal) FROM documents").fetchall()[0][0]
    free = max((row.next_ordinal for row in read_runs(connection)), default=0)
    require(not parts or 0 <= parts[0] <= last < free, "it has documents that no run brought")
    return [part * size for part in parts]


class Sharing(NamedTuple):
    """Stored documents that share a key with a new one, ascending, and the keys that they share.

    ```
    ordinals    int64[n]      num_tokens    int32[n]
    signatures  uint64[n, 8]  num_shingles  int32[n]
    owner, band, slot  [m]    see `dedup.kernels.key_set.Hits`
    ```
    """

    ordinals: npt.NDArray[np.int64]
    num_tokens: npt.NDArray[np.int32]
    num_shingles: npt.NDArray[np.int32]
    signatures: npt.NDArray[np.uint64]
    owner: npt.NDArray[np.int32]
    band: npt.NDArray[np.int32]
    slot: npt.NDArray[np.int64]


def find_sharing(connection: Connection, key_set: KeySet, first: int, without: Sequence[int]) -> Sharing:
    """Return which of the stored documents from ordinal `first` on share a key, DOCUMENTS_AT_ONCE ordinals."""
    columns = "ordinal, num_tokens, num_shingles, keys, signature"
    here = f"ordinal BETWEEN {first} AND {first + DOCUMENTS_AT_ONCE - 1} AND {passing(without)}"
    rows = connection.sql(f"SELECT {columns} FROM documents WHERE {here}")  # noqa: S608 (our own numbers)
    hits, parts = make_hits(ROWS_AT_ONCE, key_set.bands), []
    for batch in rows.to_arrow_reader(ROWS_AT_ONCE):
        check_values(batch)
        described = [batch.column(i).to_numpy() for i in range(3)]
        keys, signatures = (read_lists(batch.column(i)) for i in (3, 4))
        check_counts(described[1], described[2])
        num_tokens = as_read_only(described[1])
        found, count = find_hits(key_set.bits, key_set.slots, as_read_only(keys), num_tokens, hits)
        chosen = hits.rows[:found]
        shared = (column[:count].copy() for column in hits[1:])
        parts.append(Sharing(*(column[chosen] for column in (*described, signatures)), *shared))
    return join_sharing(parts)


def join_sharing(parts: Sequence[Sharing]) -> Sharing:
    """Return parts as one."""
    if not parts:
        none, signatures = make_hits(0, 0), np.empty((0, SIGNATURE_WORDS), np.uint64)
        return Sharing(none.rows, none.owner, none.owner, signatures, none.owner, none.band, none.slot)
    first, moved = 0, []
    for part in parts:
        moved.append(part._replace(owner=part.owner + np.int32(first)))
        first += len(part.ordinals)
    joined = Sharing(*(np.concatenate(columns) for columns in zip(*moved, strict=True)))
    require(np.all(np.diff(joined.ordinals) > 0), "its documents are not in the order of their keeping")
    return joined


def gather_keys(new: Sequence[Offered], bands: int) -> KeySet:
    """Return the new documents by their band keys."""
    key_set = make_key_set(sum(len(part.keys) for part in new), bands)
    for part in new:
        columns = (part.keys, part.signature, part.num_tokens, part.num_shingles)
        add_keys(key_set, *(as_read_only(column) for column in columns))
    return key_set


def passing(without: Sequence[int]) -> str:
    """Return the condition that passes over the rows of some runs."""
    return f"run NOT IN ({', '.join(map(str, without))})" if without else "true"


def read_lists(column: pa.Array) -> npt.NDArray[np.uint64]:
    """Return a column of lists of one length as rows; `flatten` would load all functions that pyarrow has."""
    size = column.type.list_size
    values = column.values.slice(column.offset * size, len(column) * size)
    return np.asarray(values.to_numpy().reshape(-1, size))


TOKEN_TABLES = ("tokens", "masked")


def find_stored(
    connection: Connection, new: Sequence[Offered], near: NearConfig, without: Sequence[int], spool: Path
) -> StoredDocuments:
    """Return the stored documents that a new one may be a copy of, and the removed contents that are equal to one.

    `without` are the numbers of runs that are passed over; tokens go to files beside `spool`, which are mapped.
    """
    removed = find_removed(connection, [part.content for part in new], without)
    with streaming(connection), start_threads(count_cores()) as threads:
        scanned = scan_keys(connection, new, near, without, threads)
        compared = StoredTokens(scanned.ordinals[scanned.comparable], scanned.num_tokens[scanned.comparable])
        wanted = add_witnesses(connection, compared, removed)
        fetched = [fetch_tokens(connection, table, wanted, spool, threads) for table in TOKEN_TABLES]
        ordinals = np.union1d(scanned.ordinals, removed.column("witness").to_numpy())
        names = fetch_rows(connection, ordinals)
        copies = [copy.result() for copy in fetched]
    keys = np.zeros((len(ordinals), scanned.keys.shape[1]), np.uint64)
    keys[np.searchsorted(ordinals, scanned.ordinals)] = scanned.keys
    facts = Facts.unpack(removed)
    contents = read_removed(removed, facts, ordinals)
    stored = replace(make_stored(names, scanned.keys.shape[1]), keys=keys, removed=contents)
    places, (address, masked) = np.searchsorted(ordinals, wanted.ordinals), (where for where, _ in copies)
    stored = stored.with_tokens(places, address, masked, [*(room for _, room in copies), facts.titles])
    # without tokens in memory a document is compared with none: no size is near to 0
    return replace(stored, num_shingles=np.where(stored.address == 0, np.int32(0), stored.num_shingles))


def add_witnesses(connection: Connection, documents: StoredTokens, removed: pa.Table) -> StoredTokens:
    """Return documents and the witnesses that removed contents have conflicting slots with: these are read again."""
    quoted = removed.column("witness").to_numpy()[removed.column("slots").to_numpy() > 0]
    others = np.setdiff1d(quoted, documents.ordinals)
    ordinals = np.concatenate([documents.ordinals, others])
    num_tokens = np.concatenate([documents.num_tokens, fetch_sizes(connection, others)])
    return StoredTokens(ordinals, num_tokens).take(np.argsort(ordinals))


def fetch_sizes(connection: Connection, ordinals: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return the number of tokens of documents, in the order of their ordinals."""
    if len(ordinals) == 0:
        return np.empty(0, np.int32)
    connection.register("wanted", pa.table({"ordinal": ordinals}))
    found = connection.sql("""
        SELECT num_tokens FROM documents WHERE ordinal IN (SELECT ordinal FROM wanted) ORDER BY ordinal
    """).fetchnumpy()["num_tokens"]
    connection.unregister("wanted")
    require(len(found) == len(ordinals), "it names a document that is not in it")
    return np.asarray(found, np.int32)


def make_stored(rows: pa.Table, bands: int) -> StoredDocuments:
    """Return documents, from their rows of `fetch_rows`, without keys, tokens and removed contents."""
    facts = Facts.unpack(rows)
    return StoredDocuments(
        rows.column("ordinal").to_numpy(),
        np.zeros((len(rows), bands), np.uint64),
        read_lists(rows.column("signature").combine_chunks()),
        np.column_stack([rows.column("content_high").to_numpy(), rows.column("content_low").to_numpy()]),
        rows.column("num_tokens").to_numpy(),
        rows.column("num_shingles").to_numpy(),
        np.zeros(len(rows), np.uint64),
        np.zeros(len(rows), np.uint64),
        facts.rows,
        rows.select(NAME_SCHEMA.names),
        NOTHING_REMOVED,
        [facts.titles],
    )


def find_removed(connection: Connection, content: Sequence[npt.NDArray[np.uint64]], without: Sequence[int]) -> pa.Table:
    """Return the rows of `removed_contents` with the content of a new document and a witness that is still stored."""
    every = np.concatenate([np.empty((0, 2), np.uint64), *content])
    asked = pa.table({"high": every[:, 0], "low": every[:, 1]})
    connection.register("asked", asked)
    query = f"""
        SELECT removed_contents.* FROM removed_contents
        WHERE {passing(without)}
        AND witness NOT IN (SELECT ordinal FROM documents WHERE NOT ({passing(without)}))
        AND (content_high, content_low) IN (SELECT (high, low) FROM asked)
    """  # noqa: S608 (our own numbers)
    found = connection.sql(query).to_arrow_table()
    connection.unregister("asked")
    check_values(found)
    relations = [int(relation) for relation in CopyRelation]
    require(np.isin(found.column("relation").to_numpy(), relations).all(), "a removed content has no relation")
    counts = [found.column(name).to_numpy() for name in ("num_tokens", "novel", "longest_run")]
    require((counts[0] >= counts[1]).all() and (counts[1] >= counts[2]).all(), "a removed content has too many words")
    return found


def read_removed(rows: pa.Table, facts: Facts, ordinals: npt.NDArray[np.int64]) -> RemovedContents:
    """Return rows of `removed_contents` and their facts as arrays, witnesses by their place in `ordinals`."""
    difference = np.zeros(len(rows), DIFFERENCE)
    for name in DIFFERENCE_COLUMNS:
        difference[name] = rows.column(name).to_numpy()
    return RemovedContents(
        np.column_stack([rows.column("content_high").to_numpy(), rows.column("content_low").to_numpy()]),
        rows.column("num_tokens").to_numpy(),
        np.searchsorted(ordinals, rows.column("witness").to_numpy()),
        rows.column("similarity").to_numpy(),
        rows.column("relation").to_numpy(),
        rows.column("covered").to_numpy(),
        difference,
        facts.rows,
    )


def fetch_rows(connection: Connection, ordinals: npt.NDArray[np.int64]) -> pa.Table:
    """Return names, contents, sizes and facts of some documents, in their order."""
    connection.register("wanted", pa.table({"ordinal": ordinals}))
    rows = connection.sql("""
        SELECT d.ordinal, d.id, d.path, d.line, r.run, d.content_high, d.content_low, d.num_tokens,
            d.num_shingles, d.signature, d.title, d.day, d.outlet, d.url
        FROM documents d JOIN runs r ON d.run = r.number
        WHERE d.ordinal IN (SELECT ordinal FROM wanted)
        ORDER BY d.ordinal
    """).to_arrow_table()
    connection.unregister("wanted")
    require(len(rows) == len(ordinals), "a document that it names is not in it, or is twice in it")
    check_values(rows)
    check_counts(*(rows.column(name).to_numpy() for name in ("num_tokens", "num_shingles")))
    require(all(map(is_one_value, rows.column("id").to_pylist())), "the id of a document is no JSON value")
    return rows


def check_counts(num_tokens: npt.NDArray[np.int32], num_shingles: npt.NDArray[np.int32]) -> None:
    """Raise `DamagedIndexError` unless every document with a token has a shingle, and no more of them than tokens."""
    is_sound = (num_shingles <= num_tokens) & ((num_shingles > 0) == (num_tokens > 0))
    require(is_sound.all(), "the counts of tokens and shingles of a document cannot be")


def is_one_value(raw_id: str) -> bool:
    """Return whether an id is one JSON value in one line: it is written as it is into the records of a run."""
    try:
        msgspec.json.decode(raw_id)
    except (msgspec.DecodeError, RecursionError):
        return False
    return not CONTROL.search(raw_id)
