"""The passages of a clean run: who is contained in whom, what is cut, and where that stands in the text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig, NearConfig, PassageConfig
from dedup.corpus.shards import Shard
from dedup.index.find_containers import Pairs
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import RecordText, read_records
from dedup.near.leaders import CoverResult
from dedup.near.segments import Segments
from dedup.output.edits import write_edits
from dedup.output.passage_records import BOILERPLATE, COPY, ORIGINAL, Located, write_located
from dedup.output.run_folder import EDITS, LOCATED, RunFolder
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.containment import WORTH_ALIGNING
from dedup.passages.matches import Matches, find_shared, join_matches
from dedup.passages.plan import WITHIN, PassagePlan, plan_passages
from dedup.passages.repeated_runs import Run, choose_repeats
from dedup.pipeline.remove_contained import gather_kept, remove_contained
from dedup.text.boundaries import choose_cut
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets, cut_spans, snap_to_lines, widen_cut


def decide_passages(
    segments: Segments,
    decisions: Decisions,
    found: tuple[Boilerplate | None, Pairs | None],
    configs: tuple[NearConfig, PassageConfig],
    work: tuple[Callable[[int], None], int],
    *,
    cuts: bool,
) -> tuple[Decisions, PassagePlan]:
    """Remove contained documents, and plan what is done with the passages of the others.

    `found` is boilerplate, and which documents of an index hold parts of the kept ones. `work` is what is told of
    progress and the number of threads, `cuts` whether any passage is cut at all.
    """
    config, (boilerplate, holders) = configs[1], found
    across = join_matches([])
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
    within = collect_repeats(segments) if config.within else join_matches([])
    within, across = drop_removed(within, kept), drop_removed(across, kept)
    return decisions, plan_passages(within, across, config, cut_across=cuts and config.across)


def name_documents(matches: Matches, documents: npt.NDArray[np.int64]) -> Matches:
    """Return the matches with doc_indices instead of places among the kept documents."""
    names = documents.astype(np.int32)
    return replace(matches, document=names[matches.document], source=names[matches.source])


def drop_removed(matches: Matches, kept: npt.NDArray[np.bool_]) -> Matches:
    """Return the matches both of whose documents are kept."""
    return matches.select(kept[matches.document] & kept[matches.source])


def collect_repeats(segments: Segments) -> Matches:
    """Return what the sketch stage found printed twice inside documents, by doc_index."""
    parts = []
    for batch in segments.batches:
        rows = batch.repeats
        documents = (rows[:, 0] + batch.first).astype(np.int32)
        parts.append(Matches(documents, documents, rows[:, 1:3], rows[:, 3:5], rows[:, 5]))
    return join_matches(parts)


@dataclass(frozen=True)
class Findings:
    """What was found in the documents, and under which settings."""

    plan: PassagePlan
    boilerplate: Boilerplate
    config: PassageConfig


def locate_shard(shard: Shard, folder: RunFolder, segments: Segments, findings: Findings, config: InputConfig) -> None:
    """Find the characters of what was found in a shard's documents, and make the records whose text is cut."""
    wanted = collect_wanted(segments, shard, findings)
    documents = sorted(wanted)
    places = [place_of(segments, doc) for doc in documents]
    reader = RecordText(shard.files[0], config)
    with (
        write_located(folder.part(shard.index, LOCATED)) as located,
        write_edits(folder.part(shard.index, EDITS)) as edits,
    ):
        for doc, raw in zip(documents, read_records(shard, places, config.text_field), strict=True):
            text = reader.get(raw)
            document = LocatedText(text, TokenOffsets(text), segments.tokens_of(doc))
            sides, cuts = locate_document(document, wanted[doc], findings)
            for side in sides:
                located.add(side)
            if cuts:
                edits.add(doc, reader.put(raw, cut_spans(text, merge_spans(cuts))))


def collect_wanted(segments: Segments, shard: Shard, findings: Findings) -> dict[int, list[tuple[int, int]]]:
    """Return for each document of a shard what is to be located in it: (COPY, ORIGINAL or BOILERPLATE, row)."""
    batches = segments.batches_of(shard)
    first, last = (batches[0].first, batches[-1].first + len(batches[-1])) if batches else (0, 0)
    sides = (
        (COPY, findings.plan.matches.document),
        (ORIGINAL, findings.plan.matches.source),
        (BOILERPLATE, findings.boilerplate.document),
    )
    wanted: dict[int, list[tuple[int, int]]] = {}
    for side, documents in sides:
        here = (documents >= first) & (documents < last)
        if side == BOILERPLATE and not findings.config.strip_boilerplate:
            here &= findings.boilerplate.is_first
        for row in np.flatnonzero(here).tolist():
            wanted.setdefault(int(documents[row]), []).append((side, row))
    return wanted


@dataclass(frozen=True)
class LocatedText:
    """A text, where its tokens stand, and the tokens themselves."""

    text: str
    offsets: TokenOffsets
    tokens: npt.NDArray[np.uint32]


def locate_document(
    document: LocatedText, wanted: Sequence[tuple[int, int]], findings: Findings
) -> tuple[list[Located], list[Span]]:
    """Return what was found in one document, in characters, and what is to be cut out of it."""
    text, offsets = document.text, document.offsets
    plan, boilerplate = findings.plan, findings.boilerplate
    sides: list[Located] = []
    cuts: list[Span] = []
    copies = [row for side, row in wanted if side == COPY]
    for side, row in wanted:
        if side == BOILERPLATE:
            span = snap_to_lines(text, offsets, offsets.span(*boilerplate.span[row].tolist()))
            if boilerplate.is_first[row]:
                sides.append(Located(row, side, span.start, span.end, text[span.start : span.end]))
            if findings.config.strip_boilerplate:
                cuts.append(span)
        elif side == ORIGINAL:
            span = offsets.span(*plan.matches.source_span[row].tolist())
            sides.append(Located(row, side, span.start, span.end, ""))
    own_cuts = plan_cuts(document, findings, copies, cuts)
    for row in copies:
        span = offsets.span(*plan.matches.span[row].tolist())
        edges = [edge for cut in own_cuts[row] for edge in (cut.start, cut.end)]
        sides.append(Located(row, COPY, span.start, span.end, text[span.start : span.end], edges))
        cuts += own_cuts[row]
    return sides, cuts


def plan_cuts(
    document: LocatedText, findings: Findings, rows: Sequence[int], others: Sequence[Span]
) -> dict[int, list[Span]]:
    """Return the characters that are cut of each passage of a document, none where it holds too little that is whole.

    `others` is what is cut of the document beside its passages.
    """
    plan, config = findings.plan, findings.config
    text, offsets = document.text, document.offsets
    cuts: dict[int, list[Span]] = {row: [] for row in rows}
    for row in rows:
        if plan.cut[row] and plan.scope[row] != WITHIN:
            first, end = plan.matches.span[row].tolist()
            chosen = choose_cut(text, offsets, (first, end), config.min_tokens)
            cuts[row] = [widen_cut(text, offsets.span(*chosen), None)] if chosen else []
    within = [row for row in rows if plan.cut[row] and plan.scope[row] == WITHIN]
    passages = []
    for row in within:
        (first, end), (held, held_end) = plan.matches.span[row].tolist(), plan.matches.source_span[row].tolist()
        passages.append((Run(first, end, held), held_end))
    known = [*others, *(cut for own in cuts.values() for cut in own)]
    limits = (config.min_tokens, config.cut_share)
    repeats = choose_repeats((text, offsets, document.tokens), passages, known, limits)
    return cuts | dict(zip(within, repeats, strict=True))


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
