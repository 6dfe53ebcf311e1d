"""The word diff: which tokens two blocks have in common."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dedup.diff.adapter import Run, find_runs
from dedup.diff.anchors import find_anchors

MAX_CELLS = 250_000_000  # tokens on one side times tokens on the other: 60 ms and 31 MB
ANCHOR_WIDTH = 6  # tokens; a run this long that occurs once on both sides is hardly ever chance
MIN_PIECE = 2_000  # tokens between two anchors that are used


class WordDiff(NamedTuple):
    """Runs that tile both token sequences; `is_limited` when a part was too large to be compared by words."""

    runs: list[Run]
    is_limited: bool


def compare_words(old: Sequence[str], new: Sequence[str]) -> WordDiff:
    """Return the runs of tokens that are equal and those that changed.

    Words and punctuation are matched first and white space follows what stands beside it: with white space as tokens of their own, half of
    every longest common subsequence is spaces, and unrelated phrases hang together by them.

    Above `MAX_CELLS` the sequences are cut at anchors; a piece without anchors that is still too large is one replaced run. So the time is
    O(n log n) for the anchors and O(n) pieces of bounded cost, whatever the texts.
    """
    if old == new:
        return WordDiff([Run(True, 0, len(old), 0, len(new))] if old else [], False)
    old_places = [index for index, token in enumerate(old) if not token.isspace()]
    new_places = [index for index, token in enumerate(new) if not token.isspace()]
    found = _compare_bounded([old[index] for index in old_places], [new[index] for index in new_places])
    pairs = [
        (old_places[run.old_start + shift], new_places[run.new_start + shift])
        for run in found.runs
        if run.is_equal
        for shift in range(run.old_end - run.old_start)
    ]
    matched = _add_white_space(old, new, pairs)
    return WordDiff(list(_tile(matched, len(old), len(new))), found.is_limited)


def _compare_bounded(old: Sequence[str], new: Sequence[str]) -> WordDiff:
    if len(old) * len(new) <= MAX_CELLS:
        return WordDiff(find_runs(old, new), False)
    runs: list[Run] = []
    is_limited = False
    for old_start, old_end, new_start, new_end in _cut_at_anchors(old, new):
        if (old_end - old_start) * (new_end - new_start) > MAX_CELLS:
            is_limited = True
            continue
        piece = find_runs(old[old_start:old_end], new[new_start:new_end])
        runs.extend(
            Run(run.is_equal, run.old_start + old_start, run.old_end + old_start, run.new_start + new_start, run.new_end + new_start)
            for run in piece
        )
    return WordDiff(runs, is_limited)


def _cut_at_anchors(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    old_start = new_start = 0
    for old_index, new_index in find_anchors(old, new, ANCHOR_WIDTH):
        if min(old_index - old_start, new_index - new_start) >= MIN_PIECE:
            yield old_start, old_index, new_start, new_index
            old_start, new_start = old_index, new_index
    yield old_start, len(old), new_start, len(new)


def _add_white_space(old: Sequence[str], new: Sequence[str], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs with the white space matched that stands beside matched tokens, or at both ends."""
    matched = [(-1, -1)]
    for old_index, new_index in (*pairs, (len(old), len(new))):
        after = (matched[-1][0] + 1, matched[-1][1] + 1)
        before = (old_index - 1, new_index - 1)
        if after[0] < old_index and after[1] < new_index and _is_same_space(old, new, after):
            matched.append(after)
        if before[0] > matched[-1][0] and before[1] > matched[-1][1] and _is_same_space(old, new, before):
            matched.append(before)
        matched.append((old_index, new_index))
    return matched[1:-1]


def _is_same_space(old: Sequence[str], new: Sequence[str], place: tuple[int, int]) -> bool:
    token = old[place[0]]
    return token == new[place[1]] and token.isspace()


def _tile(pairs: Sequence[tuple[int, int]], num_old: int, num_new: int) -> Iterator[Run]:
    """Yield equal runs for pairs that follow each other, and changed runs for what lies between them."""
    start = position = (0, 0)
    for pair in (*pairs, (num_old, num_new)):
        if pair == position and pair != (num_old, num_new):
            position = (pair[0] + 1, pair[1] + 1)
            continue
        if position > start:
            yield Run(True, start[0], position[0], start[1], position[1])
        if pair != position:
            yield Run(False, position[0], pair[0], position[1], pair[1])
        start, position = pair, (pair[0] + 1, pair[1] + 1)
