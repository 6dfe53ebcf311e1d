"""Counts of the words that were kept, moved, added and dropped."""

from collections.abc import Iterable

from dedup.diff.model import Block, ChangeKind, Stats
from dedup.text.words import count_words


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
