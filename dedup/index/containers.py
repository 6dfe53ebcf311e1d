"""Which of the stored documents that hold parts of new ones are compared with them, with all that is needed of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.index.probe import TOKEN_TABLES, fetch_rows, make_stored
from dedup.index.samples import Samples, fetch_samples
from dedup.index.store import count_threads, streaming
from dedup.index.stored_tokens import fetch_tokens
from dedup.kernels.buffers import as_read_only
from dedup.kernels.first_sources import measure_shared
from dedup.near.stored import Containers, StoredDocuments, StoredPairs
from dedup.threads import Threads, start_threads

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Documents are compared where the stored one holds this share of the shingles that are looked for: a changed word
# breaks five, on either side.
WORTH_COMPARING = 0.2


def fetch_containers(
    connection: "DuckDBPyConnection",
    pairs: StoredPairs,
    new: tuple[Samples, npt.NDArray[np.int32]],
    stored: StoredDocuments,
    spool: Path,
) -> Containers:
    """Return the pairs whose stored document may contain the new one, by its place in the stored documents that
    are returned with them: those given, and these with their tokens.

    `new` is what is looked for of the new documents, and how many tokens of each are its own (int32[n]): a document
    that is shorter than that does not contain it.
    """
    asked, own_tokens = new
    ordinals = np.unique(pairs.source)
    num_tokens = fetch_sizes(connection, ordinals)
    places = np.searchsorted(ordinals, pairs.source)
    is_long = num_tokens[places] >= own_tokens[pairs.document]
    document, place, ordinals, num_tokens = keep_pairs(pairs.document, places, is_long, ordinals, num_tokens)
    with streaming(connection), start_threads(count_threads()) as threads:
        held = fetch_samples(connection, ordinals, threads)
        is_worth = measure_pairs(np.column_stack([document, place]), asked, held, threads) >= WORTH_COMPARING
        document, place, ordinals, num_tokens = keep_pairs(document, place, is_worth, ordinals, num_tokens)
        wanted = ordinals, num_tokens
        fetched = [fetch_tokens(connection, table, wanted, spool, threads) for table in TOKEN_TABLES]
        (address, tokens), (masked, others) = (finish() for finish in fetched)
    rows = fetch_rows(connection, np.setdiff1d(ordinals, stored.ordinals))
    stored = stored.append(make_stored(rows, stored.keys.shape[1]))
    by_ordinal = np.argsort(stored.ordinals)
    where = by_ordinal[np.searchsorted(stored.ordinals, ordinals, sorter=by_ordinal)]
    stored = stored.with_tokens(where, address, masked, [tokens, others])
    return Containers(StoredPairs(document, where[place]), stored)


def keep_pairs(
    document: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    chosen: npt.NDArray[np.bool_],
    ordinals: npt.NDArray[np.int64],
    num_tokens: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return some of the pairs (new document, place of the stored one), and the stored ones that these name."""
    left, again = np.unique(place[chosen], return_inverse=True)
    return document[chosen], again, ordinals[left], num_tokens[left]


def fetch_sizes(connection: "DuckDBPyConnection", ordinals: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return the number of tokens of documents, in the order of their ordinals."""
    connection.register("wanted", pa.table({"ordinal": ordinals}))
    found = connection.sql("""
        SELECT num_tokens FROM documents WHERE ordinal IN (SELECT ordinal FROM wanted) ORDER BY ordinal
    """).fetchnumpy()["num_tokens"]
    connection.unregister("wanted")
    assert len(found) == len(ordinals), "tokens of a document that is not in the index"
    return np.asarray(found, np.int32)


def measure_pairs(
    pairs: npt.NDArray[np.int64], asked: Samples, stored: Samples, threads: Threads
) -> npt.NDArray[np.float64]:
    """Return for each pair (new, stored; by place) the share of the shingles looked for that the second has."""

    def measure(some: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        shares = np.empty(len(some), np.float64)
        measure_shared(as_read_only(some.astype(np.int32)), asked, stored, shares)
        return shares

    return np.concatenate(threads.map(measure, np.array_split(pairs, threads.count)))
