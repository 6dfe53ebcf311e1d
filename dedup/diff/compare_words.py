"""The word diff: which tokens two blocks have in common, and how many words stayed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dedup.diff.adapter import DiffRun
from dedup.diff.model import Block, ChangeKind, Stats
from dedup.diff.sequences import RunList, compare_sequences
from dedup.text.words import count_words


class TokenPair(NamedTuple):
    """A token of the old text and the equal one of the new text, by position."""

    old: int
    new: int


def compare_words(old: Sequence[str], new: Sequence[str]) -> RunList:
    """Return the runs of tokens that are equal and those that changed.

    Words and punctuation are matched first; white space follows its neighbours. With white space as tokens of their
    own, half of every longest common subsequence is spaces, and unrelated phrases hang together by them.
    """
    if old == new:
        return RunList([DiffRun(True, 0, len(old), 0, len(new))] if old else [], False)
    old_places = [index for index, token in enumerate(old) if not token.isspace()]
    new_places = [index for index, token in enumerate(new) if not token.isspace()]
    found = compare_sequences(
        [old[index] for index in old_places], [new[index] for index in new_places], is_cleaned=True
    )
    pairs = [
        TokenPair(old_places[run.old_start + shift], new_places[run.new_start + shift])
        for run in found.runs
        if run.is_equal
        for shift in range(run.old_end - run.old_start)
    ]
    matched = _add_white_space(old, new, pairs)
    return RunList(list(_tile(matched, len(old), len(new))), found.is_limited)


def _add_white_space(old: Sequence[str], new: Sequence[str], pairs: Sequence[TokenPair]) -> list[TokenPair]:
    """Return the pairs with the white space matched that is beside matched tokens, or at both ends."""
    matched = [TokenPair(-1, -1)]
    for pair in (*pairs, TokenPair(len(old), len(new))):
        after = TokenPair(matched[-1].old + 1, matched[-1].new + 1)
        before = TokenPair(pair.old - 1, pair.new - 1)
        if after.old < pair.old and after.new < pair.new and _is_same_space(old, new, after):
            matched.append(after)
        if before.old > matched[-1].old and before.new > matched[-1].new and _is_same_space(old, new, before):
            matched.append(before)
        matched.append(pair)
    return matched[1:-1]


def _is_same_space(old: Sequence[str], new: Sequence[str], pair: TokenPair) -> bool:
    token = old[pair.old]
    return token == new[pair.new] and token.isspace()


def _tile(pairs: Sequence[TokenPair], num_old: int, num_new: int) -> Iterator[DiffRun]:
    """Yield equal runs for pairs that follow each other, and changed runs for what lies between them."""
    start = position = TokenPair(0, 0)
    end = TokenPair(num_old, num_new)
    for pair in (*pairs, end):
        following = TokenPair(pair.old + 1, pair.new + 1)
        if pair == position and pair != end:
            position = following
            continue
        if position > start:
            yield DiffRun(True, start.old, position.old, start.new, position.new)
        if pair != position:
            yield DiffRun(False, position.old, pair.old, position.new, pair.new)
        start, position = pair, following


def count_kept(old: str, new: str, size: Stats, blocks: Iterable[Block]) -> Stats:
    """Return the counts of two texts whose numbers of words `size` has.

    Kept + moved + added words are the new text. Kept + moved + dropped words are the old one, unless words that are
    called equal are more in the old text.
    """
    added = dropped = moved = 0
    for block in blocks:
        for change in block.changes:
            if change.kind is not ChangeKind.EQUAL:
                dropped += count_words(change.old.cut(old))
                added += count_words(change.new.cut(new))
            elif change.move is not None:
                moved += count_words(change.new.cut(new))
    kept = size.num_new_words - added - moved
    return Stats(size.num_old_words, size.num_new_words, kept, moved, added, dropped)
