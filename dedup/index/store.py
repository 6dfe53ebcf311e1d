"""The file of an index: opened for a moment, checked, and written in one transaction."""

import glob
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from dedup.errors import InputError, OutputError
from dedup.index.checks import check_catalog, check_sizes, read_meta
from dedup.index.connection import Connection, DamagedIndexError
from dedup.index.tables import FORMAT, config_of, read_runs, read_settings
from dedup.near.bands import bands_of
from dedup.output.folder_marker import claim, has_marker, remove_ours
from dedup.output.lock_file import release_lock, take_lock
from dedup.output.output_file import LOCK_SUFFIX, LOG_SUFFIXES, choose_mode
from dedup.signals import temporary_folder
from dedup.text.printed_paths import printable
from dedup.threads import count_cores

# Blocks are read once: a larger cache costs fresh pages, and saves nothing.
READING_MEMORY, WRITING_MEMORY, STREAMING_MEMORY = "256MB", "1GB", "64MB"
# More than this goes into the file when it is committed, and not into a log first, to be moved when the file is closed.
LOGGED = "1KB"
PATIENCE_S, RETRY_S = 60.0, 0.02  # a commit of a million documents takes some ten seconds
HEADER_BYTES = 3 * 4096
NEW_PREFIX = ".dedup-index-"
FILE_MAGIC, FILE_HEAD = b"DUCK", 12  # how a file of DuckDB begins, behind a check sum
LOG_MAGIC = b"d\0b"  # the first entry of a log: its version
NO_ROOM = ("no space left", "file too large", "could not write all bytes", "disk quota")


class IndexUnreadableError(InputError):
    """The file is no index of ours, or a damaged one."""


class FileState(NamedTuple):
    """What changes with a file: where it is on the disk, when it was written (ns), how many bytes it has."""

    device: int
    inode: int
    modified: int
    size: int

    @classmethod
    def of(cls, path: Path) -> "FileState":
        """Return the state of a file."""
        found = path.stat()
        return cls(found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


CHECKED: set[FileState] = set()  # files that need not be looked through again: it takes 30 ms


@dataclass(frozen=True)
class IndexFile:
    """Where an index is. Readers and writers open it for a moment only: DuckDB admits one writer or many readers."""

    path: Path

    def __post_init__(self) -> None:
        """Refuse a place that DuckDB has no name for."""
        is_nameless = self.path.exists() and not self.place.exists()  # a descriptor
        if is_nameless or not self.place.name or printable(str(self.place)) != str(self.place):
            raise OutputError(f"{printable(str(self.place))}: an index has a name in UTF-8. Name another with --index.")

    @property
    def place(self) -> Path:
        """Return where the file itself is: links to it share its lock and its log."""
        return Path(os.path.realpath(self.path))

    def exists(self) -> bool:
        """Return whether there is anything at its place."""
        return self.path.exists()

    @property
    def own_places(self) -> set[str]:
        """Return where the file is and what belongs to it."""
        return {str(beside_of(self.place, suffix)) for suffix in ("", LOCK_SUFFIX, *LOG_SUFFIXES)}

    def state(self) -> FileState | None:
        """Return the state of the file, None where there is none."""
        return FileState.of(self.place) if self.place.exists() else None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the one run that writes the index, from its first look at it to its last word."""
        lock, beside = self._take_lock()
        try:
            for folder in self.place.parent.glob(f"{glob.escape(NEW_PREFIX)}*"):
                if has_marker(folder, self._marker):  # a run was killed while it made this index
                    remove_ours(folder, self._marker)
            yield
        finally:
            release_lock(lock, beside)

    def _take_lock(self) -> tuple[IO[bytes], Path]:
        beside = beside_of(self.place, LOCK_SUFFIX)
        try:
            lock = take_lock(beside)
        except OSError as error:
            raise OutputError(
                f"{beside}: cannot be made ({error.strerror}). Put the index into a folder that you can write to."
            ) from error
        if lock is None:
            raise OutputError(f"{self.path}: another run is writing this index. Wait for it to end.")
        return lock, beside

    @property
    def _marker(self) -> str:
        """Return the kind of folder in which this index is made."""
        return f"new index {self.place.name!a}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open the index for reading, waiting for the moment in which a run commits."""
        if not self.path.exists():
            raise InputError(f"{self.path}: no such index. Make one with `dedup clean --index` or `dedup index add`.")
        self._refuse_foreign_files()
        with self._explained(), connect(self.place, PATIENCE_S, read_only=True) as connection:
            self._check(connection)
            yield connection

    @contextmanager
    def writing(self, inputs: Iterable[str] = (), patience_s: float = PATIENCE_S) -> Iterator[Connection]:
        """Open the index for one transaction: all of what is done inside is in the file afterwards, or nothing.

        A new index is made in a folder of its own and renamed. Nobody can read it who cannot read all `inputs`.
        """
        self._refuse_foreign_files()
        with self._explained():
            if self.path.exists():
                with connect(self.place, patience_s, read_only=False) as connection:
                    self._check(connection)
                    with transaction(connection):
                        yield connection
                return
            with self._making() as new:
                with connect(new, patience_s, read_only=False) as connection, transaction(connection):
                    yield connection
                new.chmod(choose_mode(str(self.place), inputs))
                if os.path.lexists(self.place):
                    raise OutputError(f"{self.path}: was made by another program in the meantime. Nothing was added.")
                os.replace(new, self.place)

    @contextmanager
    def _making(self) -> Iterator[Path]:
        """Give the place of a new index in a folder that only we can enter, and that is gone afterwards."""
        folder = Path(tempfile.mkdtemp(prefix=NEW_PREFIX, dir=self.place.parent))
        try:
            claim(folder, self._marker)
            yield folder / "index"
        finally:
            remove_ours(folder, self._marker)

    def _refuse_foreign_files(self) -> None:
        """Refuse what is no file at the place of the index, and what is no log of DuckDB at the places of its logs.

        DuckDB would wait for a pipe, and cuts or deletes a log that it does not understand.
        """
        if self.path.exists() and not self.path.is_file():
            raise IndexUnreadableError(f"{self.path}: is no regular file. Name another with --index.")
        if self.path.exists() and read_head(self.place, FILE_HEAD)[-len(FILE_MAGIC) :] != FILE_MAGIC:
            raise IndexUnreadableError(
                f"{self.path}: cannot be read as an index: it is no DuckDB file. Name another with --index."
            )
        for suffix in LOG_SUFFIXES:
            log = beside_of(self.place, suffix)
            if os.path.lexists(log) and not (self.path.exists() and is_log(log)):
                raise OutputError(f"{log}: is in the place of the log of the index, and is not its log. Move it away.")

    def _check(self, connection: Connection) -> None:
        """Refuse what is no index of this format, not whole, or not made by a run."""
        state = FileState.of(self.place)
        has_log = any(os.path.lexists(beside_of(self.place, suffix)) for suffix in LOG_SUFFIXES)
        if state in CHECKED and not has_log:
            return
        meta = read_meta(connection)
        if meta is None:
            raise IndexUnreadableError(
                f"{self.path}: is a DuckDB file, but no index of dedup. Name another with --index."
            )
        if meta.get("format") != str(FORMAT):
            raise IndexUnreadableError(
                f"{self.path}: has format {meta.get('format')} (made by dedup {meta.get('dedup')}), and this dedup "
                f"reads format {FORMAT}. Use that version, or index the documents anew."
            )
        check_catalog(connection, bands_of(config_of(read_settings(connection))).bands)
        read_runs(connection)
        block, used = connection.execute("SELECT block_size, used_blocks FROM pragma_database_size()").fetchall()[0]
        whole = HEADER_BYTES + block * max(used, -(-(state.size - HEADER_BYTES) // block))
        if state.size < whole:
            raise IndexUnreadableError(
                f"{self.path}: is cut off ({state.size:,} of {whole:,} bytes). "
                "Take it from a backup, or index the documents anew."
            )
        check_sizes(connection, state.size)
        CHECKED.add(state)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the errors of DuckDB into one line that names a way out."""
        import duckdb  # noqa: PLC0415 (for those who have an index)

        try:
            yield
        except DamagedIndexError as error:
            raise IndexUnreadableError(
                f"{self.path}: is damaged: {error}. Take it from a backup, or make a new one."
            ) from error
        except duckdb.Error as error:
            first_line = str(error).strip().splitlines()[0]
            lowered = str(error).lower()
            if "could not set lock" in lowered or "different configuration" in lowered:
                message = f"{self.path}: is in use by another program ({first_line}). Try again when that is done."
                raise OutputError(message) from error
            if any(sign in lowered for sign in NO_ROOM):
                raise OutputError(f"{self.path}: the disk is full. Nothing was added. Free some space.") from error
            if "permission denied" in lowered or "read-only file system" in lowered:
                raise OutputError(f"{self.path}: no permission. Put the index where you can write to.") from error
            raise IndexUnreadableError(
                f"{self.path}: cannot be read as an index ({first_line}). "
                "Name another with --index, take it from a backup, or index the documents anew."
            ) from error


@contextmanager
def streaming(connection: Connection) -> Iterator[None]:
    """Read most of a table: blocks that were read make room for others early, and are still in the caches then.

    In the thread that asks: another of DuckDB's makes a stream of rows three times as long.
    """
    connection.execute(f"SET memory_limit = '{STREAMING_MEMORY}'")
    connection.execute("SET threads = 1")
    yield
    connection.execute(f"SET threads = {count_cores()}")
    connection.execute(f"SET memory_limit = '{READING_MEMORY}'")


def beside_of(place: Path, suffix: str) -> Path:
    """Return where a file that belongs to an index is."""
    return place.with_name(place.name + suffix)


def is_log(path: Path) -> bool:
    """Return whether a file, no link, is a log of DuckDB, or empty."""
    return not path.is_symlink() and path.is_file() and read_head(path, len(LOG_MAGIC)) in {LOG_MAGIC, b""}


def read_head(path: Path, count: int) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(count)


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit what is done inside; what fails ends with the connection, and with that is undone."""
    connection.execute("BEGIN")
    yield
    connection.execute("COMMIT")


@contextmanager
def connect(path: Path, patience_s: float, *, read_only: bool) -> Iterator[Connection]:
    """Open a DuckDB file, again and again while others hold it: no query reaches other files, extensions stay out.

    What DuckDB sets aside goes into a folder of ours: by default it has a name beside the file that anybody knows.
    """
    import duckdb  # noqa: PLC0415 (for those who have an index)

    with temporary_folder("dedup-index-") as scratch:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": str(count_cores()),
            "memory_limit": READING_MEMORY if read_only else WRITING_MEMORY,
            "checkpoint_threshold": LOGGED,
            "temp_directory": scratch,
            "arrow_large_buffer_size": "true",  # one type for bytes of any length
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
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
            connection.execute("SET enable_external_access = false")  # at last: then no folder can be chosen
            yield connection
        finally:
            connection.close()
