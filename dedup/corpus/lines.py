"""Runs of whole lines of a stream. A line longer than a bound is passed over: it costs no memory."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from dedup.corpus.compression import read_chunk

BLOCK_SIZE = 4 << 20  # fresh pages are dear on virtual machines: blocks are small enough to be reused


class LineRun(NamedTuple):
    """Some whole lines: their first byte in the stream, their bytes, and how many these are.

    `data` is empty where the run is one line that is longer than the bound. The last line of a file may lack its end.
    """

    start: int
    data: bytes
    length: int


def read_whole_lines(stream: BinaryIO, start: int, stop: int | None, path: str, longest: int) -> Iterator[LineRun]:
    """Yield the lines that start in [start, stop) of a stream positioned at `start`; `longest` is the bound in bytes.

    A line within a run may be longer than the bound, if it is not longer than a block.
    """
    position, length = start, 0  # of the line that is pending: its first byte, and its bytes so far
    pending: list[bytes] = []
    while stop is None or position < stop:
        chunk = read_chunk(stream, BLOCK_SIZE, path)
        if not chunk:
            break
        first = chunk.find(b"\n") + 1
        if length + (first or len(chunk)) > longest:
            pending.clear()
            length += first or len(chunk)
            if not first:
                continue
            yield LineRun(position, b"", length)
            position, length, chunk = position + length, 0, chunk[first:]
            if not chunk or (stop is not None and position >= stop):
                continue
        if stop is not None and position + length + len(chunk) >= stop:
            # The last line of ours is the one that holds byte stop - 1.
            end = chunk.find(b"\n", max(stop - 1 - position - length, 0)) + 1
        else:
            end = chunk.rfind(b"\n") + 1
        if end == 0:
            pending.append(chunk)
            length += len(chunk)
            continue
        yield LineRun(position, b"".join([*pending, chunk[:end]]) if pending else chunk[:end], length + end)
        position += length + end
        pending = [chunk[end:]] if end < len(chunk) else []
        length = len(chunk) - end
    if length and (stop is None or position < stop):
        yield LineRun(position, b"".join(pending), length)


def seek_line(stream: BinaryIO, position: int, limit: int | None = None) -> int:
    """Go to the first line that starts at or after a position, and return where that is; the end of the file if none.

    With a limit, no line that starts there or later is looked for: of a long line little is read. Returns the limit.
    """
    if position == 0:
        return 0
    stream.seek(position - 1)
    position -= 1
    while limit is None or position < limit:
        chunk = stream.readline(BLOCK_SIZE)
        position += len(chunk)
        if not chunk or chunk.endswith(b"\n"):
            return position if limit is None else min(position, limit)
    return limit


def explain_length(longest: int) -> str:
    """Return why a record is set aside unread."""
    return f"longer than {longest:,} bytes. --max-record sets that bound"
