"""A diff as JSON: the schema is in docs/json.md, section "diff"."""

import msgspec

from dedup.diff.model import Block, Change, ChangeKind, Diff, Move
from dedup.text.spans import Span


class JsonSpan(msgspec.Struct, frozen=True):
    """Characters `[start, end)` of one text."""

    start: int
    end: int


class JsonDocument(msgspec.Struct, frozen=True):
    """One of the two texts."""

    name: str
    num_characters: int
    num_words: int


class JsonStats(msgspec.Struct, frozen=True):
    """Counts of words."""

    num_kept: int
    num_moved: int
    num_added: int
    num_dropped: int
    similarity: float


class JsonChange(msgspec.Struct, frozen=True):
    """A run of tokens; the texts are left out of equal runs, which stand in both texts."""

    kind: str
    old: JsonSpan
    new: JsonSpan
    block: int
    move: int | None
    marks: list[str]
    old_text: str | msgspec.UnsetType = msgspec.UNSET
    new_text: str | msgspec.UnsetType = msgspec.UNSET


class JsonBlock(msgspec.Struct, frozen=True):
    """Aligned units."""

    relation: str
    old: JsonSpan
    new: JsonSpan
    move: int | None


class JsonMove(msgspec.Struct, frozen=True):
    """Units that changed place."""

    old: JsonSpan
    new: JsonSpan
    num_words: int
    is_edited: bool


class JsonDiff(msgspec.Struct, frozen=True):
    """The whole comparison."""

    old: JsonDocument
    new: JsonDocument
    is_identical: bool
    stats: JsonStats
    moves: list[JsonMove]
    blocks: list[JsonBlock]
    changes: list[JsonChange]
    limits: list[str]


def render_json(diff: Diff, names: tuple[str, str]) -> str:
    """Return the diff as one JSON object, indented, with a line end."""
    return msgspec.json.format(msgspec.json.encode(describe_diff(diff, names)), indent=1).decode() + "\n"


def describe_diff(diff: Diff, names: tuple[str, str]) -> JsonDiff:
    """Return what the JSON holds."""
    stats = diff.stats
    changes = [
        _describe_change(diff, change, number) for number, block in enumerate(diff.blocks) for change in block.changes
    ]
    return JsonDiff(
        old=JsonDocument(names[0], len(diff.old), stats.num_old_words),
        new=JsonDocument(names[1], len(diff.new), stats.num_new_words),
        is_identical=diff.is_identical,
        stats=JsonStats(
            stats.num_kept, stats.num_moved, stats.num_added, stats.num_dropped, round(stats.similarity, 6)
        ),
        moves=[_describe_move(move) for move in diff.moves],
        blocks=[_describe_block(block) for block in diff.blocks],
        changes=changes,
        limits=list(diff.limits),
    )


def _describe_change(diff: Diff, change: Change, block: int) -> JsonChange:
    marks = [mark.value for mark in change.marks]
    old, new = _describe_span(change.old), _describe_span(change.new)
    if change.kind is ChangeKind.EQUAL:
        return JsonChange(change.kind.value, old, new, block, change.move, marks)
    texts = change.old.cut(diff.old), change.new.cut(diff.new)
    return JsonChange(change.kind.value, old, new, block, change.move, marks, *texts)


def _describe_block(block: Block) -> JsonBlock:
    return JsonBlock(block.relation.value, _describe_span(block.old), _describe_span(block.new), block.move)


def _describe_move(move: Move) -> JsonMove:
    return JsonMove(_describe_span(move.old), _describe_span(move.new), move.num_words, move.is_edited)


def _describe_span(span: Span) -> JsonSpan:
    return JsonSpan(span.start, span.end)
