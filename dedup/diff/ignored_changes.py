"""Changes that a reader asks not to see: of white space, case or typography."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from itertools import accumulate

from dedup.diff.build_blocks import name_kind
from dedup.diff.compare_words import compare_words, count_kept
from dedup.diff.model import Block, Change, ChangeKind, Diff, Move, UnitChange
from dedup.text.spans import Span
from dedup.text.words import split_words

_TYPOGRAPHY = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-", "…": "..."}
)


class Ignored(StrEnum):
    """What makes two texts no different."""

    SPACE = "space"
    CASE = "case"
    TYPOGRAPHY = "typography"


def ignore_changes(diff: Diff, ignored: frozenset[Ignored]) -> Diff:
    """Return the diff with those changes called equal that change only what is ignored: for showing, not for patches.

    Words are compared once more in each change, as they are without what is ignored.

    >>> from dedup.diff.engine import diff_texts
    >>> ignore_changes(diff_texts("He said “no”.", 'He said "no".'), frozenset({Ignored.TYPOGRAPHY})).edits
    ()
    """
    if not ignored:
        return diff
    blocks = tuple(ignore_in_block(diff, block, ignored) for block in diff.blocks)
    edited = {block.move for block in blocks if block.relation is not UnitChange.EQUAL}
    moves = tuple(
        Move(move.old, move.new, move.num_words, move.is_edited and number in edited)
        for number, move in enumerate(diff.moves)
    )
    return replace(diff, blocks=blocks, moves=moves, stats=count_kept(diff.old, diff.new, diff.stats, blocks))


def ignore_in_block(diff: Diff, block: Block, ignored: frozenset[Ignored]) -> Block:
    """Return a block without the changes that are ignored."""
    changes = tuple(part for change in block.changes for part in split_change(diff, change, ignored))
    is_equal = all(change.kind is ChangeKind.EQUAL for change in changes)
    return replace(block, changes=changes, relation=UnitChange.EQUAL if is_equal else block.relation)


def split_change(diff: Diff, change: Change, ignored: frozenset[Ignored]) -> Iterator[Change]:
    """Yield a change, or its words where some of them differ only in what is ignored."""
    if change.kind is ChangeKind.EQUAL:
        yield change
        return
    sides = change.old.cut(diff.old), change.new.cut(diff.new)
    if fold(sides[0], ignored) == fold(sides[1], ignored):
        yield replace(change, kind=ChangeKind.EQUAL, marks=())
        return
    words = [split_words(side) for side in sides]
    found = compare_words(*([fold(word, ignored) or " " for word in side] for side in words))
    ends = [list(accumulate(map(len, side), initial=0)) for side in words]
    for run in found.runs:
        old = Span(change.old.start + ends[0][run.old_start], change.old.start + ends[0][run.old_end])
        new = Span(change.new.start + ends[1][run.new_start], change.new.start + ends[1][run.new_end])
        kind = ChangeKind.EQUAL if run.is_equal else name_kind(old, new)
        yield replace(change, kind=kind, old=old, new=new, marks=() if run.is_equal else change.marks)


def fold(text: str, ignored: frozenset[Ignored]) -> str:
    """Return the text without what is ignored."""
    if Ignored.TYPOGRAPHY in ignored:
        text = unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY))
    if Ignored.CASE in ignored:
        text = text.casefold()
    return "".join(text.split()) if Ignored.SPACE in ignored else text
