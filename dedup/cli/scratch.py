"""Folders for temporary copies: gone at the end, after a signal too, and swept at the next start after a kill."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dedup.output.folder_marker import MARKER, FolderMarker, has_marker, remove_ours
from dedup.signals import temporary_folder

SCRATCH, LOCK = "scratch", "lock"


@contextmanager
def scratch_folder(prefix: str, parent: Path) -> Iterator[Path]:
    """Make a private folder that is gone afterwards; first remove those that killed processes left in the parent."""
    sweep(prefix, parent)
    with temporary_folder(prefix, parent) as name, (Path(name) / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (Path(name) / MARKER).write_bytes(FolderMarker(SCRATCH).to_json())
        try:
            yield Path(name)
        finally:
            remove_ours(Path(name), SCRATCH)


def sweep(prefix: str, parent: Path) -> None:
    """Remove the folders of processes that are gone: ours by name, owner and marker, and nobody holds their lock."""
    for folder in parent.glob(f"{prefix}*"):
        if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
            continue
        with suppress(OSError):
            if has_marker(folder, SCRATCH) and is_left(folder):
                shutil.rmtree(folder)


def is_left(folder: Path) -> bool:
    """Return whether no process holds the lock of a folder."""
    with open(os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW), "rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
