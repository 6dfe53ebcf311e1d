"""Raw JSON values of dates -> days."""

from functools import lru_cache

from dedup.stories.dates import parse_day

YEARS = range(1500, 2200)  # a year outside is a slip of the pen, and would make every chart of days a line


@lru_cache(maxsize=100_000)
def read_day(raw: bytes) -> int | None:
    """Return the day that a raw JSON value names, as an ordinal; None of what names none.

    >>> read_day(b'"2024-01-31T10:00:00Z"') == read_day(b'"Wed, 31 Jan 2024 10:00:00 GMT"') == 738916
    True
    """
    day = parse_day(raw) if raw else None
    return day.toordinal() if day and day.year in YEARS else None
