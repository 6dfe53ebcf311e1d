"""Patches: the diff as text that makes the new text from the old, byte for byte."""

from itertools import pairwise

from dedup.diff.adapter import Edit, apply_patch_text, write_patch_text
from dedup.diff.model import ChangeKind, Diff
from dedup.text.spans import Span


def format_patch(diff: Diff) -> str:
    """Return the diff as diff-match-patch patch text; an empty text for two identical texts.

    A patch has no word for a move: what moved is deleted at one place and inserted at the other.
    """
    patch = write_patch_text(diff.old, list_edits(diff))
    if apply_patch(patch, diff.old) != diff.new:
        raise AssertionError(
            "the patch does not make the new text: this is a bug in dedup, please report it with both texts"
        )
    return patch


def apply_patch(patch: str, old: str) -> str:
    r"""Return the new text. Raises `InputError` when the patch is damaged or was made for another text.

    >>> from dedup.diff.engine import diff_texts
    >>> apply_patch(format_patch(diff_texts("a cat\r\n", "a dog\r\n")), "a cat\r\n")
    'a dog\r\n'
    """
    return apply_patch_text(patch, old)


def list_edits(diff: Diff) -> list[Edit]:
    """Return what lies between the runs that kept text and place, in order: those are increasing in both texts."""
    kept = [
        (change.old, change.new) for change in diff.changes if change.kind is ChangeKind.EQUAL and change.move is None
    ]
    bounds = [(Span(0, 0), Span(0, 0)), *kept, (Span(len(diff.old), len(diff.old)), Span(len(diff.new), len(diff.new)))]
    gaps = ((Span(a.end, b.start), Span(c.end, d.start)) for (a, c), (b, d) in pairwise(bounds))
    return [Edit(old, new.cut(diff.new)) for old, new in gaps if not (old.is_empty and new.is_empty)]
