"""Parts of units joined again: a cut that the other text suggested, and that separated nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dedup.diff.find_moves import Order
from dedup.diff.match_units import Group
from dedup.diff.similarity import UnitWords


def join_parts(order: Order, old: Sequence[UnitWords], new: Sequence[UnitWords]) -> Order:
    """Return the order with parts of one unit joined, and free parts taken in by the group beside them."""
    old_free, new_free = set(range(len(old))), set(range(len(new)))
    for group in (*order.in_place, *(group for move in order.moves for group in move)):
        old_free.difference_update(range(group.old_start, group.old_end))
        new_free.difference_update(range(group.new_start, group.new_end))

    def join(groups: Iterable[Group]) -> tuple[Group, ...]:
        grown = [_grow(_grow(group, old, old_free).swap(), new, new_free).swap() for group in groups]
        return tuple(_join(sorted(grown), old, new))

    return Order(join(order.in_place), tuple(map(join, order.moves)))


def _grow(group: Group, units: Sequence[UnitWords], free: set[int]) -> Group:
    """Take in the free parts of the units at both ends of the old side."""
    start, end = group.old_start, group.old_end
    while end in free and units[end].is_continuation:
        free.remove(end)
        end += 1
    while start - 1 in free and units[start].is_continuation:
        start -= 1
        free.remove(start)
    return replace(group, old_start=start, old_end=end)


def _join(groups: Iterable[Group], old: Sequence[UnitWords], new: Sequence[UnitWords]) -> list[Group]:
    joined: list[Group] = []
    for group in groups:
        last = joined[-1] if joined else None
        is_adjacent = last and (last.old_end, last.new_end) == (group.old_start, group.new_start)
        if last and is_adjacent and (old[group.old_start].is_continuation or new[group.new_start].is_continuation):
            similarity = min(last.similarity, group.similarity)
            joined[-1] = Group(last.old_start, group.old_end, last.new_start, group.new_end, similarity)
        else:
            joined.append(group)
    return joined
