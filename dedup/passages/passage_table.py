"""The passages of a run as columns, in tokens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from dedup.passages.copied_span import CopiedSpan

WITHIN, ACROSS = 0, 1


@dataclass(frozen=True)
class Passages:
    """Passages, one row each, sorted by document and place.

    ```
    document       int32[n]     the later copy
    source         int32[n]     the document in which the passage occurs first
    span           int32[n, 2]  [start, end) in tokens of the document
    source_span    int32[n, 2]  [start, end) in tokens of the source
    equal          int32[n]     tokens that are the same on both sides
    scope          uint8[n]     WITHIN one document or ACROSS documents
    may_cut        bool[n]      whether the copy may be cut out of its document
    num_documents  int32[n]     how many documents have the passage
    ```
    """

    document: npt.NDArray[np.int32]
    source: npt.NDArray[np.int32]
    span: npt.NDArray[np.int32]
    source_span: npt.NDArray[np.int32]
    equal: npt.NDArray[np.int32]
    scope: npt.NDArray[np.uint8]
    may_cut: npt.NDArray[np.bool_]
    num_documents: npt.NDArray[np.int32]

    @classmethod
    def found(cls, pairs: npt.NDArray[np.int32], rows: npt.NDArray[np.int32], scope: int) -> "Passages":
        """Return what a kernel found: pairs are (document, source), rows (start, end, source start and end, equal)."""
        count = len(rows)
        document, source, equal = (np.ascontiguousarray(column) for column in (*pairs.T, rows[:, 4]))
        span, source_span = rows[:, 0:2].copy(), rows[:, 2:4].copy()
        scopes, may_cut = np.full(count, scope, np.uint8), np.zeros(count, bool)
        return cls(document, source, span, source_span, equal, scopes, may_cut, np.ones(count, np.int32))

    def __len__(self) -> int:
        return len(self.document)

    @property
    def similarity(self) -> npt.NDArray[np.float64]:
        """Return the share of equal tokens, 2 * equal / (tokens of both sides), float64[n]."""
        lengths = (self.span[:, 1] - self.span[:, 0]) + (self.source_span[:, 1] - self.source_span[:, 0])
        return 2.0 * self.equal / np.maximum(lengths, 1)

    def select(self, rows: np.ndarray) -> "Passages":
        """Return some of the rows, by index or mask."""
        return Passages(*(column[rows] for column in self.columns))

    def between(self, documents: npt.NDArray[np.bool_]) -> "Passages":
        """Return the passages whose documents are both among these, bool[documents]."""
        return self.select(documents[self.document] & documents[self.source])

    def renumber(self, documents: npt.NDArray[np.int64]) -> "Passages":
        """Return the passages of documents that are counted among some as passages of all: `documents` are these."""
        numbers = documents.astype(np.int32)
        return replace(self, document=numbers[self.document], source=numbers[self.source])

    def list_copies(self) -> Iterator[CopiedSpan]:
        """Yield the rows one by one."""
        columns = (*self.span.T, self.source, *self.source_span.T, self.equal)
        return (CopiedSpan(*row) for row in zip(*(column.tolist() for column in columns), strict=True))

    @property
    def columns(self) -> list[np.ndarray]:
        """Return all columns, in order."""
        return [getattr(self, field.name) for field in fields(self)]


def join_passages(parts: Sequence[Passages]) -> Passages:
    """Return the rows of several as one."""
    none = Passages.found(np.empty((0, 2), np.int32), np.empty((0, 5), np.int32), WITHIN)
    return Passages(*(np.concatenate(columns) for columns in zip(*(p.columns for p in (none, *parts)), strict=True)))
