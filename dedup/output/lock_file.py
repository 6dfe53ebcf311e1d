"""Lock files: no link is followed, nothing of anybody else is cut or deleted."""

import errno
import fcntl
import os
import stat
import time
from pathlib import Path
from typing import IO

from dedup.errors import OutputError

LOCK_PATIENCE_S = 2.0
CONTENT = b"lock of dedup\n"  # a file with it was made by us, and is deleted when it is released


def take_lock(path: Path) -> IO[bytes] | None:
    """Make or open a file and lock it, None where another process holds it; workers of a killed run let go in a moment.

    A file that is there keeps its content. What is no regular file, or a symbolic link, is an `OutputError`.
    """
    until = time.monotonic() + LOCK_PATIENCE_S
    while True:
        lock = open_lock(path)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            if time.monotonic() > until:
                return None
            time.sleep(0.05)
        else:
            if is_at(lock, path):
                return lock
            lock.close()  # who held it deleted it: the next one is locked


def open_lock(path: Path) -> IO[bytes]:
    """Open a lock file; a new one gets our content."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        made = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        pass
    else:
        try:
            os.write(made, CONTENT)
        except OSError:
            os.close(made)
            path.unlink(missing_ok=True)
            raise
        return open(made, "r+b", buffering=0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            raise OutputError(foreign_lock(path)) from error
        if error.errno == errno.ENOENT and not path.is_symlink():
            return open_lock(path)  # it was deleted in between
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OutputError(foreign_lock(path))
    return open(descriptor, "r+b", buffering=0)


def foreign_lock(path: Path) -> str:
    """Return what is wrong with something else in the place of a lock file, and what to do."""
    return f"{path}: is in the place of a lock file, and is none. Move it away."


def is_at(lock: IO[bytes], path: Path) -> bool:
    """Return whether an open file is the one at a path."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), os.lstat(path))
    except FileNotFoundError:
        return False


def release_lock(lock: IO[bytes], path: Path) -> None:
    """Unlock a file; delete it if we made it."""
    lock.seek(0)
    if lock.read(len(CONTENT) + 1) == CONTENT and is_at(lock, path):
        path.unlink(missing_ok=True)
    lock.close()
