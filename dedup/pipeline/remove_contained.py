"""Documents that others contain: who is removed, and what becomes of those that they stood for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig, PassageConfig
from dedup.index.find_containers import Pairs
from dedup.kernels.buffers import as_read_only, tokens_at
from dedup.kernels.relation import is_template
from dedup.kernels.shingles import count_shared_shingles, drop_masked
from dedup.model.documents import CopyRelation
from dedup.near.decide_documents import cover_again
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.containment import Containment, choose_pairs, find_contained, share_pairs
from dedup.passages.document_tokens import DocumentTokens, join_tokens
from dedup.passages.passage_table import Passages
from dedup.passages.search import compare_pairs


@dataclass(frozen=True)
class KeptDocuments:
    """The kept documents by doc_index (int64[n], ascending), after those of an index, and their tokens."""

    documents: npt.NDArray[np.int64]
    tokens: DocumentTokens


def gather_kept(segments: Segments, kept: npt.NDArray[np.bool_], boilerplate: Boilerplate | None) -> KeptDocuments:
    """Return where the tokens of the kept documents are, boilerplate masked, and how many are their own."""
    masked = boilerplate.count_tokens(len(kept)) if boilerplate is not None else np.zeros(len(kept), np.int32)
    parts = []
    for batch in segments.batches:
        rows, num_tokens = slice(batch.first, batch.first + len(batch)), batch.column("num_tokens")
        parts.append(DocumentTokens(batch.compared_addresses, num_tokens, num_tokens - masked[rows])[kept[rows]])
    return KeptDocuments(np.flatnonzero(kept), join_tokens(parts))


def remove_contained(
    segments: Segments,
    decisions: Decisions,
    kept: KeptDocuments,
    shared: tuple[Passages, Pairs | None],
    configs: tuple[NearConfig, PassageConfig],
    threads: int,
) -> Decisions:
    """Return the decisions with documents removed that another one contains, of the run or of the index.

    `shared` are the passages that documents of the run share, and who of the index holds parts of them, by place among
    the kept and the known ones. Both are weighed together, as in one run over all of them.
    """
    passages, holders = shared
    pairs = choose_pairs(passages, kept.tokens.own_tokens)
    if holders is not None and len(holders.document):
        kept, pairs = with_stored(segments, kept, pairs, holders)
    found = find_contained(pairs, kept.tokens, configs[1], threads)
    return take_out(segments, decisions, kept.documents, found, configs)


def with_stored(
    segments: Segments, kept: KeptDocuments, pairs: npt.NDArray[np.int32], holders: Pairs
) -> tuple[KeptDocuments, npt.NDArray[np.int32]]:
    """Return the documents with the stored holders before them, and all pairs (contained, container) by place."""
    known = segments.known
    assert known is not None
    stored = np.unique(holders.holder)
    stored = stored[np.argsort(known.ordinals[stored])]
    number = np.zeros(len(known), np.int32)
    number[stored] = np.arange(len(stored))
    masked, own_tokens = known.masked[stored], known.num_tokens[stored].copy()
    for place in np.flatnonzero(masked).tolist():
        own_tokens[place] = drop_masked(as_read_only(tokens_at(masked[place], own_tokens[place]))).size
    tokens = DocumentTokens(known.compared_addresses[stored], known.num_tokens[stored], own_tokens)
    joined = KeptDocuments(
        np.concatenate([segments.num_documents + stored, kept.documents]), join_tokens([tokens, kept.tokens])
    )
    contained, container = holders.document.astype(np.int32) + np.int32(len(stored)), number[holders.holder]
    sizes = joined.tokens.own_tokens
    is_longer = sizes[container] >= sizes[contained]  # what is as long and earlier may contain it too
    theirs = np.column_stack([contained, container])[is_longer]
    return joined, np.concatenate([pairs + np.int32(len(stored)), theirs])


def take_out(
    segments: Segments,
    decisions: Decisions,
    documents: npt.NDArray[np.int64],
    found: Sequence[Containment],
    configs: tuple[NearConfig, PassageConfig],
) -> Decisions:
    """Return the decisions with contained documents removed; documents that they stood for are decided anew.

    `documents` are doc_indices by the places that `found` names.
    """
    near, config = configs
    witness, similarity = decisions.witness.copy(), decisions.similarity.copy()
    relation, covered = decisions.relation.copy(), decisions.covered.copy()

    def remove(inner: int, outer: int, share: float) -> None:
        shared, in_a, in_b = count_shared_shingles(
            segments.tokens_of(inner), segments.tokens_of(outer), near.shingle_size
        )
        witness[inner], covered[inner], relation[inner] = outer, share, CopyRelation.CONTAINED
        similarity[inner] = shared / max(in_a + in_b - shared, 1)

    for containment in found:
        inner, outer = int(documents[containment.contained]), int(documents[containment.container])
        if near.keep_templates and is_template(segments.tokens_of(inner), segments.tokens_of(outer)):
            continue
        remove(inner, outer, containment.share)
    orphans = Decisions(witness, similarity, relation, covered).broken
    outers = witness[witness[orphans]]
    undecided = []
    for orphan, outer, share in zip(
        orphans.tolist(), outers.tolist(), measure_pairs(segments, orphans, outers, config).tolist(), strict=True
    ):
        if config.contained is not None and share >= config.contained:
            remove(orphan, outer, share)
        else:
            undecided.append(orphan)
    if undecided:
        others = np.array(undecided)
        witness[others] = -1
        kept = np.flatnonzero(witness < 0)
        again = cover_again(segments.batches, near, kept[~np.isin(kept, others)], others, segments.known)
        witness[others], similarity[others], relation[others] = again.witness, again.similarity, again.relation
    return Decisions(witness, similarity, relation, covered)


def measure_pairs(
    segments: Segments, inner: npt.NDArray[np.int64], outer: npt.NDArray[np.int64], config: PassageConfig
) -> npt.NDArray[np.float64]:
    """Return the share of each document that passages of another cover; documents by doc_index."""
    both = [segments.locate_compared(doc) for doc in (*inner.tolist(), *outer.tolist())]
    tokens = DocumentTokens.unmasked(
        np.array([address for address, _ in both], np.uint64), np.array([count for _, count in both], np.int32)
    )
    pairs = np.arange(2 * len(inner), dtype=np.int32).reshape(2, -1).T
    found, _ = share_pairs(compare_pairs(pairs, tokens, config), tokens.num_tokens)
    shares = np.zeros(len(inner))
    shares[found.contained] = found.share
    return shares
