"""What a user sees of an error that is our bug: one line, and a file with the details to send us."""

import os
import sys
import tempfile
import traceback
from contextlib import suppress

from dedup.bugs import WorkerBug, describe_bug
from dedup.version import __version__

SHOW_TRACEBACK = "DEDUP_TRACEBACK"


def explain_crash(error: BaseException) -> str:
    """Return what to print about a bug: a line that names the file of its details, or its traceback if asked for."""
    details = format_details(error)
    if os.environ.get(SHOW_TRACEBACK, "0") not in {"", "0"}:
        return details
    clause = error.clause if isinstance(error, WorkerBug) else describe_bug(error)
    try:
        place = f"details are in {write_details(details)}"
    except OSError as problem:
        place = f"details could not be written ({problem.strerror}), {SHOW_TRACEBACK}=1 shows them"
    return f"error: this is a bug in dedup: {clause}; {place}"


def format_details(error: BaseException) -> str:
    """Return the version, the command and the traceback; of an error in a worker, the traceback there."""
    trace = error.details if isinstance(error, WorkerBug) else "".join(traceback.format_exception(error))
    python = ".".join(map(str, sys.version_info[:3]))
    return f"dedup {__version__}, Python {python}, {sys.platform}\narguments: {sys.argv[1:]!r}\n\n{trace.rstrip()}"


def write_details(details: str) -> str:
    """Write the details into a new file that only its owner may read, and return its path."""
    number, path = tempfile.mkstemp(prefix="dedup-bug-", suffix=".txt")
    try:
        with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{details}\n")
    except OSError:
        with suppress(OSError):
            os.unlink(path)
        raise
    return path
