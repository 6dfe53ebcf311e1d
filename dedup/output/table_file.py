"""Records as the rows of one table: CSV that a spreadsheet opens without running anything, Parquet, or xlsx."""

import csv
import io
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import is_dataclass
from itertools import chain, islice
from types import UnionType
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa

from dedup.corpus.values import read_value
from dedup.errors import DedupError, OutputError
from dedup.text.control_characters import make_safe

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

TABLE_FORMATS = ("csv", "parquet", "xlsx")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LEFT_OUT = {"record", "raw", "raw_base64", "around"}  # a whole record is no cell
EMPTY: tuple[object, ...] = ([], (), {})
ROWS_AT_ONCE = 1 << 13
MAX_ROWS, MAX_CELL = (1 << 20) - 1, 32_767  # of a sheet, beside its head: bounds of Excel

Columns = Mapping[str, pa.DataType]


def is_record(kind: object) -> bool:
    """Return whether a type is one of records: its fields are columns."""
    return isinstance(kind, type) and (issubclass(kind, msgspec.Struct) or is_dataclass(kind))


def list_columns(kind: type, left_out: Collection[str] = (), name: str = "") -> dict[str, pa.DataType]:
    """Return the columns of records of a kind; fields of a field get its name before theirs."""
    columns: dict[str, pa.DataType] = {}
    for field, hint in get_type_hints(kind, include_extras=False).items():
        if field in left_out:
            continue
        full = f"{name}_{field}" if name else field
        is_union = get_origin(hint) in {Union, UnionType}
        plain = next((each for each in get_args(hint) if each is not type(None)), hint) if is_union else hint
        if is_record(plain):
            columns |= list_columns(plain, left_out, full)
        else:
            columns[full] = {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}.get(plain, pa.string())
    return columns


def flatten(record: Any, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield the column and the value of each field of a record, and of what is in it."""
    for field in getattr(record, "__struct_fields__", None) or record.__dataclass_fields__:
        value, full = getattr(record, field), f"{name}_{field}" if name else field
        if is_record(type(value)):
            yield from flatten(value, full)
        else:
            yield full, read_value(bytes(value)) or None if isinstance(value, msgspec.Raw) else value


def encode_list(value: object) -> object:
    """Return a list as JSON, any other value as it is."""
    return msgspec.json.encode(value).decode() if isinstance(value, list | tuple | dict) else value


class TableSource(NamedTuple):
    """A table: its columns by name, and its rows, each with some of these columns."""

    columns: Columns
    rows: Iterator[Mapping[str, object]]

    @classmethod
    def of(cls, kind: type, records: Iterable[object]) -> "TableSource":
        """Return the table of records of a kind, without whole records and empty lists."""
        rows = ({name: value for name, value in flatten(record) if value not in EMPTY} for record in records)
        return cls(list_columns(kind, LEFT_OUT), rows)


def write_table(table: TableSource, file_format: str, file: IO[bytes]) -> int:
    """Write a table in one of TABLE_FORMATS; return how many rows it has."""
    cells = ([encode_list(row.get(name)) for name in table.columns] for row in table.rows)
    write = {"csv": write_csv, "parquet": write_parquet, "xlsx": write_xlsx}[file_format]
    return write(table.columns, cells, file)


def write_csv(columns: Collection[str], rows: Iterable[Sequence[object]], file: IO[bytes], line_end: str = "\n") -> int:
    """Write the rows as UTF-8; a text that a spreadsheet would run begins with '."""
    text, count = io.TextIOWrapper(file, "utf-8", newline="", write_through=True), 0
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(columns)
    for count, row in enumerate(rows, 1):  # noqa: B007 (it is returned)
        writer.writerow(disarm(value) if isinstance(value, str) else encode_list(value) for value in row)
    text.detach()
    return count


def format_csv(columns: Collection[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the same as a text, with the line ends of RFC 4180."""
    out = io.BytesIO()
    write_csv(columns, rows, out, "\r\n")
    return out.getvalue().decode()


def disarm(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, without raw control characters.

    >>> disarm("=1+1"), disarm("1+1"), disarm(" =1+1")
    ("'=1+1", '1+1', "' =1+1")
    """
    safe = make_safe(text)
    return f"'{safe}" if safe.lstrip(" ").startswith(FORMULA) else safe


def write_parquet(columns: Columns, rows: Iterable[list[Any]], file: IO[bytes]) -> int:
    """Write the rows with their types."""
    import pyarrow.parquet as pq  # noqa: PLC0415 (for those who want such a file)

    schema, left, count = pa.schema(columns), iter(rows), 0
    with seekable(file) as sink, pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        while part := list(islice(left, ROWS_AT_ONCE)):
            arrays = [
                pa.array(column, kind) for column, kind in zip(zip(*part, strict=True), schema.types, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(part)
    return count


def write_xlsx(columns: Columns, rows: Iterable[list[Any]], file: IO[bytes]) -> int:
    """Write the rows as a sheet: texts are texts, never formulas or links; what is beyond the bounds is an error."""
    try:
        import xlsxwriter  # noqa: PLC0415 (for those who want such a file)
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 (the same)
    except ImportError:
        raise DedupError("xlsx needs one more package: pip install 'newsdedup[xlsx]'. Or use --format csv.") from None
    count, whole = 0, io.BytesIO()  # packed; a file of zipfile whose disk is full is written to again as it is deleted
    try:
        with xlsxwriter.Workbook(whole, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for count, row in enumerate(chain([list(columns)], rows)):
                if count > MAX_ROWS:
                    raise OutputError(f"a sheet has room for {MAX_ROWS:,} rows, and there are more. Use --format csv.")
                write_row(sheet, count, row)
    except FileCreateError as error:
        raise error.args[0] from None  # that of the system
    file.write(whole.getbuffer())
    return count


def write_row(sheet: "Worksheet", number: int, row: list[Any]) -> None:
    """Write one row; of a text the first 32,767 characters, as many as a cell takes."""
    for place, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(number, place, make_safe(value)[:MAX_CELL])
        elif isinstance(value, bool):
            sheet.write_boolean(number, place, value)
        elif value is not None:
            sheet.write_number(number, place, value)


@contextmanager
def seekable(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give a file that knows its position, as a writer of Parquet asks; for a pipe one that is copied into it."""
    if file.seekable():
        yield file
        return
    with tempfile.TemporaryFile() as scratch:
        yield scratch
        scratch.seek(0)
        shutil.copyfileobj(scratch, file)
