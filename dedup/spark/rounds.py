"""The cover in rounds: ranges are decided again until nothing changes in what they were decided by."""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from dedup.config import CleanSettings
from dedup.near.decisions import WorkCounts
from dedup.spark.candidates import RangeCandidates, follow, leave_out_twins
from dedup.spark.decide_ranges import MEMBER_COLUMNS, decide_ranges
from dedup.spark.fates import DECIDED_SCHEMA, FATE_COLUMNS, WORK_COLUMNS
from dedup.spark.spark_tables import MAX_NUMBER_ROWS, as_struct, mark_small

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame

    from dedup.spark.spark_tables import Checkpoints


@dataclass(frozen=True)
class SparkDecisions:
    """What was decided on documents that are alike another one, and how the cover went.

    ```
    fates  removed documents, and kept ones that have a relative: FATE_COLUMNS; `other` is a kept document
    ```
    """

    fates: "DataFrame"
    num_rounds: int
    work: WorkCounts

    def revise(self, changed: "DataFrame", checkpoints: "Checkpoints", name: str) -> "SparkDecisions":
        """Return the decisions with other fates of some documents (FATE_COLUMNS; `other` is null: it has none now)."""
        fates = self.fates.join(changed.select("rank"), "rank", "left_anti")
        fates = fates.unionByName(changed.filter("other is not null").select(*FATE_COLUMNS))
        return replace(self, fates=checkpoints.save(name, fates))

    @property
    def removed(self) -> "DataFrame":
        """Return the removed documents, each with its `witness`."""
        return self.fates.filter("removed").drop("removed").withColumnRenamed("other", "witness")

    @property
    def related(self) -> "DataFrame":
        """Return the kept documents that are alike another one, `other`, and no copies of it."""
        return self.fates.filter("not removed").drop("removed")


def decide(
    documents: "DataFrame",
    candidates: RangeCandidates,
    settings: CleanSettings,
    checkpoints: "Checkpoints",
    report: "Callable[[str], None]",
) -> SparkDecisions:
    """Decide on all documents: sketches with `rank` and `masked` (null: no boilerplate)."""
    documents = leave_out_twins(documents, candidates.twins)
    routes, plan = candidates.routes, candidates.plan
    active = list(range(plan.num_ranges))
    decided: DataFrame | None = None
    num_rounds = 0
    while active:
        num_rounds += 1
        report(f"round {num_rounds}: {len(active)} of {plan.num_ranges} ranges")
        members = mark_small(choose_members(routes, active, decided), candidates.num_routes, MAX_NUMBER_ROWS)
        joined = documents.join(members, "rank").select(*MEMBER_COLUMNS)
        task = partial(decide_ranges, settings=settings, is_first_round=decided is None)
        latest = joined.repartitionById(plan.num_ranges, F.col("range")).mapInArrow(task, as_struct(DECIDED_SCHEMA))
        if decided is None:
            unseen = routes.filter("not own and large = 1")
        else:
            unseen = select_assumed(routes, decided).filter(F.col("range").isin(active))
            latest = latest.unionByName(decided.filter(~F.col("range").isin(active)))
        # A range took others for removed: those that it was not given, and those that it was told of.
        latest = latest.unionByName(unseen.select("range", "own", "rank"), allowMissingColumns=True)
        decided = checkpoints.save(f"round-{num_rounds}", latest)
        active = find_active(routes, decided) if plan.num_ranges > 1 else []
    assert decided is not None
    fates = checkpoints.save("fates", gather_fates(decided, candidates.twins))
    return SparkDecisions(fates, num_rounds, sum_work(decided))


def choose_members(routes: "DataFrame", active: list[int], decided: "DataFrame | None") -> "DataFrame":
    """Return what the active ranges are decided by: their own documents, and the kept ones of earlier ranges.

    The first document of a content comes even if it is `removed`. In the first round, when nobody knows who is kept,
    the members of large buckets are left out: the many near-copies of one story must not all come to every range.
    """
    members = routes.filter(F.col("range").isin(active))
    if decided is None:
        return members.filter("own or large = 0").withColumn("removed", F.lit(False))
    others = members.filter("not own").join(select_removed(decided), "rank", "left").fillna(False, ["removed"])
    own = members.filter("own").withColumn("removed", F.lit(False))
    return own.unionByName(others.filter("not removed or is_first = 1"))


def select_removed(decided: "DataFrame") -> "DataFrame":
    """Return the documents that their own range removed."""
    return decided.filter("own and removed").select("rank", "removed")


def gather_fates(decided: "DataFrame", twins: "DataFrame") -> "DataFrame":
    """Return the fates of all documents that have one, twins too; see `SparkDecisions`."""
    own = decided.filter("own").select(*FATE_COLUMNS)
    settled = own.filter("relation is not null")
    followers = own.filter("relation is null").select("rank", F.col("other").alias("first"), "num_words")
    return settled.unionByName(follow(followers.unionByName(twins), settled.filter("removed")))


def select_assumed(routes: "DataFrame", decided: "DataFrame") -> "DataFrame":
    """Return (range, rank, own=false): the removed documents of other ranges that each range has to know of."""
    others = routes.filter("not own").select("range", "rank", "own")
    return others.join(select_removed(decided), "rank", "left_semi").select("range", "own", "rank")


def find_active(routes: "DataFrame", decided: "DataFrame") -> list[int]:
    """Return the ranges whose assumptions about documents of other ranges turned out wrong."""
    actual = select_assumed(routes, decided).select("range", "rank")
    assumed = decided.filter("not own and rank >= 0").select("range", "rank")
    changed = actual.unionByName(assumed).groupBy("range", "rank").count().filter("count = 1")
    return sorted(row["range"] for row in changed.select("range").distinct().collect())


def sum_work(decided: "DataFrame") -> WorkCounts:
    """Return what all ranges counted."""
    counted = decided.filter("rank < 0").agg(*(F.sum(name).alias(name) for name in WORK_COLUMNS)).first()
    return WorkCounts(*(int((counted[name] if counted else 0) or 0) for name in WORK_COLUMNS))
