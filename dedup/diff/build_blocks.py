"""From groups of units to blocks of changes: spans that tile both texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

from dedup.diff.compare_words import compare_words
from dedup.diff.fact_kinds import Quotations, find_marks
from dedup.diff.find_moves import Order
from dedup.diff.match_units import Group
from dedup.diff.model import Block, Change, ChangeKind, UnitChange
from dedup.diff.similarity import UnitWords
from dedup.text.spans import Span


@dataclass(frozen=True, slots=True)
class TextSide:
    """One text cut into slots: units with the white space after them, which tile the text."""

    text: str
    slots: tuple[Span, ...]
    units: tuple[UnitWords, ...]
    quotations: Quotations

    @property
    def num_words(self) -> int:
        """Return the number of words of the text."""
        return sum(unit.num_words for unit in self.units)

    def join(self, start: int, end: int) -> Span:
        """Return the span of the slots `[start, end)`; of no slot, the place before slot `start`."""
        first = self.slots[start].start if start < len(self.slots) else len(self.text)
        return Span(first, self.slots[end - 1].end if end > start else first)


def build_blocks(old: TextSide, new: TextSide, order: Order) -> tuple[list[Block], bool]:
    """Return the blocks of all units and whether one of them was too large to be compared by words."""
    groups = [(group, None) for group in order.in_place]
    moved = [(group, number) for number, move in enumerate(order.moves) for group in move]
    blocks = []
    is_limited = False
    for group, move in (*groups, *moved):
        block, is_block_limited = _build_aligned(old, new, group, move)
        blocks.append(block)
        is_limited = is_limited or is_block_limited
    blocks.extend(_build_dropped(old, new, order))
    blocks.extend(block.invert() for block in _build_dropped(new, old, _swap(order)))
    return blocks, is_limited


def _build_aligned(old: TextSide, new: TextSide, group: Group, move: int | None) -> tuple[Block, bool]:
    old_span, new_span = old.join(group.old_start, group.old_end), new.join(group.new_start, group.new_end)
    if old_span.cut(old.text) == new_span.cut(new.text):
        change = Change(ChangeKind.EQUAL, old_span, new_span, move)
        return Block(UnitChange.EQUAL, old_span, new_span, (change,), move), False
    old_tokens = list(chain.from_iterable(unit.tokens for unit in old.units[group.old_start : group.old_end]))
    new_tokens = list(chain.from_iterable(unit.tokens for unit in new.units[group.new_start : group.new_end]))
    found = compare_words(old_tokens, new_tokens)
    old_ends = list(accumulate(map(len, old_tokens), initial=old_span.start))
    new_ends = list(accumulate(map(len, new_tokens), initial=new_span.start))
    changes = []
    for run in found.runs:
        spans = (
            Span(old_ends[run.old_start], old_ends[run.old_end]),
            Span(new_ends[run.new_start], new_ends[run.new_end]),
        )
        kind = ChangeKind.EQUAL if run.is_equal else name_kind(*spans)
        marks = () if run.is_equal else find_marks(old.quotations, new.quotations, *spans)
        changes.append(Change(kind, *spans, move, marks))
    num_old = _count_units(old.units[group.old_start : group.old_end])
    num_new = _count_units(new.units[group.new_start : group.new_end])
    relation = UnitChange.EDITED
    if num_old != num_new:
        relation = UnitChange.SPLIT if num_old < num_new else UnitChange.MERGED
    return Block(relation, old_span, new_span, tuple(changes), move), found.is_limited


def name_kind(old: Span, new: Span) -> ChangeKind:
    """Return what happened to a run that is not equal, by its spans in both texts."""
    if old.is_empty:
        return ChangeKind.INSERT
    return ChangeKind.DELETE if new.is_empty else ChangeKind.REPLACE


def _count_units(units: Sequence[UnitWords]) -> int:
    """Return how many units the parts belong to."""
    return 1 + sum(not unit.is_continuation for unit in units[1:])


def _build_dropped(old: TextSide, new: TextSide, order: Order) -> Iterator[Block]:
    """Yield one block for each old unit without a partner.

    It is part of a move if its neighbours are. Else its place in the new text is after the last unit in place before
    it.
    """
    placed = [_Placed(group, None) for group in order.in_place]
    placed += [_Placed(group, number) for number, move in enumerate(order.moves) for group in move]
    placed.sort(key=lambda item: item.group.old_start)
    place = 0
    for before, after in pairwise((None, *placed, None)):
        if before and before.move is None:
            place = before.group.new_end
        start = before.group.old_end if before else 0
        end = after.group.old_start if after else len(old.slots)
        for index, stop in _list_whole(old.units, start, end):
            neighbour = _find_neighbour(old.units, index, before, after)
            at = (
                place
                if neighbour is None
                else neighbour.group.new_end
                if neighbour is before
                else neighbour.group.new_start
            )
            empty = Span(*[new.join(at, at).start] * 2)
            move = neighbour.move if neighbour else None
            change = Change(ChangeKind.DELETE, old.join(index, stop), empty, move)
            yield Block(UnitChange.DROPPED, change.old, empty, (change,), move)


def _list_whole(units: Sequence[UnitWords], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of units with their parts together."""
    starts = [index for index in range(start, end) if index == start or not units[index].is_continuation]
    return pairwise((*starts, end))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A group and the number of its move, None in place."""

    group: Group
    move: int | None


def _find_neighbour(
    units: Sequence[UnitWords], index: int, before: _Placed | None, after: _Placed | None
) -> _Placed | None:
    """Return the moved group, on both sides or in the same paragraph, that a unit without partner moved with."""
    if before and after and before.move == after.move:
        return before if before.move is not None else None
    beside = []
    if before and units[before.group.old_end - 1].paragraph == units[index].paragraph:
        beside.append(before)
    if after and units[after.group.old_start].paragraph == units[index].paragraph:
        beside.append(after)
    return beside[0] if len(beside) == 1 and beside[0].move is not None else None


def _swap(order: Order) -> Order:
    """Return the order seen from the other side; the moves keep their numbers."""
    in_place = tuple(sorted(group.swap() for group in order.in_place))
    return Order(in_place, tuple(tuple(sorted(group.swap() for group in move)) for move in order.moves))
