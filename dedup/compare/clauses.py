"""Clauses of a sentence, as words of which each has one form for all words that mean the same. English only."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dedup.compare.opposite_words import (
    ANY,
    CLAUSE_WORDS,
    CONCEPTS,
    IRREGULAR,
    OWNING,
    PARTICLES,
    PREFIXED,
    SAME_NAMES,
    SAME_THINGS,
    find_key,
    has_other_sense,
)
from dedup.compare.terms import fold, stem
from dedup.text.lexicon import STOP_WORDS
from dedup.text.spans import Span
from dedup.text.words import is_word, split_word_spans

_CLAUSE_END = re.compile(r"[,;:.!?()\[\]“”\"–—]")


class Token(NamedTuple):
    """A word of a clause; of a verb with its particle both together."""

    span: Span
    word: str  # folded
    key: str  # stem, of one form for words that mean the same
    is_content: bool
    is_name: bool


@cache
def read_concepts() -> dict[str, tuple[str, bool]]:
    """Return the concept of each stem that has one, and whether the stem is its opposite."""
    concepts: dict[str, tuple[str, bool]] = {}
    for words, opposites in CONCEPTS:
        name = words.split()[0]
        for word, is_opposite in [*((w, False) for w in words.split()), *((w, True) for w in opposites.split())]:
            concepts |= dict.fromkeys({stem(word + end) for end in ("", "ed", f"{word[-1]}ed")}, (name, is_opposite))
    return concepts


@cache
def read_prefixed() -> dict[str, str]:
    """Return the stem without the prefix that denies it: ineffective, effective."""
    pairs = ((prefix, word) for prefix, words in PREFIXED.items() for word in words.split())
    return {stem(prefix + word): find_key(word) for prefix, word in pairs}


@cache
def read_things() -> dict[str, str]:
    """Return one stem for all words that mean the same thing."""
    return {stem(word): stem(line.split()[0]) for line in (*SAME_THINGS, *SAME_NAMES) for word in line.split()}


def split_clauses(text: str) -> Iterator[list[Token]]:
    """Yield the words of each clause."""
    clause: list[Token] = []
    end = 0
    for token in _split_tokens(text):
        if clause and (_CLAUSE_END.search(text[end : token.span.start]) or token.word in CLAUSE_WORDS):
            yield clause
            clause = []
        clause.append(token)
        end = token.span.end
    if clause:
        yield clause


def _split_tokens(text: str) -> Iterator[Token]:
    """Yield the words of a sentence, a verb with its particle as one: break off."""
    spans = [span for span in split_word_spans(text) if is_word(span.cut(text))]
    words, particle = [fold(span.cut(text)) for span in spans], -1
    for number, (span, word) in enumerate(zip(spans, words, strict=True)):
        if number == particle:
            continue
        key, end = find_key(IRREGULAR.get(word, word)), span.end
        before, follower = words[number - 1] if number else "", "".join(words[number + 1 : number + 2])
        if follower in PARTICLES and f"{key}-{follower}" in read_concepts():
            particle, key, end = number + 1, f"{key}-{follower}", spans[number + 1].end
        is_owning = word in OWNING and follower in ANY
        if is_owning:
            key = "carry"
        elif has_other_sense(word, before, follower):
            key = f"{word} {follower}"
        elif key not in read_concepts():
            key = read_things().get(key, key)
        is_name = number > 0 and span.cut(text)[0].isupper()
        yield Token(Span(span.start, end), word, key, is_owning or word not in STOP_WORDS, is_name)
