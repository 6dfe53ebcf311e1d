"""Facts of a sentence, each with the words around it: a number with what it counts, a date, a name."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile
from typing import NamedTuple

from dedup.compare.speakers import VERB_CLASSES
from dedup.compare.terms import fold, stem
from dedup.text.date_phrases import DateValue, find_dates, join_dates, read_date
from dedup.text.lexicon import STOP_WORDS
from dedup.text.number_phrases import find_numbers, find_ranges
from dedup.text.phone_numbers import find_phones
from dedup.text.spans import Span
from dedup.text.words import is_word, split_word_spans

NEAR = 6  # words on either side of a fact that say what it is a fact of
PLANNED = frozenset("scheduled planned supposed expected originally initially due could may might should".split())
MAX_OWNER = 5
UNITS = frozenset(  # what counts anything
    stem(word)
    for word in "years months weeks days hours minutes seconds times miles kilometers kilometres metres meters feet "
    "foot percent dollars euros pounds rupees million billion people seasons games points grams square old".split()
)
MAX_FACTS = 20  # numbers, dates or quotations of a sentence: one with more is a table
MAX_COUNTED = 3  # words behind a number that say what it counts
MAX_CAPITALS = 0.6  # share of the words with capitals from which a sentence is a title
_UNITS = {"%": "percent", "$": "dollar", "€": "euro", "£": "pound", "₹": "rupee", "rs": "rupee", "pc": "percent"}
_PAIRS = "person people men man women woman km kilometers kilometre kilometers cent percent per percent".split()
_SAME = {stem(word): stem(other) for word, other in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}
_AUXILIARIES = frozenset("were was are is have has had been being also".split())
_OF_SAYING = {*VERB_CLASSES, "statement", "release", "interview", "conference"}
_BREAK = re.compile(r"[.;:!?()\[\]“”\"–—]|,(?!\d)")
_AT_LEAST = re.compile(
    r"(?:at least|more than|over|above|exceed\w*|minimum of|no fewer than)\s+\W{0,2}$", re.IGNORECASE
)
_AT_MOST = re.compile(r"(?:up to|less than|fewer than|under|below|at most|nearly|almost)\s+\W{0,2}$", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:about|around|some|roughly|approximately|nearly|almost|close to|an estimated|estimated)\s+\W{0,2}$",
    re.IGNORECASE,
)
_CLOCK_AROUND = re.compile(r"\d\s*:\s*\d\d|\d\s*[/x×]\s*\d|\d\s*[ap]\.?\s?m\b|\d\s*GMT|#\s*\d", re.IGNORECASE)
# Colombo, Feb 12 (Daily Mirror) - ...: the day of the report.
_PLACE_BEFORE = re.compile(r"\W{0,3}(?:[A-Z][\w.'\u2019]*,?\s+){1,5}\(?")
_DASH_BEHIND = re.compile(r"(?:,?\s+\d{4})?\)?\s*[(:\u2013\u2014-]")
_NO_PLACE = "".join(rf"(?<!\b{word}\s)" for word in "at in of on by for from with to near".split())  # "at a plant"
_ORDER = re.compile(
    rf"\b(before|after|ago|later|earlier|old|since|{_NO_PLACE}(?:an?|per|each|every)\s+(?!\w+\s+of)\w+)\b"
)
_ZONE = re.compile(r"[\s.(]*\b(GMT|UTC|[ECMP][SD]?T|[BI]ST|CES?T|(?=local time)local)\b")
_MOMENT = re.compile(r"\W+(?:\w+\W+){0,2}(?:to go|left|remaining)\b")  # with five laps to go
# Of a count that goes on, each number has its moment.
_PROGRESS = re.compile(
    r"\b(?:reporting|so far|as of|to date|until now|by then|counted|(?:ris|ros|climb|gr[eo]w|increas|jump)\w* to)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?\b|\bcom\s?/|www\s*\.|(?:/\s?[\w-]+\s?){2}/")
_DEFINITE = re.compile(
    r"\b(?:the|these|those|all|his|her|its|their|first|last|another|other)\s+(?:\w+\s+)?$", re.IGNORECASE
)


class Word(NamedTuple):
    """A word of a sentence: its span, its stem, whether it says something by itself, and whether it is a name."""

    span: Span
    key: str
    is_content: bool
    is_name: bool


class Around(NamedTuple):
    """The NEAR words before a span, and twice as many behind it."""

    before: Sequence[Word]
    behind: Sequence[Word]


@dataclass(frozen=True, slots=True)
class CountedNumber:
    """A number with what it counts.

    counted  stems of what it counts; empty where that is not said
    context  stems of the words around it
    names    those of them with capitals, or else all of the sentence
    owner    the name before the number, if it is near
    unit     the unit that counts anything, and "before", "ago" and the like behind it
    bound    "" exact, ">" that or more, "<" that or less, "~" about
    is_given the number is part of a name of what is known, "the five villages", or of a moment: "five laps to go",
             "with 64 % of precincts reporting"
    nearest  stems of the two words before it and the two behind it, units left out
    action   stem of what is done to what it counts: "killing two men", "two men were killed"; "" if that is not said
    """

    span: Span
    value: str
    counted: frozenset[str]
    context: frozenset[str]
    names: frozenset[str]
    owner: frozenset[str]
    unit: frozenset[str]
    bound: str
    is_given: bool
    nearest: frozenset[str]
    action: str = ""

    def counts_as(self, other: "CountedNumber") -> bool:
        """Return whether both count the same: also "wounding two others" and "two wounded"."""
        anybody, sides = UNITS | {stem("others")}, ((self, other), (other, self))
        is_of_action = any(a.counted <= anybody and a.action in b.counted for a, b in sides)
        return is_of_action or bool(self.counted & other.counted)


@dataclass(frozen=True, slots=True)
class DatedFact:
    """A date with the stems of the words around it.

    is_of_saying  it is the day on which something was said, or that of a dateline
    is_planned    what it dates was planned or is possible, and may not have happened
    names         those of the words around it that have capitals
    words         stems of all words of the sentence
    nearest       stems of the two words before it and the two behind it, units left out
    zone          the time zone behind it: "GMT", "local"; "" if none is named
    """

    span: Span
    value: DateValue
    context: frozenset[str]
    is_of_saying: bool
    is_planned: bool
    names: frozenset[str]
    words: frozenset[str]
    nearest: frozenset[str]
    zone: str = ""


def split_content(text: str) -> list[Word]:
    """Return the words of a sentence with their stems."""
    spans = [span for span in split_word_spans(text) if is_word(span.cut(text))]
    capitals = sum(text[span.start].isupper() for span in spans)
    is_title = capitals > MAX_CAPITALS * len(spans)  # there, capitals say nothing
    words = []
    for number, span in enumerate(spans):
        word = span.cut(text)
        key = stem(word)
        is_content = fold(word) not in STOP_WORDS and not word[0].isdecimal()
        words.append(Word(span, _SAME.get(key, key), is_content, word[0].isupper() and number > 0 and not is_title))
    return words


def split_at(words: Sequence[Word], span: Span) -> Around:
    """Return the words before a span and behind it, in order."""
    first = bisect_right(words, span.start, key=lambda word: word.span.end)
    last = bisect_left(words, span.end, key=lambda word: word.span.start)
    return Around(words[max(0, first - NEAR) : first], words[last : last + 2 * NEAR])


def gather_near(words: Sequence[Word], span: Span) -> list[Word]:
    """Return the content words within NEAR words of a span, the span left out."""
    around = split_at(words, span)
    return [word for word in (*around.before, *around.behind[:NEAR]) if word.is_content]


@lru_cache(maxsize=8192)
def read_numbers(text: str, language: str) -> tuple[CountedNumber, ...]:
    """Return the numbers of a sentence but those of dates."""
    words = split_content(text)
    dates = [*find_dates(text), *find_phones(text)]
    found = []
    numbers = [] if _ADDRESS.search(text) else find_numbers(text, language)
    is_progress = bool(_PROGRESS.search(text))
    ranges = find_ranges(text, [number.span for number in numbers])
    for span, value in numbers if len(numbers) <= MAX_FACTS else ():
        is_of_date = any(span.start < day.end and span.end > day.start for day in dates)
        if is_of_date or _CLOCK_AROUND.search(text[max(0, span.start - 6) : span.end + 6]):
            continue
        before = text[max(0, span.start - 40) : span.start]
        bounds = ((_AT_LEAST, ">"), (_ABOUT, "~"), (_AT_MOST, "<"))
        bound = next((sign for pattern, sign in bounds if pattern.search(before)), "")
        near, counted = gather_near(words, span), find_counted(text, span, words)
        found.append(
            CountedNumber(
                span=span,
                value=value,
                counted=counted,
                context=frozenset(word.key for word in near),
                names=frozenset(w.key for w in near if w.is_name) or frozenset(w.key for w in words if w.is_name),
                owner=frozenset(find_owner(words, span)),
                unit=counted & UNITS | frozenset(_ORDER.findall(text[span.end : span.end + 20])),
                bound=bound,
                is_given=bool(
                    is_progress or span in ranges or _DEFINITE.search(before) or _MOMENT.match(text[span.end :])
                ),
                nearest=find_nearest(words, span),
                action=find_action(text, span, words, counted),
            )
        )
    return tuple(found)


def find_nearest(words: Sequence[Word], span: Span) -> frozenset[str]:
    """Return the stems of the two content words before a span and of the two behind it, units left out."""
    around = split_at(words, span)
    before, behind = (
        [word.key for word in side if word.is_content and word.key not in UNITS]
        for side in (around.before, around.behind[:NEAR])
    )
    return frozenset(before[-2:] + behind[:2])


def find_action(text: str, span: Span, words: Sequence[Word], counted: frozenset[str]) -> str:
    """Return the stem of the verb behind what is counted, passive or not, or else of the word right before a number."""
    around = split_at(words, span)
    behind = list(dropwhile(lambda word: word.key in counted, around.behind))
    verb = next(dropwhile(lambda word: fold(word.span.cut(text)) in _AUXILIARIES, behind), None)
    if verb and verb.is_content and not _BREAK.search(text[span.end : verb.span.start]):
        return verb.key
    before = around.before[-1:]
    return next((w.key for w in before if w.is_content and not _BREAK.search(text[w.span.end : span.start])), "")


def find_owner(words: Sequence[Word], span: Span) -> list[str]:
    """Return the stems of the last name within MAX_OWNER words before a number."""
    before = split_at(words, span).before[-MAX_OWNER:]
    last = max((n for n, word in enumerate(before) if word.is_name), default=-1)
    first = last
    while first > 0 and before[first - 1].is_name:
        first -= 1
    return [word.key for word in before[first : last + 1]] if last >= 0 else []


def find_counted(text: str, span: Span, words: Sequence[Word]) -> frozenset[str]:
    """Return the stems of what a number counts: a unit, the words behind it, or else the words before it."""
    sides = text[: span.start][-1:], text[span.end :][:1]
    if units := frozenset(_UNITS[sign] for sign in sides if sign in _UNITS):
        return units
    counted: list[str] = []
    end = span.end
    around = split_at(words, span)
    for word in around.behind:
        if _BREAK.search(text[end : word.span.start]) or len(counted) == MAX_COUNTED:
            break
        if word.is_content:
            counted.append(word.key)
        elif counted or fold(word.span.cut(text)) not in {"of", "more", "other"}:
            break
        end = word.span.end
    if counted:
        return frozenset(counted)
    start = span.start
    for word in reversed(around.before[-4:]):
        if _BREAK.search(text[word.span.end : start]):
            break
        if word.is_content:
            counted.append(word.key)
        start = word.span.start
    return frozenset(counted[:2])


@lru_cache(maxsize=8192)
def read_dates(text: str) -> tuple[DatedFact, ...]:
    """Return the dates of a sentence, neighbours together: Sunday night, December 28-29."""
    words = split_content(text)
    found = []
    phones = find_phones(text)
    spans = [] if _ADDRESS.search(text) else [s for s in join_dates(text) if not any(p.covers(s) for p in phones)]
    for span in spans if len(spans) <= MAX_FACTS else ():
        around = split_at(words, span)
        near = [*around.before[-2:], *around.behind[:2]]
        said = [word.span.cut(text) for word in words]
        is_planned = any(fold(word) in PLANNED and (word == "may" or fold(word) != "may") for word in said)
        is_of_saying = any(fold(word.span.cut(text)) in _OF_SAYING for word in near)
        is_of_saying |= bool(_PLACE_BEFORE.fullmatch(text[: span.start]) and _DASH_BEHIND.match(text[span.end :]))
        found.append(
            DatedFact(
                span,
                read_date(span.cut(text)),
                frozenset(w.key for w in gather_near(words, span)),
                is_of_saying,
                is_planned,
                frozenset(w.key for w in gather_near(words, span) if w.is_name),
                frozenset(w.key for w in words),
                find_nearest(words, span),
                zone[1] if (zone := _ZONE.match(text, span.end)) else "",
            )
        )
    return tuple(found)
