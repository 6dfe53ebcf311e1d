"""From groups of units to blocks of changes: spans that tile both texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from dedup.diff.groups import Group
from dedup.diff.marks import Quotations, find_marks
from dedup.diff.model import Block, Change, ChangeKind, Relation
from dedup.diff.order import Order
from dedup.diff.similarity import UnitWords
from dedup.diff.words import compare_words
from dedup.text.spans import Span


@dataclass(frozen=True, slots=True)
class Side:
    """One text cut into slots: units with the white space after them, which tile the text."""

    text: str
    slots: tuple[Span, ...]
    units: tuple[UnitWords, ...]
    quotations: Quotations

    def join(self, start: int, end: int) -> Span:
        """Return the span of the slots `[start, end)`; of no slot, the place before slot `start`."""
        first = self.slots[start].start if start < len(self.slots) else len(self.text)
        return Span(first, self.slots[end - 1].end if end > start else first)


def build_blocks(old: Side, new: Side, order: Order) -> tuple[list[Block], bool]:
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


def _build_aligned(old: Side, new: Side, group: Group, move: int | None) -> tuple[Block, bool]:
    old_span, new_span = old.join(group.old_start, group.old_end), new.join(group.new_start, group.new_end)
    if old_span.cut(old.text) == new_span.cut(new.text):
        change = Change(ChangeKind.EQUAL, old_span, new_span, move)
        return Block(Relation.EQUAL, old_span, new_span, (change,), move), False
    old_tokens = list(chain.from_iterable(unit.tokens for unit in old.units[group.old_start : group.old_end]))
    new_tokens = list(chain.from_iterable(unit.tokens for unit in new.units[group.new_start : group.new_end]))
    found = compare_words(old_tokens, new_tokens)
    old_ends = list(accumulate(map(len, old_tokens), initial=old_span.start))
    new_ends = list(accumulate(map(len, new_tokens), initial=new_span.start))
    changes = []
    for run in found.runs:
        spans = Span(old_ends[run.old_start], old_ends[run.old_end]), Span(new_ends[run.new_start], new_ends[run.new_end])
        kind = ChangeKind.EQUAL if run.is_equal else _name_kind(*spans)
        marks = () if run.is_equal else find_marks(old, new, *spans)
        changes.append(Change(kind, *spans, move, marks))
    return Block(_name_relation(group), old_span, new_span, tuple(changes), move), found.is_limited


def _name_kind(old: Span, new: Span) -> ChangeKind:
    if old.is_empty:
        return ChangeKind.INSERT
    return ChangeKind.DELETE if new.is_empty else ChangeKind.REPLACE


def _name_relation(group: Group) -> Relation:
    num_old, num_new = group.old_end - group.old_start, group.new_end - group.new_start
    if num_old == num_new:
        return Relation.EDITED
    return Relation.SPLIT if num_old < num_new else Relation.MERGED


def _build_dropped(old: Side, new: Side, order: Order) -> Iterator[Block]:
    """Yield one block for each old unit without a partner.

    It belongs to a move when the groups on both sides of it do; else its place in the new text is after the last unit in place before it.
    """
    in_place = {group.old_start: (group, None) for group in order.in_place}
    moved = {group.old_start: (group, number) for number, move in enumerate(order.moves) for group in move}
    groups = sorted((in_place | moved).values(), key=lambda item: item[0].old_start)
    place = start = 0
    before: tuple[int | None, int] = (None, 0)
    for group, move in (*groups, (None, None)):
        end = group.old_start if group else len(old.slots)
        if start < end:
            number = before[0] if group and before[0] is not None and before[0] == move else None
            at = new.join(place if number is None else before[1], 0).start
            for slot in old.slots[start:end]:
                change = Change(ChangeKind.DELETE, slot, Span(at, at), number)
                yield Block(Relation.DROPPED, slot, change.new, (change,), number)
        if group:
            start, before = group.old_end, (move, group.new_end)
            place = group.new_end if move is None else place


def _swap(order: Order) -> Order:
    """Return the order seen from the other side; the moves keep their numbers."""
    in_place = tuple(sorted(group.swap() for group in order.in_place))
    return Order(in_place, tuple(tuple(sorted(group.swap() for group in move)) for move in order.moves))
