"""The sentences that every rendering of a diff uses."""

from bisect import bisect_right

from dedup.diff.model import Diff, UnitChange
from dedup.report.diff.diff_rows import ChangedFact, Fold, differs_in_line_ends_only, is_white_space
from dedup.report.wording import count_things, describe_change, format_share
from dedup.text.units import split_paragraphs
from dedup.text.words import count_words


def summarise(diff: Diff) -> str:
    """Return the result of the comparison in one sentence."""
    if diff.is_identical:
        return "The two texts are identical."
    if not (diff.edits or diff.moves):
        return "The two texts differ only in what is ignored."
    stats = diff.stats
    counts = (
        f"{count_things(stats.num_kept, 'word')} kept, {stats.num_moved:,} moved, "
        f"{stats.num_added:,} added, {stats.num_dropped:,} dropped"
    )
    if differs_in_line_ends_only(diff):
        ends = name_line_ends(diff.old), name_line_ends(diff.new)
        return f"Only the line ends differ: {ends[0]} in the old text, {ends[1]} in the new."
    if stats.num_added == stats.num_dropped == 0 and not diff.moves:
        if all(is_white_space(diff, change) for change in diff.edits):
            return f"Only white space differs: {counts}."
        return f"Only punctuation differs: {counts}."
    moves = f"; {count_things(len(diff.moves), 'passage')} moved" if diff.moves else ""
    similarity = format_share(stats.similarity, digits=0).replace(" ", "")
    return f"Similarity {similarity}: {counts}{moves}."


def name_line_ends(text: str) -> str:
    r"""Return the name of the line ends of a text.

    >>> name_line_ends("a\r\nb\r\n"), name_line_ends("a\nb\r\n")
    ('CRLF', 'LF and CRLF')
    """
    num_both = text.count("\r\n")
    counts = {"LF": text.count("\n") - num_both, "CRLF": num_both, "CR": text.count("\r") - num_both}
    return " and ".join(name for name, count in counts.items() if count) or "none"


def describe_fact(fact: ChangedFact) -> str:
    """Return a changed number, date or quotation in words."""
    return describe_change(fact.mark.value, fact.old, fact.new)


def describe_move(diff: Diff, number: int, *, is_arrival: bool) -> str:
    """Return what moved and where its other end is."""
    move = diff.moves[number]
    is_later = move.new.start > move.old.start
    text, start = (diff.old, move.old.start) if is_arrival else (diff.new, move.new.start)
    paragraph = f"paragraph {count_paragraphs(text, start):,}"
    edits = ", with changes" if move.is_edited else ""
    size = count_things(move.num_words, "word")
    if is_arrival:
        direction = "earlier" if is_later else "later"
        return f"move {number + 1}: {size} moved here from {direction} in the old text, {paragraph}{edits}"
    direction = "later" if is_later else "earlier"
    return f"move {number + 1}: {size} moved from here to {direction} in the new text, {paragraph}{edits}"


def count_paragraphs(text: str, place: int) -> int:
    r"""Return in which paragraph of a text a place is, from 1.

    >>> count_paragraphs("One.\n\nTwo.", 6)
    2
    """
    return max(bisect_right(split_paragraphs(text), place, key=lambda span: span.start), 1)


def describe_fold(diff: Diff, fold: Fold) -> str:
    """Return how much is folded away."""
    words = sum(count_words(block.new.cut(diff.new)) for block in fold.blocks)
    return f"{count_things(len(fold.blocks), 'unchanged sentence')}, {count_things(words, 'word')}"


# What happened to the sentences of a block, where that is more than its words say.
RELATIONS = {
    UnitChange.SPLIT: "one sentence became several",
    UnitChange.MERGED: "several sentences became one",
}
