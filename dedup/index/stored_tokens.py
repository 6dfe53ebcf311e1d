"""The tokens of stored documents, copied into files that are mapped, and proofs of their words under a secret seed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.index.checks import check_values
from dedup.index.connection import Connection, require
from dedup.index.dictionaries import Decoder, read_decoder
from dedup.index.tables import PIECE
from dedup.near.text_proofs import PROOF_SCHEMA
from dedup.threads import Threads

if TYPE_CHECKING:
    from concurrent.futures import Future

PIECES_AT_ONCE = 1 << 11
LOGGED_BYTES = 1 << 24  # of an index that may be in its log still
DAMAGED = "the pieces in its table {} are not those of its documents"
SEED = re.compile("[0-9a-f]{16}")


class StoredTokens(NamedTuple):
    """Documents whose tokens are fetched: their ordinals, ascending, and how many tokens each has (n each)."""

    ordinals: npt.NDArray[np.int64]
    num_tokens: npt.NDArray[np.int32]

    def take(self, places: npt.NDArray[np.int64]) -> "StoredTokens":
        """Return some of the documents."""
        return StoredTokens(self.ordinals[places], self.num_tokens[places])


class MappedTokens(NamedTuple):
    """Where the tokens of documents are (uint64[n], 0 where the table has none of a document), and what maps them."""

    address: npt.NDArray[np.uint64]
    room: object


@dataclass(frozen=True)
class TokenCopy:
    """A copy that is under way: `starts` (int64[n]) are the places of the documents in the file, in tokens."""

    path: Path
    starts: npt.NDArray[np.int64]
    parts: "Sequence[Future[npt.NDArray[np.bool_]]]"

    def result(self) -> MappedTokens:
        """Wait until all is copied, and map it."""
        is_there = np.concatenate([part.result() for part in self.parts] or [np.empty(0, np.bool_)])
        room = np.memmap(self.path, np.uint32, "r")
        address = np.uint64(room.ctypes.data) + self.starts.astype(np.uint64) * np.uint64(4)
        return MappedTokens(np.where(is_there, address, np.uint64(0)), room)


def fetch_tokens(connection: Connection, table: str, wanted: StoredTokens, spool: Path, threads: Threads) -> TokenCopy:
    """Begin to copy tokens of documents to a file beside `spool`, in several threads."""
    path = spool.with_suffix(f".{table}")
    ends = np.cumsum(wanted.num_tokens, dtype=np.int64)
    sizes = connection.execute("SELECT block_size * total_blocks FROM pragma_database_size()").fetchall()
    require(not ends.size or 4 * ends[-1] <= sizes[0][0] + LOGGED_BYTES, "its documents have more tokens than it holds")
    starts = ends - wanted.num_tokens
    with path.open("wb") as file:
        file.truncate(4 * max(int(ends[-1]) if ends.size else 0, 1))
    parts = [part for part in np.array_split(np.arange(len(ends)), threads.count) if part.size]
    decoder = read_decoder(connection)
    copied = [
        threads.submit(copy_tokens, connection.cursor(), table, decoder, wanted.take(part), starts[part], path)
        for part in parts
    ]
    return TokenCopy(path, starts, copied)


def copy_tokens(
    connection: Connection,
    table: str,
    decoder: Decoder,
    wanted: StoredTokens,
    starts: npt.NDArray[np.int64],
    path: Path,
) -> npt.NDArray[np.bool_]:
    """Write the tokens of documents to a file, where each begins (int64[n], in tokens); return of which there are any.

    All pieces of a document are there, once, or none; of the table `tokens` all.
    """
    pieces = -(-wanted.num_tokens.astype(np.int64) // PIECE)
    firsts = np.cumsum(pieces) - pieces
    is_copied = np.zeros(int(pieces.sum()), np.bool_)
    with path.open("r+b") as file:
        for rows in read_pieces(connection, table, wanted.ordinals):
            places, parts = np.searchsorted(wanted.ordinals, rows.column(0).to_numpy()), rows.column(1).to_numpy()
            lengths = np.minimum(wanted.num_tokens[places] - parts.astype(np.int64) * PIECE, PIECE)
            tokens = decoder.decode(rows.column(2), lengths, DAMAGED.format(table))
            numbers = firsts[places] + parts
            require(not is_copied[numbers].any() and np.unique(numbers).size == numbers.size, DAMAGED.format(table))
            is_copied[numbers] = True
            write_pieces(file, tokens, lengths, starts[places] + parts.astype(np.int64) * PIECE)
    counts = np.diff(np.append(0, np.cumsum(is_copied))[np.append(firsts, is_copied.size)])
    is_there: npt.NDArray[np.bool_] = counts > 0
    is_whole = counts == pieces
    require(np.all(is_whole | ~is_there) and (table != "tokens" or np.all(is_whole)), DAMAGED.format(table))
    return is_there


def read_pieces(connection: Connection, table: str, ordinals: npt.NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
    """Yield the rows (ordinal, part, piece) of documents (ordinals, ascending), in any order."""
    connection.register("wanted", pa.table({"ordinal": ordinals}))
    rows = connection.sql(f"""
        SELECT ordinal, part, piece FROM {table}
        WHERE ordinal BETWEEN {ordinals[0]} AND {ordinals[-1]} AND ordinal IN (SELECT ordinal FROM wanted)
    """)  # noqa: S608 (our own names and numbers)
    for batch in rows.to_arrow_reader(PIECES_AT_ONCE):
        check_values(batch)
        yield batch


def write_pieces(
    file: BinaryIO, tokens: npt.NDArray[np.uint32], lengths: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
) -> None:
    """Write pieces of `lengths` tokens to their places in a file, as tokens from its beginning.

    Pieces that follow one another in both are written together: all of them, where they come in the order of `wanted`.
    A full disk is an `OSError` here; were the file mapped and written so, it would be a signal.
    """
    edges = np.append(0, np.cumsum(lengths))
    breaks = np.flatnonzero(targets[1:] != targets[:-1] + lengths[:-1]) + 1
    for first, end in pairwise([0, *breaks.tolist(), len(lengths)] if len(lengths) else []):
        file.seek(4 * int(targets[first]))
        tokens[edges[first] : edges[end]].tofile(file)


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
