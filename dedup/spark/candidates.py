"""Candidates by shuffle: exact copies, and which range of ranks has to see which documents.

A *range* is a run of consecutive ranks that one task decides. A *route* brings a document to a range. A *twin* has all
words and facts of an earlier document: the two have one fate, so no range has to see it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import NearConfig
from dedup.kernels.routes import RANGE_BITS, find_routes
from dedup.model.documents import CopyRelation
from dedup.spark.session import RANGES, SPLIT_SETTING, read_cuts
from dedup.spark.spark_tables import as_struct, deal, find_shared_keys, view_bytes

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from dedup.spark.spark_tables import Checkpoints

CONTENT = ("content_0", "content_1", "num_tokens")
FACT_COLUMNS = ("title", "day", "outlet", "url")
PACKED_SCHEMA = pa.schema({"part": pa.int32(), "keys": pa.binary(), "ranks": pa.binary(), "sizes": pa.binary()})
ROUTE_SCHEMA = pa.schema({"rank": pa.int64(), "range": pa.int32(), "large": pa.int8()})
MAX_RANGE_DOCUMENTS = 65_536  # that one task decides: about 200 MB of tokens and keys of news
MAX_PART_KEYS = 8_000_000  # band keys that one task sorts: about 400 MB
PACKED_AT_ONCE = 4_000_000  # band keys that a task collects before it hands them on
ROUTES_AT_ONCE = 1 << 20
MAX_SMALL_BUCKET = 64  # members of a bucket whose pairs are looked at one by one


@dataclass(frozen=True)
class CoverPlan:
    """How the cover is cut up: range r holds the ranks with `rank // range_size` = r; keys are dealt to `parts`."""

    num_ranges: int
    range_size: int
    parts: int


@dataclass(frozen=True)
class RangeCandidates:
    """Who may be alike.

    ```
    twins       (rank, first, num_words): a document, and the first document of the same content and facts
    routes      (rank, range, large, is_first, own): which range has to see which of the others
    num_routes  rows of `routes`
    ```
    """

    twins: "DataFrame"
    routes: "DataFrame"
    num_routes: int
    plan: CoverPlan


def plan_cover(spark: "SparkSession", num_documents: int, bands: int) -> CoverPlan:
    """Return the ranges of the cover of `num_documents` documents; the setting RANGES of Spark is their number."""
    cuts = read_cuts(spark)
    parallelism, ranges = int(cuts[SPLIT_SETTING]), int(cuts[RANGES] or 0)
    if not ranges:
        ranges = max(-(-num_documents // MAX_RANGE_DOCUMENTS), 1)
        if num_documents > MAX_RANGE_DOCUMENTS // 8:  # so that no worker is idle
            ranges = -(-ranges // parallelism) * parallelism
    range_size = max(-(-num_documents // ranges), 1)
    parts = max(-(-num_documents * bands // MAX_PART_KEYS), min(parallelism, ranges))
    return CoverPlan(ranges, range_size, parts)


def find_candidates(
    documents: "DataFrame",
    plan: CoverPlan,
    config: NearConfig,
    checkpoints: "Checkpoints",
    report: Callable[[str], None],
) -> RangeCandidates:
    """Find who may be alike; `documents` are sketches with `rank` (from 0, without gaps)."""
    report("exact copies")
    copies = checkpoints.save("copies", find_copies(documents, config))
    twins = copies.filter("is_twin").select("rank", "first", F.col("num_tokens").alias("num_words"))
    report("buckets")
    found = route_documents(leave_out_twins(documents, twins), plan, config)
    found = found.unionByName(route_firsts(copies.filter("not is_twin"), plan)).groupBy("rank", "range")
    routes = found.agg(F.min("large").alias("large"), F.max("is_first").alias("is_first"))
    routes = checkpoints.save("routes", routes)
    own = F.col("range") == F.floor(F.col("rank") / plan.range_size)
    return RangeCandidates(twins, routes.withColumn("own", own), routes.count(), plan)


def find_copies(documents: "DataFrame", config: NearConfig) -> "DataFrame":
    """Return (rank, first, num_tokens, is_twin) of the documents whose content an earlier one has.

    `first` is the first of them. One without a word is no copy. Where exact copies may stay, none is a twin.
    """
    facts = F.xxhash64(*FACT_COLUMNS).alias("facts")
    known = documents.filter("num_tokens > 0").select("rank", *CONTENT, facts)
    first = F.min("rank").alias("first"), F.min_by("facts", "rank").alias("first_facts"), F.count("*").alias("members")
    groups = known.groupBy(*CONTENT).agg(*first).filter("members > 1")
    exact_goes = CopyRelation.EXACT.label in config.remove.split(",")
    is_twin = (F.col("facts") == F.col("first_facts")) & F.lit(exact_goes)
    pairs = known.join(groups, list(CONTENT)).filter("rank != first")
    return pairs.select("rank", "first", "num_tokens", is_twin.alias("is_twin"))


def leave_out_twins(documents: "DataFrame", twins: "DataFrame") -> "DataFrame":
    """Return the documents that ranges decide: those with a word, but for twins."""
    return documents.filter("num_tokens > 0").join(twins.select("rank"), "rank", "left_anti")


def follow(followers: "DataFrame", removed: "DataFrame") -> "DataFrame":
    """Return the fates of documents that have that of another one: (rank, first, num_words).

    `removed` are the fates of removed documents. What follows a kept one is an exact copy of it.
    """
    fate = removed.drop("num_words").withColumnRenamed("rank", "first")
    exact: dict[str, object] = dict.fromkeys(("novel_words", "novel_run", "num_slots", "facts", "covered"), 0)
    exact |= {"similarity": 1.0, "relation": int(CopyRelation.EXACT), "slots": None}
    kinds = {name: fate.schema[name].dataType for name in exact}
    columns = [F.coalesce(name, F.lit(value).cast(kinds[name])).alias(name) for name, value in exact.items()]
    other = F.coalesce("other", "first").alias("other")
    followed = followers.join(fate, "first", "left")
    return followed.select("rank", F.lit(True).alias("removed"), other, "num_words", *columns)


def route_firsts(variants: "DataFrame", plan: CoverPlan) -> "DataFrame":
    """Return the routes of the first documents of a content to the ranges of its copies with other facts.

    Such a copy may go for the first one only if that is kept, so a range sees it even if it is removed.
    """
    seen_by = F.floor(F.col("rank") / plan.range_size).cast("int").alias("range")
    one, zero = F.lit(1).cast("tinyint"), F.lit(0).cast("tinyint")
    return variants.select(F.col("first").alias("rank"), seen_by, zero.alias("large"), one.alias("is_first"))


def route_documents(documents: "DataFrame", plan: CoverPlan, config: NearConfig) -> "DataFrame":
    """Return (rank, range, large, is_first = 0): which documents each range has to see, `large` for a large bucket.

    `documents` has `rank`, `num_shingles`, `keys`.
    """
    pack = partial(pack_keys, parts=plan.parts)
    packed = documents.select("rank", "num_shingles", "keys").mapInArrow(pack, as_struct(PACKED_SCHEMA))
    find = partial(find_range_routes, range_size=plan.range_size, config=config)
    routes = packed.repartitionById(plan.parts, F.col("part")).mapInArrow(find, as_struct(ROUTE_SCHEMA))
    return routes.withColumn("is_first", F.lit(0).cast("tinyint"))


def pack_keys(batches: Iterator[pa.RecordBatch], *, parts: int) -> Iterator[pa.RecordBatch]:
    """Deal band keys to parts; input columns `rank`, `num_shingles`, `keys`."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        if len(batch) == 0:
            continue
        waiting.append(batch)
        count += view_bytes(batch.column("keys"), np.uint64).size
        if count >= PACKED_AT_ONCE:
            yield pack_some(waiting, parts)
            waiting, count = [], 0
    if waiting:
        yield pack_some(waiting, parts)


def pack_some(batches: list[pa.RecordBatch], parts: int) -> pa.RecordBatch:
    """Return one row for each part that any key of the batches belongs to."""
    keys = np.concatenate([view_bytes(b.column("keys"), np.uint64) for b in batches])
    ranks = np.concatenate([b.column("rank").to_numpy() for b in batches])
    sizes = np.concatenate([b.column("num_shingles").to_numpy() for b in batches])
    bands = keys.size // max(ranks.size, 1)
    return deal(PACKED_SCHEMA, keys, [keys, np.repeat(ranks, bands), np.repeat(sizes, bands)], parts)


class KeysOfPart(NamedTuple):
    """Band keys that more than one document holds, sorted by key and rank: uint64[n], int64[n], int32[n]."""

    keys: npt.NDArray[np.uint64]
    ranks: npt.NDArray[np.int64]
    num_shingles: npt.NDArray[np.int32]


def unpack_keys(batches: Iterator[pa.RecordBatch]) -> KeysOfPart:
    """Return the shared keys of one part."""
    rows = [batch for batch in batches if len(batch)]
    if not rows:
        return KeysOfPart(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int32))
    keys = np.concatenate([view_bytes(b.column("keys"), np.uint64) for b in rows])
    order = find_shared_keys(keys)
    ranks = np.concatenate([view_bytes(b.column("ranks"), np.int64) for b in rows])[order]
    sizes = np.concatenate([view_bytes(b.column("sizes"), np.int32) for b in rows])[order]
    keys = keys[order]
    within = np.lexsort((ranks, keys))
    return KeysOfPart(keys[within], ranks[within], sizes[within])


def find_range_routes(
    batches: Iterator[pa.RecordBatch], *, range_size: int, config: NearConfig
) -> Iterator[pa.RecordBatch]:
    """Yield the routes of the buckets of one part, each once."""
    # Where a bucket may be full, every kept document in it counts, also one too short or too long to be compared.
    max_small = min(MAX_SMALL_BUCKET, config.max_bucket - 1)
    routes = find_routes(*unpack_keys(batches), range_size, config.threshold, max_small)
    routes.sort()
    routes = routes[np.diff(routes, prepend=-1) != 0]
    for first in range(0, len(routes), ROUTES_AT_ONCE):
        some = routes[first : first + ROUTES_AT_ONCE]
        ranges = ((some >> 1) & ((1 << RANGE_BITS) - 1)).astype(np.int32)
        columns = some >> (RANGE_BITS + 1), ranges, (some & 1).astype(np.int8)
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=ROUTE_SCHEMA)
