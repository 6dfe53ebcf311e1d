"""Files below a folder by names that a file of OUT gives: opened folder by folder, so that no link or race leads out.

A name is printable, as `summary.json` has it. The folder itself is the user's word, and may be a link.
"""

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from dedup.corpus.output_names import are_apart, leads_out
from dedup.errors import InputError
from dedup.text.printed_paths import name_on_disk, printable

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NEW_FILE_MODE = 0o666


class FilePlace(NamedTuple):
    """A place on the disk: an open folder, and a name in it that is no path."""

    folder: int
    name: str


@contextmanager
def find_place(folder: Path, name: str, *, make: bool = False) -> Iterator[FilePlace]:
    """Give the place of `folder/name`; a name that leads out, or a link on the way, is an `InputError`.

    Folders on the way are made if asked for. One that is not there is a `FileNotFoundError`.
    """
    refuse_name(folder, name)
    *parts, last = name_on_disk(name).split("/")
    with ExitStack() as stack:
        at, path = os.open(folder, FOLDER), folder
        stack.callback(os.close, at)
        for part in parts:
            path = path / part
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=at)
            try:
                at = os.open(part, FOLDER | os.O_NOFOLLOW, dir_fd=at)
            except OSError as error:
                refuse_link(FilePlace(at, part), path)
                raise_named(error, path)
            stack.callback(os.close, at)
        yield FilePlace(at, last)


@contextmanager
def open_within(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """Open the file `folder/name` for reading; a link, and what is no regular file, is an `InputError`."""
    with find_place(folder, name) as place:
        path = folder / name_on_disk(name)
        try:
            file = open(path, "rb", opener=lambda _path, _flags: os.open(place.name, READ, dir_fd=place.folder))  # noqa: SIM115 (below)
        except OSError as error:
            refuse_link(place, path)
            raise_named(error, path)
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InputError(f"{path}: is no regular file, and no run writes another. It is not read.")
        yield file


@contextmanager
def create_within(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """Write the new file `folder/name`, whole or not at all; folders on the way are made."""
    with find_place(folder, name, make=True) as place:
        temporary = f".dedup-{secrets.token_hex(8)}"
        try:
            with open(os.open(temporary, CREATE, NEW_FILE_MODE, dir_fd=place.folder), "wb") as file:
                yield file
            os.rename(temporary, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        except OSError as error:
            if error.filename in {temporary, None}:
                raise_named(error, folder / name_on_disk(name))
            raise
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=place.folder)


def is_within(folder: Path, name: str) -> bool:
    """Return whether there is a regular file `folder/name`; a link on the way is an `InputError`."""
    try:
        with open_within(folder, name):
            return True
    except FileNotFoundError:
        return False


def list_within(folder: Path) -> Iterator[str]:
    """Yield the printable names of all that is below a folder and is no folder; no link in it is followed."""
    top = os.path.realpath(folder)
    for at, folders, names, descriptor in os.fwalk(top):
        links = [name for name in folders if stat.S_ISLNK(os.lstat(name, dir_fd=descriptor).st_mode)]
        below = os.path.relpath(at, top)
        for name in [*names, *links]:
            yield printable(name if below == "." else f"{below}/{name}")


def refuse_link(place: FilePlace, path: Path) -> None:
    """Raise `InputError` where a symbolic link is at a place."""
    with suppress(FileNotFoundError):
        if stat.S_ISLNK(os.lstat(place.name, dir_fd=place.folder).st_mode):
            raise InputError(f"{path}: is a symbolic link, which no run writes. It is not followed.") from None


def raise_named(error: OSError, path: Path) -> None:
    """Raise an error of the operating system with the whole path."""
    error.filename = os.fspath(path)
    raise error


def refuse_name(place: Path, name: str) -> None:
    """Raise `InputError` for a name that is no plain path below a folder: absolute, with `..`, wrongly escaped."""
    if leads_out(name_on_disk(name)) or printable(name_on_disk(name)) != name:
        raise InputError(f"{place}: names {name!a}, which is no path within it. It was not written by `dedup clean`.")


def refuse_names(place: Path, names: Sequence[str]) -> None:
    """Raise `InputError` for names that lead out of a folder, or of which two cannot be files side by side."""
    for name in names:
        refuse_name(place, name)
    if not are_apart(names):
        raise InputError(f"{place}: names one place for two files. It was not written by `dedup clean`.")
