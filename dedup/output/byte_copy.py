"""Copy the kept bytes of a file unchanged, and hand out the dropped ones."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
import numpy.typing as npt

from dedup.corpus.compression import open_regular, read_chunk
from dedup.errors import InputError

COPY_SIZE = 1 << 20  # stays in the cache of a core between reading and writing


@dataclass(frozen=True)
class Ranges:
    """Byte ranges to take out of a file, sorted, apart: int64[n] each, and what is put in their places.

    `aside` (bool[n]) says which are copied to a file of their own, piece by piece: they may be longer than memory.
    """

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    replacements: Sequence[bytes]
    aside: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SplitTarget:
    """Where the bytes of a file go: what is kept, and what is set aside."""

    kept: IO[bytes]
    aside: IO[bytes]


def split_file(path: str, span: range, drops: Ranges, target: SplitTarget) -> Iterator[bytes]:
    """Copy the bytes of a span of a file less the drops, and yield the bytes of every drop in order.

    Nothing is yielded of what is set aside but b"".
    """
    position, kept = span.start, target.kept
    places = zip(drops.starts.tolist(), drops.ends.tolist(), drops.replacements, drops.aside.tolist(), strict=True)
    with open_source(path) as stream:
        stream.seek(position)
        for start, end, replacement, aside in places:
            copy_bytes(stream, kept, start - position, path)
            kept.write(replacement)
            position = end
            if aside:
                copy_bytes(stream, target.aside, end - start, path)
            yield b"" if aside else read_exactly(stream, end - start, path)
        copy_bytes(stream, kept, span.stop - position, path)


def read_ranges(path: str, starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> Iterator[bytes]:
    """Yield the bytes of some records of a file."""
    with open_source(path) as stream:
        for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
            stream.seek(start)
            yield read_exactly(stream, length, path)


def open_source(path: str) -> BinaryIO:
    """Open a plain file of the input."""
    return open(path, "rb", buffering=COPY_SIZE, opener=open_regular)


def read_exactly(stream: BinaryIO, count: int, path: str) -> bytes:
    """Return `count` bytes."""
    found = read_chunk(stream, count, path)
    refuse_short(len(found), count, path)
    return found


def copy_bytes(stream: BinaryIO, kept: IO[bytes], count: int, path: str) -> None:
    """Copy `count` bytes."""
    while count > 0:
        chunk = read_chunk(stream, min(count, COPY_SIZE), path)
        refuse_short(len(chunk), 1, path)
        kept.write(chunk)
        count -= len(chunk)


def refuse_short(count: int, wanted: int, path: str) -> None:
    """Raise `InputError` where fewer bytes than wanted were read."""
    if count < wanted:
        raise InputError(f"{path}: the file became shorter while it was being read. Run again on a file at rest.")


def append_file(path: Path, target: IO[bytes]) -> None:
    """Append a whole file to an open one."""
    with path.open("rb") as source:
        shutil.copyfileobj(source, target, COPY_SIZE)
