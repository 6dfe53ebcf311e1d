"""What signals that end a process may not interrupt: deleting what is temporary. What was begun is done first."""

import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def sheltered() -> Iterator[None]:
    """Hold back the signals that end this process; the first one is handled afterwards.

    A mask would not do: another thread takes the signal, and its handler runs in this one. A signal that ends the
    process without a handler still does.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    handlers = {number: handler for number in ENDING if callable(handler := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, lambda got, _frame: held.append(got))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if held:
            handlers[signal.Signals(held[0])](held[0], None)


def let_go() -> None:
    """Close what the work that an error ended has open: where few files may be, deleting needs some."""
    error = sys.exception()
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


@contextmanager
def temporary_folder(prefix: str, parent: str | os.PathLike[str] | None = None) -> Iterator[str]:
    """Make a private folder that is gone afterwards, whatever signals come."""
    folder = tempfile.mkdtemp(prefix=prefix, dir=parent)
    try:
        yield folder
    finally:
        let_go()
        with sheltered():
            if os.path.lexists(folder):
                shutil.rmtree(folder)
