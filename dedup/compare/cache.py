"""The cache of what a model made of sentences: one SQLite file for the user, by hash of model and sentence."""

import hashlib
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from dedup.compare.encoder import Pieces

MAX_BYTES = 256 << 20  # a cache beyond this is thrown away and begun anew
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS pieces (key BLOB PRIMARY KEY, count INTEGER, vectors BLOB, offsets BLOB) WITHOUT ROWID"
)


def cache_path() -> Path | None:
    """Return where the cache is: $XDG_CACHE_HOME/dedup or ~/.cache/dedup; None for a user without a home."""
    root = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(root or Path.home() / ".cache") / "dedup" / "sentences.sqlite"
    except RuntimeError:
        return None


class VectorCache:
    """What a model made of sentences. A cache that cannot be read or written is none: the run goes on without.

    The file is open while it is read or written only, so that two runs can share it.
    """

    def __init__(self, path: Path | None, model: str) -> None:
        self._path = path
        self._model = model.encode()

    def get_all(self, texts: Sequence[str]) -> dict[str, Pieces]:
        """Return what is known of these texts."""
        found: dict[str, Pieces] = {}
        try:
            with closing(self._connect()) as connection:
                for text in dict.fromkeys(texts):
                    query = "SELECT count, vectors, offsets FROM pieces WHERE key = ?"
                    row = connection.execute(query, (self._key(text),)).fetchone()
                    if row:
                        found[text] = read_pieces(*row)
        except (OSError, sqlite3.Error, ValueError, TypeError):
            return {}
        dims = {pieces.vectors.shape[1] for pieces in found.values()}
        return found if len(dims) == 1 else {}

    def put_all(self, made: Mapping[str, Pieces]) -> None:
        """Store what was made; texts without a piece are not worth a row."""
        rows = [
            (self._key(text), len(pieces.offsets), pieces.vectors.tobytes(), pieces.offsets.tobytes())
            for text, pieces in made.items()
            if len(pieces.offsets)
        ]
        if not rows:
            return
        with suppress(OSError, sqlite3.Error), closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?)", rows)

    def _connect(self) -> sqlite3.Connection:
        if self._path is None:
            raise FileNotFoundError
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size > MAX_BYTES:
            self._path.unlink()
        connection = sqlite3.connect(self._path, timeout=2)
        try:
            connection.execute(SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(self._model + b"\0" + text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def read_pieces(count: int, vectors: bytes, offsets: bytes) -> Pieces:
    """Return one row of the cache; raise `ValueError` or `TypeError` where it is none."""
    return Pieces(
        np.frombuffer(vectors, np.float16).reshape(count, -1), np.frombuffer(offsets, np.int32).reshape(count, 2)
    )
