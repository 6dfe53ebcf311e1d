"""Dates as records write them: the one reader of dates, for `--keep`, facts, stories, reports and comparisons.

Read are ISO 8601, RFC 2822, Unix times, days in digits, and days with the name of a month in some 200 languages. What
can only be guessed is not read: `yesterday`, and `01/02/2024` unless somebody says which number is the month.
"""

import json
import math
import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

YEARS = range(1500, 2200)  # a year outside is a slip of the pen, and would make every chart of days a line
MONTH_FIRST = "mdy"
LONGEST = 80  # characters of a text that can be a date
MAX_NUMBERS = 12  # in it
_DAY = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?!\d)")
_CJK_DAY = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]")
_VIETNAMESE_DAY = re.compile(r"(\d{1,2})\s+(?:tháng|thg\.?)\s+(\d{1,2})\D{1,6}(\d{4})", re.IGNORECASE)
_TWO_WAYS = re.compile(r"0?(\d{1,2})([-/.])0?(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_LABEL = re.compile(r"[^\W\d][^\d:]{0,30}:\s+")  # as in "Published: 2024-01-31"
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:h.](\d{2})(?:[:.](\d{2}))?(?![\d.])\s*(?:([ap])\.?\s?m\b)?", re.IGNORECASE)
_HOUR = re.compile(r"(?<!\d)(\d{1,2})\s*([ap])\.?\s?m\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC|(?<=[\d\s]))([+-])(\d{1,2})(?::?(\d{2}))?\b")
_ZONE = re.compile(r"\b([A-Z]{2,4})\b")
_PART = re.compile(r"\d+|(?:[A-Za-z'’]|[^\x00-\xbf\s\d\u2000-\u206f\u3000-\u3003\u060c])+")  # a number or a word
_SECONDS = range(10**8, 10**10)  # 1973 to 2286
_MILLISECONDS = range(10**11, 10**13)
_PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONES = {
    zone: hours
    for hours, zones in {
        -8: "PST", -7: "PDT MST", -6: "MDT CST", -5: "CDT EST", -4: "EDT",
        0: "UT UTC GMT WET", 1: "BST WEST CET", 2: "CEST EET", 3: "EEST MSK", 9: "JST",
    }.items()
    for zone in zones.split()
}  # fmt: skip


def parse_moment(text: str, order: str | None = None) -> datetime | None:
    """Return the moment that a text names, in UTC where it names no zone; None of what could only be guessed.

    `order` ("dmy" or "mdy") says what 01/02/2024 is: without it, it is not read.

    >>> parse_moment("2025-12-29T01:00+02:00") < parse_moment("Mon, 29 Dec 2025 00:30:00 GMT"), parse_moment("Monday")
    (True, None)
    >>> [str(parse_moment(text))[:16] for text in ("March 2nd, 2024, 5:15 pm", "Publié : 2 août 2024", "2024年3月2日")]
    ['2024-03-02 17:15', '2024-08-02 00:00', '2024-03-02 00:00']
    >>> parse_moment("01/02/2024"), parse_moment("01/02/2024", "dmy").month, parse_moment("31/01/2024").day
    (None, 2, 31)
    """
    text = text.strip().removesuffix(" UTC")
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if len(text) > LONGEST:
        return None
    plain = to_ascii_digits(text)
    with suppress(ValueError, IndexError, TypeError, OverflowError):
        return parse_plain(plain, order) or parse_plain(_LABEL.sub("", plain, count=1), order)
    return None


def parse_plain(text: str, order: str | None) -> datetime | None:
    """Return the moment that a text names; `ValueError` where its numbers are no date."""
    if found := _DAY.match(text) or _CJK_DAY.search(text):
        numbers = found.groups()
        return make_moment(int(numbers[0]), int(numbers[-2]), int(numbers[-1]), text[found.end() :])
    if found := _VIETNAMESE_DAY.search(text):
        return make_moment(int(found[3]), int(found[2]), int(found[1]), text[found.end() :])
    if found := _TWO_WAYS.match(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        is_month_first = second > 12 or (first <= 12 and order == MONTH_FIRST)
        if is_ambiguous(text) and not order:
            return None
        month, day = (first, second) if is_month_first else (second, first)
        return make_moment(year if year > 99 else widen_year(year), month, day, text[found.end() :])
    if re.search("[A-Za-z]{3}", text) and (fields := parsedate_tz(text)):
        return datetime(*fields[:5], min(fields[5], 59), tzinfo=timezone(timedelta(seconds=fields[9] or 0)))
    return parse_named(text)


def parse_named(text: str) -> datetime | None:
    """Return the moment of a text with the name of one month, one year, and a day beside the month."""
    parts, months = _PART.findall(text), load_months()
    if len(parts) > MAX_NUMBERS + LONGEST // 8 or not any(part.isdecimal() for part in parts):
        return None
    named = [(place, months[part.casefold()]) for place, part in enumerate(parts) if part.casefold() in months]
    years = [part for part in parts if len(part) == 4 and part.isdecimal() and int(part) in YEARS]
    if len(named) != 1 or len(years) != 1:
        return None
    place, month = named[0]
    near = [*reversed(parts[:place][-3:]), *parts[place + 1 : place + 3]]
    day = next((int(part) for part in near if part.isdecimal() and len(part) <= 2), None)
    rest = text.replace(years[0], " ", 1)
    return make_moment(int(years[0]), month, day, rest) if day else None


def make_moment(year: int, month: int, day: int, rest: str) -> datetime:
    """Return the moment of a day at the time that the rest of its text names, else at its beginning."""
    clock, hour = _CLOCK.search(rest), _HOUR.search(rest)
    time, half = (0, 0, 0), ""
    if clock and int(clock[1]) < 24 and int(clock[2]) < 60:
        time, half = (int(clock[1]), int(clock[2]), min(int(clock[3] or 0), 59)), (clock[4] or "").lower()
    elif hour:
        time, half = (int(hour[1]), 0, 0), hour[2].lower()
    hours = time[0] % 12 + 12 * (half == "p") if half else time[0]
    return datetime(year, month, day, hours, *time[1:], tzinfo=find_zone(rest))


def find_zone(text: str) -> timezone:
    """Return the zone that a text names, else UTC."""
    if found := _OFFSET.search(text):
        minutes = 60 * int(found[2]) + int(found[3] or 0)
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    names = (name for name in _ZONE.findall(text) if name in _ZONES)
    return timezone(timedelta(hours=_ZONES[next(names, "UTC")]))


def widen_year(year: int) -> int:
    """Return the year of two digits, as POSIX has it: 69 is 1969, 68 is 2068."""
    return year + (1900 if year > 68 else 2000)


def to_ascii_digits(text: str) -> str:
    """Return the text with the digits of all scripts as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


@cache
def load_months() -> dict[str, int]:
    """Return the month of each name, in lower case: made by scripts/build_month_names.py."""
    table = json.loads(Path(__file__).with_name("month_names.json").read_text("utf-8"))
    return {name: int(number) for number, names in table.items() for name in names.split()}


def is_ambiguous(text: str) -> bool:
    """Return whether a text is a date of which either number may be the month.

    >>> is_ambiguous("01/02/2024"), is_ambiguous("31/01/2024"), is_ambiguous("2024-01-02")
    (True, False, False)
    """
    found = _TWO_WAYS.match(_LABEL.sub("", text.strip(), count=1))
    return found is not None and found[1] != found[3] and max(int(found[1]), int(found[3])) <= 12


def settle_date(text: str, order: str | None) -> str:
    """Return a date of which either number may be the month like 2024-01-31, if the order says which; others as given.

    >>> settle_date("01/02/2024", "dmy"), settle_date("01/02/2024", ""), settle_date("2 May", "dmy")
    ('2024-02-01', '01/02/2024', '2 May')
    """
    moment = parse_moment(text, order) if order and is_ambiguous(text) else None
    return moment.isoformat().removesuffix("T00:00:00+00:00") if moment else text


class OrderKey(NamedTuple):
    """A value to sort by: as a number, and as a moment (seconds since 1970). Numbers count where none is a date."""

    number: float
    moment: float
    is_date: bool


def read_order_key(value: object, order: str | None = None) -> OrderKey | None:
    """Return what the value of a field is sorted by, None of what is neither number nor date.

    A number among dates is a Unix time, a day like 20240131, or a year.

    >>> read_order_key("2024-01-31").moment == read_order_key("20240131").moment == read_order_key(1706659200000).moment
    True
    """
    text = value.strip() if isinstance(value, str) else ""
    if _PLAIN_NUMBER.fullmatch(text):
        value = float(text)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = widen_number(value)
        return None if math.isnan(number) else OrderKey(number, number_as_moment(number), is_date=False)
    moment = parse_moment(text, order) or parse_moment(f"{text}-01")  # a month of ISO 8601 is its first day
    seconds = (moment - _EPOCH).total_seconds() if moment else 0.0
    return OrderKey(seconds, seconds, is_date=True) if moment else None


def number_as_moment(number: float) -> float:
    """Return the seconds since 1970 that a number among dates means."""
    if not number.is_integer():
        return number
    whole = int(number)
    if whole in _MILLISECONDS:
        return number / 1000
    text = f"{whole}0101" if whole in YEARS else str(whole)
    moment = parse_moment(text) if len(text) == len("20240131") else None
    return (moment - _EPOCH).total_seconds() if moment and moment.year in YEARS else number


def widen_number(value: float) -> float:
    """Return a number as a float; one that is beyond all floats as infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def parse_day(raw: bytes, order: str | None = None) -> date | None:
    """Return the day that a raw JSON value names, None where it names none, or where that could only be guessed.

    Read are the texts of `parse_moment`, `20240131` and Unix times in seconds or milliseconds (UTC).

    >>> parse_day(b'"2024-01-31T23:10:00Z"'), parse_day(b"1706655600"), parse_day(b'"01/02/2024"')
    (datetime.date(2024, 1, 31), datetime.date(2024, 1, 30), None)
    """
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError):
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 14:
        value = int(value)  # a cell of a table
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        whole = int(value)
        if whole in _SECONDS or whole in _MILLISECONDS:
            return datetime.fromtimestamp(whole if whole in _SECONDS else whole // 1000, UTC).date()
        value = str(whole)
    moment = parse_moment(value, order) if isinstance(value, str) else None
    return moment.date() if moment else None


@lru_cache(maxsize=100_000)
def number_day(raw: bytes, order: str | None = None) -> int | None:
    """Return the day that a raw JSON value names, as an ordinal; None of what names none in the last centuries.

    >>> number_day(b'"2024-01-31T10:00:00Z"') == number_day(b'"Wed, 31 Jan 2024 10:00:00 GMT"') == 738916
    True
    """
    day = parse_day(raw, order) if raw else None
    return day.toordinal() if day and day.year in YEARS else None
