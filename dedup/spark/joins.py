"""Joins with what is small enough to be sent to every worker: the large side is not shuffled then."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NUMBERS = 4_000_000  # rows of a few numbers: some 100 MB
NAMED = 250_000  # rows with an id and a path: the same
RECORDS = 25_000  # whole records: the same


def make_table(spark: "SparkSession", rows: Sequence[tuple[object, ...]], columns: Mapping[str, str]) -> "DataFrame":
    """Return a few rows as a table to join with; they are part of the query, where `createDataFrame` runs Python tasks.

    `columns` are names and types as Spark writes them.
    """
    kind = ", ".join(f"{name}: {of}" for name, of in columns.items())
    text = json.dumps([dict(zip(columns, row, strict=True)) for row in rows])
    made = spark.range(0, 1, 1, 1).select(F.inline(F.from_json(F.lit(text), f"array<struct<{kind}>>")))
    return F.broadcast(made)


def small(rows: "DataFrame", count: int, limit: int) -> "DataFrame":
    """Return the rows for a join, marked as small where `count` of them are."""
    return F.broadcast(rows) if count <= limit else rows
