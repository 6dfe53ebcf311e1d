"""The passages of a clean run: who is contained in whom, and what may be cut."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig, PassageConfig
from dedup.index.find_containers import Pairs
from dedup.near.decisions import Decisions
from dedup.near.leaders import CoverResult
from dedup.near.segments import Segments
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.containment import WORTH_ALIGNING
from dedup.passages.passage_table import WITHIN, Passages, join_passages
from dedup.passages.plan import plan_passages
from dedup.passages.search import find_shared
from dedup.pipeline.remove_contained import gather_kept, remove_contained


def decide_passages(
    segments: Segments,
    decisions: Decisions,
    found: tuple[Boilerplate | None, Pairs | None],
    configs: tuple[NearConfig, PassageConfig],
    work: tuple[Callable[[int], None], int],
    *,
    cuts: bool,
) -> tuple[Decisions, Passages]:
    """Remove contained documents, and plan what is done with the passages of the others.

    `found` is boilerplate, and which documents of an index hold parts of the kept ones. `work` is what is told of
    progress and the number of threads, `cuts` whether any passage is cut at all.
    """
    config, (boilerplate, holders) = configs[1], found
    across = join_passages([])
    if config.across or config.contained is not None:
        standing = gather_kept(segments, decisions.witness < 0, boilerplate)
        # Containment alone needs no passage of documents that have little in common.
        min_share = 0.0 if config.across else WORTH_ALIGNING
        shared = find_shared(standing.tokens, config, *work, min_share)
        if config.contained is not None:
            decisions = remove_contained(segments, decisions, standing, (shared, holders), configs, work[1])
        if config.across:
            across = name_documents(shared, standing.documents)
    kept = decisions.witness < 0
    within = collect_repeats(segments) if config.within else join_passages([])
    within, across = drop_removed(within, kept), drop_removed(across, kept)
    return decisions, plan_passages(within, across, config, cut_across=cuts and config.across)


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


def as_decisions(result: CoverResult) -> Decisions:
    """Return what the cover decided as decisions."""
    return Decisions(result.witness, result.similarity, result.relation, np.zeros(len(result.witness)))
