"""The passages of a clean run: who is contained in whom, what may be cut, and where it is in the texts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig, PassageConfig
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.near.sketches import Sketches
from dedup.near.stored import Containers
from dedup.output.locate_shard import ShardFindings, locate_shard, split_findings
from dedup.output.run_folder import RunFolder
from dedup.passages.boilerplate import NO_BOILERPLATE, Boilerplate
from dedup.passages.containment import WORTH_ALIGNING, choose_pairs
from dedup.passages.cut_documents import Findings
from dedup.passages.passage_table import WITHIN, Passages, join_passages
from dedup.passages.plan import plan_passages
from dedup.passages.remove_contained import KeptDocuments, add_stored, remove_contained
from dedup.passages.search import find_shared
from dedup.pipeline.find_boilerplate import keep_standing
from dedup.pipeline.job import Job
from dedup.workers import run_tasks


def find_passages(
    sketches: Sketches,
    decisions: Decisions,
    kept: KeptDocuments,
    containers: Containers,
    boilerplate: Boilerplate,
    job: Job,
) -> tuple[Decisions, Findings]:
    """Remove contained documents, and find what is done with the passages of the others; locate them in the texts."""
    settings = job.settings
    if not settings.passages.is_on:
        return decisions, Findings(join_passages([]), NO_BOILERPLATE, settings.passages)
    with job.timer.measure("passages"):
        with job.show("passages", len(sketches), "doc"):
            shared = find_shared_passages(kept, job)
            if settings.passages.finds_contained:
                pairs = choose_pairs(shared, kept.tokens.own_tokens)
                candidates = add_stored(sketches, kept, pairs, containers.pairs)
                decisions = remove_contained(sketches, decisions, candidates, settings, job.workers)
            across = name_documents(shared, kept.documents)
            passages = plan_kept(sketches, decisions, across, settings.passages, cut_across=settings.passages.across)
        findings = Findings(passages, keep_standing(boilerplate, decisions), settings.passages)
        locate(sketches.segments, findings, job)
    return decisions, findings


def find_shared_passages(kept: KeptDocuments, job: Job) -> Passages:
    """Return the passages that kept documents share, by place among these."""
    config = job.settings.passages
    if not (config.across or config.finds_contained):
        return join_passages([])
    # Containment alone needs no passage of documents that have little in common.
    min_share = 0.0 if config.across else WORTH_ALIGNING
    return find_shared(kept.tokens, config, job.progress.advance, job.workers, min_share)


def plan_kept(
    sketches: Sketches, decisions: Decisions, shared: Passages, config: PassageConfig, *, cut_across: bool
) -> Passages:
    """Return what is done with the passages of documents that are kept; `shared` are by doc_index."""
    within = collect_repeats(sketches.segments) if config.within else join_passages([])
    across = shared if config.across else join_passages([])
    within, across = drop_removed(within, decisions.kept), drop_removed(across, decisions.kept)
    return plan_passages(within, across, config, cut_across=cut_across)


def locate(segments: Segments, findings: Findings, job: Job) -> None:
    """Find the characters of all findings in the texts, and make the records whose text is cut."""
    task = partial(locate_one, folder=job.folder, segments=segments, config=job.settings.input)
    with job.show("locate", job.size, "B"):
        run_tasks(task, split_findings(findings, segments), job.workers, job.progress.advance)


def locate_one(
    found: ShardFindings, report: Callable[[int], None], *, folder: RunFolder, segments: Segments, config: InputConfig
) -> None:
    """Find the passages and the boilerplate of one shard in its texts."""
    locate_shard(found, folder, segments, config)
    report(found.shard.size)


def name_documents(passages: Passages, documents: npt.NDArray[np.int64]) -> Passages:
    """Return the passages with doc_indices instead of places among the kept documents."""
    names = documents.astype(np.int32)
    return replace(passages, document=names[passages.document], source=names[passages.source])


def drop_removed(passages: Passages, kept: npt.NDArray[np.bool_]) -> Passages:
    """Return the passages both of whose documents are kept."""
    return passages.select(kept[passages.document] & kept[passages.source])


def collect_repeats(segments: Segments) -> Passages:
    """Return what the sketch stage found printed twice inside documents, by doc_index."""
    parts = []
    for batch in segments.batches:
        rows = batch.repeats
        documents = (rows[:, 0] + batch.first).astype(np.int32)
        parts.append(Passages.found(np.column_stack([documents, documents]), rows[:, 1:], WITHIN))
    return join_passages(parts)
