"""What two sequences have in common, at a bounded cost."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from dedup.diff.adapter import DiffRun, find_runs
from dedup.diff.patience import find_anchors

MAX_CELLS = 250_000_000  # items on one side times items on the other: 60 ms and 31 MB
ANCHOR_WIDTH = 6  # items; a run this long that occurs once on both sides is hardly ever chance
MIN_PIECE = 2_000  # items between two anchors that are used


class RunList(NamedTuple):
    """Runs that tile both sequences; `is_limited` when a part was too large to be looked into and counts as changed."""

    runs: list[DiffRun]
    is_limited: bool


def compare_sequences(
    old: Sequence[str],
    new: Sequence[str],
    *,
    is_cleaned: bool,
    max_cells: int = MAX_CELLS,
    min_piece: int = MIN_PIECE,
) -> RunList:
    """Return the runs that are equal and those that changed; see `find_runs` for `is_cleaned`.

    Above `max_cells` the common ends are set aside and the rest is cut at anchors. A piece that is still too large is
    one changed run. The anchors take O(n log n), and there are O(n) pieces of bounded cost, whatever the input.
    """
    if len(old) * len(new) <= max_cells:
        return RunList(find_runs(old, new, is_cleaned=is_cleaned), False)
    runs: list[DiffRun] = []
    is_limited = False
    for bounds in _cut(old, new, min_piece):
        old_start, old_end, new_start, new_end = bounds
        if old[old_start:old_end] == new[new_start:new_end]:
            runs.append(DiffRun(True, *bounds))
        elif (old_end - old_start) * (new_end - new_start) > max_cells:
            runs.append(DiffRun(False, *bounds))
            is_limited = True
        else:
            piece = find_runs(old[old_start:old_end], new[new_start:new_end], is_cleaned=is_cleaned)
            runs.extend(_shift(run, old_start, new_start) for run in piece)
    return RunList(runs, is_limited)


def _cut(old: Sequence[str], new: Sequence[str], min_piece: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield bounds of pieces that tile both sequences: the common start, the parts between anchors, the common end."""
    shortest = min(len(old), len(new))
    start = _count_same(old, new, range(shortest))
    end = _count_same(old, new, range(-1, -1 - (shortest - start), -1))
    if start:
        yield 0, start, 0, start
    middle = old[start : len(old) - end], new[start : len(new) - end]
    for old_start, old_end, new_start, new_end in _cut_at_anchors(*middle, min_piece):
        yield old_start + start, old_end + start, new_start + start, new_end + start
    if end:
        yield len(old) - end, len(old), len(new) - end, len(new)


def _cut_at_anchors(old: Sequence[str], new: Sequence[str], min_piece: int) -> Iterator[tuple[int, int, int, int]]:
    old_start = new_start = 0
    for old_index, new_index in find_anchors(old, new, ANCHOR_WIDTH):
        if min(old_index - old_start, new_index - new_start) >= min_piece:
            yield old_start, old_index, new_start, new_index
            old_start, new_start = old_index, new_index
    yield old_start, len(old), new_start, len(new)


def _count_same(old: Sequence[str], new: Sequence[str], indices: range) -> int:
    return sum(1 for _ in takewhile(lambda index: old[index] == new[index], indices))


def _shift(run: DiffRun, old: int, new: int) -> DiffRun:
    return DiffRun(run.is_equal, run.old_start + old, run.old_end + old, run.new_start + new, run.new_end + new)
