"""The lines of a file that dedup wrote, as plain objects: for a reader who needs a few of their fields."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dedup.errors import InputError
from dedup.model.documents import DocumentPlace

NOT_OURS = "The file is not as dedup wrote it."


def read_lines(path: str, *, may_lack: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file that dedup wrote."""
    try:
        with Path(path).open("rb") as lines:
            for number, line in enumerate(lines, 1):
                yield decode_line(line, f"{path}, line {number}")
    except FileNotFoundError:
        if not may_lack:
            raise InputError(
                f"{path}: no such file. Name a folder that dedup clean made, or a file of dedup stories."
            ) from None


def decode_line(line: bytes, where: str) -> dict[str, Any]:
    """Return one line as an object."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: not JSON ({error}). {NOT_OURS}") from None
    if not isinstance(found, dict):
        raise InputError(f"{where}: not an object. {NOT_OURS}")
    return found


def read_place(record: Mapping[str, Any]) -> DocumentPlace:
    """Return where a document of a record is."""
    return DocumentPlace(str(record["path"]), int(record["line"]))
