"""Which copy stays: a passage whose original is itself cut goes with what that was a copy of as its original."""

from bisect import insort
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup.passages.matches import Matches


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """Tokens [start, end) of a document that stand at [held, held_end) of its holder, `equal` of them the same."""

    start: int
    end: int
    holder: int
    held: int
    held_end: int
    equal: int

    @property
    def is_exact(self) -> bool:
        """Return whether all tokens are equal, on both sides."""
        return self.equal == self.end - self.start == self.held_end - self.held

    def part(self, held: int, held_end: int) -> "Copy":
        """Return the part of an exact copy that stands at [held, held_end) of its holder."""
        by = self.start - self.held
        return Copy(held + by, held_end + by, self.holder, held, held_end, held_end - held)


Gone = dict[int, list[Copy]]


def settle_originals(
    matches: Matches, cut: npt.NDArray[np.bool_], within: npt.NDArray[np.bool_], min_tokens: int
) -> tuple[Matches, npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """Return the passages with originals that stay, which of them may be cut, and the row that each comes from.

    The passages are sorted by document, what stands twice within (bool[n]) one before what others hold. A holder
    stands before the documents that copy from it, so its own cuts are settled when theirs are looked at. A passage
    whose original is cut in part falls into parts; what is left of it under `min_tokens` is dropped.
    """
    gone: Gone = {}
    documents = matches.document.tolist()
    copies: list[Copy] = []
    may_go: list[bool] = []
    rows: list[int] = []
    columns = (*matches.span.T.tolist(), matches.holder.tolist(), *matches.held.T.tolist(), matches.equal.tolist())
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
    table = np.array([(c.start, c.end, c.holder, c.held, c.held_end, c.equal) for c in copies], np.int32).reshape(-1, 6)
    source = np.array(rows, np.intp)
    made = replace(matches.select(source), span=table[:, :2], holder=table[:, 2], held=table[:, 3:5], equal=table[:, 5])
    return made, np.array(may_go, bool), source


def settle(copy: Copy, gone: Gone) -> list[Copy]:
    """Return the parts of a copy with originals that stay. O(cuts of the holders).

    Tokens of an edited copy cannot be told apart without its alignment: it is taken back where its original is cut.
    """
    cuts = [c for c in gone.get(copy.holder, ()) if c.start < copy.held_end and copy.held < c.end]
    if not cuts or not copy.is_exact:
        return [] if cuts else [copy]
    parts = []
    reached = copy.held
    for cut in cuts:
        start, end = max(cut.start, reached), min(cut.end, copy.held_end)
        if reached < start:
            parts.append(copy.part(reached, start))
        if start < end:
            parts += settle_cut(copy.part(start, end), cut, gone)
        reached = max(reached, end)
    if reached < copy.held_end:
        parts.append(copy.part(reached, copy.held_end))
    return join_parts(parts)


def settle_cut(copy: Copy, cut: Copy, gone: Gone) -> list[Copy]:
    """Return the parts of a copy all of whose original is cut, with what that was a copy of as their original."""
    if cut.is_exact:
        held, held_end = (cut.held + place - cut.start for place in (copy.held, copy.held_end))
        return settle(replace(copy, holder=cut.holder, held=held, held_end=held_end), gone)
    if (copy.held, copy.held_end) != (cut.start, cut.end):
        return []
    return settle(replace(cut, start=copy.start, end=copy.end), gone)


def join_parts(parts: list[Copy]) -> list[Copy]:
    """Return exact copies, those joined that go on in the same holder where the one before them ends."""
    joined: list[Copy] = []
    for part in parts:
        last = joined[-1] if joined else None
        goes_on = last and (last.end, last.holder, last.held_end) == (part.start, part.holder, part.held)
        if last and goes_on and last.is_exact and part.is_exact:
            joined[-1] = replace(last, end=part.end, held_end=part.held_end, equal=last.equal + part.equal)
        else:
            joined.append(part)
    return joined
