"""Documents that others contain: who is removed, and what becomes of those that they stood for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig, PassageConfig
from dedup.index.find_containers import Pairs
from dedup.kernels.buffers import tokens_at
from dedup.kernels.relation import is_template
from dedup.kernels.shingles import count_shared_shingles, drop_masked
from dedup.model.documents import CopyRelation
from dedup.near.decide_documents import cover_again
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.containment import Containment, choose_pairs, find_contained, share_pairs
from dedup.passages.matches import Matches, compare_pairs
from dedup.passages.token_blocks import TokenBlock


@dataclass(frozen=True)
class KeptTokens:
    """The tokens of the kept documents: doc_index, address, number of tokens, own ones; and by the block of the input.

    Ascending by doc_index; documents of an index stand before them.
    """

    documents: npt.NDArray[np.int64]
    address: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    own_tokens: npt.NDArray[np.int32]
    blocks: Sequence[TokenBlock]


def gather_kept(segments: Segments, kept: npt.NDArray[np.bool_], boilerplate: Boilerplate | None) -> KeptTokens:
    """Return where the tokens of the kept documents are, boilerplate masked, and how many are their own."""
    blocks = []
    for batch in segments.batches:
        rows = kept[batch.first : batch.first + len(batch)]
        blocks.append(TokenBlock(batch.compared_addresses[rows], batch.column("num_tokens")[rows]))
    masked = boilerplate.count_tokens(len(kept)) if boilerplate is not None else np.zeros(len(kept), np.int32)
    empty = [TokenBlock(np.empty(0, np.uint64), np.empty(0, np.int32))]
    num_tokens = np.concatenate([b.num_tokens for b in blocks or empty])
    return KeptTokens(
        np.flatnonzero(kept),
        np.concatenate([b.address for b in blocks or empty]),
        num_tokens,
        num_tokens - masked[kept],
        blocks,
    )


def remove_contained(
    segments: Segments,
    decisions: Decisions,
    tokens: KeptTokens,
    shared: tuple[Matches, Pairs | None],
    configs: tuple[NearConfig, PassageConfig],
    threads: int,
) -> Decisions:
    """Return the decisions with documents removed that another one contains, of the run or of the index.

    `shared` are the passages that documents of the run share, and who of the index holds parts of them, by place among
    the kept and the known ones. Both are weighed together, as in one run over all of them.
    """
    matches, holders = shared
    pairs = choose_pairs(matches, tokens.own_tokens)
    if holders is not None and len(holders.document):
        tokens, pairs = with_stored(segments, tokens, pairs, holders)
    sizes = (tokens.num_tokens, tokens.own_tokens)
    found = find_contained(pairs, tokens.address, sizes, configs[1], threads)
    return take_out(segments, decisions, tokens.documents, found, configs)


def with_stored(
    segments: Segments, tokens: KeptTokens, pairs: npt.NDArray[np.int32], holders: Pairs
) -> tuple[KeptTokens, npt.NDArray[np.int32]]:
    """Return the tokens with those of the stored holders before them, and all pairs (contained, container) by place."""
    known = segments.known
    assert known is not None
    stored = np.unique(holders.holder)
    stored = stored[np.argsort(known.ordinals[stored])]
    number = np.zeros(len(known), np.int32)
    number[stored] = np.arange(len(stored))
    masked, own_tokens = known.masked[stored], known.num_tokens[stored].copy()
    for place in np.flatnonzero(masked).tolist():
        own_tokens[place] = drop_masked(tokens_at(masked[place], own_tokens[place])).size
    joined = KeptTokens(
        np.concatenate([segments.num_documents + stored, tokens.documents]),
        np.concatenate([known.compared_addresses[stored], tokens.address]),
        np.concatenate([known.num_tokens[stored], tokens.num_tokens]),
        np.concatenate([own_tokens, tokens.own_tokens]),
        (),
    )
    inner, outer = holders.document.astype(np.int32) + np.int32(len(stored)), number[holders.holder]
    is_longer = joined.own_tokens[outer] >= joined.own_tokens[inner]  # what is as long and earlier may contain it too
    theirs = np.column_stack([inner, outer])[is_longer]
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
        inner, outer = int(documents[containment.inner]), int(documents[containment.outer])
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
    address = np.array([address for address, _ in both], np.uint64)
    num_tokens = np.array([count for _, count in both], np.int32)
    pairs = np.arange(2 * len(inner), dtype=np.int32).reshape(2, -1).T
    found, _ = share_pairs(compare_pairs(pairs, address, num_tokens, config), num_tokens)
    shares = np.zeros(len(inner))
    shares[found.inner] = found.share
    return shares
