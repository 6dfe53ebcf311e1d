"""The passages of a clean run: boilerplate, who is contained in whom, what may be cut, and where it is in the texts."""

from functools import cache, partial

from dedup.near.decide_documents import order_documents
from dedup.near.decisions import Decisions
from dedup.near.relate_documents import settle_relatives
from dedup.near.segments import Segments
from dedup.near.sketches import Sketches
from dedup.near.stored import Containers
from dedup.output.locate_shard import locate_shard
from dedup.passages.boilerplate import NO_BOILERPLATE, Boilerplate, find_in_sketches
from dedup.passages.containment import choose_pairs, find_across
from dedup.passages.cut_documents import Findings
from dedup.passages.passage_table import Passages, join_passages
from dedup.passages.plan import plan_kept
from dedup.passages.remove_contained import KeptDocuments, add_stored, remove_contained
from dedup.pipeline.job import Job


def mask_boilerplate(sketches: Sketches, job: Job) -> tuple[Sketches, Boilerplate]:
    """Find the boilerplate of all documents; return the sketches with it masked in the tokens that are compared."""
    if not job.settings.passages.is_on:
        return sketches, NO_BOILERPLATE
    with job.timer.measure("boilerplate"):
        found = find_in_sketches(sketches, job.settings.passages, job.workers)
        return sketches.with_masks(job.folder.masked, found.document, found.span), found


def compare_passages(
    sketches: Sketches, decisions: Decisions, kept: KeptDocuments, containers: Containers, job: Job
) -> tuple[Decisions, Passages]:
    """Remove contained documents; return the decisions, and the passages that documents share."""
    settings = job.settings
    if not settings.passages.is_on:
        return decisions, join_passages([])
    with job.timer.measure("passages"), job.show("passages", len(sketches), "doc"):
        shared = find_across(kept.tokens, settings.passages, job.progress.advance, job.workers)
        if settings.passages.finds_contained:
            pairs = choose_pairs(shared, kept.tokens.own_tokens)
            candidates = add_stored(sketches, kept, pairs, containers.pairs)
            order = cache(partial(order_documents, sketches, settings.keep))
            decisions = remove_contained(sketches, decisions, candidates, settings, job.workers, order)
            decisions = settle_relatives(sketches, decisions, settings, order)
    return decisions, shared.renumber(kept.documents)


def plan_cuts(
    segments: Segments, decisions: Decisions, shared: Passages, boilerplate: Boilerplate, job: Job
) -> Findings:
    """Return what is done with the passages of the documents that are kept in the end; locate them in the texts."""
    config = job.settings.passages
    if not config.is_on:
        return Findings(join_passages([]), NO_BOILERPLATE, config)
    with job.timer.measure("locate"):
        passages = plan_kept(segments, decisions, shared, config, cut_across=config.across)
        findings = Findings(passages, boilerplate.keep_standing(decisions.kept), config)
        locate(segments, findings, job)
    return findings


def locate(segments: Segments, findings: Findings, job: Job) -> None:
    """Find the characters of all findings in the texts, and make the records whose text is cut."""
    config = job.settings.input
    job.visit_shards(
        "locate", partial(locate_shard, findings=findings, folder=job.folder, segments=segments, config=config)
    )
