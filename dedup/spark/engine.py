"""Clean files on Spark: sketch, boilerplate, cover, passages, write."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pyspark import inheritable_thread_target
from pyspark.sql import functions as F

from dedup.config import InputConfig, NearConfig, PassageConfig
from dedup.errors import DedupError, InputError
from dedup.model.run import Counts, PassageCounts, Summary
from dedup.near.bands import bands_of
from dedup.output.run_summary import StageTimer
from dedup.pipeline.job import Progress
from dedup.pipeline.sketch_shards import load_kernels
from dedup.spark.catalogue import Catalogue, rank_documents, read_catalogue
from dedup.spark.checkpoint import Checkpoints
from dedup.spark.count_run import count_documents, count_passages, count_relations, summarise
from dedup.spark.decide_ranges import SparkDecisions, decide, find_candidates, plan_cover
from dedup.spark.describe_passages import EDITED, LocateTask, count_kinds, locate_passages
from dedup.spark.joins import NUMBERS, small
from dedup.spark.keep_order import order_documents
from dedup.spark.mark_boilerplate import find_boilerplate
from dedup.spark.read import SparkInput, open_input
from dedup.spark.sketches import SketchTask
from dedup.spark.storage import CHECKPOINTS, SUMMARY, Storage
from dedup.spark.write_output import Output, name_files, write_clusters, write_located, write_rejected, write_removed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class SparkRun:
    """Everything a clean run on Spark is asked to do; `settings` are Spark's own."""

    inputs: Sequence[str]
    out: str
    near: NearConfig = field(default_factory=NearConfig)
    passages: PassageConfig | None = field(default_factory=lambda: PassageConfig(scope="within", contained=None))
    input: InputConfig = field(default_factory=InputConfig)
    overwrite: bool = False
    strict: bool = False
    ranges: int | None = None

    def __post_init__(self) -> None:
        if self.near.keep.field == self.input.text_field:
            raise DedupError(
                f"--keep {self.near.keep} names the text field. Name a field that holds a date or an outlet."
            )


def clean_on_spark(spark: "SparkSession", run: SparkRun, progress: Progress) -> Summary:
    """Remove near-duplicate documents from files; what was done is in `summary.json`, written last."""
    source = open_input(spark, run.inputs, run.input.input_format)
    storage = Storage(spark, run.out)
    storage.refuse_overlap(source.names)
    storage.begin(overwrite=run.overwrite)
    try:
        return run_stages(run, source, storage, progress)
    except InputError:
        storage.delete("")  # nothing to go on with: the input has to change first
        raise


def run_stages(run: SparkRun, source: SparkInput, storage: Storage, progress: Progress) -> Summary:
    """Do the work of `clean_on_spark` in its folder."""
    timer = StageTimer()

    def tell(stage: str) -> None:
        source.spark.sparkContext.setJobDescription(stage)  # what Spark's own pages and event log call it
        progress.note(f"spark: {stage}")

    checkpoints = Checkpoints(source.spark, f"{storage.place}/{CHECKPOINTS}")
    load_kernels(run.near, run.passages, progress)
    with timer.measure("sketch"):
        tell("sketch")
        rows = checkpoints.save("sketches", source.sketch(SketchTask(run.near, run.passages, run.input)))
        catalogue = read_catalogue(rows, source.place_of)
    if run.strict:
        refuse_rejections(source, catalogue)
    documents = rank(run, catalogue, checkpoints)
    parallelism = source.spark.sparkContext.defaultParallelism
    plan = plan_cover(catalogue.num_documents, bands_of(run.near).bands, parallelism, run.ranges)
    with timer.measure("boilerplate, buckets"):  # neither needs the other, and boilerplate is counted in one task
        documents, candidates = run_together(
            source.spark,
            [
                partial(mark_boilerplate, run, catalogue, documents, checkpoints, tell),
                partial(find_candidates, documents, plan, run.near, checkpoints, tell),
            ],
        )
    with timer.measure("cover"):
        decisions = decide(documents, candidates, run.near, checkpoints, tell)
    with timer.measure("write"):
        tell("write")
        results = catalogue, documents, decisions
        counts, passages = write_output(run, source, results, Output(storage, source.format))
    summary = summarise(run, source, decisions, (counts, passages), timer)
    storage.delete(CHECKPOINTS)
    storage.write(SUMMARY, summary.to_json())
    return summary


def rank(run: SparkRun, catalogue: Catalogue, checkpoints: Checkpoints) -> "DataFrame":
    """Return all documents with `rank`: their place in the order of the keep policy."""
    documents = catalogue.documents()
    if run.near.keep.rule == "first":
        return documents.withColumn("rank", F.col("doc"))
    ordered, columns = order_documents(documents, run.near.keep)
    return documents.join(rank_documents(ordered, columns, checkpoints), "doc")


def mark_boilerplate(
    run: SparkRun,
    catalogue: Catalogue,
    documents: "DataFrame",
    checkpoints: Checkpoints,
    report: Callable[[str], None],
) -> "DataFrame":
    """Return the documents with `masked`, their boilerplate (null: none)."""
    report("boilerplate")
    found = find_boilerplate(documents, catalogue, run.passages) if run.passages else None
    if found is None:
        return documents.withColumn("masked", F.lit(None).cast("binary"))
    return documents.join(checkpoints.save("boilerplate", found), "doc", "left")


def refuse_rejections(source: SparkInput, catalogue: Catalogue) -> None:
    """Raise `InputError` on the first record that was set aside."""
    first = catalogue.rejections().orderBy("at").first() if catalogue.num_rejected else None
    if first is not None:
        path = source.name(first["file"])
        raise InputError(f"{path}, line {first['line']}: {first['error']}. Without --strict it is set aside.")


def write_output(
    run: SparkRun, source: SparkInput, results: "tuple[Catalogue, DataFrame, SparkDecisions]", output: Output
) -> tuple[Counts, PassageCounts | None]:
    """Write everything but the summary, and count what that says: all at once, each leaves some of the cores idle."""
    catalogue, documents, decisions = results
    paths = name_paths(source, catalogue)
    names = name_files(documents.select("rank", "doc", "at", "id", "line", "file"), paths)
    rejections = name_files(catalogue.rejections(), paths)
    records = source.records(catalogue)
    removed, relations = decisions.removed, count_relations(decisions)
    count = sum(relations.values())
    gone = small(removed.select("rank"), count, NUMBERS)
    counting = partial(count_documents, catalogue, documents, decisions, relations)
    writing = [
        partial(write_removed, output, records, names, removed, count),
        partial(write_clusters, output, names, removed, count),
        partial(write_rejected, output, rejections),
    ]
    located, edited = None, 0
    count_located: Callable[[], PassageCounts | None] = no_passages
    if run.passages:
        task = LocateTask(run.passages, run.input, source.format)
        held = name_files(documents.select("rank", "at", "id", "line", "file", "repeats", "masked"), paths)
        texts = source.as_texts(records, run.input.text_field)
        found = locate_passages(held, texts, gone, task)
        located = Checkpoints(source.spark, f"{output.storage.place}/{CHECKPOINTS}").save("located", found)
        kinds = count_kinds(located)
        edited = kinds[EDITED]
        writing.append(partial(write_located, output, located, kinds))
        count_located = partial(count_passages, located, kinds, documents, decisions)
    dropped = names.join(gone, "rank", "left_semi").select("at").unionByName(rejections.select("at"))
    kept = records.join(small(dropped, count + catalogue.num_rejected, NUMBERS), "at", "left_anti")
    writing.append(partial(output.write_kept, kept, (located, edited), run.input.text_field))
    counts, passages, *_ = run_together(source.spark, [counting, count_located, *writing])
    return counts, passages


def no_passages() -> None:
    """Return what is counted of passages where they were not looked for."""


def run_together(spark: "SparkSession", functions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Call functions in threads, as jobs of the same description; return their results, or raise the first error."""
    with ThreadPoolExecutor(len(functions)) as threads:
        futures = [threads.submit(inheritable_thread_target(spark)(function)) for function in functions]
        return [future.result() for future in futures]


def name_paths(source: SparkInput, catalogue: Catalogue) -> Mapping[str, str]:
    """Return what the output calls each file, by what Spark calls it."""
    return {split.file: source.name(split.file) for split in catalogue.splits}
