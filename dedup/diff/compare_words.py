"""The word diff: which tokens two blocks have in common."""

from collections.abc import Iterator, Sequence

from dedup.diff.adapter import TokenRun
from dedup.diff.sequences import RunList, compare_sequences


def compare_words(old: Sequence[str], new: Sequence[str]) -> RunList:
    """Return the runs of tokens that are equal and those that changed.

    Words and punctuation are matched first and white space follows what stands beside it: with white space as tokens
    of their own, half of every longest common subsequence is spaces, and unrelated phrases hang together by them.
    """
    if old == new:
        return RunList([TokenRun(True, 0, len(old), 0, len(new))] if old else [], False)
    old_places = [index for index, token in enumerate(old) if not token.isspace()]
    new_places = [index for index, token in enumerate(new) if not token.isspace()]
    found = compare_sequences(
        [old[index] for index in old_places], [new[index] for index in new_places], is_cleaned=True
    )
    pairs = [
        (old_places[run.old_start + shift], new_places[run.new_start + shift])
        for run in found.runs
        if run.is_equal
        for shift in range(run.old_end - run.old_start)
    ]
    matched = _add_white_space(old, new, pairs)
    return RunList(list(_tile(matched, len(old), len(new))), found.is_limited)


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


def _tile(pairs: Sequence[tuple[int, int]], num_old: int, num_new: int) -> Iterator[TokenRun]:
    """Yield equal runs for pairs that follow each other, and changed runs for what lies between them."""
    start = position = (0, 0)
    for pair in (*pairs, (num_old, num_new)):
        if pair == position and pair != (num_old, num_new):
            position = (pair[0] + 1, pair[1] + 1)
            continue
        if position > start:
            yield TokenRun(True, start[0], position[0], start[1], position[1])
        if pair != position:
            yield TokenRun(False, position[0], pair[0], position[1], pair[1])
        start, position = pair, (pair[0] + 1, pair[1] + 1)
