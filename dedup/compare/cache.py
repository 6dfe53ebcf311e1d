"""The cache of what a model made of sentences: one SQLite file for the user, by hash of model and sentence."""

import hashlib
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from dedup.compare.models import Pieces

MAX_BYTES = 256 << 20  # a cache beyond this is thrown away and begun anew
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS pieces (key BLOB PRIMARY KEY, count INTEGER, vectors BLOB, offsets BLOB) WITHOUT ROWID"
)


def cache_path() -> Path:
    """Return where the cache is: $XDG_CACHE_HOME/dedup or ~/.cache/dedup."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "dedup" / "sentences.sqlite"


class VectorCache:
    """What a model made of sentences. A cache that cannot be read or written is none: the run goes on without."""

    def __init__(self, path: Path, model: str) -> None:
        self._model = model.encode()
        self._connection: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > MAX_BYTES:
                path.unlink()
            self._connection = sqlite3.connect(path, timeout=2)
            self._connection.execute(SCHEMA)
        except (OSError, sqlite3.Error):
            self._connection = None

    def get_all(self, texts: Sequence[str]) -> dict[str, Pieces]:
        """Return what is known of these texts."""
        found: dict[str, Pieces] = {}
        if self._connection is None:
            return found
        try:
            for text in dict.fromkeys(texts):
                query = "SELECT count, vectors, offsets FROM pieces WHERE key = ?"
                row = self._connection.execute(query, (self._key(text),)).fetchone()
                if row:
                    vectors = np.frombuffer(row[1], np.float16).reshape(row[0], -1)
                    found[text] = Pieces(vectors, np.frombuffer(row[2], np.int32).reshape(row[0], 2))
        except (sqlite3.Error, ValueError):
            return {}
        return found

    def put_all(self, made: Mapping[str, Pieces]) -> None:
        """Store what was made; texts without a piece are not worth a row."""
        rows = [
            (self._key(text), len(pieces.offsets), pieces.vectors.tobytes(), pieces.offsets.tobytes())
            for text, pieces in made.items()
            if len(pieces.offsets)
        ]
        if self._connection is None or not rows:
            return
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?)", rows)
        except sqlite3.Error:
            self._connection = None

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(self._model + b"\0" + text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
