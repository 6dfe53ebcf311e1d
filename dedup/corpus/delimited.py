"""CSV and TSV with a header line. Records keep their bytes: quoting and line ends stay as they were written."""

import csv
import io
import mmap
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import BinaryIO, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.blocks import DocumentBlock, Rejection, choose_values, explain_encoding, find_roles, is_valid_utf8
from dedup.corpus.compression import open_regular
from dedup.corpus.files import SourceFile
from dedup.corpus.lines import explain_length, read_whole_lines
from dedup.corpus.rejections import explain_malformed_row
from dedup.errors import InputError
from dedup.kernels.table_records import BLANK, END, FIELDS, LINES, MALFORMED, START, TOO_LONG, read_table

DELIMITERS = {"csv": ",;\t|", "tsv": "\t,;|"}  # by format, the likeliest first
# Between commas. Nothing is tried twice: a step back for each quotation mark takes a hundred bytes of memory.
CELL = r'"([^"]*+(?:""[^"]*+)*+)"(?![^,\r\n])|([^,\r\n]*+)'
SPACED = "more cells than columns, and a quotation mark behind a space, where it quotes nothing: leave the space out"
MAX_ROWS = 1 << 14  # that the kernel reads at once

csv.field_size_limit(sys.maxsize)


class TableLayout(NamedTuple):
    """The header of a table: its names, what is between cells, and the bytes and lines of the header."""

    names: list[str]
    delimiter: str
    size: int
    lines: int

    def parse_cells(self, raw: bytes) -> list[str]:
        r"""Return the cells of one record that is not malformed, as `read_table` reads them.

        >>> TableLayout(["a", "b", "c"], "\t", 6, 1).parse_cells(b'"a\tb"\t"So," he said.\t""\n')
        ['a\tb', '"So," he said.', '']
        """
        cell, record = re.compile(CELL.replace(",", self.delimiter)), raw.decode()
        cells, at = [], 0
        while found := cell.match(record, at):
            cells.append(found[2] if found[1] is None else found[1].replace('""', '"'))
            at = found.end() + 1
            if record[found.end() : at] != self.delimiter:
                break
        return cells

    def parse_record(self, raw: bytes) -> dict[str, str]:
        """Return the fields of one record by column name; surplus fields are called `column N`."""
        row = self.parse_cells(raw)
        names = self.names + [f"column {i + 1}" for i in range(len(self.names), len(row))]
        return dict(zip(names, row, strict=False))

    def write_cells(self, cells: Sequence[str]) -> bytes:
        """Return cells as a record without its line end."""
        line = io.StringIO()
        csv.writer(line, delimiter=self.delimiter, lineterminator="\r\n").writerow(cells)  # quotes what holds either
        return line.getvalue().removesuffix("\r\n").encode()


def read_layout(file: SourceFile, longest: int = sys.maxsize) -> TableLayout | None:
    """Return the header of a table, None of an empty file."""
    with file.open() as (stream, _):
        return take_layout(stream, file.format, file.path, longest)


def take_layout(stream: BinaryIO, file_format: str, path: str, longest: int) -> TableLayout | None:
    r"""Read the header of a table from a stream; bytes of a name that are not UTF-8 are written as \xNN."""
    taken: list[bytes] = []

    def take() -> Iterator[str]:
        left = longest
        while line := stream.readline(min(left + 1, sys.maxsize)):
            left -= len(line)
            if left < 0:
                raise InputError(f"{path}: its header is {explain_length(longest)}.")
            taken.append(line)
            yield (line if len(taken) > 1 else line.removeprefix(BOM_UTF8)).decode("utf-8", "surrogateescape")

    lines = take()
    first = next(lines, None)
    if first is None:
        return None
    delimiter = find_delimiter(first, DELIMITERS[file_format])
    try:
        names = next(csv.reader(chain([first], lines), delimiter=delimiter, strict=True), [])
    except csv.Error:
        if b"\r" in taken[0] and not taken[0].endswith(b"\n"):
            raise InputError(f"{path}: its lines end with CR alone. Give them line feeds: tr '\\r' '\\n'.") from None
        names = []
    names = [name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for name in names]
    return TableLayout(names, delimiter, sum(map(len, taken)), len(taken))


def find_delimiter(line: str, likely: str) -> str:
    """Return what cuts a header into the most names, the likelier one of two.

    >>> find_delimiter("id;title;text, as it was", ",;"), find_delimiter("text", ",;"), find_delimiter('"a;b",c', ",;")
    (';', ',', ',')
    """
    first = line.partition("\r")[0]  # no cell has one, unless it is quoted
    counts = {delimiter: len(next(csv.reader([first], delimiter=delimiter), [])) for delimiter in likely}
    return max(likely, key=lambda delimiter: counts[delimiter])


def find_cuts(file: SourceFile, targets: Sequence[int], longest: int) -> list[int]:
    """Return the starts of the first records at or after some bytes of a table (ascending), without repetition."""
    layout = read_layout(file, longest)
    if layout is None:
        return []
    cuts: list[int] = []
    with (
        open(file.location, "rb", opener=open_regular) as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
    ):
        data, place = np.frombuffer(mapped, np.uint8), TablePlace(layout.size)
        while place.begin < file.size and len(cuts) < len(targets):
            found, place = read_records(data, place, layout, np.empty(0, np.int64), longest)
            starts = np.append(found.records[:, START], place.begin)
            while len(cuts) < len(targets) and targets[len(cuts)] < place.begin:
                cuts.append(int(starts[np.searchsorted(starts, targets[len(cuts)])]))
        del data  # or the file cannot be unmapped
    return list(dict.fromkeys(cut for cut in cuts if cut < file.size))


class TablePlace(NamedTuple):
    """Where the next record starts, and up to where a cell with a line end in it is known to be malformed (indices)."""

    begin: int
    doomed: int = 0


class ReadRecords(NamedTuple):
    """Records as `read_table` reads them (int64[m, 4]), and cells by slots: uint8[slots, n], int64[slots, m + 1]."""

    records: npt.NDArray[np.int64]
    out: npt.NDArray[np.uint8]
    ends: npt.NDArray[np.int64]

    def list_cells(self, slot: int, rows: npt.NDArray[np.int64]) -> list[bytes]:
        """Return the cells of a slot in some records as raw JSON, b"" where there is nothing."""
        view, ends = memoryview(self.out[slot]), self.ends[slot]
        bounds = zip(ends[rows].tolist(), ends[rows + 1].tolist(), strict=True)
        return [msgspec.json.encode(str(view[a:b], "utf-8")) if a < b else b"" for a, b in bounds]

    def take_texts(self, rows: npt.NDArray[np.int64]) -> pa.Array:
        """Return the cells of the first slot in some records as texts (large_string)."""
        buffers = [None, pa.py_buffer(self.ends[0]), pa.py_buffer(self.out[0])]
        texts = pa.Array.from_buffers(pa.large_string(), len(self.records), buffers)
        return texts if len(rows) == len(self.records) else texts.take(pa.array(rows))


def read_records(
    data: npt.NDArray[np.uint8],
    place: TablePlace,
    layout: TableLayout,
    slots: npt.NDArray[np.int64],
    longest: int,
    *,
    is_last: bool = True,
) -> tuple[ReadRecords, TablePlace]:
    """Return records from the start of one on, and the place of the next; `slots` are those of `read_table`."""
    num_slots = int(slots.max(initial=-1)) + 1
    records, ends = np.empty((MAX_ROWS, 4), np.int64), np.zeros((num_slots, MAX_ROWS + 1), np.int64)
    out = np.empty((num_slots, data.size - place.begin if num_slots else 0), np.uint8)
    count, *after = read_table(data, *place, ord(layout.delimiter), slots, longest, is_last, out, ends, records)
    return ReadRecords(records[:count], out, ends[:, : count + 1]), TablePlace(*after)


class TableReader:
    """Reads records of a table into documents."""

    def __init__(self, config: InputConfig, roles: Mapping[str, str], layout: TableLayout, path: str) -> None:
        names = layout.names
        found = find_roles(path, config, roles, names)
        text = names.index(config.text_field)
        wanted = [text, *(names.index(name) for columns in found.values() for name in columns)]
        wanted += [names.index(config.id_field)] if config.id_field in names else []
        numbers = {column: slot for slot, column in enumerate(dict.fromkeys(wanted))}
        self._config, self._layout, self._path, self._text = config, layout, path, text
        self._slots = np.array([numbers.get(column, -1) for column in range(len(names))], np.int64)
        self._roles = {role: [numbers[names.index(name)] for name in columns] for role, columns in found.items()}
        self._id = numbers[names.index(config.id_field)] if config.id_field in names else None

    def read(self, stream: BinaryIO, start: int, stop: int | None) -> Iterator[DocumentBlock]:
        """Yield the documents whose records start in [start, stop) of a stream that is positioned at `start`.

        Both are starts of records. Lines are counted with those of the header, if `start` is behind it.
        """
        longest, pending, tried = self._config.max_record, bytearray(), 0
        lines = extra = self._layout.lines if start == self._layout.size else 0  # the first block counts the header's
        for run in read_whole_lines(stream, start, stop, self._path, longest):
            pending += run.data
            if run.data and len(pending) < 2 * tried:
                continue
            if run.data or self._layout.delimiter == "\t":  # between tabs no quote goes on into a longer line
                data = bytes(pending)
                for block, after in self._parse(data, start, lines, extra, is_last=not run.data):
                    yield block
                    lines, extra, tried = lines + block.num_lines - extra, 0, 0
                    del pending[: after - (len(data) - len(pending))]
                start += len(data) - len(pending)
                tried = len(pending)
            if not run.data:  # one line that is longer than the bound, and what its record has before it
                num_lines = pending.count(b"\n") + 1
                bad = Rejection(0, lines + 1, start, len(pending) + run.length, explain_length(longest))
                yield DocumentBlock.without_documents(bad, num_lines + extra)
                start, lines, tried, extra = start + bad.length, lines + num_lines, 0, 0
                pending.clear()
        for block, _ in self._parse(bytes(pending), start, lines, extra, is_last=True):
            yield block
            extra = 0

    def _parse(
        self, data: bytes, start: int, lines: int, extra: int, *, is_last: bool
    ) -> Iterator[tuple[DocumentBlock, int]]:
        """Yield blocks of the records of some bytes, each with the byte behind it; the first has `extra` lines more.

        The bytes begin at `start` in the file, behind so many `lines` of the shard; nothing is behind the last ones.
        """
        view, at, longest = np.frombuffer(data, np.uint8), TablePlace(0), self._config.max_record
        while at.begin < len(data):
            found, after = read_records(view, at, self._layout, self._slots, longest, is_last=is_last)
            if not len(found.records):
                return
            block = self._make_block(found, data, start, lines, at.begin)
            num_lines, at = block.num_lines, after
            yield replace(block, num_lines=num_lines + extra), after.begin
            lines, extra = lines + num_lines, 0

    def _make_block(self, found: ReadRecords, data: bytes, start: int, lines: int, begin: int) -> DocumentBlock:
        records = found.records
        first_lines = lines + 1 + np.append(0, np.cumsum(records[:, LINES])[:-1])
        fields, starts, ends = records[:, FIELDS], records[:, START], records[:, END]
        is_valid = is_valid_utf8(data[begin : int(ends[-1])])
        reasons: dict[int, str] = {}
        is_odd = (fields <= self._text) | (fields > len(self._layout.names))
        doubtful = (fields != BLANK) & is_odd if is_valid else fields != BLANK
        for row in np.flatnonzero(doubtful).tolist():
            reason = self._explain(int(fields[row]), data[starts[row] : ends[row]])
            reasons |= {row: reason} if reason else {}
        good = np.setdiff1d(np.flatnonzero(fields != BLANK), np.array([*reasons], np.int64))
        places = zip(first_lines.tolist(), (start + starts).tolist(), (ends - starts).tolist(), strict=True)
        listed = list(places) if reasons else []
        return DocumentBlock(
            texts=found.take_texts(good),
            ids=found.list_cells(self._id, good) if self._id is not None else [b""] * len(good),
            fields={
                role: choose_values(found.list_cells(slot, good) for slot in slots)
                for role, slots in self._roles.items()
            },
            files=np.zeros(len(good), np.int32),
            lines=first_lines[good],
            starts=start + starts[good],
            lengths=(ends - starts)[good],
            num_lines=int(records[:, LINES].sum()) + (data[-1:] != b"\n" and int(ends[-1]) == len(data)),
            rejections=[Rejection(0, *listed[row], reason) for row, reason in sorted(reasons.items())],
        )

    def _explain(self, fields: int, raw: bytes) -> str | None:
        """Return why a record is no document, None where it is one."""
        if fields == TOO_LONG:
            return explain_length(self._config.max_record)
        if fields == MALFORMED:
            return explain_malformed_row(raw, self._layout.delimiter)
        if fields <= self._text:
            return f'no field "{self._config.text_field}" ({fields} of {len(self._layout.names)} fields)'
        try:
            record = raw.decode()
        except UnicodeDecodeError as error:
            return explain_encoding(error)
        if fields > len(self._layout.names) and f'{self._layout.delimiter} "' in record:
            cells = self._layout.parse_cells(raw)  # in a cell it may be: he said, ""yes""
            return SPACED if any(cell.startswith(' "') for cell in cells) else None
        return None
