"""The cover in rounds: ranges are decided again until nothing changes in what they were decided by."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from dedup.config import NearConfig
from dedup.near.bands import choose_bands
from dedup.spark.buckets import route_documents
from dedup.spark.ranges import DECIDED_SCHEMA, MEMBER_COLUMNS, decide_ranges
from dedup.spark.types import as_struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame

    from dedup.spark.checkpoint import Checkpoints

COUNTED = ("candidates", "verified", "full_buckets", "not_entered")
BROADCAST_ROWS = 4_000_000  # routes that are sent to every worker; more are joined by a shuffle


@dataclass(frozen=True)
class CoverPlan:
    """How the cover is cut up: range r holds the ranks of which `rank // range_size` is r; keys are dealt to `parts`."""

    num_ranges: int
    range_size: int
    parts: int


@dataclass(frozen=True)
class SparkCover:
    """The removed documents (rank, witness, similarity, relation; exact copies not among them), and how it went."""

    removed: "DataFrame"
    rounds: int
    counts: dict[str, int]


def cover_documents(
    documents: "DataFrame",
    plan: CoverPlan,
    config: NearConfig,
    checkpoints: "Checkpoints",
    report: "Callable[[str], None]",
) -> SparkCover:
    """Decide documents: `rank`, `num_tokens`, `num_shingles`, `keys`, `tokens`, `masked`; no two of one content."""
    limits = (config.threshold, config.max_bucket)
    routes = checkpoints.save("routes", route_documents(documents, plan.range_size, plan.parts, limits))
    routes = routes.withColumn("own", F.col("range") == F.floor(F.col("rank") / plan.range_size))
    is_small = routes.count() <= BROADCAST_ROWS
    decide = partial(
        decide_ranges, config=config, bands=choose_bands(config.threshold, config.num_perm, config.recall).bands
    )
    active = list(range(plan.num_ranges))
    removed: DataFrame | None = None
    number = 0
    while active:
        number += 1
        report(f"round {number}: {len(active)} of {plan.num_ranges} ranges")
        members = choose_members(routes, active, removed)
        joined = documents.join(F.broadcast(members) if is_small else members, "rank").select(*MEMBER_COLUMNS)
        decided = joined.repartitionById(plan.num_ranges, F.col("range")).mapInArrow(decide, as_struct(DECIDED_SCHEMA))
        latest = decided if removed is None else decided.unionByName(removed.filter(~F.col("range").isin(active)))
        before, removed = removed, checkpoints.save(f"round-{number}", latest)
        active = find_active(routes, before, removed)
    assert removed is not None
    counted = removed.filter("rank < 0").agg(*(F.sum(name).alias(name) for name in COUNTED)).first()
    counts = {name: int((counted[name] if counted else 0) or 0) for name in COUNTED}
    return SparkCover(removed.filter("rank >= 0").select("rank", "witness", "similarity", "relation"), number, counts)


def choose_members(routes: "DataFrame", active: list[int], removed: "DataFrame | None") -> "DataFrame":
    """Return what the active ranges are decided by: their own documents, and the kept ones of earlier ranges."""
    own = routes.filter(F.col("own") & F.col("range").isin(active))
    if removed is None:
        return own
    others = routes.filter(~F.col("own") & F.col("range").isin(active))
    return own.unionByName(others.join(removed.select("rank"), "rank", "left_anti"))


def find_active(routes: "DataFrame", before: "DataFrame | None", after: "DataFrame") -> list[int]:
    """Return the ranges that see a document of another range whose decision has changed."""
    others = routes.filter(~F.col("own"))
    after = after.filter("rank >= 0").select("rank")
    if before is None:
        # Nothing was entered from other ranges yet: now every range meets those that are kept.
        changed = others.join(after, "rank", "left_anti")
    else:
        old = before.filter("rank >= 0").select("rank")
        changed = others.join(old.exceptAll(after).unionByName(after.exceptAll(old)), "rank")
    return sorted(row["range"] for row in changed.select("range").distinct().collect())
