"""Raw JSON values of outlets, dates, titles and ids -> text and days."""

import re
from datetime import date
from email.utils import parsedate
from functools import lru_cache

import msgspec

ISO_DATE = re.compile(r"\s*(\d{4})-?(\d\d)-?(\d\d)(?!\d)")
FIRST_YEAR, LAST_YEAR = 1500, 2199  # a year outside is a slip of the pen, and would make every chart of days a line


def read_value(raw: bytes) -> str:
    """Return a raw JSON value as text: a text as it is, nothing for null, anything else as its JSON.

    >>> read_value(b'"AP"'), read_value(b"null"), read_value(b"7"), read_value(b"")
    ('AP', '', '7', '')
    """
    if not raw or raw == b"null":
        return ""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")
    return value if isinstance(value, str) else raw.decode("utf-8", "replace")


@lru_cache(maxsize=100_000)
def read_day(text: str) -> int | None:
    """Return the day that a date begins with, as an ordinal; None of what is none.

    ISO 8601 (`2024-01-31...`, `20240131`) and the dates of feeds (`Wed, 31 Jan 2024 10:00:00 GMT`) are read.

    >>> read_day("2024-01-31T10:00:00Z") == read_day("Wed, 31 Jan 2024 10:00:00 GMT") == read_day("20240131")
    True
    """
    found = ISO_DATE.match(text)
    try:
        parts = tuple(map(int, found.groups())) if found else (parsedate(text) or ())[:3]
        day = date(*parts) if len(parts) == 3 else None
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return day.toordinal() if day and FIRST_YEAR <= day.year <= LAST_YEAR else None
