"""Passages and boilerplate in characters, and records whose text is cut: document by document, as the local engine."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import InputConfig, PassageConfig
from dedup.corpus.files import SourceFile
from dedup.near.fetch_texts import RecordText
from dedup.near.sketcher import tokenise_text
from dedup.output.passage_records import describe_boilerplate, describe_passage, describe_witness
from dedup.output.records import EditedRecord, Source, wrap_record
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.cut_documents import BOILERPLATE, COPY, SOURCE, Findings, cut_document
from dedup.passages.passage_table import WITHIN, Passages, join_passages
from dedup.passages.plan import plan_passages
from dedup.spark.spark_tables import MAX_NAME_ROWS, MAX_NUMBER_ROWS, MAX_RECORD_ROWS, as_struct, mark_small
from dedup.spark.write_folders import SparkOutcome, SparkOutput, name_of
from dedup.text.token_spans import TokenOffsets, cut_spans

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.spark_tables import Checkpoints

EDITED, PASSAGE, BOILER, ORIGINAL_RECORD = range(4)
CUT = -1  # no kind of row: what cut passages are counted as
LOCATED_SCHEMA = pa.schema(
    {"at": pa.int64(), "kind": pa.int8(), "value": pa.binary(), "is_cut": pa.bool_(), "num_documents": pa.int32()}
)
ROWS_AT_ONCE = 1000


class LocatedRow(NamedTuple):
    """A row of LOCATED_SCHEMA.

    ```
    at             line of the document in the input
    kind           EDITED, PASSAGE, BOILER or ORIGINAL_RECORD
    value          the record, or a line of JSON
    is_cut         of a passage: whether anything of it is cut
    num_documents  of boilerplate: how many documents have it
    ```
    """

    at: int
    kind: int
    value: bytes
    is_cut: bool | None = None
    num_documents: int | None = None


@dataclass(frozen=True)
class LocateTask:
    """The settings of the stage; `format` is that of the input."""

    passages: PassageConfig
    input: InputConfig
    format: str

    @cached_property
    def records(self) -> RecordText:
        """Return what gets the text out of a record and another one into it: in Parquet the text is the record."""
        return RecordText(SourceFile("", "", "", self.format, None, 0, 0, 0), self.input)


@dataclass(frozen=True)
class LocatedRows:
    """Rows of LOCATED_SCHEMA, how many there are of each kind, and as `CUT` how many passages are cut."""

    rows: "DataFrame"
    counts: Mapping[int, int]

    def select_edits(self) -> "DataFrame | None":
        """Return (at, edited): the records whose text was cut, as they are now; None where there is none."""
        if not self.counts[EDITED]:
            return None
        edits = self.rows.filter(F.col("kind") == EDITED).select("at", F.col("value").alias("edited"))
        return mark_small(edits, self.counts[EDITED], MAX_RECORD_ROWS)


def locate_passages(
    outcome: SparkOutcome, texts: "DataFrame", task: LocateTask, checkpoints: "Checkpoints"
) -> LocatedRows:
    """Locate passages and boilerplate, and cut them out; `texts` has `at` and `value` (in Parquet the text)."""
    documents = outcome.documents.select("rank", "at", "id", "path", "line", "repeats", "masked")
    removed = outcome.decisions.removed.select("rank", F.lit(False).alias("kept"))
    found = documents.filter((F.length("repeats") > 0) | F.col("masked").isNotNull())
    found = found.join(mark_small(removed, outcome.num_removed, MAX_NUMBER_ROWS), "rank", "left")
    found = found.withColumn("kept", F.coalesce("kept", F.lit(True))).filter("kept or masked is not null").drop("rank")
    wanted = texts.join(mark_small(found, found.count(), MAX_NAME_ROWS), "at")
    rows = checkpoints.save("located", wanted.mapInArrow(partial(locate_rows, task=task), as_struct(LOCATED_SCHEMA)))
    counts = Counter({CUT: 0})
    for row in rows.groupBy("kind", "is_cut").count().collect():
        counts[row["kind"]] += row["count"]
        if row["is_cut"]:
            counts[CUT] += row["count"]
    return LocatedRows(rows, counts)


def locate_rows(batches: Iterator[pa.RecordBatch], *, task: LocateTask) -> Iterator[pa.RecordBatch]:
    """Yield what is found in documents."""
    found: list[LocatedRow] = []
    for batch in batches:
        for row in batch.to_pylist():
            found += locate_row(row, task)
            if len(found) >= ROWS_AT_ONCE:
                yield wrap_located(found)
                found = []
    if found:
        yield wrap_located(found)


def wrap_located(rows: Sequence[LocatedRow]) -> pa.RecordBatch:
    """Return rows as a batch."""
    return pa.RecordBatch.from_pylist([row._asdict() for row in rows], LOCATED_SCHEMA)


def locate_row(row: dict[str, Any], task: LocateTask) -> Iterator[LocatedRow]:
    """Yield what is found in one document."""
    raw, at, name = bytes(row["value"]), row["at"], name_of(row)
    text = task.records.get(raw)
    findings = read_findings(row, task.passages)
    sides = findings.list_sides(range(1)).get(0)
    if sides is None:
        return
    cut = cut_document(TokenOffsets(text), tokenise_text(text), sides, findings)
    if cut.cuts and row["kept"]:
        yield LocatedRow(at, EDITED, task.records.put(raw, cut_spans(text, cut.cuts)))
        record = raw if task.format == "jsonl" else msgspec.json.encode({task.input.text_field: text})
        whole, source = wrap_record(record, "jsonl", None).record, Source(name.path, name.line)
        original = EditedRecord(id=msgspec.Raw(name.raw_id), source=source, record=whole)
        yield LocatedRow(at, ORIGINAL_RECORD, msgspec.json.encode(original))
    passages, boilerplate = findings.passages, findings.boilerplate
    witnesses = {s.row: describe_witness(name, s.start, s.end) for s in cut.located if s.side == SOURCE}
    for span in cut.located:
        if span.side == COPY:
            similarity, num_documents = float(passages.similarity[span.row]), int(passages.num_documents[span.row])
            passage = describe_passage(span, name, witnesses[span.row], similarity, WITHIN, num_documents)
            yield LocatedRow(at, PASSAGE, msgspec.json.encode(passage), is_cut=bool(span.cuts))
        elif span.side == BOILERPLATE:
            num_documents = int(boilerplate.num_documents[span.row])
            line = msgspec.json.encode(describe_boilerplate(span, name, num_documents))
            yield LocatedRow(at, BOILER, line, num_documents=num_documents)


def read_findings(row: dict[str, Any], config: PassageConfig) -> Findings:
    """Return what the stages before found in a document, as in a corpus of one."""
    within = join_passages([])
    if row["kept"]:
        rows = np.frombuffer(row["repeats"] or b"", np.int32).reshape(-1, 5)
        within = Passages.found(np.zeros((len(rows), 2), np.int32), rows, WITHIN)
    spans: npt.NDArray[np.int32] = np.frombuffer(row["masked"] or b"", np.int32).reshape(-1, 4)
    is_first = spans[:, 3].astype(bool)
    boilerplate = Boilerplate(np.zeros(len(spans), np.int32), spans[:, :2], spans[:, 2], is_first, 1)
    passages = plan_passages(within, join_passages([]), config, cut_across=False)
    return Findings(passages, boilerplate.select(is_first | row["kept"]), config)


def write_located(output: SparkOutput, located: LocatedRows) -> None:
    """Write passages and edited records in the order of the input, boilerplate with the most frequent first."""
    for name, kind in (("passages", PASSAGE), ("edited", ORIGINAL_RECORD), ("boilerplate", BOILER)):
        rows = located.rows.filter(F.col("kind") == kind)
        order = [F.col("num_documents").desc(), F.col("at")] if kind == BOILER else [F.col("at")]
        # Few rows are sorted in one task: to find ranges for several is a job of its own.
        is_few = located.counts[kind] <= MAX_RECORD_ROWS
        rows = rows.coalesce(1).sortWithinPartitions(*order) if is_few else rows.orderBy(*order)
        output.write_text(name, rows.select(F.col("value").cast("string")))
