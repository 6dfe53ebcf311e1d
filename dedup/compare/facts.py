"""Facts of a wording: numbers, dates, quoted words, names and attribution verbs, in a form that can be compared."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler

from dedup.compare.model import FactKind
from dedup.compare.speakers import VERB, VERB_CLASSES, find_speakers
from dedup.compare.terms import fold, fold_words
from dedup.diff.fact_kinds import find_dates, find_quotations
from dedup.text.lexicon import MONTHS, NUMBER_SCALES, NUMBER_VALUES
from dedup.text.spans import Span


class FoundFact(NamedTuple):
    """Where a fact is in a text, and its value in a form that can be compared."""

    span: Span
    value: str


_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<digits>\d+(?:[.,]\d+)*)(?:\s+(?P<scale>{'|'.join(NUMBER_SCALES)})s?\b)?(?!\w)"
    rf"|\b(?P<words>(?:{'|'.join(NUMBER_VALUES)})\b(?:(?:(?<=hundred|million|billion)\s+and|(?<=thousand)\s+and)?[\s-]+"
    rf"(?:{'|'.join(NUMBER_VALUES)})\b)*)",
    re.IGNORECASE,
)
_MONTH_NAMES = {*MONTHS, "sept"}
_FILLERS = set("of the on at to and into in late early th st nd rd".split())
_DAYTIME = re.compile(r"\s+(?:night|morning|evening|afternoon|noon|midnight)\b|\bovernight\b", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w’'-])[A-Z][\w’'-]*[a-z][\w’'-]*(?:\s+[A-Z][\w’'-]*[a-z][\w’'-]*)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\s*[“\"‘'(\n]+\s*)$")
MIN_QUOTE = 3  # words


def find_numbers(text: str) -> list[FoundFact]:
    """Return numbers in digits or words with their values, those of dates left out; "one" is mostly a pronoun.

    "Dozens" and "hundreds" are no numbers: they fit many.

    >>> [value for _, value in find_numbers("Ninety-one drones and 1.5 million others on 3 May")]
    ['91', '1500000']
    """
    dates = find_dates(text)
    found = []
    for match in _NUMBER.finditer(text):
        span = Span(*match.span())
        if any(span.start < date.end and span.end > date.start for date in dates):
            continue
        value = read_digits(match["digits"], match["scale"]) if match["digits"] else read_words(match["words"])
        if value != "1" or match["digits"]:
            found.append(FoundFact(span, value))
    return found


def read_digits(digits: str, scale: str | None) -> str:
    """Return the value of a number in digits of any script."""
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in digits if sign != ",")
    try:
        value = float(plain) * NUMBER_SCALES.get((scale or "").casefold(), 1)
    except ValueError:
        return plain  # 1.2.3
    return f"{value:.15g}"


def read_words(words: str) -> str:
    """Return the value of a number in words.

    >>> read_words("two hundred and six"), read_words("Twenty-five thousand")
    ('206', '25000')
    """
    total = current = 0
    for word in re.split(r"(?:\s+and)?[\s-]+", words.casefold()):
        value = NUMBER_VALUES[word]
        if word in {"hundred", "dozen"}:
            current = max(1, current) * value
        elif value >= 1000:
            total += max(1, current) * value
            current = 0
        else:
            current += value
    return str(total + current)


def find_times(text: str) -> list[FoundFact]:
    """Return dates and times of day, neighbours together: "Sunday night", "December 28-29"."""
    spans = sorted({*find_dates(text), *(Span(*match.span()) for match in _DAYTIME.finditer(text))})
    joined: list[Span] = []
    for span in spans:
        if joined and re.fullmatch(
            r"[\s,–-]*(?:(?:to|and|into|on|of|the|at|in)\s+)*", text[joined[-1].end : span.start]
        ):
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    trimmed = [Span(span.end - len(span.cut(text).lstrip()), span.end) for span in joined]
    return [FoundFact(span, " ".join(read_time(span.cut(text)))) for span in trimmed]


def read_time(phrase: str) -> list[str]:
    """Return the parts of a date that differ from date to date, months by three letters.

    >>> read_time("late on Sunday, Dec. 28")
    ['28', 'dec', 'sunday']
    """
    words = re.findall(r"\d+|[^\W\d_]+", phrase.casefold())
    parts = {word[:3] if word in _MONTH_NAMES else word for word in words}
    return sorted(parts - _FILLERS)


def find_quotes(text: str) -> list[FoundFact]:
    """Return quotations of MIN_QUOTE words and more."""
    quotations = find_quotations(text)
    spans = [Span(start, end) for start, end in zip(quotations.starts, quotations.ends, strict=True)]
    folded = [(span, fold_words(span.cut(text))) for span in spans]
    return [FoundFact(span, " ".join(words)) for span, words in folded if len(words) >= MIN_QUOTE]


def find_said_by(text: str) -> list[FoundFact]:
    """Return the names of those who are said to say something."""
    return [FoundFact(speaker.span, fold(speaker.name).removesuffix("'s")) for speaker in find_speakers(text)]


def find_names(text: str) -> list[FoundFact]:
    """Return capitalised words that do not begin a sentence, neighbours together; dates are no names."""
    dates = find_dates(text)
    found = []
    for match in _NAME.finditer(text):
        words = [Span(*word.span()) for word in re.compile(r"\S+").finditer(text, *match.span())]
        if _SENTENCE_START.search(text[: match.start()]):
            del words[0]
        words = [word for word in words if not any(word.start < date.end and word.end > date.start for date in dates)]
        if words:
            span = Span(words[0].start, words[-1].end)
            found.append(FoundFact(span, fold(span.cut(text)).removesuffix("'s")))
    return found


def find_attributions(text: str) -> list[FoundFact]:
    """Return the verbs with which something is said, as the class of the verb: said, claim, confirm, deny, warn."""
    return [
        FoundFact(Span(*match.span("verb")), VERB_CLASSES.get(match["verb"].casefold(), "said"))
        for match in VERB.finditer(text)
    ]


FINDERS: dict[FactKind, Callable[[str], list[FoundFact]]] = {
    FactKind.NUMBER: find_numbers,
    FactKind.DATE: find_times,
    FactKind.QUOTE: find_quotes,
    FactKind.NAME: find_said_by,
    FactKind.ATTRIBUTION: find_attributions,
}


def disagree(kind: FactKind, a: Collection[str], b: Collection[str]) -> bool:
    """Return whether two outlets have facts of one kind that do not fit: each has something that the other lacks.

    Having more is no disagreement, so the one with fewer facts has to have one that the other has not.
    """
    if not a or not b:
        return False
    if kind is FactKind.ATTRIBUTION:  # a warning can be said, claimed or denied
        a, b = (set(values) - {"warn"} for values in (a, b))
        return bool(a and b and not a & b)
    if kind is FactKind.DATE:
        a, b = ([part for value in values for part in value.split()] for values in (a, b))
    same = {FactKind.NAME: is_same_name, FactKind.QUOTE: is_same_quote}.get(kind, str.__eq__)
    return has_other(a, b, same) and has_other(b, a, same)


def has_other(values: Iterable[str], others: Collection[str], same: Callable[[str, str], bool]) -> bool:
    """Return whether any value is none of the others."""
    return any(not any(same(value, other) for other in others) for value in values)


def is_same_quote(a: str, b: str) -> bool:
    """Return whether one quotation is a part of the other."""
    return f" {a} " in f" {b} " or f" {b} " in f" {a} "


def is_same_name(a: str, b: str) -> bool:
    """Return whether two names share a word, spelled alike or nearly so: Zelenskyy, Zelenskiy, Zelensky.

    >>> is_same_name("volodymyr zelenskyy", "zelensky"), is_same_name("lavrov", "ushakov")
    (True, False)
    """
    return any(
        x == y or (min(len(x), len(y)) >= 5 and x[:2] == y[:2] and JaroWinkler.similarity(x, y) >= 0.92)
        for x in a.split()
        for y in b.split()
    )
