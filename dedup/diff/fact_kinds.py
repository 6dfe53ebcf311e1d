"""What a reader must not miss: numbers, dates and quoted words that changed."""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from dedup.diff.model import Mark
from dedup.text.date_phrases import find_dates
from dedup.text.language import ENGLISH, identify_language
from dedup.text.lexicon import NUMBER_VALUES
from dedup.text.number_phrases import SPELLED, find_spelled
from dedup.text.quotations import join_marks
from dedup.text.spans import Span

_NUMBER_WORDS = (NUMBER_VALUES.keys() - {"one"}) | {"half"}  # "one" is mostly a pronoun
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
_HAS_LATIN = re.compile("[A-Za-z]{2}")  # the languages whose number words are read are written so
_QUOTATION = re.compile(
    r"""“[^“”\r\n]+”? | „[^“”„\r\n]+[“”] | «[^«»\r\n]+» | 「[^「」\r\n]+」 | 『[^『』\r\n]+』
      | "[^"”\r\n]+["”] | ‘[^‘\r\n]+?’(?!\w) | (?<!\w)'[^\s'](?:[^'\r\n]|(?<=\w)'(?=\w))*'(?!\w)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Quotations:
    """The spans of a text inside quotation marks, without the marks."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def touch(self, span: Span) -> bool:
        """Return whether a part of the span is quoted."""
        index = bisect_right(self.starts, span.end - 1) - 1
        return index >= 0 and self.ends[index] > span.start


def find_quotations(text: str) -> Quotations:
    """Return the quoted spans of a text; a quotation ends with its line.

    >>> quotations = find_quotations('He said "go now" and left.')
    >>> quotations.touch(Span(9, 11)), quotations.touch(Span(17, 20))
    (True, False)
    """
    spans = [found.span() for found in _QUOTATION.finditer(join_marks(text))]
    return Quotations(text, tuple(start + 1 for start, _ in spans), tuple(end - 1 for _, end in spans))


def find_marks(old: Quotations, new: Quotations, old_span: Span, new_span: Span) -> tuple[Mark, ...]:
    """Return what kinds of fact a change touches."""
    old_part, new_part = old_span.cut(old.text), new_span.cut(new.text)
    marks = []
    if _read_numbers(old_part, old.text) != _read_numbers(new_part, new.text):
        marks.append(Mark.NUMBER)
    if _has_word(old_part, new_part):
        if _touches_date(old.text, old_span) or _touches_date(new.text, new_span):
            marks.append(Mark.DATE)
        if any(side.touch(span) for side, span in ((old, old_span), (new, new_span)) if not span.is_empty):
            marks.append(Mark.QUOTE)
    return tuple(marks)


def _has_word(*parts: str) -> bool:
    return any(character.isalnum() for part in parts for character in part)


def _read_numbers(part: str, text: str) -> Counter[str]:
    """Return the numbers in digits or words, thousands without their commas, digits of any script as 0-9.

    Words are those of the language of the whole text.
    """
    found = Counter[str]()
    for number in _NUMBER.findall(part):
        if number[0].isdecimal():
            found["".join(str(unicodedata.decimal(sign, sign)) for sign in number if sign != ",")] += 1
        elif number.casefold() in _NUMBER_WORDS:
            found[number.casefold()] += 1
    if _HAS_LATIN.search(part) and (language := identify_language(text)) in SPELLED - {ENGLISH}:
        found.update(value for _, value in find_spelled(part, language))
    return found


def _touches_date(text: str, span: Span) -> bool:
    """Return whether a date, a day, a year or a time of day overlaps the span."""
    if span.is_empty:
        return False
    start = max(0, span.start - 20)
    return any(
        found.start + start < span.end and found.end + start > span.start
        for found in find_dates(text[start : span.end + 20])
    )
