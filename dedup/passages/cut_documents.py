"""What is found in one document, in characters, and what is cut out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.passages.boilerplate import Boilerplate
from dedup.passages.copied_span import CopiedSpan
from dedup.passages.passage_table import WITHIN, Passages
from dedup.passages.repeated_runs import CutRule, choose_repeats
from dedup.passages.whole_copies import find_whole_sentences
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets, snap_to_lines

COPY, SOURCE, BOILERPLATE = 0, 1, 2


class Side(NamedTuple):
    """What is located in a document: the COPY or the SOURCE of a passage, or BOILERPLATE, by its row there."""

    side: int
    row: int


class LocatedSpan(NamedTuple):
    """One side in characters: a COPY or BOILERPLATE with its text, a SOURCE without.

    cuts  the edges of what is cut of a copy, with its punctuation: start, end, start, end, ...
    """

    row: int
    side: int
    start: int
    end: int
    text: str
    cuts: Sequence[int] = ()


@dataclass(frozen=True)
class Findings:
    """What was found in documents, and under which settings."""

    passages: Passages
    boilerplate: Boilerplate
    config: PassageConfig

    @cached_property
    def copies(self) -> list[CopiedSpan]:
        """Return the passages one by one."""
        return list(self.passages.list_copies())

    @property
    def shows(self) -> npt.NDArray[np.bool_]:
        """Return which boilerplate is located: what is cut, or the first print of each."""
        return np.ones(len(self.boilerplate), bool) if self.config.strip_boilerplate else self.boilerplate.is_first

    def list_sides(self, within: range) -> dict[int, list[Side]]:
        """Return for each of these documents in which anything was found what is to be located in it."""
        sides: dict[int, list[Side]] = {}
        for side, documents, wanted in (
            (COPY, self.passages.document, np.True_),
            (SOURCE, self.passages.source, np.True_),
            (BOILERPLATE, self.boilerplate.document, self.shows),
        ):
            for row in np.flatnonzero((documents >= within.start) & (documents < within.stop) & wanted).tolist():
                sides.setdefault(int(documents[row]), []).append(Side(side, row))
        return sides


class CutText(NamedTuple):
    """What was located in a document, and the characters that are cut out of it: sorted, apart."""

    located: list[LocatedSpan]
    cuts: list[Span]


def cut_document(
    offsets: TokenOffsets, tokens: npt.NDArray[np.uint32], sides: Sequence[Side], findings: Findings
) -> CutText:
    """Return what was found in one document, in characters, and what is to be cut out of it."""
    boilerplate, text = findings.boilerplate, offsets.text
    located: list[LocatedSpan] = []
    cuts: list[Span] = []
    for side, row in sides:
        if side == BOILERPLATE:
            span = snap_to_lines(offsets, offsets.span(*boilerplate.span[row].tolist()))
            if boilerplate.is_first[row]:
                located.append(LocatedSpan(row, side, span.start, span.end, span.cut(text)))
            if findings.config.strip_boilerplate:
                cuts.append(span)
        elif side == SOURCE:
            copy = findings.copies[row]
            span = offsets.span(copy.source_start, copy.source_end)
            located.append(LocatedSpan(row, side, span.start, span.end, ""))
    rows = [row for side, row in sides if side == COPY]
    for row, own_cuts in plan_cuts(offsets, tokens, findings, rows, cuts).items():
        copy = findings.copies[row]
        span = offsets.span(copy.start, copy.end)
        edges = [edge for cut in own_cuts for edge in cut]
        located.append(LocatedSpan(row, COPY, span.start, span.end, span.cut(text), edges))
        cuts += own_cuts
    return CutText(located, merge_spans(cuts))


def plan_cuts(
    offsets: TokenOffsets,
    tokens: npt.NDArray[np.uint32],
    findings: Findings,
    rows: Sequence[int],
    others: Sequence[Span],
) -> dict[int, list[Span]]:
    """Return the characters to cut for each passage of a document; none if too little of it is whole.

    `rows` are its passages, `others` what is cut of the document beside them.
    """
    passages, config = findings.passages, findings.config
    cuts: dict[int, list[Span]] = {row: [] for row in rows}
    repeats = {}
    for row in rows:
        copy = findings.copies[row]
        if passages.may_cut[row] and passages.scope[row] == WITHIN:
            repeats[row] = copy
        elif passages.may_cut[row]:
            cut = find_whole_sentences(offsets, copy.start, copy.end, config.min_tokens)
            cuts[row] = [cut] if cut else []
    known = [*others, *(cut for cuts_of_row in cuts.values() for cut in cuts_of_row)]
    rule = CutRule(config.min_tokens, config.cut_share)
    chosen_repeats = choose_repeats(offsets, tokens, list(repeats.values()), known, rule) if repeats else []
    return cuts | dict(zip(repeats, chosen_repeats, strict=True))


def merge_spans(spans: Sequence[Span]) -> list[Span]:
    """Return the spans sorted, those that touch or overlap joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
