"""Suspicious series on a cluster: what the local engine finds, by grouping."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from dedup.config import InputConfig
from dedup.corpus.values import DocumentName
from dedup.model.run import SeriesKind
from dedup.near.fetch_texts import read_record_fields
from dedup.output.records import encode_line
from dedup.output.suspicious_series import (
    MANY_DAYS,
    MANY_STUBS,
    MANY_TITLES,
    MAX_MEMBERS,
    MAX_SERIES,
    STUB_WORDS,
    SeriesSize,
    describe_series,
)
from dedup.spark.write_folders import SparkOutcome, SparkOutput, name_of

if TYPE_CHECKING:
    from pyspark.sql import Column

KINDS = list(SeriesKind)


def first_documents(number: int) -> "Column":
    """Return the first documents of a group."""
    return F.slice(F.array_sort(F.collect_list("doc")), 1, number)


def find_series(outcome: SparkOutcome) -> DataFrame:
    """Return all suspicious series: (kind, documents, num_distinct, num_removed, members).

    `kind` is a place among KINDS; `members` are the first documents, a witness before the others.
    """
    titled, stubs = find_many_titles(outcome), find_stubs(outcome)
    days = find_many_days(outcome).join(titled.select("documents", "digest"), ["documents", "digest"], "left_anti")
    series = titled, days, stubs  # a series is told once
    numbered = [
        found.select(F.lit(KINDS.index(kind)).alias("kind"), "documents", "num_distinct", "num_removed", "members")
        for kind, found in zip(KINDS, series, strict=True)
    ]
    return reduce(DataFrame.unionByName, numbered)


def find_many_titles(outcome: SparkOutcome) -> DataFrame:
    """Return the documents that have the same words under many titles."""
    titled = outcome.documents.filter((F.length("title") > 0) & (F.col("num_tokens") > 0))
    removed = outcome.decisions.removed.select("rank", F.lit(1).alias("gone"))
    groups = titled.select("rank", "doc", "content_0", "title").join(removed, "rank", "left").groupBy("content_0")
    found = groups.agg(
        F.count("*").alias("documents"),
        F.countDistinct("title").alias("num_distinct"),
        F.count("gone").alias("num_removed"),
        first_documents(MAX_MEMBERS).alias("members"),
        F.bit_xor(F.xxhash64("doc")).alias("digest"),
    )
    return found.filter(F.col("num_distinct") >= MANY_TITLES)


def find_many_days(outcome: SparkOutcome) -> DataFrame:
    """Return the documents of one outlet and many days that one witness of that outlet took the place of."""
    dated = outcome.documents.filter("outlet != 0 and day != 0").select("rank", "doc", "outlet", "day")
    witnesses = dated.select(
        F.col("rank").alias("witness"), F.col("doc").alias("first"), "outlet", F.col("day").alias("first_day")
    )
    pairs = dated.join(outcome.decisions.removed.select("rank", "witness"), "rank").join(
        witnesses, ["witness", "outlet"]
    )
    days = F.array_distinct(F.array_append(F.collect_set("day"), F.first("first_day")))
    found = pairs.groupBy("first").agg(
        (F.count("*") + 1).alias("documents"),
        F.size(days).alias("num_distinct"),
        F.count("*").alias("num_removed"),
        first_documents(MAX_MEMBERS - 1).alias("others"),
        F.bit_xor(F.xxhash64("doc")).alias("digest"),
    )
    found = found.filter((F.col("documents") >= MANY_DAYS) & (F.col("num_distinct") >= MANY_DAYS))
    digest = F.col("digest").bitwiseXOR(F.xxhash64("first"))
    return found.withColumns({"members": F.concat(F.array("first"), "others"), "digest": digest})


def find_stubs(outcome: SparkOutcome) -> DataFrame:
    """Return the documents of a few words of each outlet that has many of them."""
    stubs = outcome.documents.filter(F.col("num_tokens") <= STUB_WORDS).groupBy("outlet")
    found = stubs.agg(F.count("*").alias("documents"), first_documents(MAX_MEMBERS).alias("members"))
    return found.filter(F.col("documents") >= MANY_STUBS).withColumns(
        {"num_distinct": F.col("documents"), "num_removed": F.lit(0)}
    )


def write_suspicious(output: SparkOutput, outcome: SparkOutcome, config: InputConfig) -> dict[str, int]:
    """Write the longest series of each kind; return how many there are of each kind."""
    series = output.checkpoints.save("series", find_series(outcome))
    counted = {row["kind"]: row["count"] for row in series.groupBy("kind").count().collect()}
    longest = Window.partitionBy("kind").orderBy(F.col("documents").desc(), F.col("members")[0])
    rows = series.withColumn("place", F.row_number().over(longest)).filter(F.col("place") <= MAX_SERIES).collect()
    rows.sort(key=lambda row: (row["kind"], row["place"]))
    members = dict(read_members(outcome, sorted({doc for row in rows for doc in row["members"]}), config))
    lines = []
    for row in rows:
        size = SeriesSize(KINDS[row["kind"]], row["documents"], row["num_distinct"], row["num_removed"])
        names, fields = zip(*(members[doc] for doc in row["members"]), strict=True)
        lines.append(encode_line(describe_series(size, names, fields)))
    output.folder.write("suspicious/part-00000.jsonl", b"".join(lines))
    return {kind.value: counted[place] for place, kind in enumerate(KINDS) if place in counted}


def read_members(
    outcome: SparkOutcome, documents: Sequence[int], config: InputConfig
) -> Iterator[tuple[int, tuple[DocumentName, Mapping[str, str]]]]:
    """Yield of some documents (`doc`, a few) the name, and title, date, outlet and URL as they were read, by role."""
    if not documents:
        return
    wanted = F.broadcast(outcome.documents.sparkSession.createDataFrame(pa.table({"doc": documents})))
    names = outcome.names.join(wanted, "doc").select("doc", "at", "id", "path", "line")
    for row in outcome.records.join(F.broadcast(names), "at").collect():
        if "value" in row:
            fields = read_record_fields(None, bytes(row["value"]), config)
        else:
            values = row["record"].asDict()
            read = {role: values.get(column) for role, column in config.facts.items() if column in values}
            fields = {role: "" if value is None else str(value) for role, value in read.items()}
        yield row["doc"], (name_of(row), fields)
