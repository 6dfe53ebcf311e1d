"""Which statements the opening of a comparison may quote as examples."""

import re
from collections.abc import Sequence
from itertools import combinations

from dedup.compare.model import Comparison, FactKind, LeftOut, Place, Strength
from dedup.text.number_phrases import find_numbers
from dedup.text.units import UnitKind

MIN_COVERED = 0.43  # of a sentence that is an example of what several tell, by each of the others
_INTRODUCTION = re.compile(r":\W*$|\b(?:following|this|joint) statement\b")  # of what somebody says
GRAVE = {
    FactKind.OPPOSITE,
    FactKind.NUMBER,
    FactKind.DATE,
}  # disputed in these, a statement is no example of what all tell
MIN_TELLING = 8  # words of a sentence that is an example of what one text alone says


def list_plain(found: Comparison, rows: Sequence[int]) -> list[int]:
    """Return the rows whose telling sentence every other text of the row says: no part of it, and nothing disputed.

    It has a strong link to each of the others, and its numbers are there too. What introduces a statement is none.
    """
    disputed = {case.row for case in found.disagreements if case.kind in GRAVE}
    strong = {frozenset({link.a, link.b}) for link in found.links if link.strength is Strength.STRONG}

    def is_plain(row: int) -> bool:
        place, text = found.telling[row].place, found.quote_telling(row)
        if row in disputed or found.telling[row].score < MIN_COVERED or _INTRODUCTION.search(text):
            return False
        numbers = {number.value for number in find_numbers(text)}
        return all(
            any(frozenset({place, Place(cell.outlet, s)}) in strong for s in cell.sentences)
            and numbers <= {number.value for number in find_numbers(found.quote(row, cell.outlet))}
            for cell in found.rows[row].cells
            if cell.outlet != place.outlet
        )

    return list(filter(is_plain, rows))


def choose_example(found: Comparison, rows: Sequence[int]) -> int:
    """Return a row of one text that is an example: the first that is no heading and no stub, if there is one."""

    def rate(row: int) -> int:
        place = found.telling[row].place
        sentence = found.outlets[place.outlet].sentences[place.sentence]
        return (sentence.num_words < MIN_TELLING) + 2 * (sentence.kind is UnitKind.HEADING)

    return min(rows, key=rate)


def choose_surest(found: Comparison, entries: Sequence[LeftOut]) -> LeftOut:
    """Return the entry of which it is surest that others say alike what one leaves out: how many say it, how alike."""
    scores = {(link.a, link.b): link.score for link in found.links}

    def rate(entry: LeftOut) -> tuple[int, float]:
        return len(entry.outlets), max(
            (scores.get(pair, 0.0) for pair in combinations(sorted(entry.says), 2)), default=0.0
        )

    return max(entries, key=rate)
