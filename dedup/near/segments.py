"""The finished segments of a run, memory-mapped: all documents, by their place in the input."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.blocks import Rejection
from dedup.corpus.names import NO_NAME, DocumentName
from dedup.corpus.shards import Shard
from dedup.kernels.buffers import as_read_only, tokens_at
from dedup.near.segment_files import DOCUMENTS, REJECTIONS, REPEATS, TOKEN_SCHEMA, TOKENS, segment_folder
from dedup.near.stored import NAME_SCHEMA, KnownDocuments

KNOWN = "known.arrow"


class Batch:
    """The documents of one block as they were written: `first` is the doc_index of its first one."""

    def __init__(
        self, first: int, shard: Shard, documents: pa.RecordBatch, tokens: pa.RecordBatch, repeats: pa.RecordBatch
    ) -> None:
        self.first = first
        self.shard = shard
        self.documents = documents
        self.tokens: npt.NDArray[np.uint32] = tokens.column(0).to_numpy(zero_copy_only=True)
        self._repeats = repeats
        self.masked_addresses = np.zeros(len(documents), np.uint64)  # see Segments.mask
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
        num_tokens = self.column("num_tokens").astype(np.uint64)
        starts = np.cumsum(num_tokens) - num_tokens
        return np.uint64(self.tokens.ctypes.data) + starts * np.uint64(self.tokens.itemsize)

    @property
    def repeats(self) -> npt.NDArray[np.int32]:
        """Return int32[m, 6], a column for each of REPEAT_FIELDS, documents by their place in the batch."""
        columns = [column.to_numpy(zero_copy_only=True) for column in self._repeats.columns]
        return np.stack(columns, axis=1)

    @property
    def compared_addresses(self) -> npt.NDArray[np.uint64]:
        """Return the memory address of the tokens of each document, boilerplate masked."""
        return np.where(self.masked_addresses != 0, self.masked_addresses, self.token_addresses)


def pick_bytes(column: pa.Array, rows: npt.NDArray[np.int64]) -> list[bytes]:
    """Return some rows of a column of large strings or bytes; pyarrow's own way loads all functions that it has."""
    _, edges, data = column.buffers()
    if data is None:
        return [b""] * len(rows)
    bounds, view = np.frombuffer(edges, np.int64)[column.offset :], memoryview(data)
    return [bytes(view[a:b]) for a, b in zip(bounds[rows].tolist(), bounds[rows + 1].tolist(), strict=True)]


class Segments:
    """The finished segments of a run, memory-mapped; documents are found by `doc_index`, their place in the input."""

    def __init__(self, root: Path, shards: list[Shard]) -> None:
        self.shards = shards
        self.batches: list[Batch] = []
        self.num_documents = 0
        self.known: KnownDocuments | None = None
        self._maps: list[pa.MemoryMappedFile] = []
        self._line_bases: list[int] = []
        self._root = root
        self._num_lines, self._file = 0, -1
        self._by_shard: dict[int, list[Batch]] = {}
        for shard in shards:
            self._map(shard, segment_folder(root, shard))
        self._firsts = np.array([batch.first for batch in self.batches], np.int64)

    def _map(self, shard: Shard, folder: Path) -> None:
        if shard.first_file != self._file:
            self._num_lines, self._file = 0, shard.first_file
        self._line_bases.append(self._num_lines)
        self._num_lines += int((folder / "lines").read_text())
        if not (folder / DOCUMENTS).exists():
            return
        readers = [self._open(folder / name) for name in (DOCUMENTS, TOKENS, REPEATS)]
        for i in range(readers[0].num_record_batches):
            batch = Batch(self.num_documents, shard, *(reader.get_batch(i) for reader in readers))
            self.batches.append(batch)
            self._by_shard.setdefault(shard.index, []).append(batch)
            self.num_documents += len(batch)

    def _open(self, path: Path) -> pa.RecordBatchFileReader:
        mapped = pa.memory_map(str(path))
        self._maps.append(mapped)
        return pa.ipc.open_file(mapped)

    def find(self, doc_index: int) -> tuple[Batch, int]:
        """Return the batch that holds a document and its row there."""
        batch = self.batches[int(np.searchsorted(self._firsts, doc_index, "right")) - 1]
        return batch, doc_index - batch.first

    def remember(self, known: KnownDocuments) -> None:
        """Take in the documents that stand before the first: `num_documents + i` names number i of them.

        Any process finds their names from now on; their sketches are for this one.
        """
        with pa.ipc.new_file(str(self._root / KNOWN), NAME_SCHEMA) as writer:
            writer.write_table(known.names.combine_chunks())
        self.known = known
        self.__dict__.pop("_known_names", None)  # it may have been read before

    @cached_property
    def _known_names(self) -> pa.RecordBatch:
        return pa.ipc.open_file(pa.memory_map(str(self._root / KNOWN))).get_batch(0)

    def name_known(self, places: npt.NDArray[np.int64]) -> list[DocumentName]:
        """Return the names of documents that stand before the first, by their number."""
        names = self._known_names
        ids = pick_bytes(names.column("id"), places)
        paths, runs = ([raw.decode() for raw in pick_bytes(names.column(i), places)] for i in ("path", "run"))
        lines = names.column("line").to_numpy()[places].tolist()
        return [DocumentName(*values) for values in zip(ids, paths, lines, runs, strict=True)]

    def name(self, doc_index: int) -> DocumentName:
        """Return how a document is called in the output; without an id of its own it is called by path and line."""
        return self.names(np.array([doc_index]))[0]

    def names(self, doc_indices: npt.NDArray[np.int64]) -> list[DocumentName]:
        """Return the names of many documents, in their order: a batch at a time, some 3 us each."""
        names: list[DocumentName] = [NO_NAME] * len(doc_indices)
        before = np.flatnonzero(doc_indices >= self.num_documents)
        if before.size:
            for place, name in zip(
                before.tolist(), self.name_known(doc_indices[before] - self.num_documents), strict=True
            ):
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

    def mask(self, path: Path, masked: Iterable[tuple[int, npt.NDArray[np.uint32]]]) -> None:
        """Write other tokens for some documents (by doc_index, ascending) to a file, and map them.

        A document's masked tokens are as many as its tokens. Batches know where they are: `masked_addresses`.
        """
        groups: list[tuple[Batch, list[int]]] = []
        with pa.ipc.new_file(str(path), TOKEN_SCHEMA) as writer:
            for batch, group in groupby(masked, key=lambda item: self.find(item[0])[0]):
                members = list(group)
                groups.append((batch, [doc - batch.first for doc, _ in members]))
                whole = pa.array(np.concatenate([tokens for _, tokens in members]))
                writer.write_batch(pa.RecordBatch.from_arrays([whole], schema=TOKEN_SCHEMA))
        reader = self._open(path)
        for number, (batch, rows) in enumerate(groups):
            start = reader.get_batch(number).column(0).to_numpy(zero_copy_only=True).ctypes.data
            sizes = batch.column("num_tokens")[rows].astype(np.uint64)
            batch.masked_addresses[rows] = np.uint64(start) + (np.cumsum(sizes) - sizes) * np.uint64(4)

    def tokens_of(self, doc_index: int) -> npt.NDArray[np.uint32]:
        """Return the tokens of a document, or of one that stands before the first."""
        if doc_index >= self.num_documents:
            assert self.known is not None
            place = doc_index - self.num_documents
            return as_read_only(tokens_at(self.known.address[place], self.known.num_tokens[place]))
        batch, row = self.find(doc_index)
        end = int(batch.column("num_tokens")[: row + 1].sum())
        return as_read_only(batch.tokens[end - int(batch.column("num_tokens")[row]) : end])

    def locate_compared(self, doc_index: int) -> tuple[int, int]:
        """Return where the tokens of a document stand in memory, boilerplate masked, and how many they are."""
        if doc_index >= self.num_documents:
            assert self.known is not None
            place = doc_index - self.num_documents
            return int(self.known.compared_addresses[place]), int(self.known.num_tokens[place])
        batch, row = self.find(doc_index)
        return int(batch.compared_addresses[row]), int(batch.column("num_tokens")[row])

    def line_base(self, shard: Shard) -> int:
        """Return the number of lines of the same file that stand before a shard."""
        return self._line_bases[shard.index]

    def rejections(self, shard: Shard) -> Iterator[Rejection]:
        """Yield what was set aside in a shard, lines numbered in the whole file."""
        base = self.line_base(shard)
        with pa.memory_map(str(segment_folder(self._root, shard) / REJECTIONS)) as mapped:
            reader = pa.ipc.open_file(mapped)
            for i in range(reader.num_record_batches):
                for row in reader.get_batch(i).to_pylist():
                    yield Rejection(row["file"], base + row["line"], row["start"], row["error"], row["raw"])

    def batches_of(self, shard: Shard) -> list[Batch]:
        """Return the batches of one shard."""
        return self._by_shard.get(shard.index, [])
