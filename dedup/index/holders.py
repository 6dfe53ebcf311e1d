"""Which documents of an index hold passages of new ones: all stored tokens, streamed once past shingles of the new."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import PassageConfig
from dedup.index.fetch import PIECES_AT_ONCE
from dedup.index.scan import DOCUMENTS_AT_ONCE
from dedup.index.store import count_threads, streaming
from dedup.kernels.holders import MOST_SHINGLES, NOBODY, ShingleSet, add_shingles, make_shingle_set, note_holders
from dedup.kernels.memory import as_read_only
from dedup.passages.blocks import TokenBlock, ahead

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A stored document is fetched where it is the first to hold this share of the shingles that are looked for.
WORTH_FETCHING = 0.05


class Pairs(NamedTuple):
    """New documents, by their place, and stored ones that hold a part of them (int64[m] each)."""

    document: npt.NDArray[np.int64]
    holder: npt.NDArray[np.int64]


def find_holders(
    connection: "DuckDBPyConnection",
    new: TokenBlock,
    config: PassageConfig,
    without: Sequence[int],
    report: Callable[[int], None],
) -> Pairs:
    """Return which stored documents, by ordinal, are the first to hold a share of the shingles of a new one.

    `without` are the numbers of runs that are passed over; `report` is told how many ordinals were passed. The tables
    of all threads hold `max_anchors` shingles at most: for more, the index is streamed several times.
    """
    last = connection.execute("SELECT max(ordinal) FROM documents").fetchall()[0][0]
    if last is None or len(new) == 0:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
    assert last < NOBODY, "more ordinals than the table can name"
    threads, found = count_threads(), []
    parts = cut_documents(new.num_tokens, config.max_anchors // threads)
    with streaming(connection), ThreadPoolExecutor(threads) as pool:
        for part in parts:
            asked = ask(TokenBlock(new.address[part], new.num_tokens[part]), config.shingle_size)
            scan = Scan(connection, asked.shingles, without, lambda count: report(count // len(parts)))
            pairs = count_pairs(asked, scan_tokens(scan, last, pool, threads))
            found.append(pairs._replace(document=pairs.document + part.start))
    return Pairs(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def cut_documents(num_tokens: npt.NDArray[np.int32], most: int) -> list[slice]:
    """Return runs of documents of which at most so many shingles are looked for, at least one document each."""
    ends = np.cumsum(np.minimum(num_tokens, MOST_SHINGLES), dtype=np.int64)
    parts, first = [], 0
    while first < len(ends):
        before = int(ends[first - 1]) if first else 0
        end = max(int(np.searchsorted(ends, before + most, "right")), first + 1)
        parts.append(slice(first, end))
        first = end
    return parts


class Asked(NamedTuple):
    """What is looked for: the set of all shingles, and those of each document.

    ```
    slots  int64[m]  places in the set, document by document
    ends   int64[n]  where those of each document end
    ```
    """

    shingles: ShingleSet
    slots: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def ask(new: TokenBlock, shingle_size: int) -> Asked:
    """Return shingles of the documents in a set."""
    most = int(np.minimum(new.num_tokens, MOST_SHINGLES).sum())
    shingles = make_shingle_set(most, shingle_size)
    slots, ends = np.empty(most, np.int64), np.zeros(len(new), np.int64)
    add_shingles(shingles, new.address, new.num_tokens, slots, ends)
    return Asked(shingles, slots[: ends[-1]], ends)


class Scan(NamedTuple):
    """One pass over the tokens of an index."""

    connection: "DuckDBPyConnection"
    shingles: ShingleSet
    without: Sequence[int]
    report: Callable[[int], None]


def scan_tokens(scan: Scan, last: int, pool: Executor, threads: int) -> npt.NDArray[np.uint32]:
    """Return the smallest ordinal that holds each shingle, by its slot; NOBODY where none does."""
    free: SimpleQueue[ShingleSet] = SimpleQueue()  # one for each part of the index that is under way
    every = [scan.shingles._replace(table=scan.shingles.table.copy()) for _ in range(threads)]
    for shingles in every:
        free.put(shingles)

    def look(first: int) -> int:
        shingles = free.get()
        try:
            scan_part(scan.connection.cursor(), shingles, first, scan.without)
        finally:  # whatever happened: others may wait for it
            free.put(shingles)
        return min(last + 1 - first, DOCUMENTS_AT_ONCE)

    for count in ahead(pool, look, range(0, last + 1, DOCUMENTS_AT_ONCE), 2 * threads):
        scan.report(count)
    table = np.asarray(np.minimum.reduce([shingles.table for shingles in every]))  # halves of hashes are those of each
    return (table & np.uint64(NOBODY)).astype(np.uint32)


def scan_part(connection: "DuckDBPyConnection", shingles: ShingleSet, first: int, without: Sequence[int]) -> None:
    """Note who holds the shingles of the stored documents from ordinal `first` on, DOCUMENTS_AT_ONCE ordinals."""
    here = f"ordinal BETWEEN {first} AND {first + DOCUMENTS_AT_ONCE - 1}"
    gone, masked = find_passed(connection, here, without)
    for table, left_out in (("tokens", np.union1d(gone, masked)), ("masked", gone)):
        for ordinals, block in read_documents(connection, table, here):
            chosen = ~np.isin(ordinals, left_out, kind="sort") if left_out.size else slice(None)
            stored = TokenBlock(block.address[chosen], block.num_tokens[chosen])
            note_holders(shingles, stored.address, stored.num_tokens, as_read_only(ordinals[chosen]))


def find_passed(
    connection: "DuckDBPyConnection", here: str, without: Sequence[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return which documents are passed over, and which have tokens with boilerplate masked, that stand for theirs."""
    runs = ", ".join(map(str, without)) or "NULL"
    queries = (
        f"SELECT ordinal FROM documents WHERE {here} AND run IN ({runs})",  # noqa: S608 (our own numbers)
        f"SELECT DISTINCT ordinal FROM masked WHERE {here}",  # noqa: S608 (the same)
    )
    gone, masked = (connection.sql(query).fetchnumpy()["ordinal"].astype(np.int64) for query in queries)
    return gone, masked


def read_documents(
    connection: "DuckDBPyConnection", table: str, here: str
) -> Iterator[tuple[npt.NDArray[np.int64], TokenBlock]]:
    """Yield the tokens of stored documents, each whole, with their ordinals; a block stands until the next one.

    Pieces of one batch stand side by side in memory, so those of a document are its tokens. The last document of a
    batch may go on in the next: it is copied.
    """
    connection.execute("SET arrow_large_buffer_size = true")
    reader = connection.sql(f"SELECT ordinal, part, piece FROM {table} WHERE {here}").to_arrow_reader(PIECES_AT_ONCE)  # noqa: S608 (our own names)
    held, last, before = b"", -1, (-1, 0)
    for rows in reader:
        if len(rows) == 0:
            continue
        ordinals, edges, data = view_pieces(rows, before)
        before = int(ordinals[-1]), int(rows.column(1)[-1].as_py())
        begins = np.flatnonzero(np.diff(ordinals, prepend=-1))
        starts, owners = np.append(edges[begins], edges[-1]), ordinals[begins]
        view = memoryview(data)
        if owners[0] == last:
            held += bytes(view[starts[0] : starts[1]])
            starts, owners = starts[1:], owners[1:]
        if owners.size == 0:
            continue
        if held:
            yield hold(last, held)
        address = np.uint64(data.address) + starts[:-2].astype(np.uint64)
        yield owners[:-1], TokenBlock(address, (np.diff(starts[:-1]) // 4).astype(np.int32))
        held, last = bytes(view[starts[-2] : starts[-1]]), int(owners[-1])
    if held:
        yield hold(last, held)


def view_pieces(
    rows: pa.RecordBatch, before: tuple[int, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], pa.Buffer]:
    """Return the ordinals of pieces, where each begins and the last ends in bytes, and the bytes.

    `before` are ordinal and part of the piece before the first.
    """
    ordinals, parts = rows.column(0).to_numpy(), rows.column(1).to_numpy()
    follows = np.diff(ordinals, prepend=before[0]) == 0
    assert np.all(np.diff(ordinals, prepend=before[0]) >= 0), "documents of an index come in the order of their keeping"
    assert np.all(parts == np.where(follows, np.append(before[1], parts[:-1]) + 1, 0)), "pieces of a document in order"
    _, offsets, data = rows.column(2).buffers()
    edges = np.frombuffer(offsets, np.int64)[rows.column(2).offset : rows.column(2).offset + len(rows) + 1]
    return ordinals, edges, data


def hold(ordinal: int, tokens: bytes) -> tuple[npt.NDArray[np.int64], TokenBlock]:
    """Return one document, for as long as its tokens are kept."""
    values = np.frombuffer(tokens, np.uint32)
    block = TokenBlock(np.array([values.ctypes.data], np.uint64), np.array([values.size], np.int32))
    return np.array([ordinal], np.int64), block


def count_pairs(asked: Asked, holders: npt.NDArray[np.uint32]) -> Pairs:
    """Return which documents hold enough of the shingles of each that are looked for."""
    counts = np.diff(asked.ends, prepend=0)
    document, holder = np.repeat(np.arange(len(counts)), counts), holders[asked.slots]
    is_held = holder != NOBODY
    pairs = np.sort(document[is_held] << 32 | holder[is_held].astype(np.int64))
    begins = np.flatnonzero(np.diff(pairs, prepend=-1))
    held = np.diff(begins, append=len(pairs))
    document, ordinal = pairs[begins] >> 32, pairs[begins] & 0xFFFFFFFF
    is_enough = held >= WORTH_FETCHING * counts[document]
    return Pairs(document[is_enough], ordinal[is_enough])
