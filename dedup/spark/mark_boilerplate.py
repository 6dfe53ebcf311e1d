"""Boilerplate over all documents: counted in one task, in a sample that is bounded whatever the corpus; marked in all.

The local engine counts the anchors of every stride-th document, so that no more than `max_anchors` are in memory. The
same documents are counted here, by the same kernels, in one task: at most some 300 MB of tokens.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import PassageConfig
from dedup.kernels.buffers import as_read_only
from dedup.kernels.frequencies import FREQUENCY, find_frequency, mark_block
from dedup.passages.boilerplate import (
    ANCHORS_PER_TOKEN,
    CORPUS_LEAST,
    CORPUS_SHARE,
    SERIES_LEAST,
    SERIES_SHARE,
    WINDOW,
    count_frequent,
    frequent_from,
    list_counted,
    merge_ranges,
)
from dedup.passages.token_blocks import TokenBlock
from dedup.spark.packing import byte_addresses
from dedup.spark.types import as_struct

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.catalogue import Catalogue

FREQUENT_SCHEMA = pa.schema(
    {
        "by_series": pa.bool_(),
        "key": pa.int64(),
        "holders": pa.int32(),
        "support": pa.int32(),
        "first": pa.int64(),
        "series": pa.int64(),  # of rows without a key: from how many documents on a passage is boilerplate there
        "needed": pa.int32(),
    }
)
MARK_SCHEMA = pa.schema({"doc": pa.int64(), "masked": pa.binary()})
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Frequent:
    """What one job found: anchors with enough support, and from how many documents of a series on that is."""

    table: np.ndarray
    needed: dict[int, int]
    least: int


@dataclass(frozen=True)
class CountTask:
    """The settings of counting; `by_series` says whether any document names its series."""

    config: PassageConfig
    by_series: bool


def find_boilerplate(documents: "DataFrame", catalogue: "Catalogue", config: PassageConfig) -> "DataFrame | None":
    """Return (doc, masked) of the documents that hold boilerplate, None where none does.

    `masked` is int32[n, 4]: first token, end, documents that hold it, whether this one is the first of them.
    """
    stride = max(math.ceil(catalogue.num_tokens * ANCHORS_PER_TOKEN / config.max_anchors), 1)
    flags = documents.agg(F.max((F.col("series") != 0).cast("int")).alias("any")).first()
    task = CountTask(config, bool(flags and flags["any"]))
    firsts = documents.groupBy("content_0").agg(F.min("doc").alias("doc")).filter(F.col("doc") % stride == 0)
    counted = documents.join(firsts.select("doc"), "doc").select("doc", "series", "num_tokens", "tokens")
    found = counted.repartition(1).mapInArrow(partial(count_sample, task=task), as_struct(FREQUENT_SCHEMA)).toArrow()
    jobs = read_frequent(found)
    if not any(job.table.size for job in jobs):
        return None
    columns = documents.select("doc", "series", "num_tokens", "tokens")
    sizes = (config.shingle_size, WINDOW)
    return columns.mapInArrow(partial(mark_documents, jobs=jobs, sizes=sizes), as_struct(MARK_SCHEMA))


def count_sample(batches: Iterator[pa.RecordBatch], *, task: CountTask) -> Iterator[pa.RecordBatch]:
    """Yield the anchors that are frequent in the documents of one task, which are all that count."""
    held = [batch for batch in batches if len(batch)]
    if not held:
        return
    doc = np.concatenate([batch.column("doc").to_numpy() for batch in held])
    order = np.argsort(doc)
    address = np.concatenate([byte_addresses(batch.column("tokens")) for batch in held])[order]
    num_tokens = np.concatenate([batch.column("num_tokens").to_numpy() for batch in held])[order]
    series = np.concatenate([batch.column("series").to_numpy() for batch in held])[order].view(np.uint64)
    block = [TokenBlock(address, num_tokens)]
    whole = np.zeros(len(doc), np.uint64)
    limits = [(False, whole, CORPUS_LEAST, CORPUS_SHARE)]
    if task.by_series:
        limits.append((True, series, SERIES_LEAST, SERIES_SHARE))
    sizes = (task.config.shingle_size, WINDOW)
    every = np.ones(len(doc), bool)
    anchors = [list_counted(block[0], every, sizes)]
    for by_series, names, least, share in limits:
        needed = frequent_from(names, every, least, share)
        table = count_frequent(block, anchors, (names, needed), sizes)
        yield wrap_frequent(table, doc[order], by_series=by_series, least=least)
        yield wrap_needed(names, needed, by_series=by_series)


def wrap_frequent(table: np.ndarray, doc: npt.NDArray[np.int64], *, by_series: bool, least: int) -> pa.RecordBatch:
    """Return the anchors that enough documents of different text hold."""
    rows = np.flatnonzero((table["count"] > 0) & (table["support"] >= least))
    arrays = [
        pa.array(np.full(len(rows), by_series)),
        pa.array(table["key"][rows].view(np.int64)),
        pa.array(table["count"][rows]),
        pa.array(table["support"][rows]),
        pa.array(doc[table["first"][rows]]),
        pa.nulls(len(rows), pa.int64()),
        pa.nulls(len(rows), pa.int32()),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=FREQUENT_SCHEMA)


def wrap_needed(names: npt.NDArray[np.uint64], needed: npt.NDArray[np.int32], *, by_series: bool) -> pa.RecordBatch:
    """Return from how many documents of each series on a passage is boilerplate."""
    series, where = np.unique(names, return_index=True)
    nothing = [pa.nulls(len(series), kind) for kind in FREQUENT_SCHEMA.types[1:5]]
    arrays = [pa.array(np.full(len(series), by_series)), *nothing]
    arrays += [pa.array(series.view(np.int64)), pa.array(needed[where])]
    return pa.RecordBatch.from_arrays(arrays, schema=FREQUENT_SCHEMA)


def read_frequent(found: pa.Table) -> list[Frequent]:
    """Return what was found in the corpus and in its series."""
    jobs = []
    for by_series, least in ((False, CORPUS_LEAST), (True, SERIES_LEAST)):
        rows = found.filter(pa.compute.equal(found["by_series"], by_series))
        anchors = rows.filter(pa.compute.is_valid(rows["key"]))
        keys = anchors["key"].to_numpy().view(np.uint64)
        first = anchors["first"].to_numpy()
        table = np.zeros(2 * len(keys) + 16 if len(keys) else 0, FREQUENCY)
        columns = (anchors["holders"].to_numpy(), anchors["support"].to_numpy(), first)
        for key, holders, support, doc in zip(keys, *columns, strict=True):
            slot = find_frequency(table, key)
            table[slot] = (key, holders, support, -1, doc)
        named = rows.filter(pa.compute.is_valid(rows["series"]))
        needed = dict(zip(named["series"].to_pylist(), named["needed"].to_pylist(), strict=True))
        jobs.append(Frequent(table, needed, least))
    return jobs


def mark_documents(
    batches: Iterator[pa.RecordBatch], *, jobs: list[Frequent], sizes: tuple[int, int]
) -> Iterator[pa.RecordBatch]:
    """Yield the boilerplate of each document that has any."""
    for batch in batches:
        if len(batch) == 0:
            continue
        doc, num_tokens = batch.column("doc").to_numpy(), batch.column("num_tokens").to_numpy()
        block = TokenBlock(byte_addresses(batch.column("tokens")), num_tokens)
        series = batch.column("series").to_numpy()
        edges = [0, *(np.flatnonzero(np.diff(doc) != 1) + 1).tolist(), len(batch)]
        rows: list[Rows] = [np.empty((0, 5), np.int32)]
        for job, by_series in zip(jobs, (False, True), strict=True):
            names = series if by_series else np.zeros(len(batch), np.int64)
            if job.table.size:
                rows += [mark_run(job, block, names, doc, slice(start, end), sizes) for start, end in pairwise(edges)]
        found = merge_ranges(np.concatenate(rows), 1)
        marked = [(int(doc[place]), here) for place, here in found.rows_by_document()]
        spans = np.column_stack([found.span, found.holders, found.is_first]).astype(np.int32)
        arrays = [
            pa.array([number for number, _ in marked], pa.int64()),
            pa.array([spans[here].tobytes() for _, here in marked], pa.binary()),
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=MARK_SCHEMA)


def mark_run(
    job: Frequent,
    block: TokenBlock,
    names: npt.NDArray[np.int64],
    doc: npt.NDArray[np.int64],
    here: slice,
    sizes: tuple[int, int],
) -> Rows:
    """Return the rows of `mark_block` for consecutive documents of a batch, named by their place in it."""
    needed = np.array([job.needed.get(name, job.least) for name in names[here].tolist()], np.int32)
    num_tokens = block.num_tokens[here]
    ranges = np.empty((int(num_tokens.sum()) // 8 + len(num_tokens) + 1, 5), np.int32)
    first = int(doc[here.start])
    series = as_read_only(names[here].view(np.uint64))
    found = mark_block(job.table, first, block.address[here], num_tokens, series, needed, sizes, ranges)
    rows = ranges[:found].copy()
    rows[:, 0] += here.start - first
    return rows
