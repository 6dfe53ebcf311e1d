"""Clean files on Spark: sketch, boilerplate, cover, containment, confirm, passages, write."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace
from pyspark import inheritable_thread_target
from pyspark.sql import functions as F

from dedup.corpus.rejections import MAX_LINES, count_reasons, refuse_no_text
from dedup.errors import InputError
from dedup.model.run import Losses, RejectionCounts, Summary
from dedup.near.bands import bands_of
from dedup.output.records import refuse_rejection
from dedup.output.run_summary import StageTimer
from dedup.pipeline.job import Progress
from dedup.pipeline.sketch_shards import load_kernels
from dedup.spark.candidates import CoverPlan, find_candidates, plan_cover
from dedup.spark.confirm_fates import ConfirmTask, confirm_fates
from dedup.spark.containment_pairs import find_pairs
from dedup.spark.find_suspicious import write_suspicious
from dedup.spark.input_files import SparkInput, open_input
from dedup.spark.locate_passages import LocateTask, locate_passages, write_located
from dedup.spark.mark_boilerplate import find_boilerplate
from dedup.spark.quote_conflicts import quote_conflicts
from dedup.spark.rounds import SparkDecisions, decide
from dedup.spark.session import SparkRun, read_cuts, set_for_now
from dedup.spark.settle_groups import settle_contained
from dedup.spark.sketched_corpus import SketchedCorpus, order_documents, rank_documents, read_corpus
from dedup.spark.spark_folder import CHECKPOINTS, SUMMARY, RunState, SparkFolder
from dedup.spark.spark_summary import WrittenCounts, count_documents, count_passages, count_unsearched, summarise_run
from dedup.spark.spark_tables import MAX_NUMBER_ROWS, Checkpoints, mark_small
from dedup.spark.write_folders import (
    SparkOutcome,
    SparkOutput,
    describe_rejected_row,
    name_files,
    write_clusters,
    write_kept,
    write_related,
    write_removed,
)
from dedup.version import __version__

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def clean_on_spark(spark: "SparkSession", run: SparkRun, progress: Progress) -> Summary:
    """Remove near-duplicate documents from files; `summary.json`, which describes the run, is written last."""
    source = open_input(spark, run.inputs, run.settings.input.input_format)
    folder = SparkFolder(spark, run.out)
    folder.refuse_overlap(source.names)
    fingerprint = run.settings.fingerprint(source.digest())
    if run.resume and folder.exists(SUMMARY):
        summary = msgspec.json.decode(folder.read(SUMMARY), type=Summary)
        if summary.fingerprint == fingerprint:
            progress.note(f"{run.out}: this run is complete already, nothing is left to do")
            folder.delete(CHECKPOINTS)  # what a run leaves that is killed while it tidies up
            return summary
    now = RunState(fingerprint, __version__, read_cuts(spark))
    begun = folder.begin(now, resume=run.resume, overwrite=run.overwrite)
    try:
        with set_for_now(spark, begun.cuts):
            return run_stages(run, source, folder, progress)
    except InputError:
        folder.delete("")  # nothing to go on with: the input has to change first
        raise


def run_stages(run: SparkRun, source: SparkInput, folder: SparkFolder, progress: Progress) -> Summary:
    """Do the work of `clean_on_spark` in its folder."""

    def report(stage: str) -> None:
        source.spark.sparkContext.setJobDescription(stage)  # its name in Spark's own pages and event log
        progress.note(f"spark: {stage}")

    fingerprint = run.settings.fingerprint(source.digest())
    run = run.with_input(source.choose_fields(run.settings.input, progress.note))
    checkpoints = Checkpoints(source.spark, f"{folder.place}/{CHECKPOINTS}", folder.list_done())
    timer = StageTimer(load_kernels(run.settings, progress))
    with timer.measure("sketch"):
        report("sketch")
        rows = checkpoints.save("sketches", source.sketch(run.settings))
        corpus = read_corpus(rows, source.place_of)
    rejections = count_rejections(run, corpus)
    if run.strict:
        refuse_rejections(source, corpus)
    documents = rank(run, corpus, checkpoints)
    plan = plan_cover(source.spark, corpus.num_documents, bands_of(run.settings.near).bands)
    with timer.measure("boilerplate, buckets"):  # neither needs the other, and boilerplate is counted in one task
        documents, candidates = run_together(
            source.spark,
            [
                partial(mark_boilerplate, run, corpus, documents, checkpoints, report),
                partial(find_candidates, documents, plan, run.settings.near, checkpoints, report),
            ],
        )
    with timer.measure("cover"):
        decisions = decide(documents, candidates, run.settings, checkpoints, report)
    if run.settings.passages.finds_contained:
        with timer.measure("contained"):
            report("contained")
            decisions = take_out_contained(run, corpus, documents, plan, decisions, checkpoints)
    with timer.measure("confirm"):
        report("confirm")
        texts = source.as_texts(source.records(corpus), run.settings.input.text_field)
        reading = LocateTask(run.settings.passages, run.settings.input, source.format)
        decisions = confirm_fates(documents, texts, decisions, ConfirmTask(run.settings, reading.records), checkpoints)
    with timer.measure("write"):
        report("write")
        quotes = quote_conflicts(documents, texts, decisions, reading.records, checkpoints)
        outcome = gather_outcome(source, corpus, documents, decisions, quotes)
        written = write_output(run, source, outcome, SparkOutput(folder, source.format, checkpoints))
    source.refuse_changed()
    summary = summarise_run(run, source, outcome, written, timer)
    summary = replace(summary, rejected_by_reason=rejections.by_reason, fingerprint=fingerprint)
    folder.write(SUMMARY, summary.to_json())
    folder.delete(CHECKPOINTS)
    return summary


def rank(run: SparkRun, corpus: SketchedCorpus, checkpoints: Checkpoints) -> "DataFrame":
    """Return all documents with `rank`: their place in the order of the keep policy."""
    documents = corpus.documents()
    if run.settings.near.keep.rule == "first":
        return documents.withColumn("rank", F.col("doc"))
    ordered, columns = order_documents(documents, run.settings.keep)
    return documents.join(rank_documents(ordered, columns, checkpoints), "doc")


def mark_boilerplate(
    run: SparkRun,
    corpus: SketchedCorpus,
    documents: "DataFrame",
    checkpoints: Checkpoints,
    report: Callable[[str], None],
) -> "DataFrame":
    """Return the documents with `masked`, their boilerplate (null: none)."""
    report("boilerplate")
    found = find_boilerplate(documents, corpus, run.settings.passages) if run.settings.passages.is_on else None
    if found is None:
        return documents.withColumn("masked", F.lit(None).cast("binary"))
    return documents.join(checkpoints.save("boilerplate", found), "doc", "left")


def take_out_contained(
    run: SparkRun,
    corpus: SketchedCorpus,
    documents: "DataFrame",
    plan: CoverPlan,
    decisions: SparkDecisions,
    checkpoints: Checkpoints,
) -> SparkDecisions:
    """Return the decisions, with documents that others contain removed."""
    removed = decisions.removed.select("rank")
    kept = documents.join(mark_small(removed, removed.count(), MAX_NUMBER_ROWS), "rank", "left_anti")
    pairs = find_pairs(kept, corpus.num_tokens, plan, run.settings, checkpoints)
    return settle_contained(documents, decisions, pairs, run.settings, checkpoints)


def count_rejections(run: SparkRun, corpus: SketchedCorpus) -> RejectionCounts:
    """Return how many records were read and set aside; `InputError` where none has the text field."""
    if not corpus.num_rejected:
        return count_reasons(corpus.num_documents, {})
    rejected = corpus.rejections()
    errors = {row["error"]: row["count"] for row in rejected.groupBy("error").count().collect()}
    found = count_reasons(corpus.num_documents, errors)
    if corpus.num_documents == 0:
        first = rejected.orderBy("at").limit(MAX_LINES).collect()
        refuse_no_text(found, run.settings.input, (bytes(row["raw"] or b"") for row in first))
    return found


def refuse_rejections(source: SparkInput, corpus: SketchedCorpus) -> None:
    """Raise `InputError` on the first rejected record."""
    first = corpus.rejections().orderBy("at").first() if corpus.num_rejected else None
    if first is not None:
        refuse_rejection(source.name(first["file"]), first["line"], first["error"])


def gather_outcome(
    source: SparkInput,
    corpus: SketchedCorpus,
    documents: "DataFrame",
    decisions: SparkDecisions,
    quotes: "DataFrame | None",
) -> SparkOutcome:
    """Return what the writers work from; it counts the removed documents."""
    sums = [F.sum("num_words").alias("words"), F.sum("novel_words").alias("novel"), F.max("novel_run").alias("run")]
    sums.append(F.count_if(F.col("facts") > 0).alias("conflicting"))
    counted = decisions.fates.groupBy("removed", "relation").agg(F.count("*").alias("count"), *sums).collect()
    removed = [row for row in counted if row["removed"]]
    paths = {split.file: source.name(split.file) for split in corpus.splits}
    return SparkOutcome(
        documents=name_files(documents, paths),
        num_documents=corpus.num_documents,
        records=source.records(corpus),
        num_tokens=corpus.num_tokens,
        decisions=decisions,
        quotes=quotes,
        num_by_relation={row["relation"]: row["count"] for row in removed},
        num_related={row["relation"]: row["count"] for row in counted if not row["removed"]},
        losses=Losses(
            removed_words=sum(row["words"] for row in removed),
            novel_words=sum(row["novel"] for row in removed),
            novel_run=max((row["run"] for row in removed), default=0),
            conflicting=sum(row["conflicting"] for row in removed),
        ),
        rejections=name_files(corpus.rejections(), paths),
        num_rejected=corpus.num_rejected,
    )


def write_output(run: SparkRun, source: SparkInput, outcome: SparkOutcome, output: SparkOutput) -> WrittenCounts:
    """Write everything but the summary, and count documents, passages and suspicious series.

    All is done at once: each part alone would leave some of the cores idle.
    """
    located = None
    if run.settings.passages.is_on:
        texts = source.as_texts(outcome.records, run.settings.input.text_field)
        located = locate_passages(
            outcome, texts, LocateTask(run.settings.passages, run.settings.input, source.format), output.checkpoints
        )
    edits = located.select_edits() if located else None
    writing: list[Callable[[], object]] = [
        partial(write_removed, output, outcome),
        partial(write_clusters, output, outcome),
        partial(write_related, output, outcome),
        partial(output.write_lines, "rejected", outcome.rejections, describe_rejected_row),
        partial(write_kept, output, outcome, edits, run.settings.input.text_field),
    ]
    if located:
        writing.append(partial(write_located, output, located))
    counting: list[Callable[[], object]] = [
        partial(count_documents, outcome),
        partial(count_passages, outcome, located),
        partial(count_unsearched, outcome, located),
        partial(write_suspicious, output, outcome, run.settings.input),
    ]
    return WrittenCounts(*run_together(source.spark, counting + writing)[: len(counting)])


def run_together(spark: "SparkSession", functions: Sequence[Callable[[], object]]) -> list[Any]:
    """Call functions in threads, as jobs of the same description; return their results, or raise the first error."""
    with ThreadPoolExecutor(len(functions)) as threads:
        futures = [threads.submit(inheritable_thread_target(spark)(function)) for function in functions]
        return [future.result() for future in futures]
