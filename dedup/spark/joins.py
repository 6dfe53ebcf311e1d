"""Joins with what is small enough to be sent to every worker: the large side is not shuffled then."""

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

NUMBERS = 4_000_000  # rows of a few numbers: some 100 MB
NAMED = 250_000  # rows with an id and a path: the same
RECORDS = 25_000  # whole records: the same


def small(rows: "DataFrame", count: int, limit: int) -> "DataFrame":
    """Return the rows for a join, marked as small where `count` of them are."""
    return F.broadcast(rows) if count <= limit else rows
