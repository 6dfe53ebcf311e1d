"""Which copy stays: if the source of a passage is itself cut, the passage points to the source's own source."""

from bisect import insort
from dataclasses import replace

import numpy as np

from dedup.passages.copied_span import CopiedSpan
from dedup.passages.passage_table import WITHIN, Passages

Gone = dict[int, list[CopiedSpan]]


def resolve_sources(passages: Passages, min_tokens: int) -> Passages:
    """Return the passages with sources that stay.

    Passages are sorted by document, those WITHIN it before those ACROSS documents. A source comes before the documents
    that copy from it, so its own cuts are settled when theirs are looked at. A passage whose source is cut in part
    falls into parts; parts of fewer than `min_tokens` are dropped. If nothing is left, the passage is only reported.
    """
    gone: Gone = {}
    copies: list[CopiedSpan] = []
    may_cut: list[bool] = []
    rows: list[int] = []
    columns = (passages.document.tolist(), passages.may_cut.tolist(), passages.scope.tolist(), passages.list_copies())
    for row, (document, is_cut, scope, copy) in enumerate(zip(*columns, strict=True)):
        settled = [copy]
        if is_cut and scope != WITHIN:
            settled = [part for part in settle(copy, gone) if len(part) >= min_tokens]
        parts = settled or [copy]
        copies += parts
        may_cut += [bool(is_cut and settled)] * len(parts)
        rows += [row] * len(parts)
        if may_cut[-1]:
            for part in parts:
                insort(gone.setdefault(document, []), part)
    table = np.array([(c.start, c.end, c.source, c.source_start, c.source_end, c.equal) for c in copies], np.int32)
    span, source, source_span, equal = np.split(table.reshape(-1, 6), [2, 3, 5], axis=1)
    resolved = replace(passages.select(np.array(rows, np.intp)), span=span, source_span=source_span)
    return replace(resolved, source=source[:, 0], equal=equal[:, 0], may_cut=np.array(may_cut, bool))


def settle(copy: CopiedSpan, gone: Gone) -> list[CopiedSpan]:
    """Return the parts of a copy whose sources stay. O(cuts of the sources).

    Tokens of an edited copy cannot be told apart without its alignment: it is taken back where its source is cut.
    """
    cuts = [c for c in gone.get(copy.source, ()) if c.start < copy.source_end and copy.source_start < c.end]
    if not cuts or not copy.is_exact:
        return [] if cuts else [copy]
    parts = []
    reached = copy.source_start
    for cut in cuts:
        start, end = max(cut.start, reached), min(cut.end, copy.source_end)
        if reached < start:
            parts.append(copy.part_of_source(reached, start))
        if start < end:
            parts += settle_cut(copy.part_of_source(start, end), cut, gone)
        reached = max(reached, end)
    if reached < copy.source_end:
        parts.append(copy.part_of_source(reached, copy.source_end))
    return join_parts(parts)


def settle_cut(copy: CopiedSpan, cut: CopiedSpan, gone: Gone) -> list[CopiedSpan]:
    """Resolve a copy whose source is cut completely: return its parts with the source's source."""
    if cut.is_exact:
        source_start, source_end = (place - cut.distance for place in (copy.source_start, copy.source_end))
        return settle(replace(copy, source=cut.source, source_start=source_start, source_end=source_end), gone)
    if (copy.source_start, copy.source_end) != (cut.start, cut.end):
        return []
    return settle(replace(cut, start=copy.start, end=copy.end), gone)


def join_parts(parts: list[CopiedSpan]) -> list[CopiedSpan]:
    """Return exact copies, those joined that go on in the same source where the one before them ends."""
    joined: list[CopiedSpan] = []
    for part in parts:
        last = joined[-1] if joined else None
        goes_on = last and (last.end, last.source, last.source_end) == (part.start, part.source, part.source_start)
        if last and goes_on and last.is_exact and part.is_exact:
            joined[-1] = replace(last, end=part.end, source_end=part.source_end, equal=last.equal + part.equal)
        else:
            joined.append(part)
    return joined
