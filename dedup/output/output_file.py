"""The one writer of files that `-o` names: never over an input, whole or not at all, devices are written to."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from dedup.errors import OutputError

DUCKDB_MAGIC, DUCKDB_MAGIC_AT = b"DUCK", 8  # bytes 8 to 12 of each DuckDB file, and so of each index
LOCK_SUFFIX, LOG_SUFFIXES = ".lock", (".wal", ".wal.checkpoint", ".wal.recovery")  # logs are DuckDB's
NEW_FILE_MODE, OWNER_MODE = 0o666, 0o600
STDIN_FD, STDOUT_FD = 0, 1
MAX_LINKS = 40  # that the system follows


def is_written_directly(output: str | os.PathLike[str]) -> bool:
    """Return whether an output is a device, a pipe, a socket or our standard output: it is not replaced."""
    try:
        found = os.stat(output)
    except OSError:
        return False
    if stat.S_ISDIR(found.st_mode):
        return False
    return not stat.S_ISREG(found.st_mode) or is_stream(found, STDOUT_FD) or find_descriptor(output) is not None


def find_descriptor(output: str | os.PathLike[str]) -> int | None:
    """Return the descriptor of this process that a path names, as /dev/stderr and /dev/fd/3 do: its file has no name.

    >>> find_descriptor("/dev/fd/2"), find_descriptor("/dev/null")
    (2, None)
    """
    folder, name = os.path.split(os.path.abspath(output))
    for _ in range(MAX_LINKS):
        place = os.path.join(os.path.realpath(folder), name)
        if os.path.dirname(place) == f"/proc/{os.getpid()}/fd" and name.isdecimal():
            return int(name)
        if not os.path.islink(place):
            return None
        folder, name = os.path.split(os.path.join(os.path.dirname(place), os.readlink(place)))
    return None


def is_stream(found: os.stat_result, descriptor: int) -> bool:
    """Return whether a regular file is the one that a standard stream of this process is open on."""
    try:
        stream = os.fstat(descriptor)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and os.path.samestat(found, stream)


def refuse_output(output: str | os.PathLike[str] | None, inputs: Iterable[str | os.PathLike[str]] = ()) -> None:
    """Raise `OutputError` where an output cannot be a file, or would replace an input or an index.

    Files are the same by device and inode, so that no link hides one. An input that is a folder holds all its files.
    """
    if output is None:
        return
    place = os.path.realpath(output)
    if os.path.isdir(place):
        raise OutputError(f"{output or place}: is a folder. Name a file with -o.")
    if is_written_directly(output):
        return
    if not os.path.isdir(os.path.dirname(place)):
        raise OutputError(f"{output}: its folder does not exist. Make it, or name another file with -o.")
    try:
        os.lstat(place)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise OutputError(f"{output}: cannot be a file ({error.strerror}). Name another one with -o.") from error
    if is_input(place, inputs):
        raise OutputError(f"{output}: is an input. Name another file with -o.")
    if is_index(place):
        raise OutputError(f"{output}: is an index or another DuckDB file. Name another file with -o.")
    refuse_side_file(output)


def is_input(place: str, inputs: Iterable[str | os.PathLike[str]]) -> bool:
    """Return whether a path is one of the inputs, lies in a folder of them, or is our standard input."""
    exists = os.path.exists(place)
    if exists and is_stream(os.stat(place), STDIN_FD):
        return True
    for each in inputs:
        if os.path.realpath(each) == place or (os.path.isdir(each) and is_within(place, os.path.realpath(each))):
            return True
        if exists and os.path.exists(each) and os.path.samefile(each, place):
            return True
    return False


def is_within(place: str, folder: str) -> bool:
    """Return whether a real path lies below a real folder."""
    return place.startswith(folder.rstrip(os.sep) + os.sep)


def is_index(place: str) -> bool:
    """Return whether a file is one of DuckDB, as an index is."""
    try:
        with open(place, "rb") as file:
            return file.read(DUCKDB_MAGIC_AT + len(DUCKDB_MAGIC))[DUCKDB_MAGIC_AT:] == DUCKDB_MAGIC
    except OSError:
        return False


def refuse_side_file(output: str | os.PathLike[str]) -> None:
    """Raise `OutputError` for a file that belongs to an index: DuckDB would take it for its log, or we for our lock."""
    place = os.path.realpath(output)
    for suffix in (LOCK_SUFFIX, *LOG_SUFFIXES):
        owner = place.removesuffix(suffix)
        if owner != place and is_index(owner):
            raise OutputError(f"{output}: is the place of a file of the index {owner}. Choose another name.")


@contextmanager
def open_output(output: str | os.PathLike[str], inputs: Iterable[str | os.PathLike[str]] = ()) -> Iterator[IO[bytes]]:
    """Open an output for writing: a regular file is replaced at the end, once it is whole, and untouched by an error.

    A symbolic link is followed: the file that it names is replaced. Devices, pipes and sockets are written to.
    """
    inputs = list(inputs)
    refuse_output(output, inputs)
    if is_written_directly(output):
        try:
            with open_directly(output) as file:
                yield file
        except OSError as error:
            error.filename = error.filename or os.fspath(output)
            raise
        return
    place = os.path.realpath(output)
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".dedup-", dir=os.path.dirname(place))
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), choose_mode(place, inputs))
        os.replace(temporary, place)
    except OSError as error:
        if error.filename is None or os.path.dirname(str(error.filename)) == os.path.dirname(place):
            error.filename = os.fspath(output)  # the name that the user gave, not that of the temporary file
        raise
    finally:
        if temporary is not None and os.path.lexists(temporary):
            os.unlink(temporary)


@contextmanager
def open_directly(output: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open what is no regular file, or is our own standard output, which is gone on with and not cut."""
    if is_stream(os.stat(output), STDOUT_FD):
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    descriptor = find_descriptor(output)
    if descriptor is not None:
        with open(os.dup(descriptor), "wb") as file:
            yield file
        return
    with open(os.open(output, os.O_WRONLY | os.O_CLOEXEC | os.O_NOCTTY), "wb") as file:
        yield file


def choose_mode(place: str, inputs: Iterable[str | os.PathLike[str]] = ()) -> int:
    """Return the mode of the file that is replaced; that of a new file otherwise, no wider than that of any input."""
    try:
        return stat.S_IMODE(os.stat(place).st_mode) & 0o777
    except FileNotFoundError:
        mask = os.umask(0o077)
        os.umask(mask)
    mode = NEW_FILE_MODE & ~mask
    for each in inputs:
        if os.path.isfile(each):
            mode &= os.stat(each).st_mode | OWNER_MODE
    return mode
