"""The summary of a clean run on Spark: the same fields as that of the local engine."""

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from dedup.config import describe, fingerprint
from dedup.corpus.files import split_format
from dedup.model.documents import CopyRelation
from dedup.model.run import Counts, InputFile, Limit, PassageCounts, Summary
from dedup.near.bands import bands_of
from dedup.output.run_summary import StageTimer, list_versions
from dedup.spark.describe_passages import BOILER, CUT, EDITED, PASSAGE

if TYPE_CHECKING:
    from collections import Counter

    from pyspark.sql import DataFrame

    from dedup.spark.catalogue import Catalogue
    from dedup.spark.decide_ranges import SparkDecisions
    from dedup.spark.engine import SparkRun
    from dedup.spark.read import SparkInput


def summarise(
    run: "SparkRun",
    source: "SparkInput",
    decisions: "SparkDecisions",
    counted: tuple[Counts, PassageCounts | None],
    timer: StageTimer,
) -> Summary:
    """Return the summary of a run."""
    bands, rows = bands_of(run.near)
    configs = {name: describe(c) if (c := getattr(run, name)) else {} for name in ("near", "passages", "input")}
    spark = {"master": source.spark.sparkContext.master, "rounds": decisions.rounds, "contained": "not looked for"}
    return Summary(
        counts=counted[0],
        inputs=list_inputs(source),
        config={**configs, "spark": spark},
        passages=counted[1],
        bands=bands,
        rows=rows,
        candidates=decisions.counts["candidates"],
        verified=decisions.counts["verified"],
        limits=list_limits(run, decisions),
        fingerprint=fingerprint(*(config for config in (run.near, run.passages, run.input) if config)),
        versions=list_versions() | {"pyspark": source.spark.version},
        stages=timer.stages,
    )


def count_relations(decisions: "SparkDecisions") -> dict[int, int]:
    """Return how many documents were removed, by their relation."""
    return {row["relation"]: row["count"] for row in decisions.removed.groupBy("relation").count().collect()}


def count_documents(
    catalogue: "Catalogue", documents: "DataFrame", decisions: "SparkDecisions", found: dict[int, int]
) -> Counts:
    """Return the counts of a run; `found` are the removed documents by their relation."""
    by_relation = {relation.label: found.get(int(relation), 0) for relation in CopyRelation}
    by_reason: dict[str, int] = {}
    for relation in CopyRelation:
        by_reason[relation.reason] = by_reason.get(relation.reason, 0) + by_relation[relation.label]
    removed = sum(found.values())
    ids = documents.filter(F.length("id") > 0).agg(F.count("id").alias("all"), F.countDistinct("id").alias("distinct"))
    counted = ids.first()
    assert counted is not None
    return Counts(
        documents=catalogue.num_documents,
        kept=catalogue.num_documents - removed,
        removed=removed,
        removed_by_reason=by_reason,
        removed_by_relation=by_relation,
        rejected=catalogue.num_rejected,
        repeated_ids=counted["all"] - counted["distinct"],
        clusters=decisions.removed.select("witness").distinct().count(),
    )


def count_passages(
    located: "DataFrame", counts: "Counter[int]", documents: "DataFrame", decisions: "SparkDecisions"
) -> PassageCounts:
    """Return the counts of passages, given those of `count_kinds`.

    Boilerplate counts in documents that are kept or the first to hold it.
    """
    marked = documents.filter(F.col("masked").isNotNull())
    holders = marked.join(decisions.removed.select("rank"), "rank", "left_anti").select("at")
    holders = holders.unionByName(located.filter(F.col("kind") == BOILER).select("at")).distinct()
    return PassageCounts(
        within=counts[PASSAGE],
        across=0,
        cut=counts[CUT],
        boilerplate=counts[BOILER],
        boilerplate_documents=holders.count(),
        edited_documents=counts[EDITED],
    )


def list_inputs(source: "SparkInput") -> list[InputFile]:
    """Return the input files with their sizes."""
    java = source.spark._jvm  # noqa: SLF001 (PySpark has no other way to Hadoop's file systems)
    settings = source.spark._jsparkSession.sessionState().newHadoopConf()  # noqa: SLF001
    files = []
    for uri, name in source.names.items():
        path = java.org.apache.hadoop.fs.Path(uri)
        size = int(path.getFileSystem(settings).getFileStatus(path).getLen())
        files.append(InputFile(name, path.getName(), source.format, split_format(name)[1], size))
    return files


def list_limits(run: "SparkRun", decisions: "SparkDecisions") -> list[Limit]:
    """Return the bounds that the run hit."""
    if not decisions.counts["not_entered"]:
        return []
    effect = (
        f"{decisions.counts['not_entered']} band keys of kept documents were not entered into full buckets: "
        "near-copies of those documents may have been kept (text common to very many documents does this)"
    )
    return [Limit("max_bucket", run.near.max_bucket, decisions.counts["full_buckets"], effect)]
