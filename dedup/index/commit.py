"""What a run adds to an index, and taking runs and documents out of it."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import NearConfig, PassageConfig
from dedup.index.connection import Connection
from dedup.index.dictionaries import Coder, choose_coder
from dedup.index.samples import take_samples, view_as_bytes
from dedup.index.store import IndexFile
from dedup.index.tables import PIECE, RunRow, insert_run, make_tables, settings_of
from dedup.near.bands import bands_of
from dedup.near.decisions import Decisions
from dedup.near.segments import Batch, Segments, pick_bytes
from dedup.near.sketches import Sketches
from dedup.near.stored import DIFFERENCE_COLUMNS
from dedup.passages.document_tokens import DocumentTokens
from dedup.threads import count_cores, start_threads
from dedup.version import __version__

ROW_GROUP = 122_880  # documents that one thread of DuckDB encodes: where there are no more, others are in its way


@dataclass(frozen=True)
class Addition:
    """The documents of a run and what was decided on them; `first` is the ordinal of the first that was kept.

    `report` gets the number of documents that were written whole since its last call.
    """

    sketches: Sketches
    decisions: Decisions
    run: int
    first: int
    report: Callable[[int], None]

    @property
    def is_kept(self) -> npt.NDArray[np.bool_]:
        """Return which documents are kept."""
        return self.decisions.kept

    @property
    def num_tokens(self) -> int:
        """Return the number of tokens of what is kept."""
        return sum(int(batch.column("num_tokens")[rows].sum()) for batch, rows, _ in self.rows())

    def sample_tokens(self, most: int) -> npt.NDArray[np.uint32]:
        """Return the tokens of documents that are evenly spread over what is kept, about `most` of them."""
        step = max(self.num_tokens // max(most, 1), 1)
        some = [pick_tokens(batch, rows[ordinal % step :: step]) for batch, rows, ordinal in self.rows()]
        return np.concatenate([np.empty(0, np.uint32), *some])

    def rows(self) -> Iterator[tuple[Batch, npt.NDArray[np.int64], int]]:
        """Yield each batch with its kept rows and the ordinal of the first of them."""
        ordinal = self.first
        for batch in self.sketches.segments.batches:
            rows = np.flatnonzero(self.is_kept[batch.first : batch.first + len(batch)])
            if rows.size:
                yield batch, rows, ordinal
            ordinal += rows.size


def commit(
    index: IndexFile, addition: Addition, row: RunRow, near: NearConfig, seed: int, replaced: Sequence[int]
) -> None:
    """Add a run to an index in one transaction, in place of those whose numbers are `replaced`.

    `seed` is the one of its proofs.
    """
    bands = bands_of(near).bands
    is_new = not index.exists()
    batches = addition.sketches.segments.batches
    inputs = {file.user_file.location for batch in batches for file in batch.shard.files}
    with index.writing(inputs) as connection:
        if is_new:
            make_tables(connection, settings_of(near), bands, __version__)
            connection.execute("INSERT INTO meta VALUES ('seed', ?)", [f"{seed:016x}"])
        delete_runs(connection, replaced)
        if row.kept < ROW_GROUP:
            connection.execute("SET threads = 1")
        insert(connection, "documents", describe_documents(addition))
        coder = choose_coder(connection, addition.num_tokens, addition.sample_tokens)
        insert(connection, "tokens", cut_tokens(addition, coder))
        insert(connection, "masked", cut_masked(addition, coder))
        insert(connection, "shingles", cut_shingles(addition))
        insert(connection, "removed_contents", describe_removed_contents(addition))
        insert_run(connection, row)


def insert(connection: Connection, table: str, batches: Iterator[pa.RecordBatch]) -> None:
    """Append batches to a table as they come; their columns are called as those of the table."""
    first = next(batches, None)
    if first is not None:
        connection.register("added", pa.RecordBatchReader.from_batches(first.schema, chain([first], batches)))
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM added")  # noqa: S608 (our own name)
        connection.unregister("added")


def describe_documents(addition: Addition) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `documents`, a batch of the segments at a time."""
    for batch, rows, ordinal in addition.rows():
        content, keys, signature = (batch.column(name, np.uint64)[rows] for name in ("content", "keys", "signature"))
        paths = [file.path for file in batch.shard.files]
        segments = addition.sketches.segments
        columns = {
            "ordinal": np.arange(ordinal, ordinal + rows.size),
            "id": name_rows(segments, batch, rows),
            "path": pa.array([paths[file] for file in batch.column("file")[rows].tolist()], pa.string()),
            "line": batch.column("line")[rows].astype(np.int64) + segments.line_base(batch.shard),
            "run": np.full(rows.size, addition.run, np.int32),
            "content_high": content[:, 0],
            "content_low": content[:, 1],
            "num_tokens": batch.column("num_tokens")[rows],
            "num_shingles": batch.column("num_shingles")[rows],
            "keys": pa.FixedSizeListArray.from_arrays(pa.array(keys.ravel()), keys.shape[1]),
            "signature": pa.FixedSizeListArray.from_arrays(pa.array(signature.ravel()), signature.shape[1]),
            **batch.take_facts(rows).pack(),
            "words": pa.array(pick_bytes(batch.documents.column("words"), rows), pa.large_binary()),
            "signs": batch.column("signs")[rows],
            "filter": pa.array(pick_bytes(batch.documents.column("filter"), rows), pa.large_binary()),
        }
        yield pa.RecordBatch.from_pydict(columns)


def name_rows(segments: Segments, batch: Batch, rows: npt.NDArray[np.int64]) -> pa.Array:
    """Return the ids of some rows of a batch as raw JSON."""
    ids = batch.raw_ids(rows)
    if not all(ids):
        ids = [name.raw_id for name in segments.names(rows + batch.first)]
    edges = np.cumsum([0, *map(len, ids)], dtype=np.int64)
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(b"".join(ids))]
    return pa.Array.from_buffers(pa.large_string(), len(ids), buffers)


def cut_tokens(addition: Addition, coder: Coder) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `tokens`: the tokens of each kept document in pieces."""
    for batch, rows, ordinal in addition.rows():
        addition.report(rows.size)
        num_tokens = batch.column("num_tokens")[rows].astype(np.int64)
        yield cut(pick_tokens(batch, rows), num_tokens, ordinal, coder.encode)


def pick_tokens(batch: Batch, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Return the tokens of some rows of a batch, those of one document after those of another."""
    if rows.size == len(batch):
        return batch.tokens
    chosen = np.zeros(len(batch), bool)
    chosen[rows] = True
    picked: npt.NDArray[np.uint32] = batch.tokens[np.repeat(chosen, batch.column("num_tokens"))]
    return picked


def cut_masked(addition: Addition, coder: Coder) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `masked`: the same of the kept documents that hold boilerplate."""
    for batch, rows, ordinal in addition.rows():
        masked = addition.sketches.masked_of(batch)[rows]
        for place in np.flatnonzero(masked).tolist():
            count = int(batch.column("num_tokens")[rows[place]])
            address = int(masked[place])
            tokens = np.ctypeslib.as_array((ctypes.c_uint32 * count).from_address(address))
            yield cut(tokens, np.array([count]), ordinal + place, coder.encode)


def cut_shingles(addition: Addition) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `shingles`: the sampled ones of each kept document, boilerplate left out."""
    with start_threads(count_cores()) as threads:
        for batch, rows, ordinal in addition.rows():
            tokens = DocumentTokens.unmasked(
                addition.sketches.compared_addresses(batch)[rows], batch.column("num_tokens")[rows]
            )
            names, ends = take_samples(tokens, PassageConfig.shingle_size, threads)
            yield cut(names, np.diff(ends, prepend=0), ordinal, view_as_bytes)


def cut(
    tokens: npt.NDArray[np.uint32],
    num_tokens: npt.NDArray[np.int64],
    ordinal: int,
    encode: Callable[[npt.NDArray[np.uint32], npt.NDArray[np.int64]], pa.LargeBinaryArray],
) -> pa.RecordBatch:
    """Return the tokens of consecutive documents as pieces of at most PIECE, each as the bytes that `encode` makes."""
    pieces = -(-num_tokens // PIECE)
    owner = np.repeat(np.arange(num_tokens.size), pieces)
    part = np.arange(owner.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    counts = np.minimum(num_tokens[owner] - part * PIECE, PIECE)
    columns = {"ordinal": owner + ordinal, "part": part.astype(np.int32), "piece": encode(tokens, counts)}
    return pa.RecordBatch.from_pydict(columns)


def describe_removed_contents(addition: Addition) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `removed_contents`: each content whose first document, in index and run, is removed here."""
    sketches, decisions = addition.sketches, addition.decisions
    content, stored = sketches.join("content", np.uint64), sketches.stored
    is_first = is_first_of_its_kind(np.concatenate([stored.content, stored.removed.content]), content)
    chosen = is_first & ~addition.is_kept
    ordinals = np.concatenate([np.cumsum(addition.is_kept) - 1 + addition.first, stored.ordinals])
    for batch in sketches.segments.batches:
        rows = np.flatnonzero(chosen[batch.first : batch.first + len(batch)])
        if rows.size == 0:
            continue
        made = decisions.take(rows + batch.first)
        columns = {
            **dict(zip(("content_high", "content_low"), content[rows + batch.first].T, strict=True)),
            "num_tokens": batch.column("num_tokens")[rows],
            "run": np.full(rows.size, addition.run, np.int32),
            "witness": ordinals[made.witness],
            **{name: getattr(made, name) for name in ("similarity", "relation", "covered")},
            **{name: made.difference[name] for name in DIFFERENCE_COLUMNS},
            **batch.take_facts(rows).pack(),
        }
        yield pa.RecordBatch.from_pydict(columns)


def is_first_of_its_kind(before: npt.NDArray[np.uint64], content: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Return which rows of `content` are neither in `before` nor earlier in `content`."""
    every = np.concatenate([before, content])
    order = np.lexsort((every[:, 1], every[:, 0]))  # stable: equal rows stay in order
    differs = np.ones(len(every), bool)
    differs[1:] = np.any(every[order[1:]] != every[order[:-1]], axis=1)
    first = np.zeros(len(every), bool)
    first[order[differs]] = True
    return first[len(before) :]


def delete_runs(connection: Connection, numbers: Sequence[int]) -> None:
    """Take runs out of the index, with all that they brought."""
    if not numbers:
        return
    some = ", ".join(map(str, numbers))
    delete_documents(connection, f"SELECT ordinal FROM documents WHERE run IN ({some})")  # noqa: S608 (our own numbers)
    for table, column in (("removed_contents", "run"), ("runs", "number")):
        connection.execute(f"DELETE FROM {table} WHERE {column} IN ({some})")  # noqa: S608 (the same)


def delete_documents(connection: Connection, query: str) -> int:
    """Take documents out, with the removed contents that name them as witness; return how many.

    `query` gives their ordinals.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE leaving AS {query}")
    pieces = (("tokens", "ordinal"), ("masked", "ordinal"), ("shingles", "ordinal"))
    for table, column in (*pieces, ("removed_contents", "witness"), ("documents", "ordinal")):
        connection.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT ordinal FROM leaving)")  # noqa: S608 (ours)
    return int(connection.execute("SELECT count(*) FROM leaving").fetchall()[0][0])
