"""What is alike and differs in facts: quoted from the texts, and listed where it stays."""

from collections.abc import Callable
from functools import partial

from dedup.config import InputConfig
from dedup.corpus.files import at_rest
from dedup.corpus.shards import Shard
from dedup.near.segments import Segments
from dedup.output.conflicts import Conflicts, Quotes, find_conflicts, quote_shard
from dedup.output.related_records import write_related
from dedup.output.run_folder import QUOTES, RELATED, SUSPICIOUS, RunFolder
from dedup.output.suspicious_series import SeriesReader, choose_longest, write_series
from dedup.pipeline.job import Job, Outcome
from dedup.workers import run_tasks


def write_relations(outcome: Outcome, job: Job) -> dict[int, Quotes]:
    """Write `related.jsonl` and `suspicious.jsonl`; return all conflicting slots in words, by doc_index."""
    segments = outcome.sketches.segments
    conflicts = find_conflicts(outcome.sketches, outcome.decisions)
    task = partial(quote_one, conflicts=conflicts, folder=job.folder, segments=segments, config=job.settings.input)
    if len(conflicts.spans):
        with job.show("compare", job.size, "B"):
            run_tasks(task, job.shards, job.workers, job.progress.advance)
    quotes = conflicts.gather(job.list_parts(QUOTES))
    write_related(job.folder.output / RELATED, segments, outcome.decisions, conflicts, quotes)
    series = choose_longest(outcome.series)
    reader = SeriesReader.of(series, segments, outcome.decisions, job.settings.input)
    write_series(job.folder.output / SUSPICIOUS, series, reader)
    return quotes


def quote_one(
    shard: Shard,
    report: Callable[[int], None],
    *,
    conflicts: Conflicts,
    folder: RunFolder,
    segments: Segments,
    config: InputConfig,
) -> None:
    """Quote the conflicting slots in the documents of one shard."""
    with at_rest(shard.files):
        quote_shard(shard, conflicts, folder, segments, config)
    report(shard.size)
