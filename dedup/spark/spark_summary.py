"""The summary of a clean run on Spark: the same fields as that of the local engine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
from msgspec.structs import replace
from pyspark.sql import functions as F

from dedup.model.documents import CopyRelation
from dedup.model.run import Counts, PassageCounts, Summary
from dedup.output.run_summary import StageTimer, list_passage_limits, make_summary, sum_counts
from dedup.passages.boilerplate import choose_stride
from dedup.passages.document_tokens import MONOTONE_FROM, DocumentTokens
from dedup.spark.locate_passages import BOILER, CUT, EDITED, PASSAGE
from dedup.spark.spark_tables import as_struct, byte_addresses

if TYPE_CHECKING:
    from dedup.spark.input_files import SparkInput
    from dedup.spark.locate_passages import LocatedRows
    from dedup.spark.session import SparkRun
    from dedup.spark.write_folders import SparkOutcome


UNSEARCHED_SCHEMA = pa.schema({"is_unsearched": pa.bool_()})


class WrittenCounts(NamedTuple):
    """What was counted while output was written; `unsearched` as in the local run, `suspicious` are series by kind."""

    documents: Counts
    passages: PassageCounts | None
    unsearched: int
    suspicious: dict[str, int]


def summarise_run(
    run: "SparkRun",
    source: "SparkInput",
    outcome: "SparkOutcome",
    written: WrittenCounts,
    timer: StageTimer,
) -> Summary:
    """Return the summary of a run."""
    settings, work = run.settings, outcome.decisions.work
    stride = choose_stride(outcome.num_tokens, settings.passages) if settings.passages.is_on else 1
    related = {relation.label: count for relation in CopyRelation if (count := outcome.num_related.get(relation))}
    summary = make_summary(settings, source.describe(), written.documents, work, timer)
    spark = {"master": source.spark.sparkContext.master, "rounds": outcome.decisions.num_rounds}
    versions = summary.versions | {"pyspark": source.spark.version}
    return replace(
        summary,
        config={**summary.config, "spark": spark},
        versions=versions,
        passages=written.passages,
        limits=summary.limits + list_passage_limits(stride, written.unsearched),
        losses=outcome.losses,
        related=related,
        suspicious=written.suspicious,
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


def count_unsearched(outcome: "SparkOutcome", located: "LocatedRows | None") -> int:
    """Return in how many documents no passages were looked for, or none that others have."""
    if located is None:
        return 0
    long = outcome.documents.filter(F.col("num_tokens") > MONOTONE_FROM).select("num_tokens", "tokens")
    found = long.mapInArrow(mark_unsearched, as_struct(UNSEARCHED_SCHEMA))
    return int(found.filter("is_unsearched").count())


def mark_unsearched(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield of each document whether its passages, or those that others have, are not looked for."""
    for batch in batches:
        tokens = DocumentTokens.unmasked(byte_addresses(batch.column("tokens")), batch.column("num_tokens").to_numpy())
        yield pa.RecordBatch.from_arrays([pa.array(tokens.find_unsearched())], schema=UNSEARCHED_SCHEMA)


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
