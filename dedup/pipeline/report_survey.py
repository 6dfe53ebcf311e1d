"""One pass over all documents of a finished run: count them by outlet and day, set the ones to be shown aside."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.values import read_value
from dedup.model.documents import CopyRelation
from dedup.output.replay import RemovalRow
from dedup.text.dates import number_day

LINE_BITS = 40
UNDATED = -1
NO_WITNESS = -1

Keys = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Removals:
    """All removals of a run, in input order; documents by key: place of the file, then line.

    ```
    removed     int64[n]    keys, ascending
    witness     int64[n]    keys of their witnesses, NO_WITNESS where that is in no input file of the run
    similarity  float64[n]
    relation    uint8[n]    a `CopyRelation`
    covered     float64[n]  NaN where the document is not contained
    ```
    """

    removed: Keys
    witness: Keys
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]
    covered: npt.NDArray[np.float64]

    @classmethod
    def collect(cls, rows: Iterable[RemovalRow], places: Mapping[str, int]) -> "Removals":
        """Take the removals from their records; `places` are those of the input files by path."""
        relations = {relation.label: relation.value for relation in CopyRelation}
        table = [
            (
                make_key(places[row.source.path], row.source.line),
                find_witness(row, places),
                row.similarity,
                relations[row.relation],
                np.nan if row.covered is None else row.covered,
            )
            for row in rows
        ]
        removed, witness, similarity, relation, covered = zip(*table, strict=True) if table else ((),) * 5
        order = np.argsort(np.array(removed, np.int64), kind="stable")
        return cls(
            np.array(removed, np.int64)[order],
            np.array(witness, np.int64)[order],
            np.array(similarity, np.float64)[order],
            np.array(relation, np.uint8)[order],
            np.array(covered, np.float64)[order],
        )


def find_witness(row: RemovalRow, places: Mapping[str, int]) -> int:
    """Return the key of the witness of a removal; a document of an index may have stood in a file of the same name."""
    witness = row.witness
    is_here = witness.run is None and witness.path in places
    return make_key(places[witness.path], witness.line) if is_here else NO_WITNESS


def make_key(place: int, line: int) -> int:
    """Return the key of a document: keys sort in input order."""
    return place << LINE_BITS | line


def find_keys(sorted_keys: Keys, keys: Keys) -> npt.NDArray[np.int64]:
    """Return where each key stands in ascending ones, -1 where it does not."""
    if sorted_keys.size == 0:
        return np.full(len(keys), -1, np.int64)
    found = np.minimum(np.searchsorted(sorted_keys, keys), sorted_keys.size - 1)
    return np.where(sorted_keys[found] == keys, found, -1)


class SpooledDocument(msgspec.Struct, frozen=True):
    """A document that a page shows, as the spool holds it."""

    id: str
    path: str
    line: int
    outlet: str
    date: str
    title: str
    text: str


class Spool:
    """The documents that pages show, on disk: `add` gives the place of one, `read_spooled` reads it in any process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] = path.open("wb")
        self._end = 0

    def add(self, document: SpooledDocument) -> int:
        """Write a document and return its place."""
        raw = msgspec.msgpack.encode(document)
        place = self._end
        self._file.write(len(raw).to_bytes(8, "little"))
        self._file.write(raw)
        self._end += 8 + len(raw)
        return place

    def close(self) -> None:
        """Close the file: from now on it can be read."""
        self._file.close()


def read_spooled(file: IO[bytes], place: int) -> SpooledDocument:
    """Return the document at a place of an open spool."""
    size = int.from_bytes(os.pread(file.fileno(), 8, place), "little")
    return msgspec.msgpack.decode(os.pread(file.fileno(), size, place + 8), type=SpooledDocument)


@dataclass(frozen=True)
class Wanted:
    """Which documents are to be set aside: by key, and kept ones by their place among the kept; both ascending."""

    keys: Keys
    kept: Keys


@dataclass
class Tally:
    """Documents and removals under one heading (an outlet, a day)."""

    num_documents: int = 0
    num_removed: int = 0


@dataclass
class Survey:
    """What the pass collects.

    places       where the spool holds the document of each wanted key, -1 before it was met
    kept_places  the same for each wanted place among the kept
    named        keys of all removed documents and their witnesses, ascending; `outlet_of` their outlets' numbers
    """

    wanted: Wanted
    removals: Removals
    spool: Spool
    paths: list[str]
    outlets: dict[str, int] = field(default_factory=dict)
    by_outlet: list[Tally] = field(default_factory=list)
    by_day: dict[int, Tally] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.named: Keys = np.unique(np.concatenate([self.removals.removed, self.removals.witness]))
        self.outlet_of = np.full(self.named.size, -1, np.int32)
        self.places = np.full(self.wanted.keys.size, -1, np.int64)
        self.kept_places = np.full(self.wanted.kept.size, -1, np.int64)
        self._num_kept = 0

    def add(self, file: int, block: DocumentBlock) -> None:
        """Count the documents of a block and set aside those that are wanted."""
        keys = (np.int64(file) << LINE_BITS) | block.lines.astype(np.int64)
        is_removed = find_keys(self.removals.removed, keys) >= 0
        outlets = self._count_outlets(raw_fields(block, "outlet"), is_removed)
        self._count_days(raw_fields(block, "date"), is_removed)
        named = find_keys(self.named, keys)
        self.outlet_of[named[named >= 0]] = outlets[named >= 0]
        kept = np.where(is_removed, -1, self._num_kept + np.cumsum(~is_removed) - 1)
        self._num_kept += int((~is_removed).sum())
        for found, places in (
            (find_keys(self.wanted.keys, keys), self.places),
            (find_keys(self.wanted.kept, kept), self.kept_places),
        ):
            for row in np.flatnonzero(found >= 0).tolist():
                places[found[row]] = self.spool.add(self._describe(block, row, self.paths[file]))

    def _describe(self, block: DocumentBlock, row: int, path: str) -> SpooledDocument:
        values = {
            role: read_value(raws[row]) for role in ("outlet", "date", "title") if (raws := block.fields.get(role))
        }
        line = int(block.lines[row])
        return SpooledDocument(
            id=read_value(block.ids[row]) or f"{path}:{line}",
            path=path,
            line=line,
            outlet=values.get("outlet", ""),
            date=values.get("date", ""),
            title=values.get("title", ""),
            text=block.texts[row].as_py(),
        )

    def _count_outlets(self, raws: list[bytes], is_removed: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
        names = map(read_value, raws)
        numbers = np.array([self.outlets.setdefault(name, len(self.outlets)) for name in names], np.int32)
        self.by_outlet.extend(Tally() for _ in range(len(self.outlets) - len(self.by_outlet)))
        for number, gone in zip(numbers.tolist(), is_removed.tolist(), strict=True):
            self.by_outlet[number].num_documents += 1
            self.by_outlet[number].num_removed += gone
        return numbers

    def _count_days(self, raws: list[bytes], is_removed: npt.NDArray[np.bool_]) -> None:
        for raw, gone in zip(raws, is_removed.tolist(), strict=True):
            day = number_day(raw)
            tally = self.by_day.setdefault(UNDATED if day is None else day, Tally())
            tally.num_documents += 1
            tally.num_removed += gone


def raw_fields(block: DocumentBlock, role: str) -> list[bytes]:
    """Return a field of all documents of a block as raw JSON, empty where one has none."""
    return block.fields.get(role) or [b""] * len(block.ids)
