"""The sketches of all documents of a run, their places in the input, their ranks in the order of the keep policy."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import functions as F

from dedup.config import KeepPolicy
from dedup.near.keep_policy import ABSENT, decode_value, make_key, refuse_absent, refuse_unread
from dedup.spark.sketch_splits import DOCUMENT, REJECTED, SPLIT
from dedup.spark.spark_tables import as_struct, make_table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from dedup.spark.spark_tables import Checkpoints

KEY_SCHEMA = pa.schema(
    {
        "doc": pa.int64(),
        "group": pa.int32(),
        "number": pa.float64(),
        "moment": pa.float64(),
        "is_date": pa.bool_(),
        "unread": pa.string(),
    }
)
NUMBERED_SCHEMA = pa.schema({"doc": pa.int64(), "part": pa.int32(), "row": pa.int64()})


@dataclass(frozen=True)
class InputSplit:
    """One split of the input: how many documents and lines it has, and how many are before it.

    `line_base` counts the lines of its file, `doc_base` and `at_base` the documents and lines of the whole input.
    `number` is the `monotonically_increasing_id` of its first line when the files are read once more.
    """

    file: str
    block: int
    documents: int
    lines: int
    doc_base: int
    line_base: int
    at_base: int
    number: int


@dataclass(frozen=True)
class SketchedCorpus:
    """The sketch rows as they were written, and the splits in the order of the input."""

    rows: "DataFrame"
    splits: Sequence[InputSplit]
    num_tokens: int
    num_rejected: int

    @property
    def num_documents(self) -> int:
        """Return the number of documents."""
        return sum(split.documents for split in self.splits)

    def documents(self) -> "DataFrame":
        """Return the documents: their sketches with `doc` and `at` (document and line of the input, from 0).

        `file` and `line` (from 1 in the file) are for people.
        """
        return self.place(self.rows.filter(F.col("kind") == DOCUMENT)).drop(
            "error", "raw", "all_tokens", "rejected", "number", "kind"
        )

    def rejections(self) -> "DataFrame":
        """Return the rejected records: `at`, `file`, `line`, `error`, `raw`."""
        return self.place(self.rows.filter(F.col("kind") == REJECTED)).select("at", "file", "line", "error", "raw")

    def place(self, rows: "DataFrame") -> "DataFrame":
        """Return rows that know their split, and `row` and `line` in it, with `doc`, `at` and `line` in the input."""
        bases = [(s.file, s.block, s.doc_base, s.line_base, s.at_base) for s in self.splits]
        kinds = dict.fromkeys(("block", "doc_base", "line_base", "at_base"), "bigint")
        placed = rows.join(make_table(rows.sparkSession, bases, {"file": "string", **kinds}), ["file", "block"])
        places = {
            "doc": F.col("row") + F.col("doc_base"),
            "at": F.col("line") + F.col("at_base"),
            "line": F.col("line") + F.col("line_base") + 1,
        }
        return placed.withColumns(places).drop("row", "block", "doc_base", "line_base", "at_base")

    def place_lines(self, lines: "DataFrame") -> "DataFrame":
        """Return lines (`file`, `block`, `number`, `value`) with `at`, their line in the whole input.

        Spark numbered them as it read them: no worker has to count them in Python. Where files were cut up
        otherwise than for the sketches, the numbers mean nothing; the job fails then.
        """
        bases = [(s.file, s.block, s.at_base, s.number, s.lines) for s in self.splits]
        kinds = dict.fromkeys(("block", "at_base", "first", "lines"), "bigint")
        table = make_table(lines.sparkSession, bases, {"file": "string", **kinds})
        place = F.col("number") - F.col("first")
        moved = F.raise_error(F.lit("The input was cut up otherwise than before: did it change in mid-run?"))
        at = F.when((place >= 0) & (place < F.col("lines")), place + F.col("at_base")).otherwise(moved.cast("bigint"))
        return lines.join(table, ["file", "block"], "left").select(at.alias("at"), "value")


def read_corpus(rows: "DataFrame", place_of: Callable[[str], int]) -> SketchedCorpus:
    """Return the corpus of sketch rows; `place_of` returns the place of a file in the input."""
    columns = ("file", "block", "row", "line", "all_tokens", "rejected", "number")
    found = rows.filter(F.col("kind") == SPLIT).select(*columns).collect()
    found.sort(key=lambda split: (place_of(split["file"]), split["file"], split["block"]))
    splits: list[InputSplit] = []
    for split in found:
        last = splits[-1] if splits else None
        doc_base = last.doc_base + last.documents if last else 0
        line_base = last.line_base + last.lines if last and last.file == split["file"] else 0
        at_base = last.at_base + last.lines if last else 0
        place = (doc_base, line_base, at_base)
        splits.append(InputSplit(split["file"], split["block"], split["row"], split["line"], *place, split["number"]))
    totals = [sum(split[name] or 0 for split in found) for name in ("all_tokens", "rejected")]
    return SketchedCorpus(rows, splits, *totals)


def rank_documents(documents: "DataFrame", order: "Sequence[Column]", checkpoints: "Checkpoints") -> "DataFrame":
    """Return (doc, rank): the places of documents in an order, from 0; ties by `doc`."""
    rows = documents.orderBy(*order, F.col("doc")).select("doc")
    numbered = rows.mapInArrow(number_rows, as_struct(NUMBERED_SCHEMA))
    numbered = checkpoints.save("order", numbered)
    counts = numbered.groupBy("part").agg(F.count("*").alias("count")).collect()
    bases, base = [], 0
    for row in sorted(counts, key=lambda row: row["part"]):
        bases.append((row["part"], base))
        base += row["count"]
    table = make_table(numbered.sparkSession, bases, {"part": "int", "base": "bigint"})
    ranked = numbered.join(table, "part")
    return ranked.select("doc", (F.col("base") + F.col("row")).alias("rank"))


def number_rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give the rows of a partition their numbers."""
    context = TaskContext.get()
    part = context.partitionId() if context else 0
    first = 0
    for batch in batches:
        count = len(batch)
        rows = np.arange(first, first + count)
        arrays = [batch.column("doc"), pa.array(np.full(count, part, np.int32)), pa.array(rows)]
        yield pa.RecordBatch.from_arrays(arrays, schema=NUMBERED_SCHEMA)
        first += count


def order_documents(documents: "DataFrame", keep: KeepPolicy) -> "tuple[DataFrame, list[Column]]":
    """Return documents with columns to sort by, and these columns: ties by `doc`."""
    if keep.rule == "longest":
        return documents.select("doc", "num_tokens"), [-F.col("num_tokens").cast("bigint")]
    keyed = documents.select("doc", "key").mapInArrow(partial(make_keys, keep=keep), as_struct(KEY_SCHEMA))
    if keep.rule != "prefer":
        counts = (F.count("*").alias("count"), F.min("unread").alias("unread"), F.max("is_date").alias("is_date"))
        found = keyed.groupBy("group").agg(*counts).collect()
        if found and all(row["group"] == ABSENT for row in found):
            refuse_absent([None], keep)
        unread = min((row["unread"] for row in found if row["unread"] is not None), default=None)
        if unread is not None:
            refuse_unread({row["group"]: row["count"] for row in found}, unread, keep)
        if any(row["is_date"] for row in found):
            return keyed, [F.col("group"), F.col("moment")]
    return keyed, [F.col("group"), F.col("number")]


def make_keys(batches: Iterator[pa.RecordBatch], *, keep: KeepPolicy) -> Iterator[pa.RecordBatch]:
    """Turn `doc`, `key` into KEY_SCHEMA."""
    for batch in batches:
        keys = [make_key(decode_value(raw), keep) for raw in batch.column("key").to_pylist()]
        columns = zip(*keys, strict=True) if keys else [()] * (len(KEY_SCHEMA) - 1)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, KEY_SCHEMA.types[1:], strict=True)]
        yield pa.RecordBatch.from_arrays([batch.column("doc"), *arrays], schema=KEY_SCHEMA)
