"""The finished segments of a run, memory-mapped: all documents, by their place in the input."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.blocks import Rejection
from dedup.corpus.rejections import count_reasons
from dedup.corpus.shards import Shard
from dedup.corpus.values import NO_NAME, DocumentName
from dedup.kernels.article_facts import FACTS
from dedup.kernels.buffers import as_read_only, locate_rows
from dedup.model.run import RejectionCounts
from dedup.near.arrow_files import map_arrow
from dedup.near.read_facts import Facts
from dedup.near.segment_files import (
    DOCUMENTS,
    LINES,
    PLACE_FIELDS,
    REJECTIONS,
    REPEAT_FIELDS,
    REPEATS,
    TITLES,
    TOKENS,
    PlacedRepeats,
    segment_folder,
)
from dedup.near.stored import NAME_SCHEMA

NO_NAMES = NAME_SCHEMA.empty_table()


class RecordSpan(NamedTuple):
    """Where a record is: the place of its file in the shard, its first byte and its number of bytes."""

    file: int
    start: int
    length: int


class Batch:
    """The documents of one block as they were written: `first` is the doc_index of its first one.

    `parts` are the block in the files of a segment, by their names.
    """

    def __init__(self, first: int, shard: Shard, parts: Mapping[str, pa.RecordBatch]) -> None:
        self.first = first
        self.shard = shard
        self.documents = parts[DOCUMENTS]
        self.tokens: npt.NDArray[np.uint32] = parts[TOKENS].column(0).to_numpy(zero_copy_only=True)
        self._titles: npt.NDArray[np.uint32] = parts[TITLES].column(0).to_numpy(zero_copy_only=True)
        self._repeats = parts[REPEATS]
        self._views: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.documents)

    def column(self, name: str, dtype: type[np.generic] | None = None) -> np.ndarray:
        """Return a column as an array without copying; `dtype` where its rows are opaque bytes."""
        view = self._views.get(name)
        if view is None:
            column = self.documents.column(name)
            if dtype is None:
                view = np.asarray(column.to_numpy(zero_copy_only=True))
            else:
                view = np.frombuffer(column.buffers()[1], dtype).reshape(len(column), -1)
            self._views[name] = view
        return view

    def raw_ids(self, rows: npt.NDArray[np.int64]) -> list[bytes]:
        """Return the ids of some rows as they were read, empty where there is none."""
        return pick_bytes(self.documents.column("id"), rows)

    @property
    def token_addresses(self) -> npt.NDArray[np.uint64]:
        """Return the memory address of the tokens of each document."""
        return locate_rows(self.tokens, self.column("num_tokens"))

    @cached_property
    def token_ends(self) -> npt.NDArray[np.int64]:
        """Return where the tokens of each document end among those of the batch."""
        return np.cumsum(self.column("num_tokens"), dtype=np.int64)

    @property
    def facts(self) -> npt.NDArray[np.void]:
        """Return what is known of each document beside its text, FACTS[n], made anew: a copy is 32 bytes for each."""
        return Facts.at(self.column("facts", np.uint8).view(FACTS)[:, 0], self._titles).rows

    @cached_property
    def _title_ends(self) -> npt.NDArray[np.int64]:
        return np.cumsum(self.column("facts", np.uint8).view(FACTS)[:, 0]["num_title"], dtype=np.int64)

    def facts_at(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.void]:
        """Return the same of some documents."""
        found: npt.NDArray[np.void] = self.column("facts", np.uint8).view(FACTS)[rows, 0]
        starts = (self._title_ends[rows] - found["num_title"]) * self._titles.itemsize + self._titles.ctypes.data
        found["title"] = np.where(found["num_title"] > 0, starts, 0)
        return found

    def take_facts(self, rows: npt.NDArray[np.int64]) -> Facts:
        """Return what is known of some documents (rows, ascending), without the titles of others."""
        chosen = np.zeros(len(self), bool)
        chosen[rows] = True
        facts = self.facts
        return Facts(facts[rows], self._titles[np.repeat(chosen, facts["num_title"])])

    @property
    def repeats(self) -> npt.NDArray[np.int32]:
        """Return int32[m, 6], a column for each of REPEAT_FIELDS, documents by their place in the batch."""
        return self._stack_repeats(REPEAT_FIELDS)

    @property
    def placed_repeats(self) -> PlacedRepeats:
        """Return where they are in the texts."""
        document, start = (self._repeats.column(name).to_numpy() for name in ("document", "start"))
        keys = (document.astype(np.int64) + self.first) << 32 | start
        may_go = self._repeats.column("may_go").to_numpy().astype(np.bool_)
        return PlacedRepeats(keys, self._stack_repeats(PLACE_FIELDS), may_go, self._repeats.column("text"))

    def _stack_repeats(self, names: Sequence[str]) -> np.ndarray:
        return np.stack([self._repeats.column(name).to_numpy(zero_copy_only=True) for name in names], axis=1)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column of a table of one chunk at most as an array."""
    return column.chunk(0) if column.num_chunks else column.combine_chunks()


def pick_bytes(column: pa.Array, rows: npt.NDArray[np.int64]) -> list[bytes]:
    """Return some rows of a column of large strings or bytes; pyarrow's own way loads all functions that it has."""
    _, edges, data = column.buffers()
    if data is None:
        return [b""] * len(rows)
    bounds, view = np.frombuffer(edges, np.int64)[column.offset :], memoryview(data)
    return [bytes(view[a:b]) for a, b in zip(bounds[rows].tolist(), bounds[rows + 1].tolist(), strict=True)]


class Segments:
    """The finished segments of a run, memory-mapped; documents are found by `doc_index`, their place in the input.

    Stored documents, of an index, are numbered after them: they have a name here, and nothing else. Sent to another
    process, segments are mapped anew there.
    """

    def __init__(self, root: Path, shards: Sequence[Shard], stored_names: pa.Table = NO_NAMES) -> None:
        self.shards = tuple(shards)
        self.batches: list[Batch] = []
        self.num_documents = 0
        self._root = root
        self._stored_names = stored_names.combine_chunks()
        self._maps: list[pa.MemoryMappedFile] = []
        self._line_bases: list[int] = []
        self._num_lines, self._file = 0, -1
        self._by_shard: dict[int, list[Batch]] = {}
        for shard in shards:
            self._map(shard, segment_folder(root, shard))
        self._firsts = [batch.first for batch in self.batches]

    @classmethod
    def of_batches(cls, batches: Sequence[Batch]) -> "Segments":
        """Return segments of blocks that are in no file."""
        made = cls(Path(), ())
        made.batches = list(batches)
        made.num_documents = sum(map(len, batches))
        made._firsts = [batch.first for batch in batches]
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return Segments, (self._root, self.shards, self._stored_names)

    def find_records(self, doc_indices: npt.ArrayLike) -> list[RecordSpan]:
        """Return where the records of some documents are; they are ascending."""
        columns = (self._pick(doc_indices, name) for name in RecordSpan._fields)
        return [RecordSpan(*place) for place in zip(*columns, strict=True)]

    def _pick(self, doc_indices: npt.ArrayLike, name: str) -> list[int]:
        """Return a column of some documents, ascending."""
        documents, picked = np.asarray(doc_indices, np.int64), list[int]()
        edges = np.searchsorted(documents, [*self._firsts, self.num_documents])
        for number in np.flatnonzero(np.diff(edges)).tolist():
            batch = self.batches[number]
            picked += batch.column(name)[documents[edges[number] : edges[number + 1]] - batch.first].tolist()
        return picked

    def with_stored_names(self, stored_names: pa.Table) -> "Segments":
        """Return the same segments with the names (NAME_SCHEMA) of the stored documents."""
        named = object.__new__(Segments)
        named.__dict__.update(self.__dict__, _stored_names=stored_names.combine_chunks())
        return named

    def _map(self, shard: Shard, folder: Path) -> None:
        if shard.first_file != self._file:
            self._num_lines, self._file = 0, shard.first_file
        self._line_bases.append(self._num_lines)
        self._num_lines += int((folder / LINES).read_text())
        if not (folder / DOCUMENTS).exists():
            return
        readers = {name: self._open(folder / name) for name in (DOCUMENTS, TOKENS, TITLES, REPEATS)}
        for i in range(readers[DOCUMENTS].num_record_batches):
            parts = {name: reader.get_batch(i) for name, reader in readers.items()}
            batch = Batch(self.num_documents, shard, parts)
            self.batches.append(batch)
            self._by_shard.setdefault(shard.index, []).append(batch)
            self.num_documents += len(batch)

    def _open(self, path: Path) -> pa.RecordBatchFileReader:
        mapped = map_arrow(path)
        self._maps.append(mapped)
        return pa.ipc.open_file(mapped)

    def find(self, doc_index: int) -> tuple[Batch, int]:
        """Return the batch that holds a document and its row there."""
        batch = self.batches[bisect_right(self._firsts, doc_index) - 1]
        return batch, doc_index - batch.first

    def _name_stored(self, numbers: npt.NDArray[np.int64]) -> list[DocumentName]:
        names = self._stored_names
        ids = pick_bytes(whole(names.column("id")), numbers)
        paths, runs = ([raw.decode() for raw in pick_bytes(whole(names.column(i)), numbers)] for i in ("path", "run"))
        lines = names.column("line").to_numpy()[numbers].tolist()
        return [DocumentName(*values) for values in zip(ids, paths, lines, runs, strict=True)]

    def name(self, doc_index: int) -> DocumentName:
        """Return how a document is called in the output; without an id of its own it is called by path and line."""
        return self.names(np.array([doc_index]))[0]

    def names(self, doc_indices: npt.NDArray[np.int64]) -> list[DocumentName]:
        """Return the names of many documents, in their order: a batch at a time, some 3 us each."""
        names: list[DocumentName] = [NO_NAME] * len(doc_indices)
        stored = np.flatnonzero(doc_indices >= self.num_documents)
        if stored.size:
            stored_names = self._name_stored(doc_indices[stored] - self.num_documents)
            for place, name in zip(stored.tolist(), stored_names, strict=True):
                names[place] = name
        numbers = np.searchsorted(self._firsts, doc_indices, "right") - 1
        order = np.argsort(numbers, kind="stable")
        order = order[doc_indices[order] < self.num_documents]
        starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
        for places in np.split(order, starts[1:]):
            if places.size == 0:
                continue
            batch = self.batches[numbers[places[0]]]
            rows = doc_indices[places] - batch.first
            ids = batch.raw_ids(rows)
            lines = (batch.column("line")[rows] + self.line_base(batch.shard)).tolist()
            paths = [file.path for file in batch.shard.files]
            files = batch.column("file")[rows].tolist()
            for place, raw_id, file, line in zip(places.tolist(), ids, files, lines, strict=True):
                path = paths[file]
                names[place] = DocumentName(raw_id or msgspec.json.encode(f"{path}:{line}"), path, line)
        return names

    def tokens_of(self, doc_index: int) -> npt.NDArray[np.uint32]:
        """Return the tokens of a document."""
        batch, row = self.find(doc_index)
        end = int(batch.token_ends[row])
        return as_read_only(batch.tokens[end - int(batch.column("num_tokens")[row]) : end])

    def count_tokens(self, doc_indices: npt.ArrayLike) -> list[int]:
        """Return the numbers of tokens of some documents, ascending."""
        return self._pick(doc_indices, "num_tokens")

    def line_base(self, shard: Shard) -> int:
        """Return the number of lines of the same file before a shard."""
        return self._line_bases[shard.index]

    def rejections(self, shard: Shard) -> Iterator[Rejection]:
        """Yield what was set aside in a shard, lines numbered in the whole file."""
        base = self.line_base(shard)
        with map_arrow(segment_folder(self._root, shard) / REJECTIONS) as mapped:
            reader = pa.ipc.open_file(mapped)
            for i in range(reader.num_record_batches):
                for row in reader.get_batch(i).to_pylist():
                    yield Rejection(row["file"], base + row["line"], row["start"], row["length"], row["error"])

    def count_rejections(self) -> RejectionCounts:
        """Return how many records were read and set aside."""
        errors = Counter(rejection.error for shard in self.shards for rejection in self.rejections(shard))
        return count_reasons(self.num_documents, errors)

    def batches_of(self, shard: Shard) -> list[Batch]:
        """Return the batches of one shard."""
        return self._by_shard.get(shard.index, [])
