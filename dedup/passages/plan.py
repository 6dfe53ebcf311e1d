"""What is done with each passage: cut out of the later copy, or only reported."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.kernels.repeats_within import mark_covered
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.passages.passage_table import ACROSS, WITHIN, Passages, join_passages
from dedup.passages.resolve_sources import resolve_sources


def plan_kept(
    segments: Segments, decisions: Decisions, shared: Passages, config: PassageConfig, *, cut_across: bool
) -> Passages:
    """Return what is done with the passages of documents that are kept; `shared` are by doc_index."""
    within = collect_repeats(segments) if config.within else join_passages([])
    across = shared if config.across else join_passages([])
    kept = decisions.kept
    return plan_passages(within.between(kept), across.between(kept), config, cut_across=cut_across)


def collect_repeats(segments: Segments) -> Passages:
    """Return what the sketch stage found printed twice inside documents, by doc_index."""
    parts = []
    for batch in segments.batches:
        rows = batch.repeats
        documents = (rows[:, 0] + batch.first).astype(np.int32)
        parts.append(Passages.found(np.column_stack([documents, documents]), rows[:, 1:], WITHIN))
    return join_passages(parts)


def plan_passages(within: Passages, across: Passages, config: PassageConfig, *, cut_across: bool) -> Passages:
    """Return the passages with what may be cut: later copies that are alike enough and whose source stays.

    What goes in the end is decided on the text: whole sentences only, see `dedup.text.boundaries`.
    """
    passages = join_passages([within, drop_covered(across)])
    passages = passages.select(np.lexsort((passages.span[:, 0], passages.scope, passages.document)))
    long = passages.span[:, 1] - passages.span[:, 0] >= config.cut_edited
    # Inside a document the exact part goes, see `dedup.passages.repeated_runs`: an edited copy is a restatement.
    alike = (passages.similarity == 1.0) | (long & (passages.similarity >= config.cut_similarity))
    passages = replace(passages, may_cut=(passages.scope == WITHIN) | (alike & cut_across))
    if cut_across:
        passages = resolve_sources(passages, config.min_tokens)
    return replace(passages, num_documents=count_documents(passages))


def drop_covered(passages: Passages) -> Passages:
    """Return the passages without those that another one of the document covers, by document and place."""
    passages = passages.select(np.lexsort((passages.source, passages.span[:, 0], passages.document)))
    covered = np.zeros(len(passages), bool)
    mark_covered(passages.document, passages.source, passages.span, passages.equal, covered)
    return passages.select(~covered)


def count_documents(passages: Passages) -> npt.NDArray[np.int32]:
    """Return for each passage how many documents have it: its own, its source, and others with the same source span.

    Counted at the middle of the source span: the passages of other documents that cover it.
    """
    counts = np.ones(len(passages), np.int32)
    across = np.flatnonzero(passages.scope == ACROSS)
    source = passages.source[across].astype(np.int64) << 32
    spans = passages.source_span[across]
    middles = source + spans.sum(axis=1) // 2
    begun, ended = (np.searchsorted(np.sort(source + spans[:, side]), middles, "right") for side in (0, 1))
    counts[across] = 1 + begun - ended  # passages of earlier sources have both begun and ended
    return counts
