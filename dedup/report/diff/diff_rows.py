"""The order in which a diff is read: blocks, the places that moved units left, and what is folded away."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from dedup.diff.model import Block, Change, ChangeKind, Diff, Mark, UnitChange

CONTEXT = 1  # unchanged units shown on each side of a change


@dataclass(frozen=True, slots=True)
class Departure:
    """The place in the old text that the units of a move left."""

    move: int


@dataclass(frozen=True, slots=True)
class Fold:
    """Unchanged units in place, with no change beside them."""

    blocks: tuple[Block, ...]


ShownRow = Block | Departure | Fold


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """A change of a number, a date or quoted words, in words."""

    mark: Mark
    old: str
    new: str
    block: Block


def lay_out(diff: Diff, context: int = CONTEXT) -> tuple[ShownRow, ...]:
    """Return all rows of the comparison, unchanged runs folded but for `context` units on each side of a change.

    There are none when every line is the same but for its end.

    A blank at the end of a unit that changed because of what now follows it is left out of its block: the reader sees
    the cause.
    """
    if diff.is_identical or differs_in_line_ends_only(diff):
        return ()
    return tuple(_fold(_insert_departures(diff, _leave_out_space(diff)), context))


def is_unchanged(row: ShownRow) -> bool:
    """Return whether the row is a unit that kept its text and its place."""
    return isinstance(row, Block) and row.relation is UnitChange.EQUAL and row.move is None


def differs_in_line_ends_only(diff: Diff) -> bool:
    """Return whether the texts are the same once CRLF and CR are read as LF."""
    return not diff.is_identical and _unify_line_ends(diff.old) == _unify_line_ends(diff.new)


def is_white_space(diff: Diff, change: Change) -> bool:
    """Return whether a change touches white space only."""
    return not (change.old.cut(diff.old).strip() or change.new.cut(diff.new).strip())


def starts_move(diff: Diff, block: Block) -> bool:
    """Return whether the block is the first of its move in the new text."""
    return block.move is not None and not block.new.is_empty and diff.moves[block.move].new.start == block.new.start


def name_anchor(block: Block) -> str:
    """Return the name of a block in a page: its place in both texts, and what only one text has is named so.

    What was dropped and what stands in its place begin at one place in both.
    """
    side = "-old" if block.new.is_empty else "-new" if block.old.is_empty else ""
    return f"unit-{block.old.start}-{block.new.start}{side}"


def list_facts(diff: Diff) -> tuple[ChangedFact, ...]:
    """Return the changed numbers, dates and quoted words in reading order, one for each change under its first mark."""
    return tuple(
        ChangedFact(change.marks[0], change.old.cut(diff.old), change.new.cut(diff.new), block)
        for block in diff.blocks
        for change in block.changes
        if change.marks
    )


def _unify_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _leave_out_space(diff: Diff) -> list[Block]:
    """Return the blocks without a change of white space at their end, unless the same thing follows in both texts."""
    starts = {
        (block.old.start, block.new.start) for block in diff.blocks if not (block.old.is_empty or block.new.is_empty)
    }
    starts.add((len(diff.old), len(diff.new)))
    blocks = []
    for block in diff.blocks:
        last = block.changes[-1]
        is_explained = (block.old.end, block.new.end) not in starts
        if is_explained and last.kind is not ChangeKind.EQUAL and len(block.changes) > 1 and is_white_space(diff, last):
            kept = block.changes[:-1]
            is_same = all(change.kind is ChangeKind.EQUAL for change in kept)
            blocks.append(replace(block, changes=kept, relation=UnitChange.EQUAL if is_same else block.relation))
        else:
            blocks.append(block)
    return blocks


def _insert_departures(diff: Diff, blocks: Sequence[Block]) -> list[ShownRow]:
    """Return the blocks with a departure before the first block that came after the move in the old text."""
    stays = [index for index, block in enumerate(blocks) if block.move is None and not block.old.is_empty]
    starts = [blocks[index].old.start for index in stays]
    leaving: dict[int, list[int]] = {}
    for number in sorted(range(len(diff.moves)), key=lambda number: diff.moves[number].old):
        found = bisect_left(starts, diff.moves[number].old.start)
        place = stays[found] if found < len(stays) else len(blocks)
        leaving.setdefault(place, []).append(number)
    rows: list[ShownRow] = []
    for index, block in enumerate((*blocks, None)):
        rows.extend(Departure(number) for number in leaving.get(index, ()))
        if block is not None:
            rows.append(block)
    return rows


def _fold(rows: Sequence[ShownRow], context: int) -> Iterator[ShownRow]:
    position = 0
    for is_plain, found in groupby(rows, key=is_unchanged):
        run = list(found)
        before = context if position else 0
        position += len(run)
        after = context if position < len(rows) else 0
        hidden = [row for row in run[before : len(run) - after] if isinstance(row, Block)]
        if not is_plain or len(hidden) < 2:
            yield from run
            continue
        yield from run[:before]
        yield Fold(tuple(hidden))
        yield from run[len(run) - after :]
