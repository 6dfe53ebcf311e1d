"""What an index knows of the words of its documents under a secret seed, and that seed."""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.index.checks import check_values
from dedup.index.connection import Connection, require
from dedup.near.text_proofs import PROOF_SCHEMA

SEED = re.compile("[0-9a-f]{16}")


def write_seed(connection: Connection, seed: int) -> None:
    """Note the seed of a new index."""
    connection.execute("INSERT INTO meta VALUES ('seed', ?)", [f"{seed:016x}"])


def read_seed(connection: Connection) -> int:
    """Return the seed of an index."""
    rows = connection.execute("SELECT value FROM meta WHERE name = 'seed'").fetchall()
    require(len(rows) == 1 and SEED.fullmatch(rows[0][0]), "it has no secret seed")
    return int(rows[0][0], 16)


class StoredProofs(NamedTuple):
    """What an index knows of the words of k documents (PROOF_SCHEMA, without tokens), and their distinct shingles."""

    rows: pa.RecordBatch
    num_shingles: npt.NDArray[np.int32]


NO_PROOFS = StoredProofs(pa.RecordBatch.from_pylist([], PROOF_SCHEMA), np.empty(0, np.int32))


def fetch_proofs(connection: Connection, ordinals: npt.NDArray[np.int64]) -> StoredProofs:
    """Return what is known of some documents, by ordinal."""
    wanted, rows = np.unique(ordinals, return_inverse=True)
    connection.register("wanted", pa.table({"ordinal": wanted}))
    found = connection.sql("""
        SELECT words, signs, filter, num_shingles FROM documents
        WHERE ordinal IN (SELECT ordinal FROM wanted) ORDER BY ordinal
    """).to_arrow_table()
    connection.unregister("wanted")
    require(len(found) == len(wanted), "it names a document that is not in it")
    check_values(found)
    taken = {name: found.column(name).to_pylist() for name in ("words", "signs", "filter")}
    columns = {
        name: [taken[name][row] for row in rows] if name in taken else [b""] * len(rows) for name in PROOF_SCHEMA.names
    }
    return StoredProofs(
        pa.RecordBatch.from_pydict(columns, PROOF_SCHEMA), found.column("num_shingles").to_numpy()[rows]
    )
