"""Split the bytes of a file into what is kept, copied as it stands, and what was dropped, handed out."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
import numpy.typing as npt

from dedup.corpus.compression import read_chunk
from dedup.errors import InputError

COPY_SIZE = 4 << 20


@dataclass(frozen=True)
class Ranges:
    """Byte ranges to take out of a file, sorted, apart: int64[n] each, and what is put in their places."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    replacements: Sequence[bytes]


def copy_kept(path: str, target: int, span: tuple[int, int], drops: Ranges, offset: int) -> Iterator[bytes]:
    """Copy the bytes of a span of a file, less the drops, to `offset` of an open one; yield what was dropped in order.

    The kernel copies from page cache to page cache where it can (`copy_file_range`), without passing through Python.
    """
    start, stop = span
    source = os.open(path, os.O_RDONLY)
    try:
        begins = [start, *drops.ends.tolist()]
        ends = [*drops.starts.tolist(), stop]
        for position, end, replacement in zip(begins, ends, (*drops.replacements, b""), strict=True):
            copied = copy_range(source, target, position, offset, end - position)
            if copied < end - position:
                raise InputError(
                    f"{path}: the file became shorter while it was being read. Run again on a file at rest."
                )
            offset += copied
            if replacement:
                offset += os.pwrite(target, replacement, offset)
        for begin, end in zip(drops.starts.tolist(), drops.ends.tolist(), strict=True):
            yield os.pread(source, end - begin, begin)
    finally:
        os.close(source)


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
            if not chunk:
                raise InputError(
                    f"{path}: the file became shorter while it was being read. Run again on a file at rest."
                )
            kept.write(chunk)
            position += len(chunk)
        kept.write(replacement)
        yield read_chunk(stream, end - start, path)
        position = end
    while chunk := read_chunk(stream, COPY_SIZE, path):
        kept.write(chunk)
