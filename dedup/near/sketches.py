"""The sketches of all documents of a run, and of the stored documents that they are compared with."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.kernels.buffers import as_read_only, tokens_at
from dedup.kernels.tokens import MASKED
from dedup.near.arrow_files import create_arrow, map_arrow
from dedup.near.leaders import Offered
from dedup.near.segment_files import TOKEN_SCHEMA
from dedup.near.segments import Batch, Segments
from dedup.near.stored import NO_STORED, StoredDocuments

GATHERED = 65_536  # documents whose columns are copied together when the order is not that of the input


class Located(NamedTuple):
    """Where the tokens of documents are in memory (uint64[m]), how many (int32[m]), and what is known (FACTS[m])."""

    address: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    facts: npt.NDArray[np.void]


@dataclass(frozen=True)
class Sketches:
    """The sketches of a run by doc_index: those of its n documents, which are mapped; n + i is stored document i.

    ```
    segments  the documents as they were sketched
    masked    uint64[n]  where the tokens of a document are with boilerplate masked, 0 for a document without any
    stored    documents of an index that these are compared with
    mapped    what keeps the masked tokens mapped
    ```
    """

    segments: Segments
    masked: npt.NDArray[np.uint64]
    stored: StoredDocuments = NO_STORED
    mapped: tuple[pa.MemoryMappedFile, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, segments: Segments) -> "Sketches":
        """Return the sketches of finished segments, without boilerplate and stored documents."""
        return cls(segments, np.zeros(segments.num_documents, np.uint64))

    def __len__(self) -> int:
        return self.segments.num_documents

    def with_stored(self, stored: StoredDocuments) -> "Sketches":
        """Return the sketches with these stored documents."""
        return replace(self, segments=self.segments.with_stored_names(stored.names), stored=stored)

    def with_masks(self, path: Path, documents: npt.NDArray[np.int32], spans: npt.NDArray[np.int32]) -> "Sketches":
        """Return the sketches with tokens masked in some documents, which are written to a file and mapped.

        `documents` are doc_indices, ascending, one for each of `spans` (int32[m, 2], [start, end) in tokens, apart).
        """
        batches, masked = self.segments.batches, self.masked.copy()
        edges = np.searchsorted(documents, [*(batch.first for batch in batches), len(self)]).tolist()
        places: list[npt.NDArray[np.int64]] = []
        with create_arrow(path, TOKEN_SCHEMA) as writer:
            for batch, first, stop in zip(batches, edges[:-1], edges[1:], strict=True):
                if first == stop:
                    continue
                rows, number = np.unique(documents[first:stop].astype(np.int64) - batch.first, return_inverse=True)
                sizes, ends = batch.column("num_tokens")[rows].astype(np.int64), batch.token_ends[rows]
                pairs = zip((ends - sizes).tolist(), ends.tolist(), strict=True)
                tokens, begins = np.concatenate([batch.tokens[a:b] for a, b in pairs]), np.cumsum(sizes) - sizes
                for start, end in (spans[first:stop] + begins[number, None]).tolist():
                    tokens[start:end] = MASKED
                writer.write_batch(pa.RecordBatch.from_arrays([pa.array(tokens)], schema=TOKEN_SCHEMA))
                places.append(rows + batch.first)
                masked[places[-1]] = 4 * begins
        mapped = map_arrow(path)
        reader = pa.ipc.open_file(mapped)
        for index, here in enumerate(places):
            masked[here] += np.uint64(reader.get_batch(index).column(0).to_numpy(zero_copy_only=True).ctypes.data)
        return replace(self, masked=masked, mapped=(*self.mapped, mapped))

    # ------------------------------------------------------------------------------------------------- columns

    def join(self, name: str, dtype: type[np.generic] | None = None) -> np.ndarray:
        """Return a column of all documents, copied; `dtype` where its rows are opaque bytes."""
        columns = [batch.column(name, dtype) for batch in self.segments.batches]
        return np.concatenate(columns) if columns else np.empty((0, 2) if dtype else 0, dtype or np.int32)

    def masked_of(self, batch: Batch) -> npt.NDArray[np.uint64]:
        """Return the masked addresses of the documents of a batch."""
        return self.masked[batch.first : batch.first + len(batch)]

    def compared_addresses(self, batch: Batch) -> npt.NDArray[np.uint64]:
        """Return where the tokens of the documents of a batch are in memory, boilerplate masked."""
        masked = self.masked_of(batch)
        return np.where(masked != 0, masked, batch.token_addresses)

    def view(self, batch: Batch) -> Offered:
        """Return the documents of one batch as they are mapped, without copying."""
        return Offered(
            batch.column("keys", np.uint64),
            batch.column("signature", np.uint64),
            batch.column("content", np.uint64),
            batch.column("num_tokens"),
            batch.column("num_shingles"),
            batch.token_addresses,
            self.masked_of(batch),
            batch.facts,
        )

    def views(self) -> Iterator[Offered]:
        """Yield all documents in the order of the input, batch by batch."""
        return (self.view(batch) for batch in self.segments.batches)

    def gather(self, order: npt.NDArray[np.int64]) -> Iterator[Offered]:
        """Yield documents from anywhere in the corpus in the order of their doc_indices, GATHERED at a time."""
        for begin in range(0, len(order), GATHERED):
            yield self.take(order[begin : begin + GATHERED])

    def take(self, documents: npt.NDArray[np.int64]) -> Offered:
        """Return some documents, by doc_index, in this order."""
        return Offered(*self._pick(documents, lambda batch, rows: self.view(batch).take(rows)))

    def _pick(
        self,
        documents: npt.NDArray[np.int64],
        take: Callable[[Batch, npt.NDArray[np.int64]], Iterable[np.ndarray]],
    ) -> list[np.ndarray]:
        """Return columns of some documents, in this order; `take` gives those of rows of a batch."""
        batches = self.segments.batches
        batch_index = np.searchsorted([batch.first for batch in batches], documents, "right") - 1
        by_batch = np.argsort(batch_index, kind="stable")
        present, begins = np.unique(batch_index[by_batch], return_index=True)
        parts = [
            take(batches[index], docs - batches[index].first)
            for index, docs in zip(present.tolist(), np.split(documents[by_batch], begins[1:]), strict=True)
        ]
        back = np.empty_like(by_batch)
        back[by_batch] = np.arange(len(by_batch))
        return [np.concatenate(columns)[back] for columns in zip(*parts, strict=True)]

    def gather_facts(self) -> npt.NDArray[np.void]:
        """Return what is known of all documents beside their text, those of the run and then the stored: FACTS[n + k].

        The titles stay in memory as long as these sketches.
        """
        return np.concatenate([*(batch.facts for batch in self.segments.batches), self.stored.facts])

    def locate(self, documents: npt.NDArray[np.int64]) -> Located:
        """Return where some documents of the run, or stored ones, are in memory, in this order."""
        is_own, stored = documents < len(self), self.stored
        numbers = documents[~is_own] - len(self)
        parts = [Located(stored.address[numbers], stored.num_tokens[numbers], stored.facts[numbers])]
        if is_own.any():
            own = self._pick(
                documents[is_own],
                lambda b, rows: (b.token_addresses[rows], b.column("num_tokens")[rows], b.facts_at(rows)),
            )
            parts.insert(0, Located(*own))
        place = np.argsort(np.argsort(~is_own, kind="stable"), kind="stable")
        return Located(*(np.concatenate(columns)[place] for columns in zip(*parts, strict=True)))

    def locate_compared(self, documents: npt.NDArray[np.int64]) -> Located:
        """Return the same with boilerplate masked."""
        found, masked = self.locate(documents), self.find_masked(documents)
        return found._replace(address=np.where(masked != 0, masked, found.address))

    def find_masked(self, documents: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
        """Return where their tokens with boilerplate masked are, uint64[m]; 0 of those without any."""
        return np.concatenate([self.masked, self.stored.masked])[documents]

    # ------------------------------------------------------------------------------------------- one document

    def tokens_of(self, doc_index: int) -> npt.NDArray[np.uint32]:
        """Return the tokens of a document of the run, or of a stored one."""
        if doc_index < len(self):
            return self.segments.tokens_of(doc_index)
        number = doc_index - len(self)
        return as_read_only(tokens_at(self.stored.address[number], self.stored.num_tokens[number]))

    def facts_of(self, doc_index: int) -> np.void:
        """Return what is known of a document of the run, or of a stored one (FACTS)."""
        if doc_index >= len(self):
            row: np.void = self.stored.facts[doc_index - len(self)]
            return row
        batch, place = self.segments.find(doc_index)
        found: np.void = batch.facts_at(np.array([place]))[0]
        return found


class OfferedBatch(Batch):
    """Documents in memory as if they were the one block of a segment; they have no names."""

    def __init__(self, documents: Offered) -> None:
        self.first = 0
        self._offered = documents

    def __len__(self) -> int:
        return len(self._offered.keys)

    def column(self, name: str, dtype: type[np.generic] | None = None) -> np.ndarray:  # noqa: ARG002 (as in a segment)
        """Return a field of `Offered`."""
        return np.asarray(getattr(self._offered, name))

    @property
    def facts(self) -> npt.NDArray[np.void]:
        """Return what is known of each document beside its text, FACTS[n]."""
        return self._offered.facts

    def facts_at(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.void]:
        """Return the same of some documents."""
        return self._offered.facts[rows]

    @property
    def token_addresses(self) -> npt.NDArray[np.uint64]:
        """Return the memory address of the tokens of each document."""
        return self._offered.address


def sketches_of(documents: Offered) -> Sketches:
    """Return documents in memory as the sketches of a run; they have to outlive these."""
    sketches = Sketches.of(Segments.of_batches([OfferedBatch(documents)]))
    return replace(sketches, masked=documents.masked)
