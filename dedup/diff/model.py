"""What a comparison of two texts finds: blocks of aligned units, changes inside them, moves."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeVar

from dedup.text.spans import Span


class ChangeKind(StrEnum):
    """What happened to a run of tokens."""

    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"
    REPLACE = "replace"


class Mark(StrEnum):
    """What a reader must not miss in a change."""

    NUMBER = "number"
    DATE = "date"
    QUOTE = "quote"


class UnitChange(StrEnum):
    """What happened to a unit, or to the units of one block."""

    EQUAL = "equal"
    EDITED = "edited"
    SPLIT = "split"
    MERGED = "merged"
    ADDED = "added"
    DROPPED = "dropped"


_INVERSE_KIND = {ChangeKind.INSERT: ChangeKind.DELETE, ChangeKind.DELETE: ChangeKind.INSERT}
_INVERSE_RELATION = {
    UnitChange.SPLIT: UnitChange.MERGED,
    UnitChange.MERGED: UnitChange.SPLIT,
    UnitChange.ADDED: UnitChange.DROPPED,
    UnitChange.DROPPED: UnitChange.ADDED,
}


class TextNames(NamedTuple):
    """What the two texts of a comparison are called."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """A run of tokens and what happened to it.

    The old span of an inserted run is empty: the place where it went in. So is the new span of a deleted one.
    `move` is the position in `Diff.moves` of the move that the run is part of.
    """

    kind: ChangeKind
    old: Span
    new: Span
    move: int | None = None
    marks: tuple[Mark, ...] = ()

    def invert(self) -> "Change":
        """Return the change that undoes this one."""
        return replace(self, kind=_INVERSE_KIND.get(self.kind, self.kind), old=self.new, new=self.old)


@dataclass(frozen=True, slots=True)
class Block:
    """Aligned units, the white space after them included: what a reader sees as one step of the comparison."""

    relation: UnitChange
    old: Span
    new: Span
    changes: tuple[Change, ...]
    move: int | None = None

    def invert(self) -> "Block":
        """Return the block with its sides swapped."""
        relation = _INVERSE_RELATION.get(self.relation, self.relation)
        changes = sort_by_new(change.invert() for change in self.changes)
        return Block(relation, self.new, self.old, changes, self.move)

    def renumber(self, move: int | None) -> "Block":
        """Return the block as part of another move."""
        return replace(self, move=move, changes=tuple(replace(change, move=move) for change in self.changes))


Part = TypeVar("Part", Change, Block)


@dataclass(frozen=True, slots=True)
class Move:
    """Units that changed place: their old place, their new place, and their number of words there."""

    old: Span
    new: Span
    num_words: int
    is_edited: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of words; those inside a move count as moved when kept, and as added or dropped when not."""

    num_old_words: int
    num_new_words: int
    num_kept: int
    num_moved: int
    num_added: int
    num_dropped: int

    @property
    def similarity(self) -> float:
        """Return the share of words that both texts have: 2 * (kept + moved) / all; 1.0 for texts without words."""
        total = self.num_old_words + self.num_new_words
        return 2 * (self.num_kept + self.num_moved) / total if total else 1.0


@dataclass(frozen=True)
class Diff:
    """The difference of two texts. `blocks` are in the reading order of the new text.

    The spans of `changes` tile both texts. A deletion follows what it followed in the old text. `limits` says in words
    which bound was hit and what that does to the result; it is empty for all but huge inputs.

    >>> from dedup.diff.engine import diff_texts
    >>> diff = diff_texts("He left in 2013.", "He left in 2023.")
    >>> [(change.old.cut(diff.old), change.new.cut(diff.new), change.marks) for change in diff.edits]
    [('2013', '2023', (<Mark.NUMBER: 'number'>, <Mark.DATE: 'date'>))]
    >>> diff.apply("He left in 2013.")
    'He left in 2023.'
    """

    old: str
    new: str
    blocks: tuple[Block, ...]
    moves: tuple[Move, ...]
    stats: Stats
    limits: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Diff({len(self.edits):,} edits, {len(self.moves):,} moves, similarity {self.stats.similarity:.3f})"

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """All runs, equal ones among them, in the reading order of the new text."""
        return tuple(change for block in self.blocks for change in block.changes)

    @property
    def edits(self) -> tuple[Change, ...]:
        """The changes that are not `equal`."""
        return tuple(change for change in self.changes if change.kind is not ChangeKind.EQUAL)

    @property
    def is_identical(self) -> bool:
        """Whether the two texts are the same, character by character."""
        return self.old == self.new

    def apply(self, old: str) -> str:
        """Return the new text, made from `old` and the changes.

        Raises `ValueError` when `old` is not the text that was compared.
        """
        if old != self.old:
            raise ValueError(
                "this diff was made from another text; use a patch (dedup.diff.adapter) to change a different one"
            )
        sides = ((c.old, old) if c.kind is ChangeKind.EQUAL else (c.new, self.new) for c in self.changes)
        return "".join(span.cut(text) for span, text in sides)

    def invert(self) -> "Diff":
        """Return the difference from the new text to the old; inverted twice, a diff is itself."""
        swapped = [Move(move.new, move.old, move.num_words, move.is_edited) for move in self.moves]
        order = sorted(range(len(swapped)), key=lambda index: swapped[index].new)
        position = {index: place for place, index in enumerate(order)}
        blocks = (block.invert() for block in self.blocks)
        renumbered = (block if block.move is None else block.renumber(position[block.move]) for block in blocks)
        stats = replace(
            self.stats,
            num_old_words=self.stats.num_new_words,
            num_new_words=self.stats.num_old_words,
            num_added=self.stats.num_dropped,
            num_dropped=self.stats.num_added,
        )
        moves = tuple(swapped[index] for index in order)
        return Diff(self.new, self.old, sort_by_new(renumbered), moves, stats, self.limits)


def sort_by_new(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return parts in the reading order of the new text; dropped ones come before what is at their place."""
    return tuple(sorted(parts, key=lambda part: (part.new.start, part.new.end, part.old)))
