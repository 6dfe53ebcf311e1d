"""Which copy stays: a passage whose original is itself cut goes with what that was a copy of as its original."""

from bisect import insort
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup.passages.matches import Matches


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """Tokens [start, end) of a document, a copy of [source_start, source_end) of its source; `equal` are the same."""

    start: int
    end: int
    source: int
    source_start: int
    source_end: int
    equal: int

    @property
    def is_exact(self) -> bool:
        """Return whether all tokens are equal, on both sides."""
        return self.equal == self.end - self.start == self.source_end - self.source_start

    def part(self, source_start: int, source_end: int) -> "Copy":
        """Return the part of an exact copy that stands at [source_start, source_end) of its source."""
        by = self.start - self.source_start
        return Copy(
            source_start + by, source_end + by, self.source, source_start, source_end, source_end - source_start
        )


Gone = dict[int, list[Copy]]


def resolve_sources(
    matches: Matches, cut: npt.NDArray[np.bool_], within: npt.NDArray[np.bool_], min_tokens: int
) -> tuple[Matches, npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """Return the passages with originals that stay, which of them may be cut, and the row that each comes from.

    The passages are sorted by document, what stands twice within (bool[n]) one before what others hold. A source
    stands before the documents that copy from it, so its own cuts are settled when theirs are looked at. A passage
    whose original is cut in part falls into parts; what is left of it under `min_tokens` is dropped.
    """
    gone: Gone = {}
    documents = matches.document.tolist()
    copies: list[Copy] = []
    may_go: list[bool] = []
    rows: list[int] = []
    columns = (
        *matches.span.T.tolist(),
        matches.source.tolist(),
        *matches.source_span.T.tolist(),
        matches.equal.tolist(),
    )
    for row, values in enumerate(zip(*columns, strict=True)):
        copy = Copy(*values)
        settled = [copy]
        if cut[row] and not within[row]:
            settled = [part for part in settle(copy, gone) if part.end - part.start >= min_tokens]
        parts = settled or [copy]
        copies += parts
        may_go += [bool(cut[row] and settled)] * len(parts)
        rows += [row] * len(parts)
        if may_go[-1]:
            for part in parts:
                insort(gone.setdefault(documents[row], []), part)
    table = np.array(
        [(c.start, c.end, c.source, c.source_start, c.source_end, c.equal) for c in copies], np.int32
    ).reshape(-1, 6)
    row_of = np.array(rows, np.intp)
    made = replace(
        matches.select(row_of), span=table[:, :2], source=table[:, 2], source_span=table[:, 3:5], equal=table[:, 5]
    )
    return made, np.array(may_go, bool), row_of


def settle(copy: Copy, gone: Gone) -> list[Copy]:
    """Return the parts of a copy with originals that stay. O(cuts of the sources).

    Tokens of an edited copy cannot be told apart without its alignment: it is taken back where its original is cut.
    """
    cuts = [c for c in gone.get(copy.source, ()) if c.start < copy.source_end and copy.source_start < c.end]
    if not cuts or not copy.is_exact:
        return [] if cuts else [copy]
    parts = []
    reached = copy.source_start
    for cut in cuts:
        start, end = max(cut.start, reached), min(cut.end, copy.source_end)
        if reached < start:
            parts.append(copy.part(reached, start))
        if start < end:
            parts += settle_cut(copy.part(start, end), cut, gone)
        reached = max(reached, end)
    if reached < copy.source_end:
        parts.append(copy.part(reached, copy.source_end))
    return join_parts(parts)


def settle_cut(copy: Copy, cut: Copy, gone: Gone) -> list[Copy]:
    """Return the parts of a copy all of whose original is cut, with what that was a copy of as their original."""
    if cut.is_exact:
        source_start, source_end = (
            cut.source_start + place - cut.start for place in (copy.source_start, copy.source_end)
        )
        return settle(replace(copy, source=cut.source, source_start=source_start, source_end=source_end), gone)
    if (copy.source_start, copy.source_end) != (cut.start, cut.end):
        return []
    return settle(replace(cut, start=copy.start, end=copy.end), gone)


def join_parts(parts: list[Copy]) -> list[Copy]:
    """Return exact copies, those joined that go on in the same source where the one before them ends."""
    joined: list[Copy] = []
    for part in parts:
        last = joined[-1] if joined else None
        goes_on = last and (last.end, last.source, last.source_end) == (part.start, part.source, part.source_start)
        if last and goes_on and last.is_exact and part.is_exact:
            joined[-1] = replace(last, end=part.end, source_end=part.source_end, equal=last.equal + part.equal)
        else:
            joined.append(part)
    return joined
