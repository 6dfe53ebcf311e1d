"""Passages and boilerplate in characters, and records whose text is cut: document by document, as the local engine."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import InputConfig, PassageConfig
from dedup.corpus.files import SourceFile
from dedup.near.fetch_texts import RecordText
from dedup.near.sketcher import tokenise_text
from dedup.output.passage_records import (
    BOILERPLATE,
    COPY,
    ORIGINAL,
    BoilerplateRecord,
    Located,
    PassageRecord,
    PassageWitness,
)
from dedup.output.records import encode_line, wrap_record
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.matches import Matches, join_matches
from dedup.passages.plan import plan_passages
from dedup.pipeline.cut_passages import Findings, LocatedText, locate_document, merge_spans
from dedup.spark.spark_tables import MAX_NAME_ROWS, MAX_NUMBER_ROWS, MAX_RECORD_ROWS, as_struct, mark_small
from dedup.spark.write_folders import SparkOutcome, SparkOutput, name_of
from dedup.text.token_spans import TokenOffsets, cut_spans

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.spark_tables import Checkpoints

EDITED, PASSAGE, BOILER, ORIGINAL_RECORD = range(4)
CUT = -1  # no kind of row: what cut passages are counted as
LOCATED_SCHEMA = pa.schema(
    {
        "at": pa.int64(),
        "kind": pa.int8(),
        "cut": pa.bool_(),  # of a passage: whether anything of it is cut
        "holders": pa.int32(),  # of boilerplate: documents that hold it
        "value": pa.binary(),
    }
)
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class LocateTask:
    """The settings of the stage; `format` is that of the input."""

    passages: PassageConfig
    input: InputConfig
    format: str

    @cached_property
    def records(self) -> RecordText:
        """Return what gets the text out of a record and another one into it: in Parquet the text is the record."""
        return RecordText(SourceFile("", "", "", self.format, None, 0, 0), self.input)


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
    for row in rows.groupBy("kind", "cut").count().collect():
        counts[row["kind"]] += row["count"]
        if row["cut"]:
            counts[CUT] += row["count"]
    return LocatedRows(rows, counts)


def locate_rows(batches: Iterator[pa.RecordBatch], *, task: LocateTask) -> Iterator[pa.RecordBatch]:
    """Yield what is found in documents."""
    found: list[tuple[object, ...]] = []
    for batch in batches:
        for row in batch.to_pylist():
            found += locate_row(row, task)
            if len(found) >= ROWS_AT_ONCE:
                yield wrap_located(found)
                found = []
    if found:
        yield wrap_located(found)


def wrap_located(rows: Sequence[tuple[object, ...]]) -> pa.RecordBatch:
    """Return rows as a batch."""
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, LOCATED_SCHEMA.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=LOCATED_SCHEMA)


def locate_row(row: dict[str, Any], task: LocateTask) -> Iterator[tuple[object, ...]]:
    """Yield what is found in one document, as rows of LOCATED_SCHEMA."""
    raw = bytes(row["value"])
    text = task.records.get(raw)
    findings = read_findings(row, task.passages)
    wanted = list_wanted(findings)
    if not wanted:
        return
    document = LocatedText(text, TokenOffsets(text), tokenise_text(text))
    sides, cuts = locate_document(document, wanted, findings)
    at = row["at"]
    if cuts and row["kept"]:
        yield at, EDITED, None, None, task.records.put(raw, cut_spans(text, merge_spans(cuts)))
        record = raw if task.format == "jsonl" else msgspec.json.encode({task.input.text_field: text})
        whole = wrap_record(record, "jsonl", []).record
        source = {"path": row["path"], "line": row["line"]}
        yield (
            at,
            ORIGINAL_RECORD,
            None,
            None,
            msgspec.json.encode({"id": msgspec.Raw(name_of(row).raw_id), "source": source, "record": whole}),
        )
    originals = {side.row: side for side in sides if side.side == ORIGINAL}
    for side in sides:
        if side.side == COPY:
            passage = describe_passage(row, findings, side, originals[side.row])
            yield at, PASSAGE, bool(side.cuts), None, encode_line(passage).rstrip()
        elif side.side == BOILERPLATE:
            holders = int(findings.boilerplate.num_documents[side.row])
            place = (msgspec.Raw(name_of(row).raw_id), row["path"], row["line"], side.start, side.end)
            yield at, BOILER, None, holders, encode_line(BoilerplateRecord(side.text, holders, *place)).rstrip()


def read_findings(row: dict[str, Any], config: PassageConfig) -> Findings:
    """Return what the stages before found in a document, as the plan of a corpus of one."""
    within = join_matches([])
    if row["kept"]:
        rows = np.frombuffer(row["repeats"] or b"", np.int32).reshape(-1, 5)
        places = np.zeros(len(rows), np.int32)
        within = Matches(places, places, rows[:, 0:2], rows[:, 2:4], rows[:, 4])
    spans: npt.NDArray[np.int32] = np.frombuffer(row["masked"] or b"", np.int32).reshape(-1, 4)
    is_first = spans[:, 3].astype(bool)
    standing = is_first | row["kept"]
    document = np.zeros(int(standing.sum()), np.int32)
    boilerplate = Boilerplate(document, spans[standing, :2], spans[standing, 2], is_first[standing], 1)
    return Findings(plan_passages(within, join_matches([]), config, cut_across=False), boilerplate, config)


def list_wanted(findings: Findings) -> list[tuple[int, int]]:
    """Return what is to be located in the document: both sides of its repeats, and boilerplate."""
    rows = range(len(findings.plan))
    wanted = [(COPY, row) for row in rows] + [(ORIGINAL, row) for row in rows]
    boilerplate = findings.boilerplate
    strip = findings.config.strip_boilerplate
    return wanted + [(BOILERPLATE, row) for row in range(len(boilerplate)) if strip or boilerplate.is_first[row]]


def describe_passage(row: dict[str, Any], findings: Findings, copy: Located, original: Located) -> PassageRecord:
    """Return the record of one passage."""
    similarity = float(findings.plan.matches.similarity[copy.row])
    doc_id = msgspec.Raw(name_of(row).raw_id)
    return PassageRecord(
        doc_id=doc_id,
        path=row["path"],
        line=row["line"],
        start=copy.start,
        end=copy.end,
        text=copy.text,
        witness=PassageWitness(doc_id, original.start, original.end, row["path"], row["line"]),
        similarity=similarity,
        relation="exact" if similarity == 1.0 else "edited",
        scope="within",
        action="removed" if copy.cuts else "reported",
        documents=int(findings.plan.num_documents[copy.row]),
        cuts=list(zip(copy.cuts[::2], copy.cuts[1::2], strict=True)),
    )


def write_located(output: SparkOutput, located: LocatedRows) -> None:
    """Write passages and edited records in the order of the input, boilerplate with the most frequent first."""
    for name, kind in (("passages", PASSAGE), ("edited", ORIGINAL_RECORD), ("boilerplate", BOILER)):
        rows = located.rows.filter(F.col("kind") == kind)
        order = [F.col("holders").desc(), F.col("at")] if kind == BOILER else [F.col("at")]
        # Few rows are sorted in one task: to find ranges for several is a job of its own.
        is_few = located.counts[kind] <= MAX_RECORD_ROWS
        rows = rows.coalesce(1).sortWithinPartitions(*order) if is_few else rows.orderBy(*order)
        output.write_text(name, rows.select(F.col("value").cast("string")))
