"""Dates as records write them: texts and raw JSON values to moments and days."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import lru_cache

import msgspec

YEARS = range(1500, 2200)  # a year outside is a slip of the pen, and would make every chart of days a line
_DAY = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?!\d)")
_TWO_WAYS = re.compile(r"0?(\d{1,2})[-/.]0?(\d{1,2})[-/.](?:\d{4}|\d{2})(?!\d)")
_SECONDS = range(10**8, 10**10)  # 1973 to 2286
_MILLISECONDS = range(10**11, 10**13)


def parse_moment(text: str) -> datetime | None:
    """Return the moment that a text names, in UTC where it names no zone; None of what could only be guessed.

    Read are ISO 8601 dates and times, `2024/1/31` and RFC 2822 dates. `01/02/2024` is January or February: not read.

    >>> parse_moment("2025-12-29T01:00+02:00") < parse_moment("Mon, 29 Dec 2025 00:30:00 GMT"), parse_moment("Monday")
    (True, None)
    """
    text = text.strip().removesuffix(" UTC")
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    found = _DAY.match(text)
    with suppress(ValueError, IndexError, TypeError, OverflowError):
        if found:
            return datetime(int(found[1]), int(found[3]), int(found[4]), tzinfo=UTC)
        fields = parsedate_tz(text) if re.search("[A-Za-z]{3}", text) else None
        if fields:
            return datetime(*fields[:5], min(fields[5], 59), tzinfo=timezone(timedelta(seconds=fields[9] or 0)))
    return None


def is_ambiguous(text: str) -> bool:
    """Return whether a text is a date of which either number may be the month.

    >>> is_ambiguous("01/02/2024"), is_ambiguous("31/01/2024"), is_ambiguous("2024-01-02")
    (True, False, False)
    """
    found = _TWO_WAYS.match(text.strip())
    return found is not None and found[1] != found[2] and max(int(found[1]), int(found[2])) <= 12


def parse_day(raw: bytes) -> date | None:
    """Return the day that a raw JSON value names, None where it names none, or where that could only be guessed.

    Read are the texts of `parse_moment`, `20240131` and Unix times in seconds or milliseconds (UTC).

    >>> parse_day(b'"2024-01-31T23:10:00Z"'), parse_day(b"1706655600"), parse_day(b'"01/02/2024"')
    (datetime.date(2024, 1, 31), datetime.date(2024, 1, 30), None)
    """
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        whole = int(value)
        if whole in _SECONDS or whole in _MILLISECONDS:
            return datetime.fromtimestamp(whole if whole in _SECONDS else whole // 1000, UTC).date()
        value = str(whole)
    moment = parse_moment(value) if isinstance(value, str) else None
    return moment.date() if moment else None


@lru_cache(maxsize=100_000)
def number_day(raw: bytes) -> int | None:
    """Return the day that a raw JSON value names, as an ordinal; None of what names none in the last centuries.

    >>> number_day(b'"2024-01-31T10:00:00Z"') == number_day(b'"Wed, 31 Jan 2024 10:00:00 GMT"') == 738916
    True
    """
    day = parse_day(raw) if raw else None
    return day.toordinal() if day and day.year in YEARS else None
