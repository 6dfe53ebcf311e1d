"""Boilerplate: what many documents of one outlet, or of the corpus, hold beside a text of their own."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import PassageConfig
from dedup.kernels.anchors import count_anchors
from dedup.kernels.boilerplate import FrequencyTable, copy_frequent, count_block, mark_block, support_block
from dedup.passages.matches import SLOTS_PER_ANCHOR, TokenBlock

WINDOW = 8  # a sparser net than that for passages: boilerplate stands in many documents, one anchor in each is enough
MASKED = np.uint32(0xFFFFFFFF)

# From how many documents on: of one series, and of the whole corpus (where a wire story is in many documents too).
SERIES_LEAST, SERIES_SHARE = 10, 0.01
CORPUS_LEAST, CORPUS_SHARE = 50, 0.02


@dataclass(frozen=True)
class Boilerplate:
    """Ranges of tokens that are boilerplate, sorted by document and place, apart.

    ```
    document  int32[n]     by place in the blocks
    span      int32[n, 2]  [start, end) in tokens
    holders   int32[n]     documents that hold it
    is_first  bool[n]      whether this document is the first to hold it
    ```
    stride: boilerplate was looked for in every stride-th document (1: in all)
    """

    document: npt.NDArray[np.int32]
    span: npt.NDArray[np.int32]
    holders: npt.NDArray[np.int32]
    is_first: npt.NDArray[np.bool_]
    stride: int

    def __len__(self) -> int:
        return len(self.document)

    def rows_by_document(self) -> Iterator[tuple[int, slice]]:
        """Yield each document that has boilerplate with the slice of its rows, in order."""
        names, begins = np.unique(self.document, return_index=True)
        for name, start, end in zip(names.tolist(), begins.tolist(), [*begins.tolist()[1:], len(self)], strict=False):
            yield name, slice(start, end)

    def count_tokens(self, num_documents: int) -> npt.NDArray[np.int32]:
        """Return how many tokens of each document are boilerplate."""
        lengths = self.span[:, 1] - self.span[:, 0]
        return np.bincount(self.document, lengths, minlength=num_documents).astype(np.int32)

    def write(self, path: Path) -> None:
        """Write the ranges as an Arrow IPC file."""
        columns = (self.document, *self.span.T, self.holders, self.is_first)
        arrays = [pa.array(np.ascontiguousarray(column)) for column in columns]
        batch = pa.RecordBatch.from_arrays(arrays, names=["document", "start", "end", "holders", "is_first"])
        with pa.ipc.new_file(str(path), batch.schema) as writer:
            writer.write_batch(batch)

    @classmethod
    def read(cls, path: Path) -> "Boilerplate":
        """Map the ranges that `write` left."""
        batch = pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
        c = [np.asarray(column.to_numpy(zero_copy_only=False)) for column in batch.columns]
        return cls(c[0], np.stack(c[1:3], axis=1), c[3], c[4], 1)


@dataclass(frozen=True)
class Series:
    """What documents are counted with: a hash of their outlet, and which of them count (copies count once)."""

    series: npt.NDArray[np.uint64]
    counted: npt.NDArray[np.bool_]


def find_boilerplate(blocks: Sequence[TokenBlock], documents: Series, config: PassageConfig) -> Boilerplate:
    """Find the boilerplate of the series (where documents have one) and of the corpus."""
    anchors = sum(count_anchors(b.address, b.num_tokens, config.shingle_size, WINDOW) for b in blocks)
    stride = max(-(-anchors // config.max_anchors), 1)
    counted = documents.counted & (np.arange(len(documents.counted)) % stride == 0)
    size = int(anchors / stride * SLOTS_PER_ANCHOR * 1.1) + 1024
    whole = np.zeros(len(counted), np.uint64)
    jobs = [(whole, frequent_from(whole, counted, CORPUS_LEAST, CORPUS_SHARE))]
    if documents.series.any():
        jobs.append((documents.series, frequent_from(documents.series, counted, SERIES_LEAST, SERIES_SHARE)))
    sizes = (config.shingle_size, WINDOW)
    with ThreadPoolExecutor(len(jobs)) as pool:  # the kernels run without the GIL
        found = list(pool.map(lambda job: mark(blocks, job[0], job[1], counted, size, sizes), jobs))
    return merge_ranges(np.concatenate(found), stride)


def frequent_from(
    series: npt.NDArray[np.uint64], counted: npt.NDArray[np.bool_], least: int, share: float
) -> npt.NDArray[np.int32]:
    """Return for each document from how many documents of its series on a passage is boilerplate."""
    names, where = np.unique(series, return_inverse=True)
    sizes = np.bincount(where[counted], minlength=len(names))
    needed: npt.NDArray[np.int32] = np.maximum(least, np.ceil(share * sizes)).astype(np.int32)
    return needed[where]


def mark(
    blocks: Sequence[TokenBlock],
    series: npt.NDArray[np.uint64],
    needed: npt.NDArray[np.int32],
    counted: npt.NDArray[np.bool_],
    size: int,
    sizes: tuple[int, int],
) -> npt.NDArray[np.int32]:
    """Return the rows of `mark_block` over all blocks, after counting them."""
    if needed.size == 0 or counted.sum() < needed.min():
        return np.empty((0, 5), np.int32)
    every = make_table(size)
    places = np.cumsum([0, *(len(block) for block in blocks)])
    slices = [slice(a, b) for a, b in zip(places[:-1].tolist(), places[1:].tolist(), strict=True)]
    for here, b in zip(slices, blocks, strict=True):
        count_block(every, here.start, b.address, b.num_tokens, series[here], counted[here], sizes)
    least = int(needed.min())
    table = make_table(2 * int((every.counts >= least).sum()) + 16)
    copy_frequent(every, least, table)
    for here, b in zip(slices, blocks, strict=True):
        support_block(table, here.start, b.address, b.num_tokens, series[here], counted[here], needed[here], sizes)
    rows = []
    for here, b in zip(slices, blocks, strict=True):
        ranges = np.empty((int(b.num_tokens.sum()) // 8 + len(b) + 1, 5), np.int32)
        found = mark_block(table, here.start, b.address, b.num_tokens, series[here], needed[here], sizes, ranges)
        rows.append(ranges[:found].copy())
    return np.concatenate(rows) if rows else np.empty((0, 5), np.int32)


def make_table(size: int) -> FrequencyTable:
    """Return an empty table."""
    return FrequencyTable(np.zeros(size, np.uint64), *(np.zeros(size, np.int32) for _ in range(4)))


def merge_ranges(rows: npt.NDArray[np.int32], stride: int) -> Boilerplate:
    """Return the rows as boilerplate, overlapping ranges of one document joined."""
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    merged: list[list[int]] = []
    for document, start, end, holders, first in rows.tolist():
        if merged and merged[-1][0] == document and start <= merged[-1][2]:
            last = merged[-1]
            last[2], last[3], last[4] = max(last[2], end), max(last[3], holders), last[4] | first
        else:
            merged.append([document, start, end, holders, first])
    table = np.array(merged, np.int32).reshape(-1, 5)
    return Boilerplate(table[:, 0], table[:, 1:3], table[:, 3], table[:, 4].astype(bool), stride)


def mask_tokens(tokens: npt.NDArray[np.uint32], spans: npt.NDArray[np.int32]) -> npt.NDArray[np.uint32]:
    """Return a document's tokens with those in the spans masked: equal to no other token, in no shingle."""
    masked = tokens.copy()
    for start, end in spans.tolist():
        masked[start:end] = MASKED
    return masked
