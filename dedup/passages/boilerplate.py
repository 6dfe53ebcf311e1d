"""Boilerplate: what many documents of one outlet, or of the corpus, hold beside a text of their own."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import PassageConfig
from dedup.kernels.frequencies import (
    FREQUENCY,
    copy_frequent,
    count_block,
    list_anchors,
    mark_block,
    support_block,
    tally_block,
)
from dedup.passages.token_blocks import SLOTS_PER_ANCHOR, Anchors, TokenBlock

WINDOW = 8  # a sparser net than that for passages: boilerplate stands in many documents, one anchor in each is enough
ANCHORS_PER_TOKEN = 2 / (WINDOW + 1)  # expected of winnowing
MOST_TALLIES = 1 << 26  # bytes: most anchors stand in few documents, and are told by these before they take a slot
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


def list_counted(block: TokenBlock, counted: npt.NDArray[np.bool_], sizes: tuple[int, int]) -> Anchors:
    """Return the anchors of the counted documents of a block; `sizes` is (shingle_size, window)."""
    num_tokens = int(block.num_tokens[counted].sum())
    return Anchors.list(
        num_tokens,
        len(block),
        lambda *arrays: list_anchors(block.address, block.num_tokens, counted, sizes, *arrays),
    )


def slices_of(blocks: Sequence[TokenBlock]) -> list[slice]:
    """Return where the documents of each block are among those of all."""
    places = np.cumsum([0, *(len(block) for block in blocks)]).tolist()
    return [slice(start, end) for start, end in pairwise(places)]


def find_boilerplate(
    blocks: Sequence[TokenBlock], documents: Series, config: PassageConfig, threads: int = 1
) -> Boilerplate:
    """Find the boilerplate of the series (where documents have one) and of the corpus."""
    num_tokens = sum(int(b.num_tokens.sum()) for b in blocks)
    stride = max(math.ceil(num_tokens * ANCHORS_PER_TOKEN / config.max_anchors), 1)
    counted = documents.counted & (np.arange(len(documents.counted)) % stride == 0)
    sizes = (config.shingle_size, WINDOW)
    whole = np.zeros(len(counted), np.uint64)
    jobs = [(whole, frequent_from(whole, counted, CORPUS_LEAST, CORPUS_SHARE))]
    if documents.series.any():
        jobs.append((documents.series, frequent_from(documents.series, counted, SERIES_LEAST, SERIES_SHARE)))
    with ThreadPoolExecutor(threads) as pool:  # the kernels run without the GIL
        anchors = list(
            pool.map(lambda block, here: list_counted(block, counted[here], sizes), blocks, slices_of(blocks))
        )
        tables = pool.map(lambda job: count_frequent(blocks, anchors, job, sizes), jobs)
        found = [np.empty((0, 5), np.int32)]
        for job, table in zip(jobs, list(tables), strict=True):
            if table.size:
                found += pool.map(partial(mark, table, job, sizes), blocks, slices_of(blocks))
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
    table: np.ndarray,
    job: tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]],
    sizes: tuple[int, int],
    block: TokenBlock,
    here: slice,
) -> npt.NDArray[np.int32]:
    """Return the rows of `mark_block` of a block, whose documents stand `here` among all."""
    series, needed = (column[here] for column in job)
    ranges = np.empty((int(block.num_tokens.sum()) // 8 + len(block) + 1, 5), np.int32)
    found = mark_block(table, here.start, block.address, block.num_tokens, series, needed, sizes, ranges)
    return ranges[:found].copy()


def count_frequent(
    blocks: Sequence[TokenBlock],
    anchors: Sequence[Anchors],
    job: tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]],
    sizes: tuple[int, int],
) -> np.ndarray:
    """Return the table (FREQUENCY) of the anchors that many documents hold, without a slot where there can be none.

    `job` is the series of each document, and from how many documents of it on a passage is boilerplate.
    """
    series, needed = job
    least = int(needed.min()) if needed.size else 1
    if sum(int((np.diff(a.ends, prepend=0) > 0).sum()) for a in anchors) < least:
        return np.zeros(0, FREQUENCY)
    work = list(zip(slices_of(blocks), blocks, anchors, strict=True))
    tally = np.zeros(min(1 << (2 * sum(len(a.hashes) for a in anchors)).bit_length(), MOST_TALLIES), np.uint8)
    for here, _, a in work:
        tally_block(tally, a.hashes, a.ends, series[here])

    def count(table: np.ndarray) -> int:
        return sum(count_block(table, tally, least, here.start, a.hashes, a.ends, series[here]) for here, _, a in work)

    every = np.zeros(int(count(np.zeros(0, FREQUENCY)) * SLOTS_PER_ANCHOR) + 1024, FREQUENCY)
    count(every)
    table = np.zeros(2 * int((every["count"] >= least).sum()) + 16, FREQUENCY)
    copy_frequent(every, least, table)
    for here, b, a in work:
        support_block(table, here.start, a, series[here], b.num_tokens, needed[here], sizes[0])
    return table


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
