"""Changes that a reader need not see: typography, and time stamps."""

import re

from dedup.diff.ignored_changes import Ignored, fold
from dedup.diff.model import Block, ChangeKind, Diff

TYPOGRAPHY = frozenset({Ignored.TYPOGRAPHY})

# A line that is there to say when: "Updated 3 hours ago", "Published: 2024-01-31, 14:00 GMT". English only.
_STAMP = re.compile(
    r"\W*(last\s+)?(updated|modified|published|posted|first published)\b[^.!?]{0,80}\W*|"
    r"\W*\d{1,2}\s+(seconds?|minutes?|hours?|days?)\s+ago\W*|\W*\d+\s+(shares?|comments?|views?)\W*",
    re.IGNORECASE,
)
MAX_STAMP = 120  # characters


def is_trivial(diff: Diff) -> bool:
    r"""Return whether all that changed is typography, white space, or lines that say when.

    >>> from dedup.diff.engine import diff_texts
    >>> is_trivial(diff_texts("Updated 2 hours ago\n\nHe left.", "Updated 3 hours ago\n\nHe  left."))
    True
    """
    return all(is_trivial_block(diff, block) for block in diff.blocks)


def is_trivial_block(diff: Diff, block: Block) -> bool:
    """Return whether all that changed in a block is trivial."""
    if block.move is not None:
        return False
    if all(change.kind is ChangeKind.EQUAL for change in block.changes):
        return True
    old, new = block.old.cut(diff.old), block.new.cut(diff.new)
    return fold(old, TYPOGRAPHY).split() == fold(new, TYPOGRAPHY).split() or (is_stamp(old) and is_stamp(new))


def is_stamp(text: str) -> bool:
    """Return whether a text says when, or how often, and no more; an empty one does."""
    text = text.strip()
    return not text or (len(text) <= MAX_STAMP and _STAMP.fullmatch(text) is not None)
