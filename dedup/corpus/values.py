"""Raw JSON values, as blocks of documents hold them -> text."""

import msgspec


def read_value(raw: bytes) -> str:
    """Return a raw JSON value as text: a text as it is, nothing for null, anything else as its JSON.

    >>> read_value(b'"AP"'), read_value(b"null"), read_value(b"7"), read_value(b"")
    ('AP', '', '7', '')
    """
    if not raw or raw == b"null":
        return ""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw.decode("utf-8", "replace")
    return value if isinstance(value, str) else raw.decode("utf-8", "replace")
