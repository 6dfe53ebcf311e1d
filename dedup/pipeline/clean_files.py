"""Clean files: sketch, boilerplate, cover, passages, write, publish."""

from collections.abc import Callable
from functools import cache, partial

import msgspec

from dedup.config import InputConfig, NearConfig, fingerprint
from dedup.corpus.shards import Shard, plan_shards
from dedup.errors import InputError
from dedup.index.find_containers import Pairs
from dedup.index.store import IndexFile
from dedup.model.run import Example, Summary
from dedup.near.decide_documents import cover_batches
from dedup.near.decisions import Decisions
from dedup.near.leaders import CoverResult
from dedup.near.segments import Segments
from dedup.output.examples import choose_examples
from dedup.output.locate_shard import ShardFindings, locate_shard, split_findings
from dedup.output.passage_records import write_boilerplate, write_passages
from dedup.output.records import refuse_rejection
from dedup.output.run_folder import BOILERPLATE, EDITED, LOCATED, PASSAGES, REJECTED, REMOVED, SUMMARY, RunFolder
from dedup.output.run_summary import StageTimer
from dedup.output.write_shards import Results, join_parts, plan_offsets, prepare_files, write_clusters, write_shard
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.cut_documents import Findings
from dedup.pipeline.cut_passages import as_decisions, decide_passages
from dedup.pipeline.find_boilerplate import find_corpus_boilerplate, keep_standing
from dedup.pipeline.index_session import IndexSession, use_index, with_covered
from dedup.pipeline.job import CleanRun, Progress
from dedup.pipeline.remove_contained import gather_kept
from dedup.pipeline.sketch_shards import load_kernels, sketch_shards
from dedup.pipeline.summarise import summarise
from dedup.workers import run_tasks

WRITTEN = (REMOVED, EDITED, REJECTED)  # files that the shards write in pieces


def clean(run: CleanRun, progress: Progress) -> tuple[Summary, list[Example]]:
    """Remove near-duplicate documents from files: sketch, cover, write, publish. Returns what was done."""
    folder = RunFolder(run.out)
    index = IndexFile(run.index) if run.index else None
    settings = fingerprint(*(config for config in (run.near, run.passages, run.input, index) if config), *run.files)
    with use_index(run, settings, folder, progress) as session:
        return clean_folder(run, (settings, session), folder, progress)


def clean_folder(
    run: CleanRun, plan: tuple[str, IndexSession | None], folder: RunFolder, progress: Progress
) -> tuple[Summary, list[Example]]:
    """Do the work of `clean` unless that is done already; `plan` is the fingerprint and the index."""
    settings = plan[0]
    if run.resume and folder.is_finished() and Summary.read(run.out / SUMMARY).fingerprint == settings:
        progress.note(f"{run.out}: this run is complete already, nothing is left to do")
        folder.discard()  # what a run leaves that is killed while it tidies up
        return Summary.read(run.out / SUMMARY), []
    folder.refuse_overlap(file.location for file in run.files)
    with folder.begin(f"{settings}.{run.shard_size}", resume=run.resume, overwrite=run.overwrite):
        try:
            return run_stages(run, plan, folder, progress)
        except InputError:
            folder.discard()  # nothing to go on with: the input has to change first
            raise
        finally:
            if run.add:
                folder.discard()


def run_stages(
    run: CleanRun, plan: tuple[str, IndexSession | None], folder: RunFolder, progress: Progress
) -> tuple[Summary, list[Example]]:
    """Do the work of `clean` in its folder."""
    settings, session = plan
    timer = StageTimer(load_kernels(run.near, run.passages, progress))
    shards = plan_shards(run.files, run.shard_size)
    with timer.measure("sketch"):
        sketch_shards(run, folder, shards, progress)
        segments = Segments(folder.segments, shards)
    if run.strict:
        refuse_rejections(segments)
    result, decisions, findings = decide_documents(run, session, (folder, segments), (timer, progress))
    decisions.check()
    if not run.dry_run:
        with timer.measure("write"):
            write_output(run, folder, segments, (decisions, findings), progress)
    summary = summarise(run, settings, segments, (result, decisions, findings), timer)
    if session:
        summary = msgspec.structs.replace(summary, index=session.describe(decisions, segments.known, run))
    examples = choose_examples(segments, decisions, run.input)
    finish(run, session, folder, (segments, decisions), (summary, progress))
    return summary, examples


def decide_documents(
    run: CleanRun,
    session: IndexSession | None,
    work: tuple[RunFolder, Segments],
    told: tuple[StageTimer, Progress],
) -> tuple[CoverResult, Decisions, Findings | None]:
    """Decide on every document, by what an index knows, by the others, and by their passages."""
    (folder, segments), (timer, progress) = work, told
    boilerplate, holders, findings = None, None, None
    if run.passages:
        with timer.measure("boilerplate"):
            boilerplate = find_corpus_boilerplate(segments, run.passages, folder.masked, run.workers)
    if session and session.index.exists():
        progress.begin("index", segments.num_documents, "doc")
        with timer.measure("index"):
            segments.remember(session.find_known(segments, run, folder.known))
        progress.end()
    with timer.measure("cover"):
        result = cover_documents(run.near, segments, progress)
    decisions = with_covered(as_decisions(result), segments)
    if run.passages and boilerplate is not None:
        if session and segments.known is not None and run.passages.contained is not None:
            with timer.measure("contained"):
                kept = gather_kept(segments, decisions.witness < 0, boilerplate)
                holders = session.find_holders(segments, kept, run.passages, folder.holders, progress)
        with timer.measure("passages"):
            decisions, findings = find_passages(run, folder, segments, (decisions, boilerplate, holders), progress)
    return result, decisions, findings


def finish(
    run: CleanRun,
    session: IndexSession | None,
    folder: RunFolder,
    decided: tuple[Segments, Decisions],
    told: tuple[Summary, Progress],
) -> None:
    """Put the output in its place and what was kept into the index: with `session`, both or neither after any kill.

    The output is complete, and names its run, before the index has the run; it is put in its place after that. So a
    run that is in the index has its output in one of the two places.
    """
    summary, progress = told
    if not run.dry_run:
        summary.write(folder.output / SUMMARY)
    if session and (run.add or not run.dry_run):
        session.commit(*decided, run, progress)
    if not run.dry_run:
        folder.publish()
        if session:
            session.mark_published()


def cover_documents(near: NearConfig, segments: Segments, progress: Progress) -> CoverResult:
    """Decide who is kept, over all segments."""
    progress.begin("cover", segments.num_documents, "doc")
    result = cover_batches(segments.batches, near, progress.advance, segments.known)
    progress.end()
    return result


def find_passages(
    run: CleanRun,
    folder: RunFolder,
    segments: Segments,
    results: tuple[Decisions, Boilerplate, Pairs | None],
    progress: Progress,
) -> tuple[Decisions, Findings]:
    """Decide on contained documents and on passages."""
    assert run.passages is not None
    decisions, boilerplate, holders = results
    progress.begin("passages", segments.num_documents, "doc")
    configs = (run.near, run.passages)
    work = (progress.advance, run.workers)
    decisions, passages = decide_passages(segments, decisions, (boilerplate, holders), configs, work, cuts=True)
    progress.end()
    findings = Findings(passages, keep_standing(boilerplate, decisions), run.passages)
    locate_findings(run, folder, segments, findings, progress)
    return decisions, findings


def locate_findings(
    run: CleanRun, folder: RunFolder, segments: Segments, findings: Findings, progress: Progress
) -> None:
    """Go over the texts of the documents in which anything was found."""
    shards = segments.shards
    forget_results()  # an earlier run of this process may have had the same folder
    progress.begin("locate", sum(shard.size for shard in shards), "B")
    task = partial(locate_one, folder=folder, shards=tuple(shards), config=run.input)
    run_tasks(task, split_findings(findings, segments), run.workers, progress.advance)
    progress.end()


def write_output(
    run: CleanRun,
    folder: RunFolder,
    segments: Segments,
    results: tuple[Decisions, Findings | None],
    progress: Progress,
) -> None:
    """Write everything but the summary."""
    shards = segments.shards
    decisions, findings = results
    forget_results()  # its decisions may be older
    decisions.write(folder.decisions)
    prepare_files(folder, shards)
    progress.begin("write", sum(shard.size for shard in shards), "B")
    task = partial(write_one, folder=folder, shards=tuple(shards), text_field=run.input.text_field)
    offsets = plan_offsets(Results(folder, segments, decisions, run.input.text_field))
    run_tasks(task, list(zip(shards, offsets, strict=True)), run.workers, progress.advance)
    progress.end()
    forget_results()
    join_parts(folder, shards, WRITTEN)
    if findings is not None:
        parts = [folder.part(shard.index, LOCATED) for shard in shards]
        write_passages(folder.output / PASSAGES, parts, findings.passages, segments)
        write_boilerplate(folder.output / BOILERPLATE, parts, findings.boilerplate, segments)


def locate_one(
    found: ShardFindings,
    report: Callable[[int], None],
    *,
    folder: RunFolder,
    shards: tuple[Shard, ...],
    config: InputConfig,
) -> None:
    """Find the passages and the boilerplate of one shard in its texts."""
    locate_shard(found, folder, open_segments(folder, shards), config)
    report(found.shard.size)


def write_one(
    task: tuple[Shard, int],
    report: Callable[[int], None],
    *,
    folder: RunFolder,
    shards: tuple[Shard, ...],
    text_field: str,
) -> None:
    """Write one shard's share of the output; with the first go the clusters."""
    shard, offset = task
    segments, decisions = open_segments(folder, shards), open_decisions(folder)
    if shard.index == 0:
        write_clusters(folder, segments, decisions)
    write_shard(Results(folder, segments, decisions, text_field), shard, offset)
    report(shard.size)


@cache
def open_segments(folder: RunFolder, shards: tuple[Shard, ...]) -> Segments:
    """Map the segments of a run, once in each process."""
    return Segments(folder.segments, list(shards))


@cache
def open_decisions(folder: RunFolder) -> Decisions:
    """Map the decisions of a run, once in each process."""
    return Decisions.read(folder.decisions)


def forget_results() -> None:
    """Read again what this process has read of a run: it has changed since."""
    open_segments.cache_clear()
    open_decisions.cache_clear()


def refuse_rejections(segments: Segments) -> None:
    """Raise `InputError` on the first record that was set aside."""
    for shard in segments.shards:
        for rejection in segments.rejections(shard):
            refuse_rejection(shard.files[rejection.file].path, rejection.line, rejection.error)
