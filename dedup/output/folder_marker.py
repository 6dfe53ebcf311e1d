"""The marker of a folder that is ours: written first, deleted last. A folder without it is never deleted."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from dedup.errors import OutputError
from dedup.output.confined_paths import create_within
from dedup.output.lock_file import take_lock
from dedup.signals import let_go, sheltered

MARKER, FORMAT, VERSION = ".dedup.json", "dedup-folder", 1
RUN, REPORT = "run", "report"
MAX_MARKER_BYTES = 1 << 10
FOLDERS, FILES = {"segments", "out", "parts", "unpacked", "replaced"}, {"fingerprint"}  # in the folder of a run
MAX_ATTEMPTS = 10  # to make a folder that others delete


class FolderMarker(msgspec.Struct, frozen=True):
    """The content of `.dedup.json`: the format, and whether the folder is that of a run or of a report."""

    kind: str
    format: str = FORMAT
    version: int = VERSION

    def to_json(self) -> bytes:
        """Return the marker as one line of JSON."""
        return msgspec.json.encode(self) + b"\n"


def is_ours(folder: Path, kind: str) -> bool:
    """Return whether a folder, no link, has our marker of a kind; or holds nothing, so that nothing can be lost."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return holds_nothing(folder) or has_marker(folder, kind)


def holds_nothing(folder: Path) -> bool:
    """Return whether a folder is empty, or has only the empty marker of a run that was killed at its first step."""
    names = os.listdir(folder)
    return not names or (names == [MARKER] and is_plain(folder / MARKER) and not (folder / MARKER).stat().st_size)


def has_marker(folder: Path, kind: str) -> bool:
    """Return whether our marker is in a folder."""
    path = folder / MARKER
    return is_plain(path) and path.stat().st_size <= MAX_MARKER_BYTES and is_marker(path.read_bytes(), kind)


def read_start(path: Path) -> bytes:
    """Return the start of a file, all of one that a run makes."""
    with path.open("rb") as file:
        return file.read(MAX_MARKER_BYTES)


def is_marker(raw: bytes, kind: str) -> bool:
    """Return whether the bytes are our marker of a kind of folder."""
    try:
        found = msgspec.json.decode(raw, type=FolderMarker)
    except msgspec.DecodeError:
        return False
    return (found.format, found.kind) == (FORMAT, kind)


def is_plain(path: Path) -> bool:
    """Return whether a path is a regular file and no link."""
    return path.is_file() and not path.is_symlink()


def refuse_link(folder: Path) -> None:
    """Raise `OutputError` where a folder to write is a symbolic link: the folder behind it is not ours to replace."""
    if folder.is_symlink():
        raise OutputError(f"{folder}: is a symbolic link. Name the folder itself, or a new one, with -o.")


def refuse_links(folder: Path) -> None:
    """Raise `OutputError` where an entry of a folder of ours is a link, a pipe or a device, or a file for a folder.

    Our files would go elsewhere, or we would wait for somebody who writes.
    """
    for name in sorted(os.listdir(folder)):
        kind = tell_kind(folder / name)
        wanted = {"a folder"} if name in FOLDERS else {"a file"} if name in FILES else {"a file", "a folder"}
        if kind not in wanted:
            raise OutputError(f"{folder / name}: is {kind}, which no run makes. Remove it by hand.")


def tell_kind(path: Path) -> str:
    """Return what is at a path."""
    if path.is_symlink():
        return "a symbolic link"
    return "a folder" if path.is_dir() else "a file" if path.is_file() else "no regular file"


def refuse_foreign(folder: Path, kind: str) -> None:
    """Raise `OutputError` where a folder is there, and may hold what is not ours."""
    if os.path.lexists(folder) and not is_ours(folder, kind):
        raise OutputError(foreign_folder(folder, kind))


def foreign_folder(place: str | Path, kind: str) -> str:
    """Return what is wrong with a folder that may hold what is not ours, and what to do."""
    return (
        f"{place}: was not made by this dedup (it has no {MARKER} of a {kind}), so it is not touched. "
        "Move it away or remove it by hand, or choose another place with -o."
    )


def claim(folder: Path, kind: str) -> None:
    """Make a folder and mark it, or take over one that is ours; any other is an `OutputError`."""
    refuse_foreign(folder, kind)
    was_there = folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    if not has_marker(folder, kind):
        try:
            with create_within(folder, MARKER) as file:
                file.write(FolderMarker(kind).to_json())
        except OSError:
            if not was_there:
                with suppress(OSError):
                    folder.rmdir()
            raise


def take_over(folder: Path, kind: str, attempts: int = MAX_ATTEMPTS) -> IO[bytes] | None:
    """Make the folder in which another one of a kind is made, or take over one that is ours, and lock it.

    None where another process holds the lock. What is not ours, and a link in it, is an `OutputError`.
    """
    refuse_foreign(folder, kind)
    if folder.is_dir():
        refuse_links(folder)
    try:
        claim(folder, kind)
        return take_lock(folder / "lock")
    except FileNotFoundError:
        if folder.exists() or attempts == 1:  # where no folder can be made, none is
            raise
    return take_over(folder, kind, attempts - 1)  # who held it was done, and deleted it


def put_in_place(made: Path, place: Path, kind: str, old: Path, refuse: Callable[[], None]) -> None:
    """Put a finished folder in its place. One of ours that is there goes to `old`, any other is an `OutputError`.

    `refuse` raises one where that has what somebody may want.
    """
    if place.exists():
        refuse_link(place)
        refuse_foreign(place, kind)
        refuse()
        shutil.rmtree(old, ignore_errors=True)
        os.replace(place, old)
    os.replace(made, place)


def remove_ours(folder: Path, kind: str) -> None:
    """Delete a folder if it is ours. The marker goes last: what a kill leaves is known as ours. Other signals wait."""
    let_go()
    if not is_ours(folder, kind):
        return
    with sheltered():
        for name in os.listdir(folder):
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif name != MARKER:
                path.unlink(missing_ok=True)
        (folder / MARKER).unlink(missing_ok=True)
        folder.rmdir()
