"""The cover in rounds: ranges are decided again until nothing changes in what they were decided by."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from dedup.config import NearConfig
from dedup.spark.joins import NUMBERS, small
from dedup.spark.ranges import DECIDED_SCHEMA, MEMBER_COLUMNS, decide_ranges
from dedup.spark.route_documents import route_documents
from dedup.spark.types import as_struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame

    from dedup.spark.checkpoint import Checkpoints

COUNTED = ("candidates", "verified", "full_buckets", "not_entered")


@dataclass(frozen=True)
class CoverPlan:
    """How the cover is cut up: range r holds the ranks with `rank // range_size` = r; keys are dealt to `parts`."""

    num_ranges: int
    range_size: int
    parts: int


@dataclass(frozen=True)
class Routes:
    """Which documents each range has to see: (rank, range, large, own)."""

    table: "DataFrame"
    count: int
    plan: CoverPlan


@dataclass(frozen=True)
class SparkCover:
    """The removed documents (rank, witness, similarity, relation; exact copies not among them), and how it went."""

    removed: "DataFrame"
    rounds: int
    counts: dict[str, int]


def find_routes(documents: "DataFrame", plan: CoverPlan, config: NearConfig, checkpoints: "Checkpoints") -> Routes:
    """Return which documents each range has to see; `documents` have `rank`, `num_shingles`, `keys`."""
    limits = (config.threshold, config.max_bucket)
    routes = checkpoints.save("routes", route_documents(documents, plan.range_size, plan.parts, limits))
    own = F.col("range") == F.floor(F.col("rank") / plan.range_size)
    return Routes(routes.withColumn("own", own), routes.count(), plan)


def cover_documents(
    documents: "DataFrame",
    found: Routes,
    config: NearConfig,
    checkpoints: "Checkpoints",
    report: "Callable[[str], None]",
) -> SparkCover:
    """Decide documents, given the columns of MEMBER_COLUMNS but `range` and `own`; no two of one content."""
    routes, plan = found.table, found.plan
    active = list(range(plan.num_ranges))
    decided: DataFrame | None = None
    number = 0
    while active:
        number += 1
        report(f"round {number}: {len(active)} of {plan.num_ranges} ranges")
        members = choose_members(routes, active, decided)
        joined = documents.join(small(members, found.count, NUMBERS), "rank").select(*MEMBER_COLUMNS)
        task = partial(decide_ranges, config=config, first_round=decided is None)
        latest = joined.repartitionById(plan.num_ranges, F.col("range")).mapInArrow(task, as_struct(DECIDED_SCHEMA))
        if decided is None:
            unseen = routes.filter("not own and large = 1")
        else:
            unseen = select_assumed(routes, decided).filter(F.col("range").isin(active))
            latest = latest.unionByName(decided.filter(~F.col("range").isin(active)))
        # What a range was not given it took for removed.
        latest = latest.unionByName(unseen.select("range", "own", "rank"), allowMissingColumns=True)
        decided = checkpoints.save(f"round-{number}", latest)
        active = find_active(routes, decided)
    assert decided is not None
    counted = decided.filter("rank < 0").agg(*(F.sum(name).alias(name) for name in COUNTED)).first()
    counts = {name: int((counted[name] if counted else 0) or 0) for name in COUNTED}
    return SparkCover(select_removed(decided), number, counts)


def choose_members(routes: "DataFrame", active: list[int], decided: "DataFrame | None") -> "DataFrame":
    """Return what the active ranges are decided by: their own documents, and the kept ones of earlier ranges.

    In the first round, when nobody knows who is kept, the members of large buckets are left out: that there are many
    near-copies of one story must not bring each of them to every range.
    """
    members = routes.filter(F.col("range").isin(active))
    if decided is None:
        return members.filter("own or large = 0")
    removed = select_removed(decided).select("rank")
    others = members.filter("not own").join(removed, "rank", "left_anti")
    return members.filter("own").unionByName(others)


def select_removed(decided: "DataFrame") -> "DataFrame":
    """Return the documents that their own range removed."""
    return decided.filter("own").select("rank", "witness", "similarity", "relation")


def select_assumed(routes: "DataFrame", decided: "DataFrame") -> "DataFrame":
    """Return (range, rank, own=false) of the documents of other ranges that are removed, as a range would be told."""
    others = routes.filter("not own").select("range", "rank", "own")
    return others.join(select_removed(decided).select("rank"), "rank", "left_semi").select("range", "own", "rank")


def find_active(routes: "DataFrame", decided: "DataFrame") -> list[int]:
    """Return the ranges that assumed of a document of another range what was not decided."""
    actual = select_assumed(routes, decided).select("range", "rank")
    assumed = decided.filter("not own and rank >= 0").select("range", "rank")
    changed = actual.unionByName(assumed).groupBy("range", "rank").count().filter("count = 1")
    return sorted(row["range"] for row in changed.select("range").distinct().collect())
