"""One-to-one pairs of units: the same text first, then alike."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dedup.diff.patience import find_heaviest_increasing, find_unique_pairs
from dedup.diff.sequences import compare_sequences
from dedup.diff.similarity import UnitWords, Weights

MIN_IN_PLACE = 0.35  # similarity at which two units between the same neighbours are one, edited
MIN_MOVED = 0.5  # a fifth of the words replaced leaves 0.8; unrelated sentences of one story reach 0.3
PART = 0.7  # a third of a sentence that was split has Dice 0.5 with the whole, but all its words are there
MIN_PART_WORDS = 5
MIN_REPEATED_MOVE = 4  # words; a shorter line that occurs several times ("Read more") is never called moved
MAX_SHORT = 4  # words of a line that is paired by its place alone
MAX_GAP_PAIRS = 400  # units on one side times units on the other: below, every pair is looked at
NUM_RARE_WORDS = 8  # of each unit, to find candidates by
MAX_POSTINGS = 24  # a word in more units than this finds no candidates
NUM_CANDIDATES = 6  # of each unit, to be compared in full


@dataclass(frozen=True, slots=True, order=True)
class UnitPair:
    """One old and one new unit that are the same, or alike."""

    old_index: int
    new_index: int
    similarity: float = 1.0


@dataclass(frozen=True, slots=True)
class Pairing:
    """The pairs in old order; `is_limited` when there were too many equal lines to look into."""

    pairs: tuple[UnitPair, ...]
    is_limited: bool


def pair_units(old: Sequence[UnitWords], new: Sequence[UnitWords], weights: Weights) -> Pairing:
    """Return the pairs; every unit is in one pair at most.

    O(n log n) for n units. Equal units are found by hashing. Likeness is measured for at most `MAX_GAP_PAIRS` pairs a
    gap and `NUM_CANDIDATES` pairs a unit; candidates share their rarest words.
    """
    pairs = _extend(old, new, [UnitPair(*found) for found in find_unique_pairs(_keys(old), _keys(new))])
    repeated, is_limited = _pair_repeated(old, new, pairs)
    pairs += repeated
    pairs += _pair_alike(old, new, weights, pairs)
    pairs += _pair_short(old, new, pairs)
    in_place = set(choose_in_place(pairs, old))
    kept = (pair for pair in pairs if pair in in_place or pair.similarity >= MIN_MOVED)
    return Pairing(tuple(sorted(kept)), is_limited)


def choose_in_place(pairs: Sequence[UnitPair], old: Sequence[UnitWords]) -> list[UnitPair]:
    """Return the pairs that keep their order and hold the most words; the others have moved."""
    ordered = sorted(pairs)
    weights = [(old[pair.old_index].num_words + 0.5) * pair.similarity for pair in ordered]
    return [ordered[index] for index in find_heaviest_increasing([pair.new_index for pair in ordered], weights)]


def _keys(units: Sequence[UnitWords]) -> list[str]:
    return [unit.key for unit in units]


def _extend(old: Sequence[UnitWords], new: Sequence[UnitWords], pairs: list[UnitPair]) -> list[UnitPair]:
    """Pair the neighbours of pairs that have the same text: so lines that occur often find the right partner."""
    old_free = set(range(len(old))) - {pair.old_index for pair in pairs}
    new_free = set(range(len(new))) - {pair.new_index for pair in pairs}
    found = list(pairs)
    for step in (1, -1):
        for pair in sorted(found, reverse=step < 0):
            i, j = pair.old_index + step, pair.new_index + step
            while i in old_free and j in new_free and old[i].key == new[j].key:
                found.append(UnitPair(i, j))
                old_free.remove(i)
                new_free.remove(j)
                i, j = i + step, j + step
    return found


def _pair_repeated(
    old: Sequence[UnitWords], new: Sequence[UnitWords], pairs: Sequence[UnitPair]
) -> tuple[list[UnitPair], bool]:
    """Pair units of the same text that occur several times: in order in each gap, then long ones anywhere."""
    gaps = _Gaps(old, new, pairs)
    found = []
    is_limited = False
    for old_side, new_side in gaps.iterate():
        in_gap, is_gap_limited = _pair_in_gap(old, new, old_side, new_side)
        found += in_gap
        is_limited = is_limited or is_gap_limited
    old_taken = {pair.old_index for pair in (*pairs, *found)}
    new_taken = {pair.new_index for pair in (*pairs, *found)}
    waiting: dict[str, list[int]] = defaultdict(list)
    for index in range(len(new) - 1, -1, -1):
        if index not in new_taken and new[index].num_words >= MIN_REPEATED_MOVE:
            waiting[new[index].key].append(index)
    for index, unit in enumerate(old):
        if index not in old_taken and waiting.get(unit.key):
            found.append(UnitPair(index, waiting[unit.key].pop()))
    return found, is_limited


def _pair_in_gap(
    old: Sequence[UnitWords], new: Sequence[UnitWords], old_side: Sequence[int], new_side: Sequence[int]
) -> tuple[list[UnitPair], bool]:
    shared = {old[index].key for index in old_side} & {new[index].key for index in new_side}
    if not shared:
        return [], False
    old_side = [index for index in old_side if old[index].key in shared]
    new_side = [index for index in new_side if new[index].key in shared]
    found = compare_sequences(
        [old[index].key for index in old_side], [new[index].key for index in new_side], is_cleaned=False
    )
    places = ((run, shift) for run in found.runs if run.is_equal for shift in range(run.old_end - run.old_start))
    return [
        UnitPair(old_side[run.old_start + shift], new_side[run.new_start + shift]) for run, shift in places
    ], found.is_limited


def _pair_alike(
    old: Sequence[UnitWords], new: Sequence[UnitWords], weights: Weights, pairs: Sequence[UnitPair]
) -> list[UnitPair]:
    """Pair what is left by similarity, the most alike first; between the same neighbours less likeness is asked for."""
    gaps = _Gaps(old, new, pairs)
    old_weights = {index: weights.weigh(old[index].counts) for index in gaps.old_free}
    new_weights = {index: weights.weigh(new[index].counts) for index in gaps.new_free}
    ranked = []
    for old_index, new_index in sorted(_find_candidates(old, new, weights, gaps)):
        shared = weights.weigh_shared(old[old_index].counts, new[new_index].counts)
        is_long = min(old[old_index].num_words, new[new_index].num_words) >= MIN_PART_WORDS
        similarity = _measure_similarity(shared, old_weights[old_index], new_weights[new_index], is_long=is_long)
        is_same_gap = gaps.old_gap[old_index] == gaps.new_gap[new_index]
        if similarity >= (MIN_IN_PLACE if is_same_gap else MIN_MOVED):
            distance = abs(old_index / len(old) - new_index / len(new))
            ranked.append((-round(similarity + is_same_gap / 10, 6), distance, old_index, new_index, similarity))
    old_taken: set[int] = set()
    new_taken: set[int] = set()
    found = []
    for _, _, old_index, new_index, similarity in sorted(ranked):
        if old_index not in old_taken and new_index not in new_taken:
            found.append(UnitPair(old_index, new_index, similarity))
            old_taken.add(old_index)
            new_taken.add(new_index)
    return found


def _pair_short(old: Sequence[UnitWords], new: Sequence[UnitWords], pairs: Sequence[UnitPair]) -> list[UnitPair]:
    """Pair two short lines that are alone between the same neighbours, however unlike: "2013" became "2023"."""
    gaps = _Gaps(old, new, pairs)
    alone = ((old_side[0], new_side[0]) for old_side, new_side in gaps.iterate() if len(old_side) == len(new_side) == 1)
    return [
        UnitPair(old_index, new_index, MIN_IN_PLACE)
        for old_index, new_index in alone
        if max(old[old_index].num_words, new[new_index].num_words) <= MAX_SHORT
    ]


def _measure_similarity(shared: float, old: float, new: float, *, is_long: bool) -> float:
    """Return the weighted Dice similarity; of a part and its whole, `PART` times the share that is in the whole."""
    dice = 2 * shared / (old + new)
    return max(dice, PART * shared / min(old, new)) if is_long else dice


def _find_candidates(
    old: Sequence[UnitWords], new: Sequence[UnitWords], weights: Weights, gaps: "_Gaps"
) -> Iterator[tuple[int, int]]:
    """Yield free units that may be alike, each pair once: all of a small gap, and those that share rare words."""
    seen: set[tuple[int, int]] = set()
    for old_side, new_side in gaps.iterate():
        if len(old_side) * len(new_side) <= MAX_GAP_PAIRS:
            seen.update((i, j) for i in old_side for j in new_side)
    postings: dict[str, list[int]] = defaultdict(list)
    for index in gaps.old_free:
        for word in old[index].counts:
            postings[word].append(index)
    for new_index in gaps.new_free:
        shared: Counter[int] = Counter()
        usable = [word for word in new[new_index].counts if 0 < len(postings.get(word, ())) <= MAX_POSTINGS]
        for word in weights.sort_by_rarity(usable)[:NUM_RARE_WORDS]:
            for old_index in postings[word]:
                shared[old_index] += 1
        best = sorted(shared, key=lambda index: (-shared[index], index))[:NUM_CANDIDATES]
        seen.update((old_index, new_index) for old_index in best)
    yield from seen


class _Gaps:
    """The free units between the pairs that are in place: units of the same gap have the same neighbours."""

    def __init__(self, old: Sequence[UnitWords], new: Sequence[UnitWords], pairs: Sequence[UnitPair]) -> None:
        chain = choose_in_place(pairs, old)
        self.old_free = sorted(set(range(len(old))) - {pair.old_index for pair in pairs})
        self.new_free = sorted(set(range(len(new))) - {pair.new_index for pair in pairs})
        old_bounds = [pair.old_index for pair in chain]
        new_bounds = [pair.new_index for pair in chain]
        self.old_gap = {index: bisect_right(old_bounds, index) for index in self.old_free}
        self.new_gap = {index: bisect_right(new_bounds, index) for index in self.new_free}

    def iterate(self) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the free old and new units of each gap that has both."""
        old_sides: dict[int, list[int]] = defaultdict(list)
        new_sides: dict[int, list[int]] = defaultdict(list)
        for index, gap in self.old_gap.items():
            old_sides[gap].append(index)
        for index, gap in self.new_gap.items():
            new_sides[gap].append(index)
        yield from ((side, new_sides[gap]) for gap, side in sorted(old_sides.items()) if gap in new_sides)
