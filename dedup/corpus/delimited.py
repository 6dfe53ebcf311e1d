"""CSV and TSV with a header line. Records keep their bytes: quoting and line ends stay as they were written."""

import csv
import sys
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from dedup.config import InputConfig
from dedup.corpus.blocks import (
    BLOCK_SIZE,
    BlockBuilder,
    DocumentBlock,
    RecordPlace,
    Rejection,
    explain_utf8,
    find_roles,
    read_whole_lines,
)
from dedup.corpus.compression import open_reader
from dedup.corpus.files import SourceFile

DELIMITERS = {"csv": ",", "tsv": "\t"}
BOM = b"\xef\xbb\xbf"

csv.field_size_limit(sys.maxsize)


class Lines:
    """Feeds lines to the csv reader and remembers the bytes of those it took since the last record."""

    def __init__(self, stream: BinaryIO, path: str) -> None:
        self._raw = (line for _, data in read_whole_lines(stream, 0, None, path) for line in split_lines(data))
        self.taken: list[bytes] = []
        self.position = 0
        self.number = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = next(self._raw)
        self.taken.append(line)
        if self.number == 0 and len(self.taken) == 1:
            line = line.removeprefix(BOM)
        # Bytes that are not UTF-8 become lone surrogates: the record that holds them is set aside.
        return line.decode("utf-8", "surrogateescape")

    def take(self) -> tuple[int, int, bytes]:
        """Return (first line, first byte, bytes) of what was read since the last call."""
        raw = b"".join(self.taken)
        line, start = self.number + 1, self.position
        self.number += len(self.taken)
        self.position += len(raw)
        self.taken.clear()
        return line, start, raw


def split_lines(data: bytes) -> Iterator[bytes]:
    """Yield the lines of a run of whole lines, line ends included; only a line feed ends a line."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield data[start:end]
        start = end


class TableReader:
    """Reads blocks of CSV records into documents."""

    def __init__(self, config: InputConfig, roles: Mapping[str, str], file_format: str) -> None:
        self._config = config
        self._roles = roles
        self._delimiter = DELIMITERS[file_format]

    def read(self, stream: BinaryIO, path: str) -> Iterator[DocumentBlock]:
        """Yield the documents of a whole file."""
        lines = Lines(stream, path)
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        header = read_names(reader, lines)
        if header is None:
            return
        roles = find_roles(path, self._config, self._roles, header)
        columns = {role: header.index(field) for role, field in roles.items()}
        text_column = header.index(self._config.text_field)
        id_column = header.index(self._config.id_field) if self._config.id_field in header else len(header)
        builder = BlockBuilder(lines.number)
        while True:
            try:
                row = next(reader)
                error = None
            except StopIteration:
                break
            except csv.Error as problem:
                row, error = [], f"malformed CSV ({problem})"
            line, start, raw = lines.take()
            if not row and not error:
                continue  # a blank line is no record: it stays where it is
            if error is None and len(row) <= text_column:
                error = f'no field "{self._config.text_field}" ({len(row)} of {len(header)} fields)'
            if error is None:
                error = find_bad_bytes(row, raw)
            if error is not None:
                builder.rejections.append(Rejection(0, line, start, error, raw))
                continue
            fields = {role: row[column] if column < len(row) else "" for role, column in columns.items()}
            doc_id = row[id_column] if id_column < len(row) else ""
            builder.add(row[text_column], doc_id, fields, RecordPlace(line, start, len(raw)))
            if builder.size >= BLOCK_SIZE:
                yield builder.build(lines.number)
                builder = BlockBuilder(lines.number)
        yield builder.build(lines.number)


def read_names(reader: Iterator[list[str]], lines: Lines) -> list[str] | None:
    """Return the column names of a file, None of an empty one."""
    try:
        names = next(reader, None)
    except csv.Error:
        names = []
    lines.take()
    return names


def find_bad_bytes(row: list[str], raw: bytes) -> str | None:
    """Return why a record is no text, or None."""
    if "".join(row).isascii():
        return None
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return explain_utf8(error)
    return None


def read_header(file: SourceFile) -> list[str]:
    """Return the column names of a CSV file."""
    with open_reader(file.location, file.compression) as (stream, _):
        return next(csv.reader(Lines(stream, file.path), delimiter=DELIMITERS[file.format]), [])


def parse_cells(raw: bytes, file_format: str) -> list[str]:
    """Return the cells of one CSV record."""
    lines = raw.decode().split("\n")
    return next(csv.reader([f"{line}\n" for line in lines[:-1]] + lines[-1:], delimiter=DELIMITERS[file_format]))


def parse_record(raw: bytes, header: list[str], file_format: str) -> dict[str, str]:
    """Return the fields of one CSV record by column name; surplus fields are called `column N`."""
    row = parse_cells(raw, file_format)
    names = header + [f"column {i + 1}" for i in range(len(header), len(row))]
    return dict(zip(names, row, strict=False))
