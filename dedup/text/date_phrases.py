"""Dates, days, years and times of day in running text: where they are, and their values."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from dedup.text.dates import load_months
from dedup.text.lexicon import DAYS, MONTH_ABBREVIATIONS, MONTHS
from dedup.text.spans import Span

_MONTHS = "|".join((*MONTHS, *MONTH_ABBREVIATIONS))
_DAYS = "|".join(DAYS)
_NO_MODAL = r"(?!may\s+(?:be|have|not|also|get|go|take|face|need|come)\b)"
_PART_OF_YEAR = r"(?:(?:early|late|mid)[\s-]|(?:start|beginning|end|middle)\s+of\s+)"
_ORDINAL, _TO = r"\d{1,2}(?!\d)(?:st|nd|rd|th)?", r"\s*(?:[–-]|to)\s*"
_HOUR = r"(?:[01]?\d|2[0-3])"
_AT = "|".join(rf"(?<=\b{word}\s)" for word in "at about around after before by until till from since between".split())
_CLOCK = rf"(?:{_HOUR}[.:][0-5]\d|0\d[0-5]\d|(?:1\d|2[0-3])[0-5]\d(?=hrs))\s*(?:hrs?|hours|uhr)\b"
# 8.40 is a time beside a word that says so: at 8.40 hrs, at 8.40 on Monday. Without one, 8.40 hrs are how long it took.
_HOW_LONG = rf"(?!{_AT})[1-9]\d?\.\d\d\s*h"
_BARE_CLOCK = rf"""(?:{_AT}){_HOUR}\.[0-5]\d
         (?=\s+(?:(?:on\s+)?(?:{_DAYS})|yesterday|today|(?:this|in\s+the)\s+\w+(?:ing|noon))\b)"""
# The dollar fell to a low of 8.40, sold at 8.40.
_PRICE_BEFORE = re.compile(
    r"\b(?:(?:shares?|stocks?|prices?|rates?|index|rupees?|dollars?|euros?|pounds?|yen|yuan)\b[^!?\n]*"
    r"|(?:sold|bought|traded|trading|quoted|priced|valued|settled)\s+at\s+|(?:rose|fell|up|down)\s+by\s+)$",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"""\b(?:{_DAYS}|yesterday|today|tonight|tomorrow)s?\b
       | \b{_NO_MODAL}(?:{_MONTHS})\b\.?(?:\s+{_ORDINAL}(?:{_TO}{_ORDINAL})?)?
         (?:,?\s+\d{{4}})?
       | \b(?:{_ORDINAL}{_TO})?{_ORDINAL}\s+(?:of\s+)?(?:{_MONTHS})\b(?:,?\s+\d{{4}})?
       | \b\d{{4}}-\d{{2}}-\d{{2}}\b | \b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}\b
       | \b\d{{1,2}}-\d{{1,2}}-(?:19|20)\d{{2}}\b
       | \b(?!{_HOW_LONG}){_CLOCK} | (?P<bare>{_BARE_CLOCK})
       | \b\d{{1,2}}[:.]\d{{2}}\s*[ap]\.?m\b | \b\d{{1,2}}:\d{{2}}\b | \b\d{{1,2}}\s*[ap]\.?m\b
       | \b{_PART_OF_YEAR}?(?:1[6-9]|20)\d{{2}}\b
       | \d{{4}}\s*年 | \d{{1,2}}\s*(?:年(?=\s*\d{{1,2}}\s*月) | [月日時时点號号](?!間))""",
    re.IGNORECASE | re.VERBOSE,
)
_MODAL_MONTHS = {*MONTH_ABBREVIATIONS, "march", "june", "july"}  # as words: "may", "march", "dec"
# A month of any language of the table, beside a day or a year: 5 de marzo, 3. Mai, mai 2024.
_FOREIGN = re.compile(
    r"""\b\d{1,2}(?:\.|er|º)?\s+(?:de\s+|d['’])?(?P<after>[^\W\d_]{3,14})\b\.?(?:\s+(?:de\s+|del\s+)?\d{4}\b)?
      | \b(?P<before>[^\W\d_]{3,14})\s+(?:de\s+|del\s+)?(?:1[6-9]|20)\d{2}\b""",
    re.VERBOSE,
)
_PART = re.compile(
    r"(?P<iso>(\d{4})-(\d{2})-(\d{2}))|(?P<slashes>(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4}))"
    rf"|(?P<clock>{_CLOCK}|(\d{{1,2}})[:.](\d{{2}})\s*([ap])\.?m\b|(\d{{1,2}})[:.](\d{{2}})|(\d{{1,2}})\s*([ap])\.?m\b)"
    r"|(?P<cjk>(\d{1,4})\s*([年月日]))|(?P<year>(?<!\d)\d{4}(?!\d))|(?P<day>(?<!\d)\d{1,2}(?!\d))|(?P<word>[^\W\d_]+)",
    re.IGNORECASE,
)
# A night is of two days: that of Sunday goes into Monday, and overnight is before a day or after it.
_NIGHTS = {"night": (0, 1), "evening": (0, 1), "tonight": (0, 1), "midnight": (-1, 1), "overnight": (-1, 1)}
# The months of a part of a year, told roughly.
_YEAR_PARTS = {
    **dict.fromkeys(("early", "start", "beginning"), range(1, 6)),
    **dict.fromkeys(("mid", "middle"), range(4, 10)),
    **dict.fromkeys(("late", "end"), range(8, 13)),
}
_DAYTIME = re.compile(r"\s+(?:night|morning|evening|afternoon|noon|midnight)\b|\bovernight\b", re.IGNORECASE)
_BETWEEN_DATES = re.compile(r"[\s,–-]*(?:(?:to|and|into|on|of|the|at|in)\s+)*")
NOON = 720  # minutes
MIN_MINUTES = 15  # times of day that are nearer than this are the same, told roughly


def find_dates(text: str) -> list[Span]:
    """Return the spans of dates, days, years and times of day.

    >>> [span.cut("It may rain on Monday, May 3.") for span in find_dates("It may rain on Monday, May 3.")]
    ['Monday', 'May 3']
    """
    english = [Span(*found.span()) for found in _DATE.finditer(text) if not _is_none(found, text)]
    foreign = [Span(*found.span()) for found in _FOREIGN.finditer(text) if is_foreign_month(found)]
    foreign = [span for span in foreign if not any(known.covers(span) for known in english)]
    return sorted(foreign + [s for s in english if not any(s.start < f.end and s.end > f.start for f in foreign)])


def join_dates(text: str) -> list[Span]:
    """Return the spans of dates and times of day, neighbours joined."""
    spans = sorted({*find_dates(text), *(Span(*match.span()) for match in _DAYTIME.finditer(text))})
    joined: list[Span] = []
    for span in spans:
        if joined and _BETWEEN_DATES.fullmatch(text[joined[-1].end : span.start]):
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return [Span(span.end - len(span.cut(text).lstrip()), span.end) for span in joined]


def is_foreign_month(found: re.Match[str]) -> bool:
    """Return whether the word beside a day or a year is a month."""
    return str(found["after"] or found["before"]).casefold() in load_months()


def _is_none(found: re.Match[str], text: str) -> bool:
    """Return whether what looks like a date is a lower-case word ("may", "march") or a price."""
    is_price = found["bare"] and _PRICE_BEFORE.search(text, max(0, found.start() - 60), found.start())
    return found.group() in _MODAL_MONTHS or bool(is_price)


class DateValue(NamedTuple):
    """What a phrase says of a date, as far as it says it: each field has the numbers that the phrase names, in order.

    months from 1, weekdays from 0 (Monday), minutes since midnight; `night` names one, `part` a part of the year
    ("early"), "" none. `perhaps` are the same minutes after noon, where the phrase does not say which half of the day
    it means: 8:25 may be 8:25 p.m.
    A clock of 24 hours alone has the hour 0.
    """

    years: Sequence[int] = ()
    months: Sequence[int] = ()
    days: Sequence[int] = ()
    weekdays: Sequence[int] = ()
    minutes: Sequence[int] = ()
    perhaps: Sequence[int] = ()
    night: str = ""
    part: str = ""

    def differs(self, other: "DateValue") -> bool:
        """Return whether both name a year, a month, a day or a time, and not the same.

        >>> read_date("Sunday, 28 December 2025").differs(read_date("2025-12-28"))
        False
        >>> [read_date("start of 2024").differs(read_date(other)) for other in ("2024", "March 2024", "July 2024")]
        [False, False, True]
        """
        return (
            is_apart(self.years, other.years)
            or is_apart(self.months or _YEAR_PARTS.get(self.part, ()), other.months or _YEAR_PARTS.get(other.part, ()))
            or is_apart(self.spread(self.days), other.spread(other.days))
            or is_apart({day % 7 for day in self.spread(self.weekdays)}, {d % 7 for d in other.spread(other.weekdays)})
            or is_apart([*self.minutes, *self.perhaps], [*other.minutes, *other.perhaps], MIN_MINUTES - 1)
        )

    def drop_times(self) -> "DateValue":
        """Return the value without its times of day."""
        return self._replace(minutes=(), perhaps=())

    def spread(self, days: Sequence[int]) -> set[int]:
        """Return days with those that the night of them reaches into."""
        first, last = _NIGHTS.get(self.night, (0, 0))
        return {day + n for day in days for n in range(first, last + 1)}

    def __str__(self) -> str:
        fields = [
            *(f"{n:04d}" for n in self.years),
            *(f"{n:02d}" for n in self.months),
            *(f"{n:02d}" for n in self.days),
        ]
        times = [f"{n // 60:02d}:{n % 60:02d}" for n in self.minutes]
        parts = [self.part, "-".join(fields), *(DAYS[n] for n in self.weekdays), *times, self.night]
        return " ".join(filter(None, parts))


def is_apart(a: Collection[int], b: Collection[int], slack: int = 0) -> bool:
    """Return whether there are numbers on both sides, and none of one is within `slack` of one of the other."""
    return bool(a and b) and min(abs(x - y) for x in a for y in b) > slack


def read_date(phrase: str) -> DateValue:
    """Return what a phrase that names a date says; "yesterday" says nothing.

    >>> str(read_date("on Sunday night, Dec. 28-29")), str(read_date("5 de marzo de 2024")), str(read_date("7 p.m."))
    ('12-28-29 sunday night', '2024-03-05', '19:00')
    """
    fields: dict[str, set[int]] = {}
    for name, number in read_parts(phrase):
        fields.setdefault(name, set()).add(number)
    if "months" not in fields:
        fields.pop("days", None)  # a number alone
    words = re.findall(r"[^\W\d_]+", phrase.casefold())
    night, part = (next((word for word in words if word in known), "") for known in (_NIGHTS, _YEAR_PARTS))
    if len(fields.get("years", ())) != 1:
        part = ""
    return DateValue(**{name: tuple(sorted(numbers)) for name, numbers in fields.items()}, night=night, part=part)


class DateNumber(NamedTuple):
    """A number of a date, and the field of `DateValue` that it belongs to."""

    field: str
    number: int


def read_parts(phrase: str) -> Iterator[DateNumber]:
    """Yield the numbers of a date in the order of the phrase."""
    for part in _PART.finditer(phrase):
        kind, text = str(part.lastgroup), part.group()
        if kind == "word":
            yield from read_word(text.casefold())
            continue
        numbers = [int(number) for number in re.findall(r"\d+", text)]
        if kind == "clock":
            minutes = read_clock(numbers, text.casefold())
            yield DateNumber("minutes", minutes)
            if 60 <= minutes < NOON and "m" not in text.casefold():
                yield DateNumber("perhaps", minutes + NOON)
        elif kind == "iso":
            yield from name_day(date_or_none(*numbers))
        elif kind == "slashes":
            yield from read_slashes(numbers)
        elif kind == "cjk":
            yield from read_cjk(text[-1], numbers[0])
        elif kind == "year":
            yield DateNumber("years", numbers[0])
        elif 1 <= numbers[0] <= 31:
            yield DateNumber("days", numbers[0])


def read_word(word: str) -> Iterator[DateNumber]:
    """Yield what a word says: a month or a weekday."""
    month = load_months().get(word)
    if month:
        yield DateNumber("months", month)
    day = word.removesuffix("s")
    if day in DAYS:
        yield DateNumber("weekdays", DAYS.index(day))


def read_cjk(unit: str, number: int) -> Iterator[DateNumber]:
    """Yield what a number before 年, 月 or 日 says; 24年 is 2024 or a year of an era, so it says nothing."""
    if unit != "年" or number >= 1000:
        yield DateNumber({"年": "years", "月": "months", "日": "days"}[unit], number)


def name_day(day: date | None) -> Iterator[DateNumber]:
    """Yield the year, month and day of a date."""
    if day:
        yield from (DateNumber("years", day.year), DateNumber("months", day.month), DateNumber("days", day.day))


def read_slashes(numbers: Sequence[int]) -> Iterator[DateNumber]:
    """Yield what 28/12/2025 says: of 1/2/2025, which is January or February, the year alone."""
    first, second, year = numbers
    if year >= 1000:
        yield DateNumber("years", year)
    if max(first, second) > 12 >= min(first, second) or first == second:
        yield from (DateNumber("months", min(first, second)), DateNumber("days", max(first, second)))


def read_clock(numbers: Sequence[int], text: str) -> int:
    """Return the minute of a day: 7 p.m. is 19:00, 0840 hrs is 8:40."""
    if numbers[0] > 99:
        numbers = divmod(numbers[0], 100)
    hour = numbers[0] % 12 + 12 * ("p" in text) if "m" in text else numbers[0]
    return 60 * hour + (numbers[1] if len(numbers) > 1 else 0)


def date_or_none(year: int, month: int, day: int) -> date | None:
    """Return a date, None of what is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
