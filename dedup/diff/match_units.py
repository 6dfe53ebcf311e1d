"""Groups of aligned units: pairs, and the sentences that were split or merged around them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dedup.diff.pair_units import UnitPair
from dedup.diff.similarity import UnitWords, Weights

MIN_PART = 0.5  # share of a unit's words that must come from the neighbour's partner to call it a part of that


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Units `[old_start, old_end)` and `[new_start, new_end)` that say the same; neither side is empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int
    similarity: float

    def swap(self) -> "Group":
        """Return the group seen from the other side."""
        return Group(self.new_start, self.new_end, self.old_start, self.old_end, self.similarity)


def group_units(
    old: Sequence[UnitWords], new: Sequence[UnitWords], pairs: Sequence[UnitPair], weights: Weights
) -> list[Group]:
    """Return one group for each pair, in old order; a group takes in the free units that are parts of it.

    "He left and she stayed." -> "He left. She stayed.": the first two sentences are a pair. The words of the third are
    the rest of the first, so the three are one group.
    """
    groups = [
        Group(pair.old_index, pair.old_index + 1, pair.new_index, pair.new_index + 1, pair.similarity)
        for pair in sorted(pairs)
    ]
    groups = _take_in_parts(old, new, groups, weights)
    return sorted(group.swap() for group in _take_in_parts(new, old, [group.swap() for group in groups], weights))


def _take_in_parts(
    whole: Sequence[UnitWords], parts: Sequence[UnitWords], groups: Iterable[Group], weights: Weights
) -> list[Group]:
    """Extend groups on the `new` side (`parts`) by free neighbours that come from their `old` side (`whole`)."""
    by_start = {group.new_start: group for group in groups}
    taken = {index for group in by_start.values() for index in range(group.new_start, group.new_end)}
    result = []
    for _, group in sorted(by_start.items()):
        grown = group
        if grown.similarity < 1.0:
            left_over = _subtract(
                _count(whole, group.old_start, group.old_end), _count(parts, group.new_start, group.new_end)
            )
            for step in (1, -1):
                grown = _grow(grown, step, left_over, parts, taken, weights)
        result.append(grown)
    return result


def _grow(
    group: Group, step: int, left_over: Counter[str], parts: Sequence[UnitWords], taken: set[int], weights: Weights
) -> Group:
    while True:
        index = group.new_end if step > 0 else group.new_start - 1
        if not 0 <= index < len(parts) or index in taken:
            return group
        counts = parts[index].counts
        if weights.weigh_shared(counts, left_over) < MIN_PART * weights.weigh(counts):
            return group
        taken.add(index)
        left_over = _subtract(left_over, counts)
        group = replace(group, new_end=index + 1) if step > 0 else replace(group, new_start=index)


def _count(units: Sequence[UnitWords], start: int, end: int) -> Counter[str]:
    total: Counter[str] = Counter()
    for unit in units[start:end]:
        total.update(unit.counts)
    return total


def _subtract(counts: Mapping[str, int], others: Mapping[str, int]) -> Counter[str]:
    return Counter({word: count - others.get(word, 0) for word, count in counts.items() if count > others.get(word, 0)})
