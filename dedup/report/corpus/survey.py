"""One pass over all documents of a finished run: count them by outlet and day, set the ones to be shown aside."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import IO

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.values import read_value
from dedup.errors import InputError
from dedup.output.records import Witness
from dedup.report.corpus.corpus_model import Card
from dedup.report.corpus.removal_table import Keys, RemovalTable, find_keys, make_key
from dedup.text.dates import number_day

UNDATED = -1
WEB_ADDRESS = re.compile(r"https?://[!-~]{1,500}")  # what else a field may hold is not linked
OPENING = 120  # characters in place of a title


class ShownDocument(msgspec.Struct, frozen=True):
    """A document with its text as it was in the input."""

    card: Card
    text: str


def read_shown(file: IO[bytes], offset: int) -> ShownDocument:
    """Return the document at an offset of the file of shown documents, which has a JSON line for each."""
    file.seek(offset)
    return msgspec.json.decode(file.readline(), type=ShownDocument)


@dataclass(frozen=True)
class Wanted:
    """Which documents pages show: by key, and kept ones by their place among the kept; which they only name.

    All ascending.
    """

    keys: Keys
    kept: npt.NDArray[np.int64]
    named: Keys


@dataclass(frozen=True)
class ShownDocuments:
    """Where the file of shown documents has each of those wanted: int64 offsets in the same order.

    Only those of `wanted.keys`, and kept ones, have their text there.
    """

    wanted: Wanted
    offsets: npt.NDArray[np.int64]
    kept_offsets: npt.NDArray[np.int64]

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """Return the offsets of some documents."""
        rows = find_keys(self.wanted.named, keys)
        if (rows < 0).any() or (self.offsets[rows] < 0).any():
            raise InputError("OUT names a document that is not in it. It was changed after the run.")
        return self.offsets[rows]

    def read_card(self, file: IO[bytes], key: int, name: Witness) -> Card:
        """Return a document as pages name it; of one that is in no file of the run that is its id and place."""
        row = int(find_keys(self.wanted.named, np.array([key]))[0])
        if row < 0 or self.offsets[row] < 0:
            return Card(read_value(bytes(name.id)), name.path, name.line, "", "", "", "")
        return read_shown(file, int(self.offsets[row])).card

    def find_kept(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the offsets of some kept documents, by their places among the kept."""
        return np.asarray(self.kept_offsets[np.searchsorted(self.wanted.kept, places)])


@dataclass(frozen=True)
class Tally:
    """How many documents there are under each number (of an outlet, of a day), and how many of them were removed."""

    documents: Counter[int] = field(default_factory=Counter)
    removed: Counter[int] = field(default_factory=Counter)

    def add(self, numbers: Sequence[int], is_removed: Sequence[bool]) -> None:
        """Count some documents."""
        self.documents.update(numbers)
        self.removed.update(compress(numbers, is_removed))


@dataclass(frozen=True)
class Survey:
    """What the pass found.

    outlets    names of the outlets, in the order of their first documents; they are counted by their places here
    named      keys of all removed documents, their witnesses and others, ascending
    outlet_of  places of their outlets; `day_of` their days, UNDATED where there is none
    """

    outlets: tuple[str, ...]
    by_outlet: Tally
    by_day: Tally
    named: Keys
    outlet_of: npt.NDArray[np.int32]
    day_of: npt.NDArray[np.int32]
    shown: ShownDocuments

    def find_outlets(self, keys: Keys) -> npt.NDArray[np.int32]:
        """Return the outlets of some named documents."""
        return self.outlet_of[find_keys(self.named, keys)]

    def find_days(self, keys: Keys) -> npt.NDArray[np.int32]:
        """Return the days of some named documents."""
        return self.day_of[find_keys(self.named, keys)]


class Surveyor:
    """Takes the documents of a run block by block, in input order; `file` gets those that are wanted."""

    def __init__(
        self, removals: RemovalTable, wanted: Wanted, paths: Sequence[str], file: IO[bytes], order: str | None = None
    ) -> None:
        self._order = order
        self._removed, self._wanted, self._paths, self._file = removals.removed, wanted, paths, file
        self._outlets: dict[str, int] = {}
        self._by_outlet, self._by_day = Tally(), Tally()
        self._named = wanted.named
        self._outlet_of, self._day_of = (np.full(self._named.size, -1, np.int32) for _ in range(2))
        self._offsets, self._kept_offsets = (np.full(w.size, -1, np.int64) for w in (wanted.named, wanted.kept))
        self._num_kept = 0

    def add(self, place: int, block: DocumentBlock) -> None:
        """Count the documents of a block of a file, and set aside those that are wanted."""
        keys = np.int64(make_key(place, 0)) | block.lines.astype(np.int64)
        is_removed = find_keys(self._removed, keys) >= 0
        names = map(read_value, read_field(block, "outlet"))
        outlets = [self._outlets.setdefault(name, len(self._outlets)) for name in names]
        read = (number_day(raw, self._order) for raw in read_field(block, "date"))
        days = [UNDATED if day is None else day for day in read]
        self._by_outlet.add(outlets, is_removed.tolist())
        self._by_day.add(days, is_removed.tolist())
        named = find_keys(self._named, keys)
        self._outlet_of[named[named >= 0]] = np.array(outlets, np.int32)[named >= 0]
        self._day_of[named[named >= 0]] = np.array(days, np.int32)[named >= 0]
        kept = np.where(is_removed, -1, self._num_kept + np.cumsum(~is_removed) - 1)
        self._num_kept += int((~is_removed).sum())
        has_text = find_keys(self._wanted.keys, keys) >= 0
        for row in np.flatnonzero(named >= 0).tolist():
            self._offsets[named[row]] = self._write(place, block, row, with_text=bool(has_text[row]))
        found = find_keys(self._wanted.kept, kept)
        for row in np.flatnonzero(found >= 0).tolist():
            self._kept_offsets[found[row]] = self._write(place, block, row, with_text=True)

    def _write(self, place: int, block: DocumentBlock, row: int, *, with_text: bool) -> int:
        """Write a document of a file; return its offset."""
        offset, text = self._file.tell(), block.texts[row].as_py() if with_text else ""
        document = ShownDocument(describe_card(block, row, self._paths[place]), text)
        self._file.write(msgspec.json.encode(document) + b"\n")
        return offset

    def finish(self) -> Survey:
        """Return what was found."""
        shown = ShownDocuments(self._wanted, self._offsets, self._kept_offsets)
        return Survey(
            tuple(self._outlets), self._by_outlet, self._by_day, self._named, self._outlet_of, self._day_of, shown
        )


def describe_card(block: DocumentBlock, row: int, path: str) -> Card:
    """Return a document as pages name it."""
    line, text = int(block.lines[row]), block.texts[row].as_py()
    values = {role: read_value(raws[row]) for role, raws in block.fields.items() if raws}
    return Card(
        id=read_value(block.ids[row]) or f"{path}:{line}",
        path=path,
        line=line,
        outlet=values.get("outlet", ""),
        date=values.get("date", ""),
        title=values.get("title", ""),
        opening=" ".join(text[: 4 * OPENING].split())[:OPENING],
        url=values.get("url", "") if WEB_ADDRESS.fullmatch(values.get("url", "")) else "",
    )


def read_field(block: DocumentBlock, role: str) -> list[bytes]:
    """Return a field of all documents of a block as raw JSON, empty where one has none."""
    return block.fields.get(role) or [b""] * len(block.ids)
