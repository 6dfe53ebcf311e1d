"""Samples of the shingles of documents: taken from their tokens, and read from an index, which stores them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.index.connection import Connection, require
from dedup.index.dictionaries import view_pieces
from dedup.index.stored_tokens import read_pieces
from dedup.index.tables import PIECE
from dedup.kernels.buffers import as_read_only
from dedup.kernels.first_sources import EVERY, list_samples, make_factors
from dedup.passages.document_tokens import DocumentTokens
from dedup.threads import Threads


class Samples(NamedTuple):
    """Sampled shingles of documents by name, those of one after those of another: see `dedup.kernels.first_sources`.

    ```
    names  uint32[m]
    ends   int64[n]   where those of each document end
    ```
    """

    names: npt.NDArray[np.uint32]
    ends: npt.NDArray[np.int64]


NO_SAMPLES = Samples(as_read_only(np.empty(0, np.uint32)), as_read_only(np.empty(0, np.int64)))


def take_samples(tokens: DocumentTokens, shingle_size: int, threads: Threads, most: int = EVERY) -> Samples:
    """Return the samples of documents, at most `most` of each, evenly spread."""
    factors = as_read_only(make_factors(shingle_size))

    def take(rows: npt.NDArray[np.int64]) -> Samples:
        some = tokens[rows]
        names, ends = np.empty(int(some.num_tokens.sum()), np.uint32), np.empty(len(rows), np.int64)
        found = list_samples(some.address, some.num_tokens, factors, most, names, ends)
        return Samples(names[:found], ends)

    return join_samples(threads.map(take, np.array_split(np.arange(len(tokens)), threads.count)))


def join_samples(parts: Sequence[Samples]) -> Samples:
    """Return the samples of several parts as those of one."""
    names, ends = zip(*parts, strict=True)
    before = np.cumsum([0, *map(len, names)])
    moved = [part + start for part, start in zip(ends, before[:-1].tolist(), strict=True)]
    return Samples(as_read_only(np.concatenate(names)), as_read_only(np.concatenate(moved)))


def fetch_samples(connection: Connection, ordinals: npt.NDArray[np.int64], threads: Threads) -> Samples:
    """Return the stored samples of documents (ordinals, ascending), in several threads."""
    parts = [part for part in np.array_split(ordinals, threads.count) if part.size]
    return join_samples(threads.map(lambda part: fetch_some(connection.cursor(), part), parts) or [NO_SAMPLES])


def fetch_some(connection: Connection, ordinals: npt.NDArray[np.int64]) -> Samples:
    """Return the stored samples of documents, none of those that the index does not have."""
    found = [(np.empty(0, np.int64), NO_SAMPLES)]
    for batch in read_pieces(connection, "shingles", ordinals):
        some, ends = read_samples(batch.column(2))
        found.append((np.searchsorted(ordinals, batch.column(0).to_numpy()), Samples(some.copy(), ends)))
    places = np.concatenate([place for place, _ in found])
    names, ends = join_samples([some for _, some in found])
    sizes = np.diff(ends, prepend=0)
    if np.any(places[1:] < places[:-1]):  # DuckDB promises no order
        pieces = np.split(names, ends[:-1])
        names = np.concatenate([pieces[row] for row in np.argsort(places, kind="stable").tolist()])
    return Samples(names, np.cumsum(np.bincount(places, sizes, minlength=len(ordinals)).astype(np.int64)))


def read_samples(pieces: pa.LargeBinaryArray) -> Samples:
    """Return the samples in each of some pieces, without copying them."""
    if len(pieces) == 0:
        return NO_SAMPLES
    edges, data = view_pieces(pieces)
    require(
        np.all(edges % 4 == 0) and np.diff(edges).max() <= 4 * PIECE, "its shingles are not in pieces as a run makes"
    )
    places = edges // 4
    return Samples(np.frombuffer(data, np.uint32)[places[0] : places[-1]], as_read_only(places[1:] - places[0]))


def view_as_bytes(names: npt.NDArray[np.uint32], counts: npt.NDArray[np.int64]) -> pa.LargeBinaryArray:
    """Return numbers in pieces of `counts` as bytes, without copying them."""
    edges = pa.py_buffer(4 * np.cumsum(np.append(0, counts)))
    return pa.Array.from_buffers(
        pa.large_binary(), counts.size, [None, edges, pa.py_buffer(np.ascontiguousarray(names))]
    )
