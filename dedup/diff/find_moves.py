"""Which groups of units stay in place, which have moved, and which of those moved together."""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.diff.match_units import Group
from dedup.diff.patience import find_heaviest_increasing
from dedup.diff.similarity import UnitWords

MAX_BETWEEN = 1  # free units between two groups of one move


@dataclass(frozen=True, slots=True)
class Order:
    """`moves[k]` holds the groups of move k in old order; `in_place` the others."""

    in_place: tuple[Group, ...]
    moves: tuple[tuple[Group, ...], ...]


def order_groups(groups: Sequence[Group], old: Sequence[UnitWords]) -> Order:
    """Tell groups that moved from those in place: the heaviest increasing set stays, in words.

    Where two neighbours changed places either may be called the one that moved; the shorter is, or the more edited.
    Groups that follow each other on both sides moved together.
    """
    ordered = sorted(groups)
    sizes = [sum(unit.num_words for unit in old[group.old_start : group.old_end]) + 0.5 for group in ordered]
    weights = [size * group.similarity**3 for size, group in zip(sizes, ordered, strict=True)]
    chain = set(find_heaviest_increasing([group.new_start for group in ordered], weights))
    in_place = tuple(group for index, group in enumerate(ordered) if index in chain)
    new_rank = {group: rank for rank, group in enumerate(sorted(ordered, key=lambda group: group.new_start))}
    moves: list[list[Group]] = []
    last_index = -2
    for index, group in enumerate(ordered):
        if index in chain:
            continue
        if last_index == index - 1 and _follows(moves[-1][-1], group, new_rank):
            moves[-1].append(group)
        else:
            moves.append([group])
        last_index = index
    return Order(in_place, tuple(sorted((tuple(move) for move in moves), key=lambda move: move[0].new_start)))


def _follows(first: Group, second: Group, new_rank: dict[Group, int]) -> bool:
    return (
        new_rank[second] == new_rank[first] + 1
        and second.old_start - first.old_end <= MAX_BETWEEN
        and second.new_start - first.new_end <= MAX_BETWEEN
    )
