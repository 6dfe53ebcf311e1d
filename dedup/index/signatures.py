"""The documents of an index as signatures in an index of datasketch."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig
from dedup.corpus.values import read_value
from dedup.index.checks import check_values
from dedup.kernels.minhash import sign
from dedup.kernels.shingles import keep_distinct, roll_shingles, table_size
from dedup.near.bands import bands_of
from dedup.near.signature import Signature, draw_permutations

if TYPE_CHECKING:
    from datasketch import MinHashLSH
    from duckdb import DuckDBPyConnection


def insert_signatures(
    connection: "DuckDBPyConnection", near: NearConfig, storage_config: Mapping[str, object] | None
) -> "MinHashLSH":
    """Return a `MinHashLSH` of datasketch that holds a signature of each document, made anew from its tokens."""
    from datasketch import MinHashLSH  # noqa: PLC0415 (a second of import, for those who ask for it)

    params = tuple(bands_of(near))
    storage = dict(storage_config) if storage_config else None
    lsh = MinHashLSH(threshold=near.threshold, num_perm=near.num_perm, params=params, storage_config=storage)
    seen: set[str] = set()
    with lsh.insertion_session() as session:
        for ordinal, raw_id, tokens in read_documents(connection):
            name = read_value(raw_id.encode())
            key = f"{name}#{ordinal}" if name in seen else name
            seen.add(key)
            session.insert(key, sign_tokens(tokens, near).to_datasketch())
    return lsh


def sign_tokens(tokens: npt.NDArray[np.uint32], near: NearConfig) -> Signature:
    """Return the signature of a text by its tokens, that of `sign_text`."""
    shingles = np.empty(max(tokens.size, 1), np.uint64)
    count = roll_shingles(tokens, near.shingle_size, shingles)
    distinct = keep_distinct(shingles, count, np.empty(table_size(count), np.uint64))
    values = np.empty(near.num_perm, np.uint32)
    hashes = (shingles[:distinct] >> np.uint64(32)).astype(np.uint32)
    sign(hashes, draw_permutations(near.num_perm, near.seed), values)
    return Signature(values, near.seed)


def read_documents(connection: "DuckDBPyConnection") -> Iterator[tuple[int, str, npt.NDArray[np.uint32]]]:
    """Yield (ordinal, id as raw JSON, tokens) of every document with a token, in the order of keeping."""
    query = """
        SELECT d.ordinal, d.id, t.piece FROM documents d JOIN tokens t ON d.ordinal = t.ordinal
        ORDER BY d.ordinal, t.part
    """
    owner, name, pieces = -1, "", b""
    for batch in connection.sql(query).to_arrow_reader(10_000):
        check_values(batch)
        for ordinal, raw_id, piece in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if ordinal != owner:
                if owner >= 0:
                    yield owner, name, np.frombuffer(pieces, np.uint32)
                owner, name, pieces = ordinal, raw_id, b""
            pieces += piece
    if owner >= 0:
        yield owner, name, np.frombuffer(pieces, np.uint32)
