"""The comparison of two texts, from end to end."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate

from dedup.diff.build_blocks import TextSide, build_blocks
from dedup.diff.compare_words import count_kept
from dedup.diff.fact_kinds import find_quotations
from dedup.diff.find_moves import order_groups
from dedup.diff.match_units import group_units
from dedup.diff.model import Block, ChangeKind, Diff, Move, Stats, sort_by_new
from dedup.diff.pair_units import pair_units
from dedup.diff.sequences import MAX_CELLS
from dedup.diff.similarity import Weights, count_unit
from dedup.diff.split_units import TokenUnits, cut_alike, cut_text, rejoin_units
from dedup.text.spans import Span

LIMIT_WORDS = (
    f"A passage was too large to be compared word by word (more than {MAX_CELLS:,} pairs of words or lines without "
    f"a landmark in common); "
    "it is shown as replaced, so words that both texts have there are not told apart."
)


def diff_texts(old: str, new: str) -> Diff:
    """Compare two texts: units first, then the words of aligned units.

    Time grows as n log n in the number of units and of words. A part that cannot be compared within the bounds is
    shown as replaced and named in `Diff.limits`. The result is checked before it is returned: applied to `old` it
    gives `new`, and inverted the reverse.
    """
    old_cut, new_cut = cut_text(old), cut_text(new)
    old_side, new_side = _make_side(old, cut_alike(old_cut, new_cut)), _make_side(new, cut_alike(new_cut, old_cut))
    weights = Weights((*old_side.units, *new_side.units))
    pairing = pair_units(old_side.units, new_side.units, weights)
    groups = group_units(old_side.units, new_side.units, pairing.pairs, weights)
    order = rejoin_units(order_groups(groups, old_side.units), old_side.units, new_side.units)
    blocks, is_limited = build_blocks(old_side, new_side, order)
    stats = count_kept(old, new, Stats(old_side.num_words, new_side.num_words, 0, 0, 0, 0), blocks)
    left = old_side.num_words - stats.num_dropped - stats.num_moved
    assert stats.num_kept == left, "words are counted differently on the two sides"
    moves = _describe_moves(blocks, old_side, new_side)
    return verify(
        Diff(old, new, sort_by_new(blocks), moves, stats, (LIMIT_WORDS,) if is_limited or pairing.is_limited else ())
    )


def verify(diff: Diff) -> Diff:
    """Return the diff if applying it and undoing it both give what they must."""
    if diff.apply(diff.old) != diff.new or diff.invert().apply(diff.new) != diff.old:
        raise AssertionError(
            "the diff does not lead from the old text to the new: this is a bug in dedup, please report it with "
            "both texts"
        )
    return diff


def _make_side(text: str, cut: TokenUnits) -> TextSide:
    """Return the text in slots: each from the start of a unit to the start of the next, the first from 0."""
    offsets = list(accumulate(map(len, cut.tokens), initial=0))
    slots = tuple(Span(offsets[start], offsets[end]) for start, end in cut.iterate())
    units = tuple(
        count_unit(cut.tokens[start:end], paragraph, is_continuation=is_continuation)
        for (start, end), paragraph, is_continuation in zip(cut.iterate(), cut.paragraphs, cut.continues, strict=True)
    )
    return TextSide(text, slots, units, find_quotations(text))


def _describe_moves(blocks: Sequence[Block], old: TextSide, new: TextSide) -> tuple[Move, ...]:
    parts: dict[int, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.move is not None:
            parts[block.move].append(block)
    return tuple(_describe_move(parts[number], old, new) for number in sorted(parts))


def _describe_move(parts: Sequence[Block], old: TextSide, new: TextSide) -> Move:
    old_spans = [block.old for block in parts if not block.old.is_empty]
    new_spans = [block.new for block in parts if not block.new.is_empty]
    old_span = Span(min(span.start for span in old_spans), max(span.end for span in old_spans))
    new_span = Span(min(span.start for span in new_spans), max(span.end for span in new_spans))
    first, last = bisect_left(new.slots, (new_span.start, 0)), bisect_left(new.slots, (new_span.end, 0))
    num_words = sum(unit.num_words for unit in new.units[first:last])
    return Move(old_span, new_span, num_words, any(not _is_same(block, old, new) for block in parts))


def _is_same(block: Block, old: TextSide, new: TextSide) -> bool:
    """Return whether nothing but white space changed in a block."""
    return not any(
        change.old.cut(old.text).strip() or change.new.cut(new.text).strip()
        for change in block.changes
        if change.kind is not ChangeKind.EQUAL
    )
