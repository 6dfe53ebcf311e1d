"""JSON files: an array of documents, one document, or documents one after the other. Their bytes stay as they are."""

import mmap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple

import numpy as np

from dedup.config import InputConfig
from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.compression import read_chunk
from dedup.corpus.files import SourceFile
from dedup.corpus.jsonl import RecordPlaces, RecordReader
from dedup.corpus.lines import BLOCK_SIZE
from dedup.corpus.rejections import LOOKED_AT, MAX_LINES
from dedup.kernels.json_values import find_values

BOM = b"\xef\xbb\xbf"
MAX_VALUES = 1 << 12  # that the kernel finds at once


class JsonValue(NamedTuple):
    """One value of a JSON file: the place of the file, the number of the value there (from 1), and its bytes.

    `length` counts the bytes also of a value that is too long to be read: then `raw` is empty.
    """

    file: int
    number: int
    start: int
    length: int
    raw: bytes


def read_json_files(
    files: Sequence[SourceFile], config: InputConfig, roles: Mapping[str, str]
) -> Iterator[DocumentBlock]:
    """Yield the documents of some JSON files; a line is the number of a value in its file."""
    values = (value for number, file in enumerate(files) for value in list_file(number, file, config.max_record))
    yield from read_values(values, config, roles)


def read_values(values: Iterator[JsonValue], config: InputConfig, roles: Mapping[str, str]) -> Iterator[DocumentBlock]:
    """Yield blocks of the documents that some values are."""
    reader = RecordReader(config, roles)
    pending: list[JsonValue] = []
    size = 0
    for value in values:
        pending.append(value)
        size += len(value.raw)
        if size >= BLOCK_SIZE:
            yield reader.parse_values([v.raw for v in pending], place(pending))
            pending, size = [], 0
    yield reader.parse_values([v.raw for v in pending], place(pending))


def place(values: Sequence[JsonValue]) -> RecordPlaces:
    """Return where the values are."""
    table = np.array([value[:4] for value in values], np.int64).reshape(-1, 4)
    files, numbers, starts, lengths = np.ascontiguousarray(table.T)
    return RecordPlaces(files.astype(np.int32), numbers, starts, lengths)


def list_file(number: int, file: SourceFile, longest: int) -> Iterator[JsonValue]:
    """Yield the values of one file."""
    with view_file(file) as data:
        yield from list_values(number, data, longest)


def read_first(files: Sequence[SourceFile]) -> Iterator[bytes]:
    """Yield the first records of the first file of JSON, as they are."""
    for file in files:
        if file.format in {"jsonl", "json"} and file.size:
            with file.open() as (stream, _):
                head = read_chunk(stream, LOOKED_AT, file.path)
            lines = head.split(b"\n") if file.format == "jsonl" else (v.raw for v in list_values(0, head, LOOKED_AT))
            yield from islice(lines, MAX_LINES)
            return


@contextmanager
def view_file(file: SourceFile) -> Iterator[bytes | mmap.mmap]:
    """Give the plain bytes of a file: mapped, unless they are packed or few."""
    with file.open() as (stream, _):
        if file.is_packed or file.size < BLOCK_SIZE:
            step = BLOCK_SIZE if file.is_packed else file.size + 1  # what is asked for is allocated
            yield b"".join(iter(lambda: read_chunk(stream, step, file.path), b""))
            return
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def list_values(number: int, data: bytes | mmap.mmap, longest: int) -> Iterator[JsonValue]:
    """Yield the values of a file whose plain bytes are these."""
    view = np.frombuffer(data, np.uint8)
    start = len(BOM) if data[: len(BOM)] == BOM else 0
    while start < view.size and data[start : start + 1] in {b" ", b"\t", b"\r", b"\n"}:
        start += 1
    in_list = data[start : start + 1] == b"["
    start += in_list
    places, seen = [np.empty(MAX_VALUES, np.int64) for _ in range(2)], 0
    while start < view.size:
        count, start = find_values(view, start, in_list, BLOCK_SIZE, *places)
        for first, end in zip(*(side[:count].tolist() for side in places), strict=True):
            seen += 1
            raw = data[first:end] if end - first <= longest else b""
            yield JsonValue(number, seen, first, end - first, raw)
    del view
