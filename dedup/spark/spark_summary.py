"""The summary of a clean run on Spark: the same fields as that of the local engine."""

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from dedup.model.documents import CopyRelation
from dedup.model.run import Counts, PassageCounts, Summary
from dedup.near.bands import bands_of
from dedup.output.run_summary import StageTimer, list_limits, list_versions, sum_counts
from dedup.passages.boilerplate import choose_stride
from dedup.spark.locate_passages import BOILER, CUT, EDITED, PASSAGE

if TYPE_CHECKING:
    from dedup.spark.input_files import SparkInput
    from dedup.spark.locate_passages import LocatedRows
    from dedup.spark.session import SparkRun
    from dedup.spark.write_folders import SparkOutcome


def summarise_run(
    run: "SparkRun",
    source: "SparkInput",
    outcome: "SparkOutcome",
    counts: Counts,
    passages: PassageCounts | None,
    timer: StageTimer,
) -> Summary:
    """Return the summary of a run."""
    bands, rows = bands_of(run.settings.near)
    passages_config, work = run.settings.passages, outcome.decisions.work
    stride = choose_stride(outcome.num_tokens, passages_config) if passages_config.is_on else 1
    spark = {
        "master": source.spark.sparkContext.master,
        "rounds": outcome.decisions.num_rounds,
        "contained": "not looked for",
    }
    return Summary(
        counts=counts,
        inputs=source.describe(),
        config={**run.settings.describe(), "spark": spark},
        passages=passages,
        bands=bands,
        rows=rows,
        candidates=work.num_candidates,
        verified=work.num_verified,
        limits=list_limits(run.settings.near, work, stride),
        fingerprint=run.settings.fingerprint(),
        versions=list_versions() | {"pyspark": source.spark.version},
        stages=timer.stages,
        compile_s=timer.compile_s,
    )


def count_documents(outcome: "SparkOutcome") -> Counts:
    """Return the counts of a run."""
    ids = outcome.documents.filter(F.length("id") > 0)
    counted = ids.agg(F.count("id").alias("all"), F.countDistinct("id").alias("distinct")).first()
    assert counted is not None
    return sum_counts(
        outcome.num_documents,
        [outcome.num_by_relation.get(int(relation), 0) for relation in CopyRelation],
        [0] * len(CopyRelation),
        rejected=outcome.num_rejected,
        repeated_ids=counted["all"] - counted["distinct"],
        clusters=outcome.decisions.removed.select("witness").distinct().count(),
    )


def count_passages(outcome: "SparkOutcome", located: "LocatedRows | None") -> PassageCounts | None:
    """Return the counts of passages; boilerplate counts in documents that are kept or the first to hold it."""
    if located is None:
        return None
    marked = outcome.documents.filter(F.col("masked").isNotNull())
    holders = marked.join(outcome.decisions.removed.select("rank"), "rank", "left_anti").select("at")
    holders = holders.unionByName(located.rows.filter(F.col("kind") == BOILER).select("at")).distinct()
    counts = located.counts
    return PassageCounts(
        within=counts[PASSAGE],
        across=0,
        cut=counts[CUT],
        boilerplate=counts[BOILER],
        boilerplate_documents=holders.count(),
        edited_documents=counts[EDITED],
    )
