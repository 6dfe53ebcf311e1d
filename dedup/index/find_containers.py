"""Which documents of an index may contain a new one: who holds its sampled shingles first, and how many of them.

The samples of all stored documents are streamed past those of the new ones. The documents that hold some are measured
by their whole samples, and the tokens of few are fetched.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.index.connection import Connection, require
from dedup.index.near_lookup import (
    DOCUMENTS_AT_ONCE,
    TOKEN_TABLES,
    fetch_rows,
    fetch_sizes,
    list_parts,
    make_stored,
    passing,
)
from dedup.index.samples import Samples, fetch_samples, read_samples
from dedup.index.store import streaming
from dedup.index.stored_tokens import PIECES_AT_ONCE, StoredTokens, fetch_tokens
from dedup.kernels.buffers import as_read_only
from dedup.kernels.first_sources import (
    NOBODY,
    ShingleSet,
    count_held,
    enter_names,
    forget_noted,
    make_shingle_set,
    measure_shared,
    note_sources,
)
from dedup.near.stored import NO_PAIRS, Containers, StoredDocuments, StoredPairs
from dedup.threads import Threads, count_cores, start_threads

# A stored document is fetched where it is the first to hold this share of the shingles that are looked for.
WORTH_FETCHING = 0.05
# Where MOST of a document has to be in the stored one, they are compared if this holds this share of the shingles that
# are looked for: a changed word breaks five, on either side. Where less is enough, all are compared: of a document with
# edits everywhere hardly any shingle is left.
WORTH_COMPARING, MOST = 0.2, 0.9
# Shingles are forgotten once a part of the index was the first to hold this share of the table: that is a pass over it.
WORTH_FORGETTING = 0.01


def find_holders(
    connection: Connection,
    asked: Samples,
    config: PassageConfig,
    without: Sequence[int],
    report: Callable[[int], None],
) -> StoredPairs:
    """Return which stored documents, by ordinal, are the first to hold a share of the shingles of a new one.

    `asked` are the shingles of new documents that are looked for. `without` are the numbers of runs that are passed
    over; `report` gets the number of ordinals that were passed. The tables of all threads hold at most
    `max_fingerprints` shingles: for more, the index is streamed several times.
    """
    firsts = list_parts(connection, DOCUMENTS_AT_ONCE)
    if not firsts or len(asked.ends) == 0:
        return NO_PAIRS
    assert firsts[-1] < NOBODY, "more ordinals than the table can name"
    assert config.shingle_size == PassageConfig.shingle_size, "shingles are stored in one size"
    parts, found = cut_documents(asked.ends, config.max_fingerprints // count_cores()), []
    with streaming(connection), start_threads(count_cores()) as threads:
        for part in parts:
            start = int(asked.ends[part.start - 1]) if part.start else 0
            ends = asked.ends[part] - start
            shingles, slots = enter(asked.names[start : start + ends[-1]])
            scan = Scan(connection, shingles, without, lambda count: report(count // len(parts)))
            pairs = count_pairs(slots, ends, scan_samples(scan, firsts, threads))
            found.append(replace(pairs, document=pairs.document + part.start))
    return StoredPairs(np.concatenate([p.document for p in found]), np.concatenate([p.source for p in found]))


def cut_documents(ends: npt.NDArray[np.int64], most: int) -> list[slice]:
    """Return runs of documents, at least one each, with at most `most` shingles; they end at `ends`."""
    parts, first = [], 0
    while first < len(ends):
        before = int(ends[first - 1]) if first else 0
        end = max(int(np.searchsorted(ends, before + most, "right")), first + 1)
        parts.append(slice(first, end))
        first = end
    return parts


def enter(names: npt.NDArray[np.uint32]) -> tuple[ShingleSet, npt.NDArray[np.int64]]:
    """Return shingles as a set, and the place of each there."""
    shingles, slots = make_shingle_set(len(names)), np.empty(len(names), np.int64)
    enter_names(shingles, as_read_only(names), slots)
    return shingles, slots


class Scan(NamedTuple):
    """One pass over the sampled shingles of an index."""

    connection: Connection
    shingles: ShingleSet
    without: Sequence[int]
    report: Callable[[int], None]


def scan_samples(scan: Scan, firsts: Sequence[int], threads: Threads) -> npt.NDArray[np.uint32]:
    """Return the smallest ordinal that holds each shingle, by its slot; NOBODY where none does.

    `firsts` are the first ordinals of the parts of the index.
    """
    free: SimpleQueue[ShingleSet] = SimpleQueue()  # one for each part of the index that is under way
    every = [scan.shingles, *(copy_set(scan.shingles) for _ in range(threads.count - 1))]
    for shingles in every:
        free.put(shingles)

    def look(first: int) -> int:
        shingles = free.get()  # each goes over parts in the order of their ordinals
        try:
            noted = scan_part(scan.connection.cursor(), shingles, first, scan.without)
            if noted >= WORTH_FORGETTING * len(shingles.table):
                forget_noted(shingles)
        finally:  # whatever happened: others may wait for it
            free.put(shingles)
        return first

    passed = 0
    for first in threads.ahead(look, firsts):
        scan.report(first + DOCUMENTS_AT_ONCE - passed)
        passed = first + DOCUMENTS_AT_ONCE
    table = np.asarray(np.minimum.reduce([shingles.table for shingles in every]))  # of the same names
    return (table & np.uint64(NOBODY)).astype(np.uint32)


def copy_set(shingles: ShingleSet) -> ShingleSet:
    """Return a set for another thread."""
    return shingles._replace(bits=shingles.bits.copy(), table=shingles.table.copy())


def scan_part(connection: Connection, shingles: ShingleSet, first: int, without: Sequence[int]) -> int:
    """Note who holds the shingles of the stored documents from ordinal `first` on, DOCUMENTS_AT_ONCE ordinals.

    Returns of how many shingles this is the first holder.
    """
    here = f"ordinal BETWEEN {first} AND {first + DOCUMENTS_AT_ONCE - 1}"
    if without:
        here += f" AND ordinal IN (SELECT ordinal FROM documents WHERE {passing(without)})"  # noqa: S608 (our numbers)
    rows, noted = connection.sql(f"SELECT ordinal, piece FROM shingles WHERE {here}"), 0  # noqa: S608 (the same)
    for batch in rows.to_arrow_reader(PIECES_AT_ONCE):
        noted += note_sources(shingles, *read_samples(batch.column(1)), as_read_only(batch.column(0).to_numpy()))
    return noted


def count_pairs(
    slots: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], holders: npt.NDArray[np.uint32]
) -> StoredPairs:
    """Return which documents hold enough of the shingles that are looked up; `slots` are their places."""
    counts = np.diff(ends, prepend=0)
    document, holder = np.repeat(np.arange(len(counts)), counts), holders[slots]
    is_held = holder != NOBODY
    pairs = np.sort(document[is_held] << 32 | holder[is_held].astype(np.int64))
    begins = np.flatnonzero(np.diff(pairs, prepend=-1))
    held = np.diff(begins, append=len(pairs))
    document, ordinal = pairs[begins] >> 32, pairs[begins] & 0xFFFFFFFF
    is_enough = held >= WORTH_FETCHING * counts[document]
    return StoredPairs(document[is_enough], ordinal[is_enough])


class HeldPairs(NamedTuple):
    """Pairs of a new document and a stored one that may contain it: int64[n], places of both (in `stored`)."""

    document: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    stored: StoredTokens

    def select(self, chosen: npt.NDArray[np.bool_]) -> "HeldPairs":
        """Return some of the pairs, and the stored documents that these name."""
        left, place = np.unique(self.place[chosen], return_inverse=True)
        stored = StoredTokens(self.stored.ordinals[left], self.stored.num_tokens[left])
        return HeldPairs(self.document[chosen], place, stored)


class Asked(NamedTuple):
    """New documents: their samples, how many tokens of each are its own (int32[n]), the least share to be contained."""

    samples: Samples
    own_tokens: npt.NDArray[np.int32]
    least: float


def fetch_containers(
    connection: Connection, pairs: StoredPairs, asked: Asked, stored: StoredDocuments, spool: Path
) -> Containers:
    """Return the pairs whose stored document may contain the new one, by its place in the stored documents that
    are returned with them: those given, and these with their tokens.

    A document with fewer tokens than the new one has of its own does not contain it.
    """
    ordinals, place = np.unique(pairs.source, return_inverse=True)
    held = HeldPairs(pairs.document, place, StoredTokens(ordinals, fetch_sizes(connection, ordinals)))
    held = held.select(held.stored.num_tokens[place] >= asked.own_tokens[pairs.document])
    with streaming(connection), start_threads(count_cores()) as threads:
        if asked.least >= MOST:
            samples = fetch_samples(connection, held.stored.ordinals, threads)
            shares = measure_pairs(np.column_stack([held.document, held.place]), asked.samples, samples, threads)
            held = held.select(shares >= WORTH_COMPARING)
        fetched = [fetch_tokens(connection, table, held.stored, spool, threads) for table in TOKEN_TABLES]
        (address, tokens), (masked, others) = (copy.result() for copy in fetched)
    ordinals = held.stored.ordinals
    rows = fetch_rows(connection, np.setdiff1d(ordinals, stored.ordinals))
    stored = stored.append(make_stored(rows, stored.keys.shape[1]))
    by_ordinal = np.argsort(stored.ordinals)
    where = by_ordinal[np.searchsorted(stored.ordinals, ordinals, sorter=by_ordinal)]
    stored = stored.with_tokens(where, address, masked, [tokens, others])
    return Containers(StoredPairs(held.document, where[held.place]), stored)


def measure_pairs(
    pairs: npt.NDArray[np.int64], asked: Samples, stored: Samples, threads: Threads
) -> npt.NDArray[np.float64]:
    """Return for each pair (new, stored; by place) the share of the shingles looked for that the second has."""

    def measure(some: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        shares = np.empty(len(some), np.float64)
        measure_shared(as_read_only(some.astype(np.int32)), asked, stored, shares)
        return shares

    return np.concatenate(threads.map(measure, np.array_split(pairs, threads.count)))


class Sharers(NamedTuple):
    """Stored documents by ordinal (int64[n], ascending), and how many sampled shingles each shares (int64[n])."""

    ordinals: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    def choose(self, most: int) -> npt.NDArray[np.int64]:
        """Return the ordinals of those that share most, at most `most` of them, ascending; of equal ones the first."""
        return np.sort(self.ordinals[np.argsort(-self.counts, kind="stable")[:most]])


def find_sharers(connection: Connection, asked: Samples) -> Sharers:
    """Return the stored documents that have a sampled shingle of a text: all sampled shingles are streamed past it."""
    shingles, _ = enter(asked.names)
    found = [Sharers(np.empty(0, np.int64), np.empty(0, np.int64))]
    for batch in connection.sql("SELECT ordinal, piece FROM shingles").to_arrow_reader(PIECES_AT_ONCE):
        require(batch.column(1).null_count == 0, "a value of piece is missing")
        names, ends = read_samples(batch.column(1))
        counts = np.empty(len(ends), np.int32)
        count_held(shingles, names, ends, counts)
        chosen = np.flatnonzero(counts)
        found.append(Sharers(batch.column(0).to_numpy()[chosen], counts[chosen].astype(np.int64)))
    pieces, shared = (np.concatenate(columns) for columns in zip(*found, strict=True))
    ordinals, place = np.unique(pieces, return_inverse=True)
    return Sharers(ordinals, np.bincount(place, shared, minlength=len(ordinals)).astype(np.int64))
