"""Names that one sentence has where another one that says the same has another name."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from dedup.compare.differ import MIN_SAME_WORDS, Conflict, Said, Slot, is_same_spelling
from dedup.compare.model import FactKind
from dedup.compare.terms import fold
from dedup.text.spans import Span

PLACE_WORDS = frozenset("in at near of from to on".split())  # what names a place, which may be in a larger one
MIN_FRAME = 4  # equal words on both sides of a name that is put for another one
MAX_NAME = 4  # words


def differ_in_names(a: Said, b: Said) -> Iterator[Conflict]:
    """Yield the names that are put for each other in wordings that are otherwise the same around them.

    A part of a longer name, or a title before it, is no other name.
    """
    for change in list_changes([word.key for word in a.words], [word.key for word in b.words]):
        if has_frame(a, change) and is_name(a, change.old) and is_name(b, change.new):
            names = [[fold(side.cut(n)) for n in place] for side, place in ((a, change.old), (b, change.new))]
            if not any(is_same_spelling(x, y) for x in names[0] for y in names[1]):
                slots = [
                    Slot(Span(side.words[place[0]].span.start, side.words[place[-1]].span.end), " ".join(name))
                    for side, place, name in ((a, change.old, names[0]), (b, change.new, names[1]))
                ]
                yield Conflict(FactKind.NAME, slots[0], slots[1])


def has_frame(side: Said, change: "WordSwap") -> bool:
    """Return whether the words around a name are those around the other one: content on both sides, two on one."""
    before = side.words[change.old.start - change.before : change.old.start]
    behind = side.words[change.old.stop : change.old.stop + change.after]
    counts = [sum(word.is_content for word in words) for words in (before, behind)]
    return min(counts) >= 1 and max(counts) >= 2 and len(before) + len(behind) >= MIN_FRAME


def is_name(side: Said, place: range) -> bool:
    """Return whether words are a whole name of two words and more, with no capitals around it."""
    if not 2 <= len(place) <= MAX_NAME or place[0] == 0 or place[-1] + 1 == len(side.words):
        return False
    before = [fold(side.cut(n)) for n in range(max(0, place[0] - 2), place[0])]
    if before[-1] in PLACE_WORDS or (before[-1] == "the" and before[0] in PLACE_WORDS):
        return False
    start, end = side.words[place[0]].span.start, side.words[place[-1]].span.end
    around = (side.cut(place[0] - 1), side.cut(place[-1] + 1))
    is_plain = not any(sign in side.text[start:end] for sign in '()[]“”"')
    return is_plain and all(side.cut(n)[0].isupper() for n in place) and not any(word[0].isupper() for word in around)


def differ_in_speakers(a: Said, b: Said) -> Iterator[Conflict]:
    """Yield those to whom one quotation is ascribed, where each sentence names one and not the same."""
    if not a.is_of_another(b) or is_same_spelling(*(fold(side.speakers[0].name) for side in (a, b))):
        return
    if any(
        Indel.normalized_similarity(quote.words, other.words) >= MIN_SAME_WORDS
        for quote in a.quotes
        for other in b.quotes
    ):
        slots = [Slot(side.speakers[0].span, fold(side.speakers[0].name)) for side in (a, b)]
        yield Conflict(FactKind.NAME, slots[0], slots[1])


class WordSwap(NamedTuple):
    """Words that are put for others, by position, and how many equal words are before and after them."""

    old: range
    new: range
    before: int
    after: int


def list_changes(a: Sequence[str], b: Sequence[str]) -> Iterator[WordSwap]:
    """Yield where words of a sequence are replaced by others in the longest common order."""
    blocks = [op for op in Indel.opcodes(a, b) if op.tag == "equal"]
    edges = [
        (0, 0, 0),
        *((op.src_start, op.dest_start, op.src_end - op.src_start) for op in blocks),
        (len(a), len(b), 0),
    ]
    for (i, k, size), (j, m, following) in pairwise(edges):
        if i + size < j and k + size < m:
            yield WordSwap(range(i + size, j), range(k + size, m), size, following)
