"""What is alike and differs in facts: quoted from the texts, and listed where it stays."""

from functools import partial

from dedup.output.conflicts import Quotes, find_conflicts, quote_shard, read_quotes
from dedup.output.records import write_lines
from dedup.output.related_records import describe_related
from dedup.output.run_folder import QUOTES, RELATED, SUSPICIOUS
from dedup.output.sign_conflicts import quote_signs_of
from dedup.output.suspicious_series import SeriesReader, choose_longest
from dedup.pipeline.job import Job, Outcome


def write_relations(outcome: Outcome, job: Job) -> dict[int, Quotes]:
    """Write `related.jsonl` and `suspicious.jsonl`; return those of removed documents in words, by doc_index."""
    segments = outcome.sketches.segments
    conflicts = find_conflicts(outcome.sketches.locate, outcome.decisions)
    if len(conflicts.spans):
        config = job.settings.input
        quote = partial(quote_shard, conflicts=conflicts, folder=job.folder, segments=segments, config=config)
        job.visit_shards("compare", quote)
    quoted = conflicts.gather(read_quotes(job.list_parts(QUOTES)))
    signs = quote_signs_of(segments, outcome.decisions, job.settings.input)

    def in_words(doc: int) -> Quotes:
        return signs.get(doc) or quoted.get(doc)

    write_lines(job.folder.output / RELATED, describe_related(segments, outcome.decisions, conflicts, in_words))
    series = choose_longest(outcome.series)
    reader = SeriesReader.of(series, segments, outcome.decisions, job.settings.input)
    write_lines(job.folder.output / SUSPICIOUS, map(reader.describe, series))
    return {doc: in_words(doc) for doc in conflicts.differences if not outcome.decisions.kept[doc]}
