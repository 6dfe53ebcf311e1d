"""The tables of a report as CSV files that a spreadsheet opens without running anything."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

import msgspec

from dedup.corpus.values import read_value
from dedup.output.table_file import disarm


def write_csv(path: Path, records: Iterable[object]) -> None:
    """Write records of one kind, a line for each; fields of a field get its name before theirs."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        write_rows(file, records)


def write_rows(file: TextIO, records: Iterable[object]) -> None:
    """Write the same to an open file."""
    lines = iter(records)
    first = next(lines, None)
    writer = csv.writer(file)
    if first is not None:
        writer.writerow(name for name, _ in flatten(first))
        writer.writerows([cell for _, cell in flatten(record)] for record in chain([first], lines))


def flatten(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, cell) of a value and of all that is in it; text that a spreadsheet would run begins with '.

    >>> list(flatten("=1+1", "a")), list(flatten(-1, "b"))
    ([('a', "'=1+1")], [('b', '-1')])
    """
    if isinstance(value, msgspec.Raw):
        value = read_value(bytes(value))
    if isinstance(value, msgspec.Struct) or (is_dataclass(value) and not isinstance(value, type)):
        names = value.__struct_fields__ if isinstance(value, msgspec.Struct) else [each.name for each in fields(value)]
        for each in names:
            yield from flatten(getattr(value, each), f"{name}_{each}" if name else each)
    elif isinstance(value, str):
        yield name, disarm(value)
    elif isinstance(value, list | tuple | dict):
        yield name, msgspec.json.encode(value).decode()
    else:
        yield name, "" if value is None else str(value)
