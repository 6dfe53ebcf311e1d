"""Numbers in running text, in digits of any script or in words, with their values."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import NamedTuple

from dedup.text.characters import UNSPACED
from dedup.text.language import ENGLISH
from dedup.text.lexicon import NUMBER_SCALES, NUMBER_VALUES
from dedup.text.spans import Span

SPELLED = frozenset("de en es fr it nl pt".split())  # languages whose number words are read: English here, text2num
# Languages that write 1.200 for 1200 and 1,5 for one and a half: the number symbols of the CLDR.
POINT_GROUPS = frozenset("az bs ca da de el es eu hr id is it mk nl ps pt ro sl sr tr vi".split())
COMMA_DECIMALS = POINT_GROUPS | frozenset(
    "af be bg cs et fi fr gl hu hy ka kk ky lt lv nb pl ru sk sq sv uk uz".split()
)
_GROUP = "[\u00a0\u202f\u2009]"  # spaces that only stand inside numbers
_JOINED = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)  # letters of Han, Thai and so on
_LETTER = rf"[^\W{_JOINED}]"
_BEFORE = rf"(?:(?<=\bRs\.)|(?<=[{_JOINED}][.,])|(?<!{_LETTER})(?<![.,]))"
_BEHIND = rf"(?!(?!(?:[mbt]n|[mbk])\b){_LETTER})"  # of 1,200km no part is a number; $2.5m has its scale there
_DIGITS = re.compile(rf"{_BEFORE}\d++(?:(?:[.,'’]|{_GROUP}|(?<!\d{{4}}),\ (?=000\b|\d{{3}}\s[-a-z]))\d++)*+{_BEHIND}")
_SPACED_DIGITS = re.compile(
    rf"{_BEFORE}(?:\d{{1,3}}(?:(?:\ |{_GROUP})\d{{3}})++(?!\d)(?:,\d++)?+|\d++(?:[.,'’]\d++)*+){_BEHIND}"
)
_SCALE = re.compile(rf"\s+({'|'.join(NUMBER_SCALES)})s?\b", re.IGNORECASE)
_GLUED_SCALE = re.compile(r"(?:[mbt]n|[mbk])\b")
_GLUED_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12}
_MONEY = re.compile(r"(?:[$£€₹¥]|\bRs\.?|\b[A-Z]{3})\s?$")
_HAN_SCALES = {"百": 10**2, "千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_HAN_SCALE = f"[{''.join(_HAN_SCALES)}]"
_HAN_PARTS = re.compile(rf"(\d[\d.,]*)({_HAN_SCALE}{{,2}})")
_HAN_NUMBER = re.compile(rf"{_HAN_SCALE}{{1,2}}(?:\d[\d.,]*{_HAN_SCALE}{{,2}}){{,4}}(?<![.,])")
_HALF = re.compile(r"(?:\b(half|quarter)(?:\s+of)?[\s-]+an?|\ba[\s-](half))[\s-]+$", re.IGNORECASE)
_NUMBER_AND = re.compile(rf"(?:\d|\b(?:{'|'.join(NUMBER_VALUES)}))\s+and(?:\s+an?)?\s+$", re.IGNORECASE)
_AND_A_HALF = re.compile(r"\s+and\s+an?\s+(?:half|quarter)\b", re.IGNORECASE)
_ENGLISH_WORDS = re.compile(
    rf"\b(?:{'|'.join(NUMBER_VALUES)})\b(?:(?:(?<=hundred|million|billion)\s+and|(?<=thousand)\s+and)?[\s-]+"
    rf"(?:{'|'.join(NUMBER_VALUES)})\b){{,12}}",
    re.IGNORECASE,
)
# Of "between 10 and 15" and "200 to 300" neither is a count.
_RANGE = re.compile(r"\s*(?:[-–—~]|to|or)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+\W{0,2}$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+\W{0,2}$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ONE_UNIT = re.compile(r"one[\s-](?:year|month|week|hour)\b", re.IGNORECASE)
_ARTICLES = frozenset("one un une uno una um uma ein eine einen einem einer eines een".split())  # mostly no number


class FoundNumber(NamedTuple):
    """Where a number is in a text, and its value."""

    span: Span
    value: str


class _Word:
    """A word as text2num takes it."""

    def __init__(self, text: str, *, is_apart: bool) -> None:
        self._text, self._is_apart = text, is_apart

    def text(self) -> str:
        """Return the word."""
        return self._text

    def nt_separated(self, _previous: "_Word") -> bool:
        """Return whether more than a space is before the word."""
        return self._is_apart

    def not_a_number_part(self) -> bool:
        """Return False: any word may be a part of a number."""
        return False


def find_numbers(text: str, language: str = ENGLISH) -> list[FoundNumber]:
    """Return the numbers of a text in order; "one" and its like are mostly articles, but for "one year".

    "Dozens" fits many.

    >>> [value for _, value in find_numbers("Ninety-one drones and 1.5 million others")]
    ['91', '1500000']
    >>> [value for _, value in find_numbers("1.200 Besucher und vierundzwanzig Verletzte", "de")]
    ['1200', '24']
    """
    pattern = _SPACED_DIGITS if language in COMMA_DECIMALS - POINT_GROUPS else _DIGITS
    words = list(find_spelled(text, language)) if language in SPELLED - {ENGLISH} else []
    found: list[FoundNumber] = []
    for match in pattern.finditer(text):
        if found and match.start() < found[-1].span.end:  # 5000 of 3万5000
            continue
        number = scale_digits(text, Span(*match.span()), words, language)
        found += [number] if number else []
    if language not in SPELLED - {ENGLISH}:
        spelled = [FoundNumber(Span(*m.span()), read_words(m.group())) for m in _ENGLISH_WORDS.finditer(text)]
        words = [part for number in spelled for part in halve(text, number)]
    words = [w for w in words if w.span.cut(text).casefold() not in _ARTICLES or _ONE_UNIT.match(text, w.span.start)]
    return sorted(
        found
        + [
            word
            for word in words
            if not any(word.span.start < n.span.end and word.span.end > n.span.start for n in found)
        ]
    )


def scale_digits(text: str, digits: Span, words: Sequence[FoundNumber], language: str) -> FoundNumber | None:
    """Return the number of digits with the scale behind them; None where what is glued to them may be a unit: 100m.

    words  the numbers in words of the text, but those of English
    """
    value, end = read_digits(digits.cut(text), language), digits.end
    glued, scale, han = (pattern.match(text, end) for pattern in (_GLUED_SCALE, _SCALE, _HAN_NUMBER))
    follower = next((word for word in words if word.span.start >= end), None)
    if glued:
        if len(glued[0]) == 1 and not _MONEY.search(text[: digits.start][-5:]):
            return None
        value, end = multiply(value, _GLUED_SCALES[glued[0]]), glued.end()
    elif scale:
        value, end = multiply(value, NUMBER_SCALES[fold_dots(scale[1])]), scale.end()
    elif han:
        value, end = read_han(text[digits.start : han.end()]), han.end()
    elif follower and is_scale(follower.value) and not text[end : follower.span.start].strip():
        value, end = multiply(value, int(follower.value)), follower.span.end
    return FoundNumber(Span(digits.start, end), value)


def read_han(number: str) -> str:
    """Return the value of digits with Chinese or Japanese scales between and behind them.

    >>> read_han("3万5000"), read_han("1億2千万"), read_han("12.5万")
    ('35000', '120000000', '125000')
    """
    total = 0.0
    for digits, scales in _HAN_PARTS.findall(number):
        try:
            total += float(read_digits(digits)) * prod(_HAN_SCALES[scale] for scale in scales)
        except ValueError:
            return number  # 1.2.3万
    return f"{total:.15g}"


def halve(text: str, number: FoundNumber) -> Iterator[FoundNumber]:
    """Yield a number in English words; half of it behind "half a", none of "two and a half million"."""
    part = _HALF.search(text[: number.span.start], max(0, number.span.start - 24))
    first = re.split(r"[\s-]", fold_dots(number.span.cut(text)), maxsplit=1)[0]
    if _AND_A_HALF.match(text, number.span.end):
        return
    if not part or first not in NUMBER_SCALES:
        yield number
    elif not _NUMBER_AND.search(text[max(0, part.start() - 24) : part.start()]):
        value = float(number.value) / (4 if part[1] and part[1].casefold() == "quarter" else 2)
        yield FoundNumber(Span(part.start(), number.span.end), f"{value:.15g}")


def find_ranges(text: str, numbers: Sequence[Span]) -> set[Span]:
    """Return the spans of numbers that bound a range: "between 10 and 15", "200 to 300"; "from 5 to 10" is a change."""
    bounds = set()
    for first, last in pairwise(numbers):
        between, before = text[first.end : last.start], text[max(0, first.start - 24) : first.start]
        is_range = _RANGE.fullmatch(between) and not _FROM.search(before)
        if is_range or (between.strip() == "and" and _BETWEEN.search(before)):
            bounds |= {first, last}
    return bounds


def find_spelled(text: str, language: str) -> Iterator[FoundNumber]:
    """Yield the numbers in words of a language that text2num reads; ordinals are none."""
    from text_to_num import find_numbers as find_occurrences  # noqa: PLC0415 - for texts that are not English only

    spans = [Span(*match.span()) for match in _WORD.finditer(text)]
    ends = [0, *(span.end for span in spans)]
    words = [
        _Word(span.cut(text), is_apart=bool(text[end : span.start].strip()))
        for span, end in zip(spans, ends, strict=False)
    ]
    for found in find_occurrences(words, language, threshold=0.0):
        if not found.is_ordinal:
            yield FoundNumber(Span(spans[found.start].start, spans[found.end - 1].end), f"{found.value:.15g}")


def read_digits(digits: str, language: str = ENGLISH) -> str:
    """Return the value of a number in digits of any script, as the language groups them.

    >>> read_digits("1,200"), read_digits("1.200", "de"), read_digits("1,5", "fr"), read_digits("1.2.3")
    ('1200', '1200', '1.5', '1.2.3')
    """
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in digits if sign not in "'’ \u00a0\u202f\u2009")
    if language in COMMA_DECIMALS:
        if language in POINT_GROUPS and re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
            plain = plain.replace(".", "")
        plain = plain.replace(",", ".")
    else:
        plain = plain.replace(",", "")
    try:
        return f"{float(plain):.15g}"
    except ValueError:
        return plain  # 1.2.3


def multiply(value: str, scale: int) -> str:
    """Return a value times a scale: 1.5 million."""
    try:
        return f"{float(value) * scale:.15g}"
    except ValueError:
        return value


def is_scale(value: str) -> bool:
    """Return whether a value in words is a thousand, a million and so on."""
    return re.fullmatch(r"1(?:000)+|1e\+\d+", value) is not None


def replace_number_words(text: str) -> str:
    """Return a text with digits for the numbers in English words.

    >>> replace_number_words("two hundred and six of fifty")
    '206 of 50'
    """
    return _ENGLISH_WORDS.sub(lambda match: read_words(match[0]), text)


def fold_dots(words: str) -> str:
    """Return words in lower case, with a plain i for those of Turkish: a pattern without case takes them for one."""
    return words.casefold().replace("\u0307", "").replace("ı", "i")


def read_words(words: str) -> str:
    """Return the value of a number in English words.

    >>> read_words("two hundred and six"), read_words("Twenty-five thousand")
    ('206', '25000')
    """
    total = current = 0
    for word in re.split(r"(?:\s+and)?[\s-]+", fold_dots(words)):
        value = NUMBER_VALUES[word]
        if word in {"hundred", "dozen"}:
            current = max(1, current) * value
        elif value >= 1000:
            total += max(1, current) * value
            current = 0
        else:
            current += value
    return str(total + current)
