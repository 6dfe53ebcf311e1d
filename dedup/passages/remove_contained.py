"""Documents that others contain: who is removed, and what becomes of those that they stood for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import CleanSettings, PassageConfig
from dedup.kernels.buffers import as_read_only, tokens_at
from dedup.kernels.leader_table import KEPT
from dedup.kernels.relation import CONTAINED, EDITED, EXTENDED
from dedup.kernels.shingles import drop_masked
from dedup.near.decide_documents import decide_again
from dedup.near.decisions import Decisions
from dedup.near.relate_documents import PairRelations
from dedup.near.sketches import Sketches
from dedup.near.stored import StoredPairs
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.containment import (
    Containment,
    Shares,
    choose_witnesses,
    compare_whole,
    find_contained,
    find_least,
    precedes,
    share_pairs,
)
from dedup.passages.document_tokens import DocumentTokens, join_tokens
from dedup.passages.search import compare_pairs

KeepOrder = Callable[[], npt.NDArray[np.int64]]  # all doc_indices in the order of the policy, where it is needed
MAX_CHAIN = 8  # times that shortened copies are looked for anew: what one was of may be one itself


@dataclass(frozen=True)
class KeptDocuments:
    """The kept documents by doc_index (int64[n], ascending), after those of an index, and their tokens."""

    documents: npt.NDArray[np.int64]
    tokens: DocumentTokens

    def name(self, pairs: Sequence[Containment]) -> list["ContainedDocument"]:
        """Return pairs by doc_index that are given by place among these."""
        return [
            ContainedDocument(int(self.documents[pair.contained]), int(self.documents[pair.container]), pair.share)
            for pair in pairs
        ]


@dataclass(frozen=True)
class Candidates:
    """Pairs of documents (contained, container; int32[m, 2], by place among `documents`) that are compared."""

    documents: KeptDocuments
    pairs: npt.NDArray[np.int32]


def gather_kept(sketches: Sketches, kept: npt.NDArray[np.bool_], boilerplate: Boilerplate) -> KeptDocuments:
    """Return where the tokens of the kept documents are, boilerplate masked, and how many are their own."""
    masked = boilerplate.count_tokens(len(kept))
    parts = []
    for batch in sketches.segments.batches:
        rows, num_tokens = slice(batch.first, batch.first + len(batch)), batch.column("num_tokens")
        tokens = DocumentTokens(sketches.compared_addresses(batch), num_tokens, num_tokens - masked[rows])
        parts.append(tokens[kept[rows]])
    return KeptDocuments(np.flatnonzero(kept), join_tokens(parts))


def remove_contained(
    sketches: Sketches,
    decisions: Decisions,
    candidates: Candidates,
    settings: CleanSettings,
    threads: int,
    order: KeepOrder,
) -> Decisions:
    """Return the decisions with documents removed that another one contains; their copies are decided anew.

    These are decided in the order of the keep policy, which `order` gives.
    """
    kept, related = candidates.documents, PairRelations(sketches, settings, threads)
    compared = compare_whole(candidates.pairs, kept.tokens, settings, threads)
    pairs = kept.name(find_contained(compared, kept.tokens, settings, threads))
    decisions = take_out(related, decisions, pairs, order)
    outgrown = find_outgrown(related, decisions)
    made = take_out(related, decisions, outgrown, order)
    needed = set(decisions.witness[made.kept & ~decisions.kept].tolist())  # without them something would stay
    if needed:
        outgrown = [pair for pair in outgrown if pair.document not in needed]
        made = take_out(related, decisions, outgrown, order)
    tried = np.stack([compared.contained, compared.container], axis=1)
    for _ in range(MAX_CHAIN):
        new = follow_containers(made, kept, compared, tried)
        further, tried = compare_whole(new, kept.tokens, settings, threads), np.concatenate([tried, new])
        compared = compared.add(further)
        shortened = find_shortened(related, made, kept, compared)
        if not shortened:
            break
        made = take_out(related, made, shortened, order)
    return made


def follow_containers(
    decisions: Decisions, kept: KeptDocuments, compared: Shares, tried: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Return pairs to compare (contained, container; int32[m, 2]), without those that were `tried`.

    Each is a document that stays and what its container went for. A container may come back, so its pairs stay too.
    """
    stays = np.append(decisions.kept, True)[np.minimum(kept.documents, len(decisions))]
    rows = stays[compared.contained] & ~stays[compared.container]
    witness, order = decisions.witness[kept.documents[compared.container[rows]]], np.argsort(kept.documents)
    is_known = np.isin(witness, kept.documents)
    container = order[np.searchsorted(kept.documents, witness[is_known], sorter=order)]
    contained = compared.contained[rows][is_known]
    pairs = np.stack([contained, container], axis=1)[precedes(container, contained, kept.tokens.own_tokens)]
    keys, known = (each[:, 0] << 32 | each[:, 1] for each in (pairs, tried))
    return np.unique(pairs[~np.isin(keys, known)], axis=0).astype(np.int32)


def find_shortened(
    related: PairRelations, decisions: Decisions, kept: KeptDocuments, compared: Shares
) -> list["ContainedDocument"]:
    """Return the documents that still stay and are edited copies of a longer one, however small their similarity is.

    Passages cover HELD of them, and what they have of their own is no more than a copy may have: boilerplate does not
    count. What is chosen is what `take_out` lets go.
    """
    documents, others = kept.documents[compared.contained], kept.documents[compared.container]
    stays = np.append(decisions.kept, True)
    rows = stays[documents] & stays[np.minimum(others, len(decisions))]
    compared, documents, others = compared.select(rows), documents[rows], others[rows]
    goes = are_shortened(related, documents, others, compared.share, kept.tokens.own_tokens[compared.contained])
    return kept.name(choose_witnesses(compared.select(goes), kept.tokens.own_tokens))


def are_shortened(
    related: PairRelations,
    documents: npt.NDArray[np.int64],
    others: npt.NDArray[np.int64],
    shares: npt.NDArray[np.float64],
    own_tokens: npt.NDArray[np.int32],
) -> npt.NDArray[np.bool_]:
    """Return which documents are edited copies of longer ones that have these shares of their `own_tokens` words."""
    settings = related.settings
    if not related.rule.prefer_longer:
        return np.zeros(len(documents), np.bool_)
    found = related.relate(documents, others, shares >= (settings.passages.contained or 1.0))
    goes: npt.NDArray[np.bool_] = found.goes & np.isin(found.relation, (EDITED, CONTAINED))
    is_held = (shares >= find_least(settings)) & (found.difference["novel"] <= settings.near.max_novel * own_tokens)
    return goes & is_held


def find_outgrown(related: PairRelations, decisions: Decisions) -> list["ContainedDocument"]:
    """Return the documents that still stay beside a later one that was kept because it has all of them and more.

    Their words are in it, but no passages cover enough of them: paragraphs stand in another order. Longer ones first.
    """
    kept, relative, rule = decisions.kept, decisions.relative, related.rule._replace(prefer_longer=False)
    longer = np.flatnonzero(kept & (relative["relation"] == EXTENDED) & (relative["document"] >= 0))
    longer = longer[relative["document"][longer] < len(decisions)]
    longer = longer[kept[relative["document"][longer]]]
    longer = longer[np.argsort(-related.sketches.join("num_tokens")[longer], kind="stable")]
    others = relative["document"][longer]
    no_passages = np.zeros(len(longer), np.bool_)
    goes = related.relate_by(rule, longer, others, no_passages).goes
    found = dict[int, ContainedDocument]()
    for doc, other in zip(longer[goes].tolist(), others[goes].tolist(), strict=True):
        if doc not in found:
            found.setdefault(other, ContainedDocument(other, doc, 0.0))
    return list(found.values())


def add_stored(sketches: Sketches, kept: KeptDocuments, own: npt.NDArray[np.int32], pairs: StoredPairs) -> Candidates:
    """Return the pairs of kept documents (`own`) with those of stored ones, which come before them.

    Both are weighed together, as in one run over all of them.
    """
    if len(pairs) == 0:
        return Candidates(kept, own)
    stored = sketches.stored
    numbers = np.unique(pairs.source)
    numbers = numbers[np.argsort(stored.ordinals[numbers])]
    place = np.zeros(len(stored), np.int32)
    place[numbers] = np.arange(len(numbers))
    theirs = locate_tokens(sketches, len(sketches) + numbers)
    documents = np.concatenate([len(sketches) + numbers, kept.documents])
    joined = KeptDocuments(documents, join_tokens([theirs, kept.tokens]))
    contained, container = pairs.document.astype(np.int32) + np.int32(len(numbers)), place[pairs.source]
    sizes = joined.tokens.own_tokens
    is_longer = sizes[container] >= sizes[contained]  # what is as long and earlier may contain it too
    found = np.column_stack([contained, container])[is_longer]
    return Candidates(joined, np.concatenate([own + np.int32(len(numbers)), found]))


def locate_tokens(sketches: Sketches, documents: npt.NDArray[np.int64]) -> DocumentTokens:
    """Return where the tokens of documents are (by doc_index), boilerplate masked, and how many are their own."""
    found, masked = sketches.locate_compared(documents), sketches.find_masked(documents)
    own_tokens = found.num_tokens.copy()
    for row in np.flatnonzero(masked).tolist():
        own_tokens[row] = drop_masked(as_read_only(tokens_at(masked[row], own_tokens[row]))).size
    return DocumentTokens(found.address, found.num_tokens, own_tokens)


@dataclass(frozen=True, slots=True)
class ContainedDocument:
    """A document, the one that contains it, both by doc_index, and the share of its tokens that is covered there.

    The share is 0 where the words are there, but in no passages: the document is then an edited copy.
    """

    document: int
    witness: int
    share: float


def take_out(
    related: PairRelations, decisions: Decisions, pairs: Sequence[ContainedDocument], order: KeepOrder
) -> Decisions:
    """Return the decisions without documents that others contain, and with those on their copies made anew."""
    return decide_orphans(related, mark_contained(related, decisions, pairs), order)


def mark_contained(related: PairRelations, decisions: Decisions, pairs: Sequence[ContainedDocument]) -> Decisions:
    """Return the decisions with documents removed as contained; one with other facts stays, a relative of the other."""
    if len(pairs) == 0:
        return decisions
    documents = np.array([pair.document for pair in pairs], np.int64)
    others, shares = np.array([pair.witness for pair in pairs], np.int64), np.array([pair.share for pair in pairs])
    found = related.relate(documents, others, shares >= (related.settings.passages.contained or 1.0))
    goes, before = found.goes, decisions.take(documents)
    relation = np.where(shares > 0, CONTAINED, found.relation).astype(np.uint8)
    relative, noted = before.relative.copy(), ~goes & (before.relative["document"] == KEPT)
    for name, values in (("document", others), ("similarity", found.similarity), ("relation", found.relation)):
        relative[name][noted] = values[noted]
    made = Decisions(
        np.where(goes, others, before.witness),
        np.where(goes, found.similarity, before.similarity),
        np.where(goes, relation, before.relation),
        np.where(goes, shares, before.covered),
        np.where(goes, found.difference, before.difference),
        relative,
    )
    return decisions.revise(documents, made)


def decide_orphans(related: PairRelations, decisions: Decisions, order: KeepOrder) -> Decisions:
    """Return the decisions on documents whose witness was removed as contained: those that its container contains too
    are removed with it, the others are decided anew against all that is kept, in the order of the keep policy.
    """
    sketches, settings, orphans = related.sketches, related.settings, decisions.broken
    containers = decisions.witness[decisions.witness[orphans]]
    both = locate_tokens(sketches, np.concatenate([orphans, containers]))
    shares = measure_pairs(both, settings.passages, related.threads)
    is_contained = shares >= (settings.passages.contained or 1.0)
    sizes, theirs = np.split(both.own_tokens, 2)
    is_contained |= (theirs > sizes) & are_shortened(related, orphans, containers, shares, sizes)
    columns = (column[is_contained].tolist() for column in (orphans, containers, shares))
    pairs = [ContainedDocument(*values) for values in zip(*columns, strict=True)]
    before = decisions
    decisions = mark_contained(related, decisions, pairs)
    moved = decisions.witness[orphans] != before.witness[orphans]
    if moved.all():
        return decisions
    ranked = order()
    kept, others = ranked[decisions.kept[ranked]], ranked[np.isin(ranked, orphans[~moved])]
    return decisions.revise(others, decide_again(sketches, settings, kept, others))


def measure_pairs(both: DocumentTokens, config: PassageConfig, threads: int) -> npt.NDArray[np.float64]:
    """Return the share of each document that passages of another cover; the others come after all of the first."""
    pairs = np.arange(len(both), dtype=np.int32).reshape(2, -1).T
    found, _ = share_pairs(compare_pairs(pairs, both, config, threads), both.own_tokens)
    shares = np.zeros(len(pairs))
    shares[found.contained] = found.share
    return shares
