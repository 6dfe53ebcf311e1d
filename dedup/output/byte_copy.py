"""Copy the kept bytes of a file unchanged, and hand out the dropped ones."""

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
import numpy.typing as npt

from dedup.corpus.compression import read_chunk
from dedup.errors import InputError

COPY_SIZE = 4 << 20
WINDOW = 1 << 20  # stays in the cache of a core between reading and writing
PIECES_AT_ONCE = 1024  # as many as Linux takes


@dataclass(frozen=True)
class Ranges:
    """Byte ranges to take out of a file, sorted, apart: int64[n] each, and what is put in their places."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    replacements: Sequence[bytes]


def copy_kept(path: str, target: int, span: tuple[int, int], drops: Ranges, offset: int) -> Iterator[bytes]:
    """Copy the bytes of a span of a file, less the drops, to `offset` of an open one; yield what was dropped in order.

    A window of the file with many drops is read at once, and what is kept of it is written at once. Where nothing is
    dropped for longer than a window, the kernel copies from page cache to page cache (`copy_file_range`).
    """
    position, stop = span
    starts, ends = drops.starts.tolist(), drops.ends.tolist()
    buffer = memoryview(bytearray(WINDOW))
    source = os.open(path, os.O_RDONLY)
    row = 0
    try:
        while position < stop or row < len(starts):
            undropped = (starts[row] if row < len(starts) else stop) - position
            if undropped >= WINDOW:
                offset += refuse_short(copy_range(source, target, position, offset, undropped), undropped, path)
                position += undropped
                continue
            last = max(bisect_right(ends, position + WINDOW, row), min(row + 1, len(ends)))
            end = ends[last - 1] if last > row else stop
            window = read_window(source, position, end - position, buffer)
            refuse_short(len(window), end - position, path)
            kept, dropped = part_window(window, position, (starts[row:last], ends[row:last]))
            offset += write_pieces(target, weave(kept, drops.replacements[row:last]), offset)
            yield from map(bytes, dropped)
            position, row = end, last
    finally:
        os.close(source)


def refuse_short(count: int, wanted: int, path: str) -> int:
    """Return the number of bytes that were read; fewer than wanted are an `InputError`."""
    if count < wanted:
        raise InputError(f"{path}: the file became shorter while it was being read. Run again on a file at rest.")
    return count


def read_window(source: int, position: int, count: int, buffer: memoryview) -> memoryview:
    """Return `count` bytes of a file, in the buffer if they fit; fewer where the file ends."""
    window = buffer[:count] if count <= len(buffer) else memoryview(bytearray(count))
    done = 0
    while done < count and (num := os.preadv(source, [window[done:]], position + done)):
        done += num
    return window[:done]


def part_window(
    window: memoryview, position: int, drops: tuple[list[int], list[int]]
) -> tuple[list[memoryview], list[memoryview]]:
    """Return the bytes around the drops (before the first and after the last too) and the drops themselves."""
    starts, ends = ([place - position for place in places] for places in drops)
    between = zip([0, *ends], [*starts, len(window)], strict=True)
    return [window[a:b] for a, b in between], [window[a:b] for a, b in zip(starts, ends, strict=True)]


def weave(kept: list[memoryview], replacements: Sequence[bytes]) -> list[memoryview | bytes]:
    """Return what is kept with the replacements in their places, without the empty pieces."""
    if not any(replacements):
        return [piece for piece in kept if piece]
    pairs = zip(kept, (*replacements, b""), strict=True)
    return [piece for pair in pairs for piece in pair if piece]


def write_pieces(target: int, pieces: list[memoryview | bytes], offset: int) -> int:
    """Write pieces one after the other to `offset` of an open file, return their length."""
    done = 0
    for first in range(0, len(pieces), PIECES_AT_ONCE):
        some = pieces[first : first + PIECES_AT_ONCE]
        count = sum(map(len, some))
        written = os.pwritev(target, some, offset + done)
        rest = b"".join(some)[written:] if written < count else b""
        while rest:  # on a full disk the next call says so
            rest = rest[os.pwrite(target, rest, offset + done + count - len(rest)) :]
        done += count
    return done


def copy_range(source: int, target: int, start: int, offset: int, count: int) -> int:
    """Copy bytes between two files, return how many there were."""
    done = 0
    while done < count:
        num = copy_some(source, target, start + done, offset + done, count - done)
        if num == 0:
            break
        done += num
    return done


def copy_some(source: int, target: int, start: int, offset: int, count: int) -> int:
    """Copy up to `count` bytes between two files, return how many."""
    if hasattr(os, "copy_file_range"):
        try:
            return os.copy_file_range(source, target, count, start, offset)
        except OSError as error:
            if error.errno not in CANNOT_COPY_IN_KERNEL:
                raise
    return os.pwrite(target, os.pread(source, min(count, COPY_SIZE), start), offset)


# Not the same file system, or one that cannot: then the bytes go through Python.
CANNOT_COPY_IN_KERNEL = frozenset({1, 18, 22, 38, 95})  # EPERM, EXDEV, EINVAL, ENOSYS, EOPNOTSUPP


def append_file(path: Path, target: int) -> None:
    """Append a whole file to an open one."""
    with path.open("rb") as source:
        size = os.fstat(source.fileno()).st_size
        end = os.lseek(target, 0, os.SEEK_END)
        copy_range(source.fileno(), target, 0, end, size)


def split_stream(stream: BinaryIO, drops: Ranges, kept: IO[bytes], path: str) -> Iterator[bytes]:
    """Copy a stream to `kept` less the drops, and yield the bytes of every dropped range in order."""
    position = 0
    for start, end, replacement in zip(drops.starts.tolist(), drops.ends.tolist(), drops.replacements, strict=True):
        while position < start:
            chunk = read_chunk(stream, min(start - position, COPY_SIZE), path)
            refuse_short(len(chunk), 1, path)
            kept.write(chunk)
            position += len(chunk)
        kept.write(replacement)
        yield read_chunk(stream, end - start, path)
        position = end
    while chunk := read_chunk(stream, COPY_SIZE, path):
        kept.write(chunk)
