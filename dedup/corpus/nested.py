"""Fields inside objects of a record, by dotted names: `article.body`. A field of that very name comes first."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


def pick(raw: bytes, name: str) -> bytes:
    """Return the raw JSON of a field of a raw JSON object, b"" where there is none.

    >>> pick(b'{"article": {"body": "A"}, "a.b": 1, "a": {"b": 2}}', "article.body"), pick(b'{"a.b": 1}', "a.b")
    (b'"A"', b'1')
    """
    try:
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return b""
    head, dot, rest = name.partition(".")
    if name in fields or not dot or head not in fields:
        return bytes(fields.get(name, b"")).strip()
    return pick(bytes(fields[head]), rest)


def put(raw: bytes, name: str, value: bytes) -> bytes:
    """Return a raw JSON object with another value in a field; the others keep theirs, in order.

    >>> put(b'{"id": 1, "article": {"body": "A"}}', "article.body", b'"B"')
    b'{"id": 1, "article": {"body": "B"}}'
    """
    fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    head, dot, rest = name.partition(".")
    if name not in fields and dot and head in fields:
        name, value = head, put(bytes(fields[head]), rest, value)
    fields[name] = msgspec.Raw(value)
    parts = (msgspec.json.encode(field) + b": " + bytes(own).strip() for field, own in fields.items())
    return b"{" + b", ".join(parts) + b"}"


def make_getter(name: str, attribute: str, head: str | None) -> Callable[[Any], bytes]:
    """Return a function that gets the raw JSON of a field from a decoded record.

    It is in `attribute`; what is inside an object, in `head`.
    """
    own = attrgetter(attribute)
    if head is None:
        return lambda record: bytes(own(record))
    around, rest = attrgetter(head), name.partition(".")[2]
    return lambda record: bytes(own(record)) or pick(bytes(around(record)), rest)
