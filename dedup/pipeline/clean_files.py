"""Clean files: sketch, boilerplate, index, cover, containment, confirm, passages, write, publish."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from dedup.corpus.files import at_rest
from dedup.corpus.shards import Shard
from dedup.kernels.leader_table import KEPT
from dedup.model.documents import Removal
from dedup.model.run import Summary
from dedup.near.decide_documents import decide_documents
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import fetch_texts
from dedup.near.sketches import Sketches
from dedup.output.conflicts import find_conflicts, quote_shard, quote_signs_of, read_quotes
from dedup.output.digests import write_digests
from dedup.output.examples import choose_examples
from dedup.output.finished_run import check_run
from dedup.output.pack_files import join_pieces, list_pieces, pack
from dedup.output.passage_records import describe_passages, list_boilerplate
from dedup.output.records import write_lines
from dedup.output.related_records import describe_clusters, describe_related
from dedup.output.run_folder import (
    ANNOTATED,
    ASIDE,
    BOILERPLATE,
    CLUSTERS,
    EDITED,
    LOCATED,
    PASSAGES,
    QUOTES,
    REJECTED,
    RELATED,
    REMOVED,
    SET_ASIDE,
    SUMMARY,
    SUSPICIOUS,
)
from dedup.output.suspicious_series import describe_longest
from dedup.output.write_shards import Results, join_files, join_parts, plan_offsets, prepare_files, write_shard
from dedup.passages.remove_contained import gather_kept
from dedup.pipeline.check_keep import check_keep
from dedup.pipeline.confirm_removals import confirm
from dedup.pipeline.cut_passages import compare_passages, mask_boilerplate, plan_cuts
from dedup.pipeline.job import CleanRun, Job, Outcome, Progress, make_job
from dedup.pipeline.no_index import NO_INDEX, NoIndex
from dedup.pipeline.sketch_shards import sketch
from dedup.pipeline.summarise import summarise
from dedup.text.rank_quotes import Quotes
from dedup.workers import run_tasks

if TYPE_CHECKING:
    from dedup.pipeline.index_session import IndexSession


def clean(run: CleanRun, progress: Progress) -> tuple[Summary, list[Removal]]:
    """Remove near-duplicate documents from files. Returns what was done, with examples; none of a finished run."""
    with open_index(run, progress) as index:
        job = make_job(run, progress, index)
        if job.is_finished():
            progress.note(f"{run.out}: this run is complete already, nothing is left to do")
            job.folder.discard()  # what a run leaves that is killed while it tidies up
            return check_run(run.out, progress.note), []
        progress.plan(job.list_stages())
        with job.working() as ready:
            if run.annotate:
                from dedup.output.annotate_records import refuse_unmarked  # noqa: PLC0415 (for those who ask)

                refuse_unmarked(ready.run.files)
            check_keep(ready.run.files, ready.settings)
            return clean_job(ready)


def open_index(run: CleanRun, progress: Progress) -> "AbstractContextManager[IndexSession | NoIndex]":
    """Give the session of a run with its index, if it has one."""
    if run.index is None:
        return nullcontext(NO_INDEX)
    from dedup.pipeline.index_session import use_index  # noqa: PLC0415 (for those who have one)

    return use_index(run.index, run, progress)


def clean_job(job: Job) -> tuple[Summary, list[Removal]]:
    """Do the work of `clean` in its folder."""
    sketches = sketch(job)
    sketches, boilerplate = mask_boilerplate(sketches, job)
    sketches = sketches.with_stored(job.index.look_up(sketches, job))
    decisions = decide(sketches, job)
    kept = gather_kept(sketches, decisions.kept, boilerplate)
    containers = job.index.find_containers(sketches, kept, job)
    sketches = sketches.with_stored(containers.stored)
    decisions, shared = compare_passages(sketches, decisions, kept, containers, job)
    decisions = confirm(sketches, decisions, job)
    decisions.check()
    findings = plan_cuts(sketches.segments, decisions, shared, boilerplate, job)
    outcome = Outcome(sketches, decisions, findings)
    digests = write_output(outcome, job)
    summary = summarise(outcome, digests, job)
    examples = choose_examples(sketches.segments, decisions, job.settings.input)
    finish(outcome, summary, job)
    return summary, examples


def decide(sketches: Sketches, job: Job) -> Decisions:
    """Decide who is kept, over all documents."""
    with job.timer.measure("cover"), job.show("cover", len(sketches), "doc"):
        return decide_documents(sketches, job.settings, job.progress.advance, job.workers)


def write_output(outcome: Outcome, job: Job) -> str | None:
    """Write everything but the summary; return the digest of the list of digests. A dry run writes nothing."""
    if job.run.dry_run:
        return None
    with job.timer.measure("write"):
        write_records(outcome, job)
        if job.settings.passages.is_on:
            segments, findings, output = outcome.sketches.segments, outcome.findings, job.folder.output
            parts = job.list_parts(LOCATED)
            write_lines(output / PASSAGES, describe_passages(parts, findings.passages, segments))
            write_lines(output / BOILERPLATE, list_boilerplate(parts, findings.boilerplate, segments))
        return write_digests(job.folder.output)


def write_records(outcome: Outcome, job: Job) -> None:
    """Write the kept records, what they are alike, and those that were removed, edited or rejected."""
    prepare_files(job.folder, job.shards)
    quotes, segments = write_relations(outcome, job), outcome.sketches.segments
    results = Results(job.folder, segments, outcome.decisions, job.settings.input.text_field, quotes)
    with at_rest(job.run.files):
        offsets = plan_offsets(results)
    job.visit_shards("write", partial(write_one, results=results, offsets=offsets, annotated=job.run.annotate))
    join_parts(job.folder, job.shards, [REMOVED, EDITED, REJECTED])
    join_files(job.folder, job.shards, ASIDE, SET_ASIDE)
    join_files(job.folder, job.shards, ANNOTATED, ANNOTATED)
    pieces = list_pieces(job.folder, job.run.files)
    with job.show("pack", sum(piece.stop - piece.start for piece in pieces), "B"):
        run_tasks(pack, pieces, job.workers, job.progress.advance)
    join_pieces(pieces)


def write_relations(outcome: Outcome, job: Job) -> dict[int, Quotes]:
    """Write `related.jsonl` and `suspicious.jsonl`; return those of removed documents in words, by doc_index."""
    segments, config = outcome.sketches.segments, job.settings.input
    conflicts = find_conflicts(outcome.sketches.locate, outcome.decisions)
    if len(conflicts.spans):
        quote = partial(quote_shard, conflicts=conflicts, folder=job.folder, segments=segments, config=config)
        job.visit_shards("compare", quote)
    quoted = conflicts.gather(read_quotes(job.list_parts(QUOTES)))
    signs = quote_signs_of(outcome.decisions, lambda documents: fetch_texts(segments, documents, config))

    def in_words(doc: int) -> Quotes:
        return signs.get(doc) or quoted.get(doc)

    write_lines(job.folder.output / RELATED, describe_related(segments, outcome.decisions, conflicts, in_words))
    series = describe_longest(outcome.series, segments, outcome.decisions, config)
    write_lines(job.folder.output / SUSPICIOUS, series)
    witness = outcome.decisions.witness
    return {doc: in_words(doc) for doc in conflicts.differences.keys() | signs.keys() if witness[doc] != KEPT}


def write_one(shard: Shard, *, results: Results, offsets: Sequence[int], annotated: bool) -> None:
    """Write one shard's share of the output; with the first go the clusters."""
    if shard.index == 0:
        write_lines(results.run.output / CLUSTERS, describe_clusters(results.segments, results.decisions))
    write_shard(results, shard, offsets[shard.index])
    if annotated:
        from dedup.output.annotate_records import annotate_shard  # noqa: PLC0415 (for those who ask)

        annotate_shard(results, shard)


def finish(outcome: Outcome, summary: Summary, job: Job) -> None:
    """Put the output in its place and what was kept into the index: both or neither, after a kill at any moment.

    The output is complete, and names its run, before the index has the run; it is put in its place after that. So a
    run that is in the index has its output in one of the two places.
    """
    if job.run.dry_run:
        job.index.commit(outcome, job)
        return
    summary.write(job.folder.output / SUMMARY)
    job.index.commit(outcome, job)
    job.folder.publish()
    job.index.mark_published()
