"""The facts that a step changed, and whether it says so; changes that a reader need not see."""

import re
from collections.abc import Iterator

from dedup.diff.ignored_changes import Ignored, fold
from dedup.diff.model import Block, Change, ChangeKind, Diff, Mark
from dedup.history.version_history import StepFact, StepFactKind, Version
from dedup.text.spans import Span
from dedup.text.units import UnitKind, split_units

MAX_NAME = 4  # words
KINDS = {Mark.NUMBER: StepFactKind.NUMBER, Mark.DATE: StepFactKind.DATE, Mark.QUOTE: StepFactKind.QUOTE}
# How a newsroom says that it changed something; English only.
NOTE = re.compile(
    r"\b(correct(ion|ed|s)|clarif(ication|ied|ies)|editor['’]s note|an earlier version|has been (amended|updated)|"
    r"was (amended|updated)|retract(ion|ed))\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?")
_MARKS_AROUND = re.compile(r"^\W+|[^\w.]+$")
_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.!?:\n。！？]\W*$")
TYPOGRAPHY = frozenset({Ignored.TYPOGRAPHY})

# A line that is there to say when: "Updated 3 hours ago", "Published: 2024-01-31, 14:00 GMT". English only.
_STAMP = re.compile(
    r"\W*(last\s+)?(updated|modified|published|posted|first published)\b[^.!?]{0,80}\W*|"
    r"\W*\d{1,2}\s+(seconds?|minutes?|hours?|days?)\s+ago\W*|\W*\d+\s+(shares?|comments?|views?)\W*",
    re.IGNORECASE,
)
MAX_STAMP = 120  # characters


def find_facts(old: Version, new: Version, diff: Diff) -> tuple[StepFact, ...]:
    """Return the facts that differ: the headline first, then in the order of the new text."""
    return (*compare_headlines(old, new), *list_facts(diff))


def compare_headlines(old: Version, new: Version) -> Iterator[StepFact]:
    """Yield the headline if both versions have one, and not the same: its title, or the heading that begins it."""
    before, after = (version.title or find_heading(version.text) for version in (old, new))
    if before and after and _WORD.findall(before) != _WORD.findall(after):
        old_span = Span(0, 0 if old.title else len(before))
        yield StepFact(StepFactKind.HEADLINE, before, after, old_span, Span(0, 0 if new.title else len(after)))


def find_heading(text: str) -> str:
    """Return the heading that a text begins with, "" if it begins with a sentence."""
    first = next(iter(split_units(text[:1000])), None)
    heading = text[: first.span.end].strip() if first and first.kind is UnitKind.HEADING else ""
    return "" if is_stamp(heading) else heading


def list_facts(diff: Diff) -> Iterator[StepFact]:
    """Yield the numbers, dates, quotations and names that the edits of a diff touch, each once."""
    edits = (change for block in diff.blocks if not is_trivial_block(diff, block) for change in block.changes)
    for change in edits:
        sides = change.old.cut(diff.old).strip(), change.new.cut(diff.new).strip()
        if change.marks:
            yield StepFact(KINDS[change.marks[-1]], *sides, change.old, change.new)
        elif change.kind is ChangeKind.REPLACE and all(
            is_name(diff, change, is_old=is_old) for is_old in (True, False)
        ):
            before, after = (_MARKS_AROUND.sub("", side) for side in sides)
            if _NAME.findall(before) != _NAME.findall(after):
                yield StepFact(StepFactKind.NAME, before, after, change.old, change.new)


def is_name(diff: Diff, change: Change, *, is_old: bool) -> bool:
    """Return whether one side of a change is a few capitalised words that begin no sentence."""
    text, span = (diff.old, change.old) if is_old else (diff.new, change.new)
    words = _NAME.findall(span.cut(text))
    if not 0 < len(words) <= MAX_NAME or not all(word[0].isupper() and not word.isupper() for word in words):
        return False
    return span.start > 0 and not _ENDS.search(text[max(span.start - 20, 0) : span.start].rstrip(" \t"))


def is_silent(diff: Diff, facts: tuple[StepFact, ...]) -> bool:
    """Return whether facts changed and nothing that was added says so."""
    added = " ".join(change.new.cut(diff.new) for change in diff.edits)
    return bool(facts) and NOTE.search(added) is None


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
