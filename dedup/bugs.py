"""Errors that are bugs of ours: what they are and where, in one clause, also across worker processes."""

import traceback
from pathlib import Path

PACKAGE = Path(__file__).parent
MAX_MESSAGE = 300  # characters


class WorkerBug(Exception):  # noqa: N818 (it is a bug, not an error that anybody handles)
    """A bug that a worker process met: a clause that describes it, and the traceback in the worker."""

    def __init__(self, clause: str, details: str) -> None:
        super().__init__(clause, details)
        self.clause = clause
        self.details = details

    def __str__(self) -> str:
        return self.clause


def describe_bug(error: BaseException) -> str:
    """Return the kind of an error, the line of ours that met it, and its message, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if PACKAGE in Path(frame.filename).parents] or frames[-1:]
    where = f" in {shorten_path(ours[-1].filename)}, line {ours[-1].lineno}" if ours else ""
    try:
        words = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 (an error that cannot even be printed is still to be told)
        words = ""
    if len(words) > MAX_MESSAGE:
        words = f"{words[:MAX_MESSAGE]}..."
    return f"{type(error).__name__}{where}{': ' if words else ''}{words}"


def shorten_path(filename: str) -> str:
    """Return the path of a module of ours from the package on, any other as it is."""
    path = Path(filename)
    return path.relative_to(PACKAGE.parent).as_posix() if PACKAGE in path.parents else filename


def wrap_bug(error: BaseException) -> WorkerBug:
    """Return a bug in a form that any process can be sent: many exceptions cannot be unpickled."""
    return WorkerBug(describe_bug(error), "".join(traceback.format_exception(error)))
