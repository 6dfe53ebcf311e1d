"""Candidates by shuffle: which documents share a band key, and which range of ranks has to see them."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.kernels.routes import RANGE_BITS, find_routes
from dedup.spark.packing import PACKED_SCHEMA, pack_keys, unpack_keys
from dedup.spark.types import as_struct

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ROUTE_SCHEMA = pa.schema({"rank": pa.int64(), "range": pa.int32(), "large": pa.int8()})
SMALL_BUCKET = 64  # members up to which a bucket's pairs are looked at one by one
ROUTES_AT_ONCE = 1 << 20


def route_documents(documents: "DataFrame", range_size: int, parts: int, limits: tuple[float, int]) -> "DataFrame":
    """Return (rank, range, large): which documents each range has to see; `large` is 1 if only large buckets ask.

    `documents` has `rank`, `num_shingles`, `keys`; `limits` is (threshold, max_bucket).
    """
    packed = documents.select("rank", "num_shingles", "keys").mapInArrow(
        partial(pack_keys, parts=parts), as_struct(PACKED_SCHEMA)
    )
    dealt = packed.repartitionById(parts, F.col("part"))
    routes = dealt.mapInArrow(partial(find_range_routes, range_size=range_size, limits=limits), as_struct(ROUTE_SCHEMA))
    return routes.groupBy("rank", "range").agg(F.min("large").alias("large"))


def find_range_routes(
    batches: Iterator[pa.RecordBatch], *, range_size: int, limits: tuple[float, int]
) -> Iterator[pa.RecordBatch]:
    """Yield the routes of the buckets of one part, each once."""
    threshold, max_bucket = limits
    # Where a bucket may be full, every kept document in it counts, also one too short or too long to be compared.
    routes = find_routes(*unpack_keys(batches), range_size, threshold, min(SMALL_BUCKET, max_bucket))
    routes.sort()
    routes = routes[np.diff(routes, prepend=-1) != 0]
    for first in range(0, len(routes), ROUTES_AT_ONCE):
        some = routes[first : first + ROUTES_AT_ONCE]
        ranges = ((some >> 1) & ((1 << RANGE_BITS) - 1)).astype(np.int32)
        columns = some >> (RANGE_BITS + 1), ranges, (some & 1).astype(np.int8)
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=ROUTE_SCHEMA)
