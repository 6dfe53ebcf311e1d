"""Sketch documents in `mapInArrow`: one row for each, and one for each split of the input with its counts.

A *split* is a run of rows that one task reads in order: a part of a file, or a partition of a frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyspark import TaskContext

from dedup.config import CleanSettings
from dedup.corpus.blocks import DocumentBlock, Rejection, view_texts
from dedup.corpus.jsonl import RecordReader
from dedup.corpus.parquet import read_batch
from dedup.near.read_facts import read_facts
from dedup.pipeline.sketch_shards import get_sketcher, list_repeats
from dedup.spark.spark_tables import cut_bytes, fill_columns

DOCUMENT, REJECTED, SPLIT = 0, 1, 2  # kinds of rows
ROW_BITS = 33  # of `monotonically_increasing_id`, which has the partition above them

SKETCH_SCHEMA = pa.schema(
    {
        "file": pa.string(),
        "block": pa.int64(),
        "kind": pa.int8(),
        "row": pa.int64(),  # of a document: its place among those of the split; of a split: how many it has
        "line": pa.int64(),  # the same for lines or rows of the input
        "id": pa.binary(),
        "key": pa.binary(),
        "title": pa.binary(),
        "day": pa.int32(),
        "outlet": pa.int64(),
        "url": pa.int64(),
        "error": pa.string(),
        "raw": pa.binary(),
        "content_0": pa.int64(),
        "content_1": pa.int64(),
        "num_tokens": pa.int32(),
        "num_shingles": pa.int32(),
        "all_tokens": pa.int64(),  # of a split
        "rejected": pa.int64(),  # the same
        "number": pa.int64(),  # the same: the `monotonically_increasing_id` of its first row
        "keys": pa.binary(),
        "signature": pa.binary(),
        "tokens": pa.binary(),
        "repeats": pa.binary(),
    }
)


class SplitName(NamedTuple):
    """Which split of the input: its file, and its first byte in the file (of a frame: "", and the partition)."""

    file: str
    block: int


@dataclass
class SplitCounts:
    """What was read of a split so far."""

    documents: int = 0
    lines: int = 0
    tokens: int = 0
    rejected: int = 0


@dataclass
class SplitReader:
    """Turns the batches of one task into sketch rows; counts the rows of each split as it goes."""

    task: CleanSettings
    counts: dict[SplitName, SplitCounts] = field(default_factory=dict)

    def read(self, batch: pa.RecordBatch, *, is_text: bool) -> Iterator[pa.RecordBatch]:
        """Yield the sketch rows of one batch: lines of text, or columns."""
        config, roles = self.task.input, self.task.roles
        for split, rows in runs_of(batch):
            counts = self.counts.setdefault(split, SplitCounts())
            part = batch.slice(rows.start, rows.stop - rows.start)
            lines = join_lines(part, counts) if is_text else JoinedLines(0, b"")
            blocks = (
                RecordReader(config, roles).read(BytesIO(lines.data), lines.start, None, split.file)
                if is_text
                else [read_batch(part, 0, config, roles)]
            )
            for block in blocks:
                if block.rejections:
                    counts.rejected += len(block.rejections)
                    yield wrap_rejections(block, lines, split, counts)
                if block.ids:
                    yield self.sketch(block, split)
            counts.lines += len(part)

    def sketch(self, block: DocumentBlock, split: SplitName) -> pa.RecordBatch:
        """Return the sketch rows of the documents of a block."""
        counts, count = self.counts.setdefault(split, SplitCounts()), len(block.ids)
        sketch = get_sketcher(self.task.near).sketch(*view_texts(block.texts))
        facts = read_facts(block.fields, count, self.task.input.date_order)
        repeats = list_repeats(sketch, self.task)
        columns = {
            **name_split(split, DOCUMENT, count),
            "row": np.arange(counts.documents, counts.documents + count),
            "line": counts.lines + block.lines - 1,
            "id": pa.array(block.ids, pa.binary()),
            "key": pa.array(block.fields.get("key", [b""] * count), pa.binary()),
            "title": cut_bytes(facts.titles, facts.rows["num_title"]),
            "day": facts.rows["day"],
            "outlet": np.ascontiguousarray(facts.rows["outlet"]).view(np.int64),
            "url": np.ascontiguousarray(facts.rows["url"]).view(np.int64),
            "content_0": np.ascontiguousarray(sketch.content[:, 0]).view(np.int64),
            "content_1": np.ascontiguousarray(sketch.content[:, 1]).view(np.int64),
            "num_tokens": sketch.num_tokens,
            "num_shingles": sketch.num_shingles,
            "keys": cut_bytes(sketch.keys, np.full(count, sketch.keys.shape[1])),
            "signature": cut_bytes(sketch.signature, np.full(count, sketch.signature.shape[1])),
            "tokens": cut_bytes(sketch.tokens, sketch.num_tokens),
            "repeats": cut_bytes(np.ascontiguousarray(repeats[:, 1:]), 5 * np.bincount(repeats[:, 0], minlength=count)),
        }
        counts.tokens += int(sketch.num_tokens.sum())
        counts.documents += count
        return fill_columns(SKETCH_SCHEMA, count, columns)

    def finish(self) -> pa.RecordBatch:
        """Return one row for each split that was read, in the order in which they were."""
        splits = list(self.counts.items())
        context = TaskContext.get()
        first = (context.partitionId() if context else 0) << ROW_BITS
        lines = [counts.lines for _, counts in splits]
        return fill_columns(
            SKETCH_SCHEMA,
            len(splits),
            {
                "file": [split.file for split, _ in splits],
                "block": [split.block for split, _ in splits],
                "kind": [SPLIT] * len(splits),
                "row": [counts.documents for _, counts in splits],
                "line": lines,
                "all_tokens": [counts.tokens for _, counts in splits],
                "rejected": [counts.rejected for _, counts in splits],
                "number": [first + before for before in accumulate(lines, initial=0)][: len(lines)],
            },
        )


def sketch_batches(
    batches: Iterator[pa.RecordBatch], *, task: CleanSettings, is_text: bool
) -> Iterator[pa.RecordBatch]:
    """Sketch lines of JSON, or the rows of a table, of which `file` and `block` say where they are.

    Lines are in a column `value` (binary); a table has the columns of the text, the id and the roles.
    """
    reader = SplitReader(task)
    for batch in batches:
        yield from reader.read(batch, is_text=is_text)
    yield reader.finish()


def runs_of(batch: pa.RecordBatch) -> Iterator[tuple[SplitName, range]]:
    """Yield the splits of a batch with their rows; a split's rows follow one another."""
    if len(batch) == 0:
        return
    names = batch.column("file").dictionary_encode()
    file, block = names.indices.to_numpy(), batch.column("block").to_numpy()
    edges = np.flatnonzero((np.diff(file) != 0) | (np.diff(block) != 0)) + 1
    for start, end in zip([0, *edges.tolist()], [*edges.tolist(), len(batch)], strict=True):
        yield SplitName(names.dictionary[file[start]].as_py(), int(block[start])), range(start, end)


class JoinedLines(NamedTuple):
    """The bytes of some lines; `start` is 0 at the start of a file, where a byte order mark may be, and 1 elsewhere."""

    start: int
    data: bytes

    def cut(self, rejection: Rejection) -> bytes:
        """Return the bytes of a record; a row of Parquet has none."""
        return self.data[rejection.start - self.start :][: rejection.length]


def join_lines(part: pa.RecordBatch, counts: SplitCounts) -> JoinedLines:
    """Return the lines of a batch, each with its end."""
    at_start = counts.lines == 0 and part.column("block")[0].as_py() == 0
    values = part.column("value")
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    view = memoryview(values.buffers()[2]) if values.buffers()[2] is not None else memoryview(b"")
    return JoinedLines(1 - at_start, b"".join(piece for a, b in pairwise(offsets) for piece in (view[a:b], b"\n")))


def wrap_rejections(block: DocumentBlock, lines: JoinedLines, split: SplitName, counts: SplitCounts) -> pa.RecordBatch:
    """Return the rows of the rejected records of a block."""
    bad = block.rejections
    return fill_columns(
        SKETCH_SCHEMA,
        len(bad),
        {
            **name_split(split, REJECTED, len(bad)),
            "line": [counts.lines + r.line - 1 for r in bad],
            "error": [r.error for r in bad],
            "raw": [lines.cut(r) for r in bad],
        },
    )


def name_split(split: SplitName, kind: int, count: int) -> dict[str, object]:
    """Return the columns that say where rows come from."""
    return {"file": [split.file] * count, "block": np.full(count, split.block), "kind": np.full(count, kind, np.int8)}
