"""CSV and TSV with a header line. Records keep their bytes: quoting and line ends stay as they were written."""

import csv
import sys
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple

from dedup.config import InputConfig
from dedup.corpus.blocks import (
    BlockBuilder,
    DocumentBlock,
    RecordPlace,
    Rejection,
    explain_utf8,
    find_roles,
)
from dedup.corpus.files import SourceFile
from dedup.corpus.lines import BLOCK_SIZE, explain_length, read_whole_lines
from dedup.errors import InputError

DELIMITERS = {"csv": ",", "tsv": "\t"}
BOM = b"\xef\xbb\xbf"

csv.field_size_limit(sys.maxsize)


class TooLongError(Exception):
    """A record is longer than the bound."""


class Record(NamedTuple):
    """What a CSV reader took: its place, and its bytes; none of a record that is too long."""

    place: RecordPlace
    raw: bytes


class Lines:
    """Feeds lines to the csv reader and remembers the bytes of those it took since the last record.

    `TooLongError` if these are more than the bound: an open quote takes line after line.
    """

    def __init__(self, stream: BinaryIO, path: str, longest: int) -> None:
        runs = read_whole_lines(stream, 0, None, path, longest)
        self._raw = (line for run in runs for line in (split_lines(run.data) if run.data else [run.length]))
        self.path, self.longest = path, longest
        self._size = 0
        self.taken: list[bytes] = []
        self.position = 0
        self.number = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = next(self._raw)
        self._size += line if isinstance(line, int) else len(line)
        if isinstance(line, int) or self._size > self.longest:
            self.taken = [b""] * (len(self.taken) + 1)
            raise TooLongError
        self.taken.append(line)
        if self.number == 0 and len(self.taken) == 1:
            line = line.removeprefix(BOM)
        # Bytes that are not UTF-8 become lone surrogates: the record that holds them is set aside.
        return line.decode("utf-8", "surrogateescape")

    def take(self) -> Record:
        """Return what was read since the last call."""
        taken = Record(RecordPlace(self.number + 1, self.position, self._size), b"".join(self.taken))
        self.number += len(self.taken)
        self.position += self._size
        self._size = 0
        self.taken.clear()
        return taken


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
        lines = Lines(stream, path, self._config.max_record)
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        header = read_names(reader, lines)
        if header is None:
            return
        roles = find_roles(path, self._config, self._roles, header)
        columns = {role: [header.index(name) for name in names] for role, names in roles.items()}
        text_column = header.index(self._config.text_field)
        id_column = header.index(self._config.id_field) if self._config.id_field in header else len(header)
        builder = BlockBuilder(lines.number)
        while True:
            row, error = self._read_row(reader)
            if row is None:
                break
            place, raw = lines.take()
            if not row and not error:
                continue  # a blank line is no record: it stays where it is
            if error is None and len(row) <= text_column:
                error = f'no field "{self._config.text_field}" ({len(row)} of {len(header)} fields)'
            if error is None:
                error = find_bad_bytes(row, raw)
            if error is not None:
                builder.rejections.append(Rejection(0, *place, error))
                continue
            fields = {role: first_cell(row, places) for role, places in columns.items()}
            doc_id = row[id_column] if id_column < len(row) else ""
            builder.add(row[text_column], doc_id, fields, place)
            if builder.size >= BLOCK_SIZE:
                yield builder.build(lines.number)
                builder = BlockBuilder(lines.number)
        yield builder.build(lines.number)

    def _read_row(self, reader: Iterator[list[str]]) -> tuple[list[str] | None, str | None]:
        """Return the next row, None at the end, and why it cannot be read."""
        try:
            return next(reader, None), None
        except csv.Error as problem:
            return [], f"malformed CSV ({problem})"
        except TooLongError:
            return [], explain_length(self._config.max_record)


def first_cell(row: list[str], columns: list[int]) -> str:
    """Return the first cell of some columns that holds something, "" where none does."""
    return next((row[column] for column in columns if column < len(row) and row[column]), "")


def read_names(reader: Iterator[list[str]], lines: Lines) -> list[str] | None:
    r"""Return the column names of a file, None of an empty one; bytes of a name that are not UTF-8 as \xNN."""
    try:
        names = next(reader, None)
    except csv.Error:
        names = []
    except TooLongError:
        raise InputError(f"{lines.path}: its header is {explain_length(lines.longest)}.") from None
    lines.take()
    if names is None:
        return None
    return [name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for name in names]


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
    with file.open() as (stream, _):
        lines = Lines(stream, file.path, sys.maxsize)
        return read_names(csv.reader(lines, delimiter=DELIMITERS[file.format], strict=True), lines) or []


def parse_cells(raw: bytes, file_format: str) -> list[str]:
    """Return the cells of one CSV record."""
    lines = raw.decode().split("\n")
    return next(csv.reader([f"{line}\n" for line in lines[:-1]] + lines[-1:], delimiter=DELIMITERS[file_format]))


def parse_record(raw: bytes, header: list[str], file_format: str) -> dict[str, str]:
    """Return the fields of one CSV record by column name; surplus fields are called `column N`."""
    row = parse_cells(raw, file_format)
    names = header + [f"column {i + 1}" for i in range(len(header), len(row))]
    return dict(zip(names, row, strict=False))
