"""Which modes new files get: the mask of this process, closed further while files are made of private ones."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from operator import or_

from dedup.corpus.files import SourceFile
from dedup.corpus.remote import is_remote

MASKS: list[int] = []  # that of the user, then what each context closes; empty outside of them
MASKS_LOCK = threading.Lock()


@contextmanager
def as_private_as(files: Iterable[SourceFile]) -> Iterator[None]:
    """Give files that are made in this context no mode that is wider than the narrowest of these files.

    The mask is one for all threads: it is the narrowest of those that are in such a context.
    """
    mode = 0o077
    for file in files:
        if not is_remote(file.user_file.location):
            mode &= os.stat(file.user_file.location).st_mode
    closed = sum(0o7 << shift for shift in (0, 3) if not mode >> shift & 0o4)  # whoever may not read has no access
    set_mask(closed, MASKS.append)
    try:
        yield
    finally:
        set_mask(closed, MASKS.remove)


def set_mask(closed: int, change: Callable[[int], None]) -> None:
    """Change which bits contexts of `as_private_as` close, and set the mask to what is closed without or by them."""
    with MASKS_LOCK:
        mask = os.umask(0o077)
        if not MASKS:
            MASKS.append(mask)
        change(closed)
        os.umask(reduce(or_, MASKS))
        if len(MASKS) == 1:
            MASKS.clear()
