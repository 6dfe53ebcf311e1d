"""Exact copies: the first document of each content stands for the others."""

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from dedup.model.documents import CopyRelation

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CONTENT = ("content_0", "content_1", "num_tokens")


def find_twins(documents: "DataFrame") -> "DataFrame":
    """Return (rank, first) of the documents whose content an earlier one has; one without a word has no twin."""
    groups = (
        documents.filter("num_tokens > 0")
        .groupBy(*CONTENT)
        .agg(F.min("rank").alias("first"), F.count("*").alias("members"))
        .filter("members > 1")
        .drop("members")
    )
    pairs = documents.select("rank", *CONTENT).join(groups, list(CONTENT)).filter("rank != first")
    return pairs.select("rank", "first")


def follow_twins(twins: "DataFrame", removed: "DataFrame") -> "DataFrame":
    """Return the removed documents with exact copies among them: they share the fate of the first of their content."""
    fate = removed.withColumnRenamed("rank", "first")
    followed = twins.join(fate, "first", "left").select(
        "rank",
        F.coalesce("witness", "first").alias("witness"),
        F.coalesce("similarity", F.lit(1.0)).alias("similarity"),
        F.coalesce("relation", F.lit(int(CopyRelation.EXACT)).cast("tinyint")).alias("relation"),
    )
    return removed.unionByName(followed)
