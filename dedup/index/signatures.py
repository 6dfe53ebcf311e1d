"""The documents of an index as signatures in an index of datasketch."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig
from dedup.corpus.values import read_value
from dedup.index.checks import check_values
from dedup.index.connection import Connection
from dedup.index.dictionaries import read_decoder
from dedup.index.stored_tokens import DAMAGED
from dedup.index.tables import PIECE
from dedup.near.bands import bands_of
from dedup.near.sketcher import sign_tokens

if TYPE_CHECKING:
    from datasketch import MinHashLSH


def insert_signatures(
    connection: Connection, near: NearConfig, storage_config: Mapping[str, object] | None
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


def read_documents(connection: Connection) -> Iterator[tuple[int, str, npt.NDArray[np.uint32]]]:
    """Yield (ordinal, id as raw JSON, tokens) of every document with a token, in the order of keeping."""
    query = f"""
        SELECT d.ordinal, d.id, least(d.num_tokens - t.part::BIGINT * {PIECE}, {PIECE}), t.piece
        FROM documents d JOIN tokens t ON d.ordinal = t.ordinal ORDER BY d.ordinal, t.part
    """  # noqa: S608 (our own number)
    decoder = read_decoder(connection)
    owner, name = -1, ""
    pieces: list[npt.NDArray[np.uint32]] = []
    for batch in connection.sql(query).to_arrow_reader(10_000):
        check_values(batch)
        counts = batch.column(2).to_numpy()
        tokens = decoder.decode(batch.column(3), counts, DAMAGED.format("tokens"))
        some = np.split(tokens, np.cumsum(counts)[:-1])
        for ordinal, raw_id, piece in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), some, strict=True):
            if ordinal != owner:
                if owner >= 0:
                    yield owner, name, np.concatenate(pieces)
                owner, name, pieces = ordinal, raw_id, []
            pieces.append(piece)
    if owner >= 0:
        yield owner, name, np.concatenate(pieces)
