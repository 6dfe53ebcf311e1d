"""Which documents of an index hold parts of new ones: samples of stored shingles, streamed past some of the new."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.index.fetch import PIECES_AT_ONCE, view_pieces
from dedup.index.scan import DOCUMENTS_AT_ONCE, passing
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
    assert config.shingle_size == PassageConfig.shingle_size, "shingles are stored in one size"
    threads, found = count_threads(), []
    parts = cut_documents(new.num_tokens, config.max_anchors // threads)
    with streaming(connection), ThreadPoolExecutor(threads) as pool:
        for part in parts:
            asked = ask(TokenBlock(new.address[part], new.num_tokens[part]), config.shingle_size)
            scan = Scan(connection, asked.shingles, without, lambda count: report(count // len(parts)))
            pairs = count_pairs(asked, scan_samples(scan, last, pool, threads))
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
    """One pass over the sampled shingles of an index."""

    connection: "DuckDBPyConnection"
    shingles: ShingleSet
    without: Sequence[int]
    report: Callable[[int], None]


def scan_samples(scan: Scan, last: int, pool: Executor, threads: int) -> npt.NDArray[np.uint32]:
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
    table = np.asarray(np.minimum.reduce([shingles.table for shingles in every]))  # of the same names
    return (table & np.uint64(NOBODY)).astype(np.uint32)


def scan_part(connection: "DuckDBPyConnection", shingles: ShingleSet, first: int, without: Sequence[int]) -> None:
    """Note who holds the shingles of the stored documents from ordinal `first` on, DOCUMENTS_AT_ONCE ordinals."""
    here = f"ordinal BETWEEN {first} AND {first + DOCUMENTS_AT_ONCE - 1}"
    if without:
        here += f" AND ordinal IN (SELECT ordinal FROM documents WHERE {passing(without)})"  # noqa: S608 (our numbers)
    connection.execute("SET arrow_large_buffer_size = true")
    rows = connection.sql(f"SELECT ordinal, piece FROM shingles WHERE {here}")  # noqa: S608 (the same)
    for batch in rows.to_arrow_reader(PIECES_AT_ONCE):
        if len(batch) == 0:
            continue
        edges, data = view_pieces(batch.column(1))
        places = edges // 4
        names, ends = np.frombuffer(data, np.uint32)[places[0] : places[-1]], places[1:] - places[0]
        note_holders(shingles, names, as_read_only(ends), as_read_only(batch.column(0).to_numpy()))


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
