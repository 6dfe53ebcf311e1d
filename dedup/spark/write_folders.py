"""The OUT folder of a run on Spark: `kept/` in the format of the input, all else as lines of JSON.

The lines have the fields of the local engine's files, but for the first byte of a record: Spark's readers do not give
it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
from pyspark.sql import Window
from pyspark.sql import functions as F

from dedup.corpus.names import DocumentName
from dedup.errors import OutputError
from dedup.output.folder_marker import MARKER, MAX_MARKER_BYTES, RUN, FolderMarker, foreign_folder, is_marker
from dedup.output.records import (
    LINE_END,
    UNKNOWN,
    ClusterRecord,
    Decision,
    RejectedRecord,
    RemovedRecord,
    WholeRecord,
    describe_member,
    describe_rejection,
    describe_removal,
)
from dedup.spark.rounds import SparkDecisions
from dedup.spark.spark_tables import MAX_NAME_ROWS, MAX_NUMBER_ROWS, as_struct, make_table, mark_small

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SUMMARY, CHECKPOINTS = "summary.json", "_checkpoints"
TEXT_SCHEMA = pa.schema({"value": pa.string()})


class SparkFolder:
    """A folder on any file system that Spark knows, by Hadoop's classes; `place` is a path or a URL (hdfs://, ...)."""

    def __init__(self, spark: "SparkSession", place: str) -> None:
        self.place = place.rstrip("/") or place
        self._java: Any = spark._jvm  # noqa: SLF001 (PySpark has no other way to Hadoop's file systems)
        path = self._path("")
        self._system = path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf())  # noqa: SLF001

    def _path(self, name: str) -> Any:
        return self._java.org.apache.hadoop.fs.Path(f"{self.place}/{name}" if name else self.place)

    def refuse_overlap(self, files: Iterable[str]) -> None:
        """Raise `OutputError` where an input lies in the output folder."""
        own = str(self._system.makeQualified(self._path("")).toString()).replace("file:///", "file:/") + "/"
        for file in files:
            if file.startswith(own):
                raise OutputError(
                    f"{file}: this input lies in the output folder. Choose a folder for -o outside the input."
                )

    def begin(self, *, overwrite: bool) -> None:
        """Make the folder; one that holds anything is refused, a run only without `overwrite`."""
        if self.exists(""):
            if not self._system.getFileStatus(self._path("")).isDirectory():
                raise OutputError(f"{self.place}: is a file. Name a folder with -o.")
            if any(self.list("")):
                self._refuse_or_clear(overwrite=overwrite)
        self.write(MARKER, FolderMarker(RUN).to_json())
        self._system.mkdirs(self._path(CHECKPOINTS))

    def _refuse_or_clear(self, *, overwrite: bool) -> None:
        is_complete, is_cut_off = self.exists(SUMMARY), self.exists(CHECKPOINTS)
        if not is_complete and not is_cut_off:
            raise OutputError(
                f"{self.place}: holds files that are not a dedup run. Choose an empty or new folder with -o."
            )
        if not self._has_marker():
            raise OutputError(foreign_folder(self.place, RUN))
        if not overwrite:
            what = "another run" if is_complete else "a run that was cut off"
            raise OutputError(f"{self.place}: holds {what}. Choose another folder, or replace it with --overwrite.")
        self._system.delete(self._path(""), True)

    def _has_marker(self) -> bool:
        """Return whether our marker is in the folder."""
        path = self._path(MARKER)
        if not self._system.exists(path) or self._system.getFileStatus(path).getLen() > MAX_MARKER_BYTES:
            return False
        stream = self._system.open(path)
        try:
            return is_marker(bytes(stream.readAllBytes()), RUN)
        finally:
            stream.close()

    def exists(self, name: str) -> bool:
        """Return whether a file or folder is there."""
        return bool(self._system.exists(self._path(name)))

    def list(self, name: str) -> list[str]:
        """Return the names in a folder."""
        return sorted(status.getPath().getName() for status in self._system.listStatus(self._path(name)))

    def rename_endings(self, folder: str, old: str, new: str) -> None:
        """Give the files of a folder another ending."""
        for name in self.list(folder):
            if not name.startswith(("_", ".")) and old in name:
                stem, _, rest = name.rpartition(old)
                self._system.rename(self._path(f"{folder}/{name}"), self._path(f"{folder}/{stem}{new}{rest}"))

    def write(self, name: str, data: bytes) -> None:
        """Write a small file."""
        stream = self._system.create(self._path(name))
        stream.write(bytearray(data))
        stream.close()

    def delete(self, name: str) -> None:
        """Remove a file or folder."""
        self._system.delete(self._path(name), True)


@dataclass(frozen=True)
class SparkOutcome:
    """What a run found, for its writers and counters.

    ```
    documents   sketches with `rank`, `masked` (boilerplate, or null) and `path`
    records     all records: `at`, and `value` (a line of JSON) or `record` (a row of Parquet)
    rejections  `at`, `path`, `line`, `error`, `raw`
    ```
    """

    documents: "DataFrame"
    num_documents: int
    records: "DataFrame"
    num_tokens: int
    decisions: SparkDecisions
    num_by_relation: Mapping[int, int]
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

    def join_removed(self, rows: "DataFrame", how: str = "inner") -> "DataFrame":
        """Return rows with `rank`, joined with the removed documents."""
        return rows.join(mark_small(self.decisions.removed, self.num_removed, MAX_NUMBER_ROWS), "rank", how)

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
    columns = {"witness": "rank", "w_id": "id", "w_path": "path", "w_line": "line"}
    witnesses = outcome.names.select(*(F.col(column).alias(name) for name, column in columns.items()))
    count = outcome.num_removed
    rows = witnesses.join(mark_small(outcome.join_removed(outcome.names), count, MAX_NAME_ROWS), "witness")
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


def write_rejected(output: SparkOutput, outcome: SparkOutcome) -> None:
    """Write the rejected records."""
    output.write_lines("rejected", outcome.rejections, describe_rejected_row)


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
    decision = Decision(name_of(row, "w_"), row["relation"], row["similarity"])
    whole = WholeRecord(msgspec.Raw(row["value"].strip()), LINE_END, None)
    return describe_removal(name_of(row), UNKNOWN, decision, whole)


def describe_cluster_row(row: Mapping[str, Any]) -> ClusterRecord:
    """Return one line of `clusters/`: the representative first, the others in the order of the input."""
    name, members = name_of(row), sorted(row["members"], key=lambda member: member["doc"])
    others = [describe_member(name_of(member), member["similarity"]) for member in members]
    return ClusterRecord(row["cluster"], msgspec.Raw(name.raw_id), [describe_member(name, 1.0), *others])


def describe_rejected_row(row: Mapping[str, Any]) -> RejectedRecord:
    """Return one line of `rejected/`; a row of Parquet has no bytes of its own."""
    return describe_rejection(row["path"], row["line"], UNKNOWN, row["error"], row["raw"] or b"")
