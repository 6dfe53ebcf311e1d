"""The file of an index: opened for a moment, checked, and written in one transaction."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dedup.errors import InputError, OutputError
from dedup.index.tables import FORMAT
from dedup.output.run_folder import take_lock

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Blocks are read once: a larger cache costs fresh pages, and saves nothing.
READING_MEMORY, WRITING_MEMORY = "256MB", "1GB"
STREAMING_MEMORY = "64MB"
# More than this goes into the file when it is committed, and not into a log first, to be moved when the file is closed.
LOGGED = "1KB"
PATIENCE_S = 60.0  # a commit of a million documents takes some ten seconds
RETRY_S = 0.02
HEADER_BYTES = 3 * 4096
NO_ROOM = ("no space left", "file too large", "could not write all bytes", "disk quota")


class IndexUnreadableError(InputError):
    """The file is no index of ours, or a damaged one."""


@dataclass(frozen=True)
class IndexFile:
    """Where an index is. Readers and writers open it for a moment only: DuckDB admits one writer or many readers."""

    path: Path

    def exists(self) -> bool:
        """Return whether there is anything at its place."""
        return self.path.exists()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the one run that writes the index, from its first look at it to its last word."""
        lock = self._take_lock()
        try:
            yield
        finally:
            lock.close()

    def _take_lock(self) -> IO[str]:
        beside = self.path.with_name(self.path.name + ".lock")
        try:
            lock = take_lock(beside)
        except OSError as error:
            raise OutputError(
                f"{beside}: cannot be made ({error.strerror}). Put the index into a folder that you can write to."
            ) from error
        if lock is None:
            raise OutputError(f"{self.path}: another run is writing this index. Wait for it to end.")
        return lock

    @contextmanager
    def reading(self, patience_s: float = PATIENCE_S) -> Iterator["DuckDBPyConnection"]:
        """Open the index for reading, waiting for the moment in which a run commits."""
        if not self.path.exists():
            raise InputError(f"{self.path}: no such index. Make one with `dedup clean --index` or `dedup index add`.")
        with self._explained(), connect(self.path, patience_s, read_only=True) as connection:
            self._check(connection)
            yield connection

    @contextmanager
    def writing(self, patience_s: float = PATIENCE_S) -> Iterator["DuckDBPyConnection"]:
        """Open the index for one transaction: all of what is done inside is in the file afterwards, or nothing.

        A new index is made beside its place and renamed.
        """
        is_new = not self.path.exists()
        place = self.path.with_name(self.path.name + ".new") if is_new else self.path
        if is_new:
            for stale in (place, wal_of(place)):
                stale.unlink(missing_ok=True)
        try:
            with self._explained(), connect(place, patience_s, read_only=False) as connection:
                if not is_new:
                    self._check(connection)
                connection.execute("BEGIN")
                yield connection  # what fails here ends with the connection, and with that is undone
                connection.execute("COMMIT")
            if is_new:
                os.replace(place, self.path)
        finally:
            if is_new:
                for left in (place, wal_of(place)):
                    left.unlink(missing_ok=True)

    def _check(self, connection: "DuckDBPyConnection") -> None:
        """Refuse what is no index of this format, or not whole."""
        import duckdb  # noqa: PLC0415 (for those who have an index)

        try:
            meta = dict(connection.execute("SELECT name, value FROM meta").fetchall())
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise IndexUnreadableError(
                f"{self.path}: is a DuckDB file, but no index of dedup. Name another with --index."
            ) from error
        if meta.get("format") != str(FORMAT):
            raise IndexUnreadableError(
                f"{self.path}: has format {meta.get('format')} (made by dedup {meta.get('dedup')}), and this dedup "
                f"reads format {FORMAT}. Use that version, or index the documents anew."
            )
        sizes = connection.execute("SELECT block_size * used_blocks FROM pragma_database_size()").fetchall()
        whole, actual = sizes[0][0] + HEADER_BYTES, self.path.stat().st_size
        if actual < whole:
            raise IndexUnreadableError(
                f"{self.path}: is cut off ({actual:,} of {whole:,} bytes). "
                "Take it from a backup, or index the documents anew."
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the errors of DuckDB into one line that names a way out."""
        import duckdb  # noqa: PLC0415 (for those who have an index)

        try:
            yield
        except duckdb.Error as error:
            first_line = str(error).strip().splitlines()[0]
            lowered = str(error).lower()
            if "could not set lock" in lowered or "different configuration" in lowered:
                message = f"{self.path}: is in use by another program ({first_line}). Try again when that is done."
                raise OutputError(message) from error
            if any(sign in lowered for sign in NO_ROOM):
                message = (
                    f"{self.path}: the disk is full. Nothing was added. Free some space; --resume goes on from here."
                )
                raise OutputError(message) from error
            if "permission denied" in lowered or "read-only file system" in lowered:
                raise OutputError(f"{self.path}: no permission. Put the index where you can write to.") from error
            raise IndexUnreadableError(
                f"{self.path}: cannot be read as an index ({first_line}). "
                "Name another with --index, take it from a backup, or index the documents anew."
            ) from error


@contextmanager
def streaming(connection: "DuckDBPyConnection") -> Iterator[None]:
    """Read most of a table: blocks that were read make room for others early, and are still in the caches then.

    In the thread that asks: another of DuckDB's makes a stream of rows three times as long.
    """
    connection.execute(f"SET memory_limit = '{STREAMING_MEMORY}'")
    connection.execute("SET threads = 1")
    yield
    connection.execute(f"SET threads = {count_threads()}")
    connection.execute(f"SET memory_limit = '{READING_MEMORY}'")


def wal_of(path: Path) -> Path:
    """Return where DuckDB keeps what it has not yet merged into a file."""
    return path.with_name(path.name + ".wal")


def count_threads() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def connect(path: Path, patience_s: float, *, read_only: bool) -> Iterator["DuckDBPyConnection"]:
    """Open a DuckDB file, again and again while others hold it."""
    import duckdb  # noqa: PLC0415 (for those who have an index)

    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": str(count_threads()),
        "memory_limit": READING_MEMORY if read_only else WRITING_MEMORY,
        "checkpoint_threshold": LOGGED,
    }
    until = time.monotonic() + patience_s
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only, config=config)
            break
        except (duckdb.IOException, duckdb.ConnectionException) as error:
            held = "could not set lock" in str(error).lower() or "different configuration" in str(error).lower()
            if not held or time.monotonic() > until:
                raise
            time.sleep(RETRY_S)
    try:
        yield connection
    finally:
        connection.close()
