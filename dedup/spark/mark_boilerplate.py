"""Boilerplate: counted in a sample of the documents, in one task; marked in all documents.

The local engine counts the fingerprints of every stride-th document, so that no more than `max_fingerprints` are in
memory. The same documents are counted here, by the same kernels, in one task: at most some 300 MB of tokens.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import PassageConfig
from dedup.kernels.buffers import as_read_only
from dedup.kernels.fingerprints import Winnowing
from dedup.kernels.frequencies import FREQUENCY, find_frequency
from dedup.passages.boilerplate import (
    CORPUS_MIN,
    CORPUS_SHARE,
    SERIES_MIN,
    SERIES_SHARE,
    WINDOW,
    FrequencyRule,
    choose_stride,
    count_frequent,
    list_counted,
    mark_frequent,
    merge_ranges,
)
from dedup.passages.document_tokens import DocumentTokens
from dedup.spark.members import join_column
from dedup.spark.spark_tables import as_struct, byte_addresses

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.sketched_corpus import SketchedCorpus

FREQUENT_SCHEMA = pa.schema(
    {
        "by_series": pa.bool_(),
        "least": pa.int32(),
        "table": pa.binary(),  # FREQUENCY[n]: fingerprints with enough support; `first` is a `doc`
        "series": pa.binary(),  # int64[k]
        "needed": pa.binary(),  # int32[k]: how many documents of each series make a passage boilerplate
    }
)
MARK_SCHEMA = pa.schema({"doc": pa.int64(), "masked": pa.binary()})
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Frequent:
    """The frequent fingerprints of the corpus, or of its series.

    ```
    table   FREQUENCY[n], a hash table
    needed  how many documents make a passage boilerplate, by series
    least   the same for a series that was not counted
    ```
    """

    by_series: bool
    table: np.ndarray
    needed: dict[int, int]
    least: int


def find_boilerplate(documents: "DataFrame", corpus: "SketchedCorpus", config: PassageConfig) -> "DataFrame | None":
    """Return (doc, masked) of the documents that hold boilerplate, None where none does.

    `masked` is int32[n, 4]: first token, end, documents that hold it, whether this one is the first of them.
    """
    stride = choose_stride(corpus.num_tokens, config)
    flags = documents.agg(F.max((F.col("outlet") != 0).cast("int")).alias("any")).first()
    count = partial(count_sample, config=config, by_series=bool(flags and flags["any"]))
    firsts = documents.groupBy("content_0").agg(F.min("doc").alias("doc")).filter(F.col("doc") % stride == 0)
    counted = documents.join(firsts.select("doc"), "doc").select("doc", "outlet", "num_tokens", "tokens")
    found = counted.repartition(1).mapInArrow(count, as_struct(FREQUENT_SCHEMA)).toArrow()
    frequent = [read_frequent(row) for row in found.to_pylist()]
    frequent = [counts for counts in frequent if counts.table.size]
    if not frequent:
        return None
    columns = documents.select("doc", "outlet", "num_tokens", "tokens")
    mark = partial(mark_documents, frequent=frequent, config=config)
    return columns.mapInArrow(mark, as_struct(MARK_SCHEMA))


def count_sample(
    batches: Iterator[pa.RecordBatch], *, config: PassageConfig, by_series: bool
) -> Iterator[pa.RecordBatch]:
    """Yield a row of the fingerprints that are frequent in all documents of this task.

    `by_series`: then one of those that are in a series.
    """
    given = [batch for batch in batches if len(batch)]
    if not given:
        return
    doc = join_column(given, "doc")
    order = np.argsort(doc)
    address = np.concatenate([byte_addresses(batch.column("tokens")) for batch in given])[order]
    num_tokens, series = join_column(given, "num_tokens")[order], join_column(given, "outlet")[order].view(np.uint64)
    tokens = DocumentTokens.unmasked(address, num_tokens)
    limits = [(False, np.zeros(len(doc), np.uint64), CORPUS_MIN, CORPUS_SHARE)]
    if by_series:
        limits.append((True, series, SERIES_MIN, SERIES_SHARE))
    winnowing = Winnowing(config.shingle_size, WINDOW)
    every = np.ones(len(doc), bool)
    listed = [list_counted(tokens[here], every[here], winnowing) for here in tokens.slices()]
    for is_series, names, least, share in limits:
        rule = FrequencyRule.of(names, every, least, share)
        table = count_frequent(tokens, listed, rule, winnowing.shingle_size)
        table = table[(table["count"] > 0) & (table["support"] >= least)]
        table["first"] = doc[order][table["first"]]
        distinct, where = np.unique(names, return_index=True)
        values = [is_series, least, *(column.tobytes() for column in (table, distinct, rule.needed[where]))]
        yield pa.RecordBatch.from_arrays([pa.array([value]) for value in values], schema=FREQUENT_SCHEMA)


def read_frequent(row: Mapping[str, Any]) -> Frequent:
    """Return a row of FREQUENT_SCHEMA; its fingerprints are entered into a hash table."""
    entries = np.frombuffer(row["table"], FREQUENCY)
    table = np.zeros(2 * len(entries) + 16 if len(entries) else 0, FREQUENCY)
    for entry in entries:
        table[find_frequency(table, entry["key"])] = entry
    series, needed = np.frombuffer(row["series"], np.int64), np.frombuffer(row["needed"], np.int32)
    return Frequent(row["by_series"], table, dict(zip(series.tolist(), needed.tolist(), strict=True)), row["least"])


def mark_documents(
    batches: Iterator[pa.RecordBatch], *, frequent: list[Frequent], config: PassageConfig
) -> Iterator[pa.RecordBatch]:
    """Yield the boilerplate of each document that has any."""
    for batch in batches:
        if len(batch) == 0:
            continue
        doc = batch.column("doc").to_numpy()
        edges = [0, *(np.flatnonzero(np.diff(doc) != 1) + 1).tolist(), len(batch)]
        runs = [batch.slice(start, end - start) for start, end in pairwise(edges)]
        rows = [np.empty((0, 5), np.int32)]
        for counts in frequent:
            rows += [mark_run(counts, run, start, config) for run, start in zip(runs, edges, strict=False)]
        found = merge_ranges(np.concatenate(rows), 1)
        marked = [(int(doc[place]), here) for place, here in found.rows_by_document()]
        spans = np.column_stack([found.span, found.num_documents, found.is_first]).astype(np.int32)
        arrays = [
            pa.array([number for number, _ in marked], pa.int64()),
            pa.array([spans[here].tobytes() for _, here in marked], pa.binary()),
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=MARK_SCHEMA)


def mark_run(frequent: Frequent, run: pa.RecordBatch, start: int, config: PassageConfig) -> Rows:
    """Return the rows of `mark_block` for consecutive documents of a batch, named by their place in it from `start`."""
    first = run.column("doc")[0].as_py()
    series = run.column("outlet").to_numpy() if frequent.by_series else np.zeros(len(run), np.int64)
    needed = np.array([frequent.needed.get(name, frequent.least) for name in series.tolist()], np.int32)
    # Read-only or not as in the local engine: the kernel would be compiled once more.
    rule = FrequencyRule(series.view(np.uint64).copy(), needed)
    address = as_read_only(byte_addresses(run.column("tokens")))
    tokens = DocumentTokens.unmasked(address, run.column("num_tokens").to_numpy())
    fingerprints = list_counted(tokens, np.ones(len(run), np.bool_), Winnowing(config.shingle_size, WINDOW))
    rows = mark_frequent(frequent.table, config.shingle_size, first, fingerprints, rule)
    rows[:, 0] += start - first
    return rows
