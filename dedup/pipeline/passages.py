"""The passages of a clean run: who is contained in whom, what is cut, and where that stands in the text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup.clean.decisions import Decisions
from dedup.clean.edits import write_edits
from dedup.clean.folder import EDITS, LOCATED, RunFolder
from dedup.clean.located import Located, write_located
from dedup.config import InputConfig, NearConfig, PassageConfig
from dedup.corpus.fetch import RecordText, read_records
from dedup.corpus.segments import Segments
from dedup.corpus.shards import Shard
from dedup.kernels.shingles import count_shared_shingles
from dedup.model.documents import Relation
from dedup.near.cover import CoverResult
from dedup.near.decide import cover_again
from dedup.passages.contained import Containment, find_contained, measure_shares
from dedup.passages.matches import Matches, TokenBlock, compare_pairs, find_shared, join_matches
from dedup.passages.plan import WITHIN, PassagePlan, plan_passages
from dedup.passages.spans import Span, TokenOffsets, cut_spans, widen_cut


@dataclass(frozen=True)
class KeptTokens:
    """The tokens of the kept documents: doc_index (ascending), address and number of tokens of each."""

    documents: npt.NDArray[np.int64]
    address: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    blocks: Sequence[TokenBlock]


def gather_kept(segments: Segments, kept: npt.NDArray[np.bool_]) -> KeptTokens:
    """Return where the tokens of the kept documents are."""
    blocks = []
    for batch in segments.batches:
        rows = kept[batch.first : batch.first + len(batch)]
        blocks.append(TokenBlock(batch.token_addresses[rows], batch.column("num_tokens")[rows]))
    empty = [TokenBlock(np.empty(0, np.uint64), np.empty(0, np.int32))]
    return KeptTokens(
        np.flatnonzero(kept),
        np.concatenate([b.address for b in blocks or empty]),
        np.concatenate([b.num_tokens for b in blocks or empty]),
        blocks,
    )


def decide_passages(
    segments: Segments,
    decisions: Decisions,
    near: NearConfig,
    config: PassageConfig,
    report: Callable[[int], None],
) -> tuple[Decisions, PassagePlan]:
    """Remove contained documents, and plan what is done with the passages of the others."""
    across = join_matches([])
    if config.across or config.contained is not None:
        tokens = gather_kept(segments, decisions.witness < 0)
        shared = find_shared(tokens.blocks, config, report)
        if config.contained is not None:
            found = find_contained(shared, tokens.address, tokens.num_tokens, config)
            decisions = remove_contained(segments, decisions, tokens, found, (near, config))
        if config.across:
            across = name_documents(shared, tokens.documents)
    kept = decisions.witness < 0
    within = collect_repeats(segments) if config.within else join_matches([])
    within, across = drop_removed(within, kept), drop_removed(across, kept)
    return decisions, plan_passages(within, across, config, cut_across=config.across)


def name_documents(matches: Matches, documents: npt.NDArray[np.int64]) -> Matches:
    """Return the matches with doc_indices instead of places among the kept documents."""
    names = documents.astype(np.int32)
    return replace(matches, document=names[matches.document], holder=names[matches.holder])


def drop_removed(matches: Matches, kept: npt.NDArray[np.bool_]) -> Matches:
    """Return the matches both of whose documents are kept."""
    return matches.select(kept[matches.document] & kept[matches.holder])


def collect_repeats(segments: Segments) -> Matches:
    """Return what the sketch stage found printed twice inside documents, by doc_index."""
    parts = []
    for batch in segments.batches:
        rows = batch.repeats
        documents = (rows[:, 0] + batch.first).astype(np.int32)
        parts.append(Matches(documents, documents, rows[:, 1:3], rows[:, 3:5], rows[:, 5]))
    return join_matches(parts)


def remove_contained(
    segments: Segments,
    decisions: Decisions,
    tokens: KeptTokens,
    found: Sequence[Containment],
    configs: tuple[NearConfig, PassageConfig],
) -> Decisions:
    """Return the decisions with contained documents removed; documents that they stood for are decided anew."""
    near, config = configs
    witness, similarity = decisions.witness.copy(), decisions.similarity.copy()
    relation, covered = decisions.relation.copy(), decisions.covered.copy()

    def remove(inner: int, outer: int, share: float) -> None:
        shared, in_a, in_b = count_shared_shingles(
            segments.tokens_of(inner), segments.tokens_of(outer), near.shingle_size
        )
        witness[inner], covered[inner], relation[inner] = outer, share, Relation.CONTAINED
        similarity[inner] = shared / max(in_a + in_b - shared, 1)

    for containment in found:
        remove(int(tokens.documents[containment.inner]), int(tokens.documents[containment.outer]), containment.share)
    orphans = np.flatnonzero((witness >= 0) & (witness[witness] >= 0))
    undecided = []
    for orphan in orphans.tolist():
        outer = int(witness[witness[orphan]])
        share = measure_pair(segments, orphan, outer, config)
        if config.contained is not None and share >= config.contained:
            remove(orphan, outer, share)
        else:
            undecided.append(orphan)
    if undecided:
        others = np.array(undecided)
        witness[others] = -1
        kept = np.flatnonzero(witness < 0)
        again = cover_again(segments.batches, near, kept[~np.isin(kept, others)], others)
        witness[others], similarity[others], relation[others] = again.witness, again.similarity, again.relation
    return Decisions(witness, similarity, relation, covered)


def measure_pair(segments: Segments, inner: int, outer: int, config: PassageConfig) -> float:
    """Return the share of one document that passages of another cover."""
    both = [segments.tokens_of(inner), segments.tokens_of(outer)]
    address = np.array([tokens.ctypes.data for tokens in both], np.uint64)
    num_tokens = np.array([len(tokens) for tokens in both], np.int32)
    matches = compare_pairs(np.array([[0, 1]], np.int32), address, num_tokens, config)
    return next((s.share for s in measure_shares(matches, num_tokens) if s.inner == 0), 0.0)


def locate_shard(shard: Shard, folder: RunFolder, segments: Segments, plan: PassagePlan, config: InputConfig) -> None:
    """Find the characters of the passages that touch a shard's documents, and make the records whose text is cut."""
    batches = segments.batches_of(shard)
    first, last = (batches[0].first, batches[-1].first + len(batches[-1])) if batches else (0, 0)
    sides = (plan.matches.document, plan.matches.holder)
    touched = [np.flatnonzero((side >= first) & (side < last)) for side in sides]
    by_document: dict[int, list[tuple[int, int]]] = {}
    for number, (documents_of, rows) in enumerate(zip(sides, touched, strict=True)):
        for row in rows.tolist():
            by_document.setdefault(int(documents_of[row]), []).append((number, row))
    documents = sorted(by_document)
    places = [place_of(segments, doc) for doc in documents]
    reader = RecordText(shard.files[0], config)
    with (
        write_located(folder.part(shard.index, LOCATED)) as located,
        write_edits(folder.part(shard.index, EDITS)) as edits,
    ):
        for doc, raw in zip(documents, read_records(shard, places, config.text_field), strict=True):
            text = reader.get(raw)
            offsets = TokenOffsets(text)
            cuts = []
            for side, row in by_document[doc]:
                tokens = plan.matches.span[row] if side == 0 else plan.matches.held[row]
                span = offsets.span(int(tokens[0]), int(tokens[1]))
                located.add(Located(row, side, span.start, span.end, text[span.start : span.end] if side == 0 else ""))
                if side == 0 and plan.cut[row]:
                    held = plan.matches.held[row]
                    own = plan.scope[row] == WITHIN
                    cuts.append(widen_cut(text, span, offsets.span(int(held[0]), int(held[1])) if own else None))
            if cuts:
                edits.add(doc, reader.put(raw, cut_spans(text, merge_spans(cuts))))


def merge_spans(spans: Sequence[Span]) -> list[Span]:
    """Return the spans sorted, those that touch or overlap joined."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def place_of(segments: Segments, doc_index: int) -> tuple[int, int, int]:
    """Return (file in its shard, first byte, length) of a document's record."""
    batch, row = segments.find(doc_index)
    return int(batch.column("file")[row]), int(batch.column("start")[row]), int(batch.column("length")[row])


def as_decisions(result: CoverResult) -> Decisions:
    """Return what the cover decided as decisions."""
    return Decisions(result.witness, result.similarity, result.relation, np.zeros(len(result.witness)))
