"""Words kept, moved, added and dropped."""

from collections.abc import Iterable

from dedup.diff.model import Block, ChangeKind, Stats
from dedup.text.words import count_words


def count_stats(old: str, new: str, num_words: tuple[int, int], blocks: Iterable[Block]) -> Stats:
    """Return the counts: kept + moved + dropped words are the old text, kept + moved + added ones the new."""
    added = dropped = moved = 0
    for block in blocks:
        for change in block.changes:
            if change.kind is not ChangeKind.EQUAL:
                dropped += count_words(change.old.cut(old))
                added += count_words(change.new.cut(new))
            elif change.move is not None:
                moved += count_words(change.new.cut(new))
    num_old, num_new = num_words
    kept = num_new - added - moved
    assert kept == num_old - dropped - moved, "words are counted differently on the two sides"
    return Stats(num_old, num_new, kept, moved, added, dropped)
