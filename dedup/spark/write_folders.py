"""The OUT folder of a run on Spark: `kept/` in the format of the input, all else as lines of JSON.

The lines have the fields of the local engine's files, but for the first byte of a record: Spark's readers do not give
it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
from pyspark.sql import Window
from pyspark.sql import functions as F

from dedup.corpus.values import DocumentName
from dedup.model.documents import CopyRelation
from dedup.model.run import Losses
from dedup.output.records import (
    LINE_END,
    MAX_QUOTED,
    UNKNOWN,
    ClusterRecord,
    Decision,
    RejectedRecord,
    RemovedRecord,
    WholeRecord,
    describe_member,
    describe_rejection,
    describe_removal,
    witness_of,
)
from dedup.output.related_records import RelatedRecord
from dedup.spark.rounds import SparkDecisions
from dedup.spark.spark_folder import SparkFolder
from dedup.spark.spark_tables import MAX_NAME_ROWS, MAX_NUMBER_ROWS, Checkpoints, as_struct, make_table, mark_small

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TEXT_SCHEMA = pa.schema({"value": pa.string()})


@dataclass(frozen=True)
class SparkOutcome:
    """What a run found, for its writers and counters.

    ```
    documents   sketches with `rank`, `masked` (boilerplate, or null) and `path`
    quotes      conflicting slots in words: `rank`, `own_words`, `their_words`; None: there are none
    records     all records: `at`, and `value` (a line of JSON) or `record` (a row of Parquet)
    rejections  `at`, `path`, `line`, `error`, `raw`
    ```
    """

    documents: "DataFrame"
    num_documents: int
    records: "DataFrame"
    num_tokens: int
    decisions: SparkDecisions
    quotes: "DataFrame | None"
    num_by_relation: Mapping[int, int]
    num_related: Mapping[int, int]
    losses: Losses
    rejections: "DataFrame"
    num_rejected: int

    @property
    def num_removed(self) -> int:
        """Return the number of removed documents."""
        return sum(self.num_by_relation.values())

    @property
    def names(self) -> "DataFrame":
        """Return the documents with what they are called by."""
        return self.documents.select("rank", "doc", "at", "id", "path", "line")

    def prefix_names(self, role: str) -> "DataFrame":
        """Return the documents as those that have a role for others: `role` (rank), `o_id`, `o_path`, `o_line`."""
        columns = {role: "rank", "o_id": "id", "o_path": "path", "o_line": "line"}
        return self.names.select(*(F.col(column).alias(name) for name, column in columns.items()))

    def join_removed(self, rows: "DataFrame", how: str = "inner") -> "DataFrame":
        """Return rows with `rank`, joined with the removed documents."""
        return rows.join(mark_small(self.decisions.removed, self.num_removed, MAX_NUMBER_ROWS), "rank", how)

    def join_quotes(self, rows: "DataFrame") -> "DataFrame":
        """Return rows with `rank`, with `own_words` and `their_words`: null where there is no conflict."""
        if self.quotes is None:
            return rows.withColumns(dict.fromkeys(("own_words", "their_words"), F.lit(None).cast("array<string>")))
        return rows.join(mark_small(self.quotes, sum(self.num_with_fate), MAX_NAME_ROWS), "rank", "left")

    @property
    def num_with_fate(self) -> tuple[int, int]:
        """Return how many documents are removed, and how many are alike another one and stay."""
        return self.num_removed, sum(self.num_related.values())

    def select_kept(self) -> "DataFrame":
        """Return the records that are neither removed nor rejected."""
        removed = self.join_removed(self.names, "left_semi").select("at")
        dropped = removed.unionByName(self.rejections.select("at"))
        dropped = mark_small(dropped, self.num_removed + self.num_rejected, MAX_NUMBER_ROWS)
        return self.records.join(dropped, "at", "left_anti")


@dataclass(frozen=True)
class SparkOutput:
    """Where the output goes, and the format of the kept records: jsonl or parquet."""

    folder: SparkFolder
    format: str
    checkpoints: Checkpoints

    def write_lines(
        self, name: str, rows: "DataFrame", describe: Callable[[Mapping[str, Any]], msgspec.Struct]
    ) -> None:
        """Write one line of JSON for each row."""
        self.write_text(name, rows.mapInArrow(partial(encode_rows, describe=describe), as_struct(TEXT_SCHEMA)))

    def write_text(self, name: str, lines: "DataFrame") -> None:
        """Write lines of JSON; Spark's text writer gives the files the ending .txt only."""
        lines.write.text(f"{self.folder.place}/{name}")
        self.folder.rename_endings(name, ".txt", ".jsonl")


def name_files(documents: "DataFrame", paths: Mapping[str, str]) -> "DataFrame":
    """Return rows with `path`, the name of their `file` in the output."""
    table = make_table(documents.sparkSession, list(paths.items()), {"file": "string", "path": "string"})
    return documents.join(table, "file").drop("file")


def write_kept(output: SparkOutput, outcome: SparkOutcome, edits: "DataFrame | None", text_field: str) -> None:
    """Write the kept records; `edits` are (at, edited), those whose text was cut."""
    kept = outcome.select_kept()
    if edits is not None:
        kept = kept.join(edits, "at", "left")
    if output.format == "parquet":
        if edits is not None:
            text = F.coalesce(F.col("edited").cast("string"), F.col("record").getField(text_field))
            kept = kept.withColumn("record", F.col("record").withField("`" + text_field + "`", text))
        kept.select("record.*").write.parquet(f"{output.folder.place}/kept")
        return
    value = F.coalesce("edited", "value") if edits is not None else F.col("value")
    lines = kept.select(value.cast("string").alias("value"))
    output.write_text("kept", lines.filter(F.length(F.trim("value")) > 0))


def write_removed(output: SparkOutput, outcome: SparkOutcome) -> None:
    """Write every removed record whole, with the kept document that justifies its removal."""
    count = outcome.num_removed
    rows = outcome.prefix_names("witness").join(
        mark_small(outcome.join_quotes(outcome.join_removed(outcome.names)), count, MAX_NAME_ROWS), "witness"
    )
    records = outcome.records
    if output.format == "parquet":
        records = records.select("at", F.to_json("record", {"ignoreNullFields": "false"}).cast("binary").alias("value"))
    output.write_lines("removed", records.join(mark_small(rows, count, MAX_NAME_ROWS), "at"), describe_removed_row)


def write_clusters(output: SparkOutput, outcome: SparkOutcome) -> None:
    """Write the clusters, numbered from 1 in the order of their representatives in the input."""
    member = F.struct("doc", "id", "path", "line", "similarity")
    removed = outcome.join_removed(outcome.names)
    members = removed.groupBy("witness").agg(F.collect_list(member).alias("members"))
    members = mark_small(members.withColumnRenamed("witness", "rank"), outcome.num_removed, MAX_NAME_ROWS)
    clusters = outcome.names.join(members, "rank")
    # One task sorts and numbers the clusters; other columns than `doc` are joined to the numbers.
    number = F.row_number().over(Window.orderBy("doc")).alias("cluster")
    numbers = mark_small(clusters.select("doc").select("doc", number), outcome.num_removed, MAX_NUMBER_ROWS)
    output.write_lines("clusters", clusters.join(numbers, "doc"), describe_cluster_row)


def write_related(output: SparkOutput, outcome: SparkOutcome) -> None:
    """Write the kept documents that are alike another one and no copies of it."""
    count = sum(outcome.num_related.values())
    related = outcome.names.join(mark_small(outcome.decisions.related, count, MAX_NUMBER_ROWS), "rank")
    related, others = outcome.join_quotes(related), outcome.prefix_names("other")
    output.write_lines("related", others.join(mark_small(related, count, MAX_NAME_ROWS), "other"), describe_related_row)


def encode_rows(
    batches: Iterator[pa.RecordBatch], *, describe: Callable[[Mapping[str, Any]], msgspec.Struct]
) -> Iterator[pa.RecordBatch]:
    """Turn each row into a line of JSON."""
    for batch in batches:
        lines = [msgspec.json.encode(describe(row)).decode() for row in batch.to_pylist()]
        yield pa.RecordBatch.from_arrays([pa.array(lines, pa.string())], schema=TEXT_SCHEMA)


def name_of(row: Mapping[str, Any], prefix: str = "") -> DocumentName:
    """Return the name of a row's document; one without an id is called by path and line."""
    doc_id, path, line = (row[prefix + column] for column in ("id", "path", "line"))
    return DocumentName(doc_id or msgspec.json.encode(f"{path}:{line}"), path, line)


def describe_removed_row(row: Mapping[str, Any]) -> RemovedRecord:
    """Return one line of `removed/`."""
    decision = Decision(
        witness=name_of(row, "o_"),
        relation=row["relation"],
        similarity=row["similarity"],
        covered=row["covered"],
        novel_words=row["novel_words"],
        novel_run=row["novel_run"],
        num_words=row["num_words"],
        conflicts=conflicts_of(row),
        other_facts=row["facts"],
    )
    whole = WholeRecord(msgspec.Raw(row["value"].strip()), LINE_END, None)
    return describe_removal(name_of(row), UNKNOWN, decision, whole)


def describe_related_row(row: Mapping[str, Any]) -> RelatedRecord:
    """Return one line of `related/`."""
    name, conflicts = name_of(row), conflicts_of(row)
    return RelatedRecord(
        id=msgspec.Raw(name.raw_id),
        path=name.path,
        line=name.line,
        other=witness_of(name_of(row, "o_")),
        relation=CopyRelation(row["relation"]).label,
        similarity=row["similarity"],
        novel_words=row["novel_words"],
        novel_share=round(row["novel_words"] / row["num_words"], 4),
        novel_run=row["novel_run"],
        conflicts=conflicts[:MAX_QUOTED],
        num_conflicts=len(conflicts),
    )


def conflicts_of(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the conflicting slots of a document with the other one, in words."""
    return tuple(zip(row["own_words"] or (), row["their_words"] or (), strict=True))


def describe_cluster_row(row: Mapping[str, Any]) -> ClusterRecord:
    """Return one line of `clusters/`: the representative first, the others in the order of the input."""
    name, members = name_of(row), sorted(row["members"], key=lambda member: member["doc"])
    others = [describe_member(name_of(member), member["similarity"]) for member in members]
    return ClusterRecord(row["cluster"], msgspec.Raw(name.raw_id), [describe_member(name, 1.0), *others])


def describe_rejected_row(row: Mapping[str, Any]) -> RejectedRecord:
    """Return one line of `rejected/`; a row of Parquet has no bytes of its own."""
    return describe_rejection(row["path"], row["line"], UNKNOWN, row["error"], row["raw"] or b"")
