"""Quotations of a sentence, without their marks and without what editors put into them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dedup.compare.sentence_facts import MAX_CAPITALS, MAX_FACTS
from dedup.compare.terms import fold
from dedup.diff.fact_kinds import find_quotations
from dedup.text.number_phrases import find_numbers
from dedup.text.spans import Span
from dedup.text.words import is_word, split_word_spans

MIN_QUOTE = 4  # words


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation without its marks: its words folded, numbers as digits."""

    span: Span
    words: Sequence[str]


_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@lru_cache(maxsize=8192)
def read_quotes(text: str) -> tuple[Quote, ...]:
    """Return the quotations of MIN_QUOTE words and more; what has capitals throughout is a name or a title.

    What stands in brackets is the editor's, not the speaker's.
    """
    found = []
    quotations = find_quotations(text)
    spans = list(zip(quotations.starts, quotations.ends, strict=True))
    for start, end in spans if len(spans) <= MAX_FACTS else ():
        spoken = _BRACKETS.sub(lambda gloss: " " * len(gloss[0]), text[start:end])
        for number in reversed(find_numbers(spoken)):  # "five" is 5
            spoken = spoken[: number.span.start] + number.value + spoken[number.span.end :]
        words = [word for word in (place.cut(spoken) for place in split_word_spans(spoken)) if is_word(word)]
        is_title = sum(word[0].isupper() for word in words) > MAX_CAPITALS * len(words)
        if len(words) >= MIN_QUOTE and not is_title:
            found.append(Quote(Span(start, end), [fold(word) for word in words]))
    return tuple(found)
