"""Which of the stored documents that hold parts of new ones are compared with them, with all that is needed of them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.known import KnownDocuments
from dedup.index.fetch import fetch_tokens
from dedup.index.holders import Pairs
from dedup.index.probe import TOKEN_TABLES, fetch_rows, make_known
from dedup.index.store import count_threads, streaming
from dedup.kernels.holders import make_factors, measure_held, sample_documents
from dedup.kernels.memory import as_read_only
from dedup.passages.blocks import TokenBlock

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Documents are compared where the stored one holds this share of the shingles that are looked for: a changed word
# breaks five, on either side.
WORTH_COMPARING = 0.2

Samples = tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]  # see `sample_documents`


class NewTokens(NamedTuple):
    """The tokens of new documents, boilerplate masked, how many of each are its own (int32[n]), and of a shingle."""

    block: TokenBlock
    own_tokens: npt.NDArray[np.int32]
    shingle_size: int


def fetch_containers(
    connection: "DuckDBPyConnection", pairs: Pairs, new: NewTokens, known: KnownDocuments, spool: Path
) -> tuple[Pairs, KnownDocuments]:
    """Return the pairs whose stored document may contain the new one, by its place in what is returned with them: what
    the run knows of the index, and these documents with their tokens.

    A document that is shorter than what counts of another does not contain it.
    """
    ordinals = np.unique(pairs.holder)
    num_tokens = fetch_sizes(connection, ordinals)
    places = np.searchsorted(ordinals, pairs.holder)
    is_long = num_tokens[places] >= new.own_tokens[pairs.document]
    chosen = np.unique(places[is_long])
    document, place = pairs.document[is_long], np.searchsorted(chosen, places[is_long])
    ordinals, num_tokens = ordinals[chosen], num_tokens[chosen]
    threads = count_threads()
    with streaming(connection), ThreadPoolExecutor(threads) as pool:
        wanted = ordinals, num_tokens
        fetched = [fetch_tokens(connection, table, wanted, spool, (pool, threads)) for table in TOKEN_TABLES]
        (address, tokens), (masked, others) = (finish() for finish in fetched)
    stored = TokenBlock(np.where(masked != 0, masked, address), num_tokens)
    is_worth = measure_pairs(np.column_stack([document, place]), new, stored) >= WORTH_COMPARING
    left, place = np.unique(place[is_worth], return_inverse=True)
    rows = fetch_rows(connection, np.setdiff1d(ordinals[left], known.ordinals))
    known = known.append(make_known(rows, known.keys.shape[1]))
    by_ordinal = np.argsort(known.ordinals)
    where = by_ordinal[np.searchsorted(known.ordinals, ordinals[left], sorter=by_ordinal)]
    known = known.with_tokens(where, address[left], masked[left], [tokens, others])
    return Pairs(document[is_worth], where[place]), known


def fetch_sizes(connection: "DuckDBPyConnection", ordinals: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return the number of tokens of documents, in the order of their ordinals."""
    connection.register("wanted", pa.table({"ordinal": ordinals}))
    found = connection.sql("""
        SELECT num_tokens FROM documents WHERE ordinal IN (SELECT ordinal FROM wanted) ORDER BY ordinal
    """).fetchnumpy()["num_tokens"]
    connection.unregister("wanted")
    assert len(found) == len(ordinals), "tokens of a document that is not in the index"
    return np.asarray(found, np.int32)


def measure_pairs(pairs: npt.NDArray[np.int64], new: NewTokens, stored: TokenBlock) -> npt.NDArray[np.float64]:
    """Return for each pair (new, stored; by place) the share of the shingles looked for that the second has."""
    factors, threads = make_factors(new.shingle_size), count_threads()
    with ThreadPoolExecutor(threads) as pool:
        parts = np.array_split(np.arange(len(stored)), threads)

        def sample(part: npt.NDArray[np.int64]) -> Samples:
            return sample_documents(stored.address[part], stored.num_tokens[part], factors)

        held = join_samples(list(pool.map(sample, parts)))

        def measure(some: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
            shares = np.empty(len(some), np.float64)
            rows = as_read_only(some.astype(np.int32))
            measure_held(rows, new.block.address, new.block.num_tokens, factors, held, shares)
            return shares

        return np.concatenate(list(pool.map(measure, np.array_split(pairs, threads))))


def join_samples(parts: Sequence[Samples]) -> Samples:
    """Return the samples of several parts as those of one."""
    names, ends = zip(*parts, strict=True)
    before = np.cumsum([0, *map(len, names)])
    moved = [part + start for part, start in zip(ends, before[:-1].tolist(), strict=True)]
    return as_read_only(np.concatenate(names)), as_read_only(np.concatenate(moved))
