"""Frames of facts: of how many, of which time and place, and of which event a sentence tells a fact."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from dedup.compare.opposite_words import BE, IRREGULAR
from dedup.compare.sentence_facts import UNITS, Word, read_dates, split_at, split_content
from dedup.compare.speakers import VERB_CLASSES
from dedup.compare.terms import fold, stem
from dedup.text.date_phrases import DateValue
from dedup.text.lexicon import DAYS, MONTH_ABBREVIATIONS, MONTHS, STOP_WORDS
from dedup.text.spans import Span

_DAY_NAMES = frozenset((*DAYS, *MONTHS, *MONTH_ABBREVIATIONS))
_PLACE = re.compile(r"\b(?:in|at|near|off|outside|(?:province|city|town|village|district) of)\s+(?:the\s+)?([A-Z]\w+)")
_ARTICLE_BEFORE = re.compile(r"\b(?:the|an?|his|her|its|their|this|that)\s+$", re.IGNORECASE)
_IN_ALL = re.compile(
    r"\b(?:in all|in total|total\w*|altogether|overall|combined"
    r"|(?:over|within|in|during|for) (?:the )?(?:(?:past|last) )?\w+ (?:nights|days|weeks|months))\b",
    re.IGNORECASE,
)
_DISTANCE = re.compile(
    r"[\s-]*(?:nautical )?(?:mi(?:les?)?|km|kilomet(?:er|re)s?|met(?:er|re)s?|yards?|feet)\b(?:\s*\([^()]*\))?"
    r"\s+(?:\w+\s+)?(?:from|of|off)\b",
    re.IGNORECASE,
)
MAX_ORIGIN = 4  # words
_COMMA = re.compile(r"[,;:](?!\d)|\s[–—-]\s")
_DEATH = re.compile(r"\b(?:die[sd]?|dead|death\w*|kill\w*|li(?:fe|ves)|fatal\w*)\b", re.IGNORECASE)
_INJURY = re.compile(r"\b(?:injur\w*|hurt\w*|wound\w*)\b", re.IGNORECASE)
_ONE = re.compile(r"\b(?:one|another|an?\s+(?:man|woman|boy|girl|child|person|driver))\b(?!\s+of)", re.IGNORECASE)
_VERBS = frozenset(stem(word) for pair in IRREGULAR.items() for word in pair) | {"hit", "cut", "set"}
_AUXILIARIES = BE | frozenset("to will would has have had".split())


def tells_which(text: str, span: Span) -> bool:
    """Return whether a date says which event is meant, not when it was: "the May 3 vote", "Friday's loss"."""
    is_part = text[span.start].islower()  # "the start of 2024"
    return bool(_ARTICLE_BEFORE.search(text[: span.start]) and not is_part) or text.startswith(("'s", "’s"), span.end)


def find_places(text: str) -> frozenset[str]:
    """Return the first words of the places that something is said to be in."""
    return frozenset(name for name in _PLACE.findall(text) if name.casefold() not in _DAY_NAMES)


def are_elsewhere(text: str, other: str) -> bool:
    """Return whether two sentences name places, and none that the other names at all.

    >>> are_elsewhere("Two died in Oslo.", "Three died in Bergen."), are_elsewhere("Two died in Oslo.", "Oslo mourns.")
    (True, False)
    """
    places, others = find_places(text), find_places(other)
    in_both = any(name in other for name in places) or any(name in text for name in others)
    return bool(places and others) and not in_both


class Scope(NamedTuple):
    """What a number holds of: whether of all there are, the days and the places beside it, and what is that far away.

    origin  stems of the words behind "miles from"; empty where the number is no distance
    """

    is_of_all: bool
    origin: frozenset[str]
    days: tuple[DateValue, ...]
    places: frozenset[str]


def read_scope(text: str, span: Span) -> Scope:
    """Return the scope of a number: in its clause, and in twice NEAR words behind it."""
    start = max((match.end() for match in _COMMA.finditer(text, 0, span.start)), default=0)
    behind = split_at(split_content(text), span).behind
    end = behind[-1].span.end if behind else span.end
    facts = [fact for fact in read_dates(text) if start <= fact.span.start < end and not fact.is_of_saying]
    days = tuple(fact.value for fact in facts if fact.value.days or fact.value.weekdays)
    clause = text[start:end]
    return Scope(bool(_IN_ALL.search(clause)), _find_origin(text, span), days, find_places(clause))


def _find_origin(text: str, span: Span) -> frozenset[str]:
    """Return the stems of the words that a distance is measured from, up to the end of the phrase."""
    distance = _DISTANCE.match(text, span.end)
    rest = _COMMA.split(text[distance.end() :])[0] if distance else ""
    return frozenset([word.key for word in split_content(rest) if word.is_content][:MAX_ORIGIN])


def have_one_scope(a: str, first: Span, b: str, second: Span) -> bool:
    """Return whether two numbers hold of the same: a total, a day or a place beside one of them only limits it."""
    ours, theirs = read_scope(a, first), read_scope(b, second)
    if ours.is_of_all != theirs.is_of_all or (ours.origin and theirs.origin and not ours.origin & theirs.origin):
        return False
    return _are_told(ours, b) and _are_told(theirs, a)


def _are_told(scope: Scope, other: str) -> bool:
    """Return whether the other sentence names one of the days of a scope, and one of its places."""
    days = [fact.value for fact in read_dates(other)]
    is_day = not scope.days or any(not day.differs(said) for day in scope.days for said in days)
    return is_day and (not scope.places or any(place in other for place in scope.places))


def is_sum(total: float, counts: Sequence[float]) -> bool:
    """Return whether a number is the sum of two others that stand together: "12 Somalis and 11 Yemenis" are 23."""
    return any(first + second == total for first, second in pairwise(counts))


def are_shifted(a: str, ours: Sequence[float], b: str, theirs: Sequence[float]) -> bool:
    """Return whether two sentences tell of as many dead and injured in all: one of the injured died since.

    >>> are_shifted("Two died, four were hurt.", [2, 4], "One life lost, five injured.", [5])
    True
    """
    if not all(pattern.search(text) for pattern in (_DEATH, _INJURY) for text in (a, b)):
        return False
    sums = [
        {x + y for n, x in enumerate(counts) for y in counts[n + 1 :]}
        for counts in ([*values, *[1.0] * bool(_ONE.search(text))] for text, values in ((a, ours), (b, theirs)))
    ]
    return bool(sums[0] & sums[1])


def are_of_one_event(a: str, first: Span, b: str, second: Span) -> bool:
    """Return whether two dates belong to the same verb; where a sentence has none, to the same noun before them."""
    verbs = [find_event_verb(text, span) for text, span in ((a, first), (b, second))]
    if all(verbs):
        return verbs[0] == verbs[1]
    nouns = [_find_noun_before(text, span) for text, span in ((a, first), (b, second))]
    return bool(nouns[0]) and nouns[0] == nouns[1]


def find_event_verb(text: str, span: Span) -> str:
    """Return the stem of the last verb before a date, or else of the first one behind it, those of saying left out."""
    words = split_content(text)
    before = [n for n, word in enumerate(words) if word.span.end <= span.start]
    behind = [n for n, word in enumerate(words) if word.span.start >= span.end]
    verbs = (n for n in (*reversed(before), *behind) if _is_verb(text, words, n))
    return next((_find_root(words[n].span.cut(text)) for n in verbs), "")


def _find_noun_before(text: str, span: Span) -> str:
    """Return the stem of the content word right before a date, if that is no name and no unit."""
    heads = [word for word in split_at(split_content(text), span).before[-3:] if word.is_content][-1:]
    nouns = [word.key for word in heads if not text[word.span.start].isupper() and word.key not in UNITS]
    return nouns[0] if nouns else ""


def _find_root(word: str) -> str:
    """Return the stem of a verb, whatever its tense."""
    return stem(IRREGULAR.get(fold(word), word))


def _is_verb(text: str, words: Sequence[Word], place: int) -> bool:
    """Return whether a word has the form of a verb, or stands behind an auxiliary."""
    word, root = fold(words[place].span.cut(text)), _find_root(words[place].span.cut(text))
    if not words[place].is_content or word in STOP_WORDS or word in VERB_CLASSES or words[place].is_name:
        return False
    is_behind = place > 0 and fold(words[place - 1].span.cut(text)) in _AUXILIARIES
    return word.endswith("ed") or root in _VERBS or is_behind
