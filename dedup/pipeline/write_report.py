"""Report on a finished clean run: read OUT, count, set aside what is shown, write the pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from dedup.config import CleanSettings, InputConfig, PassageConfig
from dedup.corpus.field_names import MAX_FILES, MAX_RECORDS, names_field, read_sample, refuse_absent_fields
from dedup.corpus.files import SourceFile
from dedup.diff.engine import diff_texts
from dedup.near.bands import lower_threshold
from dedup.output.confined_paths import is_within
from dedup.output.finished_run import FolderState, read_input_config, read_near_config
from dedup.output.replay import Originals
from dedup.output.run_folder import KEPT, REMOVED
from dedup.pipeline.clean_files import decide
from dedup.pipeline.collect_documents import read_asked_config
from dedup.pipeline.job import CleanRun, Progress, make_job
from dedup.pipeline.no_index import NO_INDEX
from dedup.pipeline.sketch_shards import sketch
from dedup.report.corpus.cluster_pages import CLUSTERS_AT_ONCE, PageFiles, write_pages
from dedup.report.corpus.cluster_plans import list_entries, plan_clusters
from dedup.report.corpus.corpus_clusters import render_lists
from dedup.report.corpus.corpus_diff import render_threshold
from dedup.report.corpus.corpus_index import render_index
from dedup.report.corpus.corpus_model import ClusterEntry, CorpusFindings
from dedup.report.corpus.corpus_page import INDEX, THRESHOLD_PAGE
from dedup.report.corpus.corpus_relations import render_relations
from dedup.report.corpus.pair_lists import Links, render_pair_lists
from dedup.report.corpus.report_folder import report_folder, save_page
from dedup.report.corpus.report_tables import list_tables
from dedup.report.corpus.run_findings import describe_findings
from dedup.report.corpus.run_tables import MAX_NEAREST, NearMisses, RunTables
from dedup.report.corpus.survey import Survey, Surveyor
from dedup.text.printed_paths import name_on_disk
from dedup.workers import run_tasks


@dataclass(frozen=True)
class ReportRun:
    """Everything a report is asked for; without `near_misses` no pairs below the threshold are looked for."""

    out: Path
    target: Path
    fields: InputConfig
    max_clusters: int
    near_misses: bool = True
    workers: int = 1
    overwrite: bool = False


@dataclass(frozen=True)
class WrittenReport:
    """A finished report: its first page, and how many of how many clusters have a page."""

    index: Path
    num_pages: int
    num_clusters: int


def write_report(task: ReportRun, progress: Progress) -> WrittenReport:
    """Write the report of a finished run."""
    state = FolderState.of(task.out)
    with state.at_rest():
        run = RunTables.read(task.out, task.max_clusters, progress.note)
        fields = read_asked_config(run.summary, task.fields)
        refuse_absent(run, fields, task.fields.given)
    with report_folder(task.target, task.out, overwrite=task.overwrite) as (pages, scratch), state.at_rest():
        misses = find_near_misses(run, scratch, task.workers, progress) if task.near_misses else None
        files = PageFiles(scratch / "documents", run.out, pages)
        survey = survey_documents(run, fields, misses, files.documents, progress)
        plans = plan_clusters(run, survey)
        with files.documents.open("rb") as documents:
            findings = describe_findings(run, fields, survey, misses, documents)
            entries = list_entries(plans, documents)
            for name, table in list_tables(run, findings, entries, survey.shown, documents).items():
                table.write(pages / "tables" / f"{name}.csv")
            links: Links = {}
            for name, page in render_pair_lists(run, survey, documents, links):
                save_page(pages / name, page)
        save_page(pages / INDEX, render_index(findings, entries, links))
        write_overview(findings, entries, len(run.clusters.sizes), pages)
        progress.begin("report", len(plans), "page")
        chunks = [plans[at : at + CLUSTERS_AT_ONCE] for at in range(0, len(plans), CLUSTERS_AT_ONCE)]
        run_tasks(partial(write_pages, files=files), chunks, task.workers, progress.advance)
        progress.end()
    return WrittenReport(task.target / INDEX, len(plans), len(run.clusters.sizes))


def refuse_absent(run: RunTables, fields: InputConfig, given: Sequence[str]) -> None:
    """Raise `InputError` where a field that somebody names now is nowhere in the folder."""
    if not given:
        return
    kept = list_kept(run)
    removed = SourceFile.at(REMOVED, str(run.out / REMOVED), REMOVED, "jsonl")
    records = [record for file in kept[:MAX_FILES] for record in islice(read_sample(file), MAX_RECORDS)]
    named = replace(fields, given=tuple(given))
    refuse_absent_fields(named, records, lambda field: any(names_field(file, field) for file in (*kept, removed)))


def list_kept(run: RunTables) -> list[SourceFile]:
    """Return what was kept of the input files; a .txt file that was removed is not there."""
    return [
        SourceFile.at(f.path, str(kept), f.name, f.format, f.compression, encoding=f.encoding)
        for f in run.summary.inputs
        if is_within(run.out, f"{KEPT}/{f.name}")
        for kept in [run.out / KEPT / name_on_disk(f.name)]
    ]


def survey_documents(
    run: RunTables, fields: InputConfig, misses: NearMisses | None, target: Path, progress: Progress
) -> Survey:
    """Go over all documents once; `target` gets those that pages show."""
    progress.begin("survey", run.summary.counts.documents, "doc")
    with target.open("wb") as file:
        paths = [each.path for each in run.summary.inputs]
        config = read_input_config(run.summary)
        surveyor = Surveyor(run.removals, run.list_wanted(misses), paths, file, fields.date_order)
        roles = fields.article_fields | ({"url": config.url_field} if config.url_field else {})
        for place, block in Originals(run.out, run.summary.inputs, config, roles, target.parent).read():
            surveyor.add(place, block)
            progress.advance(len(block.ids))
    progress.end()
    return surveyor.finish()


def write_overview(findings: CorpusFindings, entries: list[ClusterEntry], num_clusters: int, pages: Path) -> None:
    """Write the pages that are one of a kind, but the index, and the list of clusters."""
    for name, page in render_relations(findings):
        save_page(pages / name, page)
    misses = [*(findings.below or ()), *(findings.yet_kept or ()), *findings.above]
    if misses:
        compared = [(miss, diff_texts(miss.old, miss.new)) for miss in misses]
        save_page(pages / THRESHOLD_PAGE, render_threshold(findings, compared))
    for name, page in render_lists(entries, num_clusters):
        save_page(pages / name, page)


def find_near_misses(out: RunTables, scratch: Path, workers: int, progress: Progress) -> NearMisses | None:
    """Return the pairs of kept documents nearest below the threshold, and those that reach it; None without a way.

    `clean` does not record what fell short: it compares a document with the candidates of its buckets only, and its
    bands are chosen for the threshold. So the documents stage runs once more, over what was kept, with a lower
    threshold. Its own bands promise the recall. What reaches the threshold, `clean` kept on purpose or missed.
    """
    summary = out.summary
    near = read_near_config(summary)
    lowered = lower_threshold(near)
    if lowered is None:
        return None
    settings = CleanSettings(lowered, PassageConfig("off"), read_input_config(summary))
    job = make_job(CleanRun(list_kept(out), scratch / "near", settings, workers), progress, NO_INDEX).unpack()
    decisions = decide(sketch(job), job)
    return NearMisses.of(decisions, near.threshold, MAX_NEAREST)
