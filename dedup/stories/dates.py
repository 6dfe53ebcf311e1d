"""The day of a document, from the JSON value of its date field."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from email.utils import parsedate

import msgspec

_ISO = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?!\d)")
_SECONDS = range(10**8, 10**10)  # 1973 to 2286
_MILLISECONDS = range(10**11, 10**13)


def parse_day(raw: bytes) -> date | None:
    """Return the day that a JSON value names, None where it names none that can be told without guessing.

    Read are ISO 8601 dates and times, `20240131`, `2024/1/31`, RFC 2822 dates and Unix times in seconds or
    milliseconds (UTC). `01/02/2024` is January or February: not read.

    >>> parse_day(b'"2024-01-31T23:10:00Z"'), parse_day(b"1706655600"), parse_day(b'"01/02/2024"')
    (datetime.date(2024, 1, 31), datetime.date(2024, 1, 30), None)
    """
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _parse_number(value)
    return _parse_text(value.strip()) if isinstance(value, str) else None


def _parse_number(value: float) -> date | None:
    whole = int(value)
    if whole in _SECONDS or whole in _MILLISECONDS:
        return datetime.fromtimestamp(whole if whole in _SECONDS else whole // 1000, UTC).date()
    return _parse_text(str(whole))


def _parse_text(text: str) -> date | None:
    found = _ISO.match(text)
    with suppress(ValueError, IndexError, TypeError):
        if found:
            return date(int(found[1]), int(found[3]), int(found[4]))
        fields = parsedate(text) if re.search("[A-Za-z]{3}", text) else None
        if fields:
            return date(*fields[:3])
    return None
