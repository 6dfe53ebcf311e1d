"""The output of a run, by Spark's own writers: `kept/` in the format of the input, all else as lines of JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from dedup.spark.describe_passages import BOILER, EDITED, ORIGINAL_RECORD, PASSAGE
from dedup.spark.joins import NAMED, NUMBERS, RECORDS, make_table, small
from dedup.spark.lines import TEXT_SCHEMA, encode_cluster, encode_rejection, encode_removal, encode_rows
from dedup.spark.types import as_struct

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.storage import Storage


@dataclass(frozen=True)
class Output:
    """Where the output goes, and the format of the kept records: jsonl or parquet."""

    storage: "Storage"
    format: str

    def write_kept(self, kept: "DataFrame", edits: "tuple[DataFrame | None, int]", text_field: str) -> None:
        """Write the kept records, some with another text: `edits` are what was located, and how many it edits."""
        place = f"{self.storage.place}/kept"
        located, count = edits
        if located is not None and count:
            texts = located.filter(F.col("kind") == EDITED).select("at", F.col("value").alias("edited"))
            kept = kept.join(small(texts, count, RECORDS), "at", "left")
        if self.format == "parquet":
            if count:
                text = F.coalesce(F.col("edited").cast("string"), F.col("record").getField(text_field))
                kept = kept.withColumn("record", F.col("record").withField("`" + text_field + "`", text))
            kept.select("record.*").write.parquet(place)
            return
        value = F.coalesce("edited", "value") if count else F.col("value")
        lines = kept.select(value.cast("string").alias("value"))
        lines.filter(F.length(F.trim("value")) > 0).write.text(place)
        self.storage.rename_endings("kept", ".txt", ".jsonl")

    def write_lines(self, name: str, rows: "DataFrame", encode: Callable[[dict[str, Any]], dict[str, object]]) -> None:
        """Write one line of JSON for each row."""
        lines = rows.mapInArrow(partial(encode_rows, encode=encode), as_struct(TEXT_SCHEMA))
        self.write_text(name, lines)

    def write_text(self, name: str, lines: "DataFrame") -> None:
        """Write lines of JSON."""
        lines.write.text(f"{self.storage.place}/{name}")
        self.storage.rename_endings(name, ".txt", ".jsonl")


def name_files(documents: "DataFrame", paths: Mapping[str, str]) -> "DataFrame":
    """Return rows with the `path` by which the output calls their `file`."""
    table = make_table(documents.sparkSession, list(paths.items()), {"file": "string", "path": "string"})
    return documents.join(table, "file").drop("file")


def write_removed(output: Output, records: "DataFrame", names: "DataFrame", removed: "DataFrame", count: int) -> None:
    """Write every removed record whole, with the kept document that justifies its removal; they are `count`."""
    witnesses = names.select(
        F.col("rank").alias("witness"),
        F.col("id").alias("w_id"),
        F.col("path").alias("w_path"),
        F.col("line").alias("w_line"),
    )
    rows = names.join(small(removed, count, NUMBERS), "rank")
    rows = small(witnesses.join(small(rows, count, NAMED), "witness"), count, NAMED)
    if output.format == "parquet":
        records = records.select("at", F.to_json("record", {"ignoreNullFields": "false"}).cast("binary").alias("value"))
    output.write_lines("removed", records.join(rows, "at"), encode_removal)


def write_clusters(output: Output, names: "DataFrame", removed: "DataFrame", count: int) -> None:
    """Write who stands for whom; `count` documents are removed."""
    member = F.struct("doc", "id", "path", "line", "similarity")
    members = (
        names.join(small(removed, count, NUMBERS), "rank")
        .groupBy("witness")
        .agg(F.collect_list(member).alias("members"))
    )
    output.write_lines(
        "clusters", names.join(small(members, count, NAMED), members["witness"] == names["rank"]), encode_cluster
    )


def write_rejected(output: Output, rejections: "DataFrame") -> None:
    """Write what could not be read."""
    output.write_lines("rejected", rejections, encode_rejection)


def write_located(output: Output, located: "DataFrame", counts: Mapping[int, int]) -> None:
    """Write passages and edited records in the order of the input, boilerplate with the most frequent first."""
    for name, kind in (("passages", PASSAGE), ("edited", ORIGINAL_RECORD), ("boilerplate", BOILER)):
        rows = located.filter(F.col("kind") == kind)
        order = [F.col("holders").desc(), F.col("at")] if kind == BOILER else [F.col("at")]
        # Few rows are sorted in one task: to find ranges for several is a job of its own.
        few = counts[kind] <= RECORDS
        rows = rows.coalesce(1).sortWithinPartitions(*order) if few else rows.orderBy(*order)
        output.write_text(name, rows.select(F.col("value").cast("string")))
