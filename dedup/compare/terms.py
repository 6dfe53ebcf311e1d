"""Terms: the words of a sentence as they are compared."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dedup.text.characters import is_unspaced
from dedup.text.spans import Span
from dedup.text.words import is_word, split_word_spans

RARITY_POWER = 1.5  # 1 weighs "said" too much, 2 lets one rare word decide: chosen on five labelled stories
RARITY_FLOOR = 0.1
_SUFFIXES = ("ations", "ation", "ings", "ing", "ied", "ies", "edly", "ers", "ed", "es", "er", "ly", "s")
_MIN_STEM = 3


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a sentence: its span there, and the form under which words of other sentences equal it."""

    span: Span
    key: str


@lru_cache(maxsize=8192)  # a page of 40 texts reads each sentence ten times
def split_terms(text: str) -> tuple[Term, ...]:
    """Return the terms of a sentence; scripts without spaces between words give pairs of characters.

    >>> [term.key for term in split_terms("Zelenskyy's officials claimed 1,200 drones")]
    ['zelenskyy', 'official', 'claim', '1200', 'dron']
    """
    words = [span for span in split_word_spans(text) if is_word(span.cut(text))]
    terms: list[Term] = []
    for number, span in enumerate(words):
        word = span.cut(text)
        if not is_unspaced(word[0]):
            terms.append(Term(span, stem(word)))
            continue
        follower = words[number + 1] if number + 1 < len(words) else span
        is_pair = follower.start == span.end and is_unspaced(text[follower.start])
        is_alone = not is_pair and not (terms and terms[-1].span.end == span.end)
        if is_pair or is_alone:
            pair = Span(span.start, follower.end if is_pair else span.end)
            terms.append(Term(pair, fold(pair.cut(text))))
    return tuple(terms)


def fold(word: str) -> str:
    """Return the word without what case and typography change."""
    return unicodedata.normalize("NFKC", word).casefold().replace("\u2019", "'")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the word without the commonest English endings; numbers lose their thousands separators.

    A dictionary would know more, but of one language only; the lexical engine forgives what this leaves.
    """
    word = fold(word)
    if word[0].isdecimal():
        return word.replace(",", "")
    word = word.removesuffix("'s")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _MIN_STEM:
            word = word[: -len(suffix)]
            break
    return (word.rstrip("e") or word) if len(word) > _MIN_STEM else word


def weigh_terms(sentences: Sequence[Sequence[Term]]) -> dict[str, float]:
    """Return the weight of each term: its inverse document frequency among the sentences of this story.

    A frequency of the language at large, the alternative, calls rare what every sentence here is about.
    """
    counts = Counter(key for terms in sentences for key in {term.key for term in terms})
    total = len(sentences)
    return {
        key: float((np.log((1 + total) / (1 + count)) + RARITY_FLOOR) ** RARITY_POWER) for key, count in counts.items()
    }


def fold_words(text: str) -> list[str]:
    """Return the words of a text as they are when one text is called verbatim that of another.

    >>> fold_words("He said: “Don’t!”")
    ['he', 'said', "don't"]
    """
    return [fold(word) for span in split_word_spans(text) if is_word(word := span.cut(text))]
