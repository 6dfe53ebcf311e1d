"""Raw JSON values as text, and how documents are called by them."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class DocumentName:
    """How a document is called: its id as raw JSON, the path of its file, its line or row there (from 1).

    `run` is the run that brought it, of a document that an index holds.
    """

    raw_id: bytes
    path: str
    line: int
    run: str | None = None


NO_NAME = DocumentName(b"", "", 0)
