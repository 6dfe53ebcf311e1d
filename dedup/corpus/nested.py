"""Fields inside objects of a record, by dotted names: `article.body`. A field of that very name comes first."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

ABSENT = msgspec.Raw()
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


def make_getter(name: str, attribute: str, head: str | None) -> Callable[[Sequence[Any]], list[bytes]]:
    """Return a function that gets the raw JSON of a field from decoded records, b"" where there is none.

    It is in `attribute`, whose default is ABSENT; what is inside an object, in `head`.
    """
    own = attrgetter(attribute)

    def get(records: Sequence[Any]) -> list[bytes]:
        found = list(map(own, records))
        return [b""] * len(found) if found.count(ABSENT) == len(found) else list(map(bytes, found))

    if head is None:
        return get
    around, rest = attrgetter(head), name.partition(".")[2]
    return lambda records: [
        value or pick(bytes(around(record)), rest) for value, record in zip(get(records), records, strict=True)
    ]
