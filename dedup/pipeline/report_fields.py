"""Raw JSON values of outlets, dates, titles and ids -> text and days."""

from functools import lru_cache

import msgspec

from dedup.stories.dates import parse_day

YEARS = range(1500, 2200)  # a year outside is a slip of the pen, and would make every chart of days a line


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
def read_day(raw: bytes) -> int | None:
    """Return the day that a raw JSON value names, as an ordinal; None of what names none.

    >>> read_day(b'"2024-01-31T10:00:00Z"') == read_day(b'"Wed, 31 Jan 2024 10:00:00 GMT"') == 738916
    True
    """
    day = parse_day(raw) if raw else None
    return day.toordinal() if day and day.year in YEARS else None
