"""The passages of a clean run: who is contained in whom, what may be cut, and where it is in the texts."""

from functools import cache, partial

from dedup.near.decide_documents import order_documents
from dedup.near.decisions import Decisions
from dedup.near.relate_documents import settle_relatives
from dedup.near.segments import Segments
from dedup.near.sketches import Sketches
from dedup.near.stored import Containers
from dedup.output.locate_shard import locate_shard
from dedup.passages.boilerplate import NO_BOILERPLATE, Boilerplate
from dedup.passages.containment import choose_pairs, find_across
from dedup.passages.cut_documents import Findings
from dedup.passages.passage_table import join_passages
from dedup.passages.plan import plan_kept
from dedup.passages.remove_contained import KeptDocuments, add_stored, remove_contained
from dedup.pipeline.job import Job


def find_passages(
    sketches: Sketches,
    decisions: Decisions,
    kept: KeptDocuments,
    containers: Containers,
    boilerplate: Boilerplate,
    job: Job,
) -> tuple[Decisions, Findings]:
    """Remove contained documents, and find what is done with the passages of the others; locate them in the texts."""
    settings, segments = job.settings, sketches.segments
    if not settings.passages.is_on:
        return decisions, Findings(join_passages([]), NO_BOILERPLATE, settings.passages)
    with job.timer.measure("passages"):
        with job.show("passages", len(sketches), "doc"):
            shared = find_across(kept.tokens, settings.passages, job.progress.advance, job.workers)
            if settings.passages.finds_contained:
                pairs = choose_pairs(shared, kept.tokens.own_tokens)
                candidates = add_stored(sketches, kept, pairs, containers.pairs)
                order = cache(partial(order_documents, sketches, settings.keep))
                decisions = remove_contained(sketches, decisions, candidates, settings, job.workers, order)
                decisions = settle_relatives(sketches, decisions, settings, order)
            across = shared.renumber(kept.documents)
            passages = plan_kept(segments, decisions, across, settings.passages, cut_across=settings.passages.across)
        findings = Findings(passages, boilerplate.keep_standing(decisions.kept), settings.passages)
        locate(segments, findings, job)
    return decisions, findings


def locate(segments: Segments, findings: Findings, job: Job) -> None:
    """Find the characters of all findings in the texts, and make the records whose text is cut."""
    config = job.settings.input
    job.visit_shards(
        "locate", partial(locate_shard, findings=findings, folder=job.folder, segments=segments, config=config)
    )
