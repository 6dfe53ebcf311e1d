"""The order in which a keep policy looks at documents: the one order of the local engine, the library and Spark."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import KeepPolicy

NUMBER, TEXT, ABSENT = range(3)
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class KeepKey(NamedTuple):
    """The sort key of a document: group, then number, then text (backwards for `newest`). Ties: by position."""

    group: int
    number: float
    text: str


def rank_documents(
    values: Sequence[object], num_tokens: npt.NDArray[np.int32], keep: KeepPolicy
) -> npt.NDArray[np.int64]:
    """Return the places of documents in the order of the policy, int64[n].

    `values` are the values of the field that the policy names, None where a document has none; empty without a field.
    """
    if keep.rule == "first":
        return np.arange(len(num_tokens))
    if keep.rule == "longest":
        return np.argsort(-num_tokens.astype(np.int64), kind="stable")
    keys = [make_key(value, keep) for value in values]
    distinct = sorted(set(keys), key=lambda key: key.text, reverse=keep.rule == "newest")
    distinct.sort(key=lambda key: (key.group, key.number))
    rank = {key: place for place, key in enumerate(distinct)}
    return np.argsort(np.array([rank[key] for key in keys], np.int64), kind="stable")


def make_key(value: object, keep: KeepPolicy) -> KeepKey:
    """Return the sort key of a document with this value of the field that the policy names.

    `newest` and `oldest` compare numbers as numbers and texts as texts (ISO dates sort by time). Numbers are older than
    texts. Documents without a value come last.

    >>> make_key("2024-01-02", KeepPolicy("oldest", "date"))
    KeepKey(group=1, number=0.0, text='2024-01-02')
    """
    if keep.rule == "prefer":
        text = value if isinstance(value, str) else str(value)
        return KeepKey(keep.values.index(text) if text in keep.values else len(keep.values), 0.0, "")
    kind, number, text = read_kind(value)
    if keep.rule == "newest" and kind != ABSENT:
        return KeepKey(TEXT - kind, -number, text)
    return KeepKey(kind, number, text)


def read_kind(value: object) -> KeepKey:
    """Return the kind of a value (NUMBER, TEXT or ABSENT), its number and its text; a cell of a CSV can be a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return KeepKey(NUMBER, widen(value), "")
    if isinstance(value, str) and PLAIN_NUMBER.fullmatch(value):
        return KeepKey(NUMBER, float(value), "")
    return KeepKey(TEXT, 0.0, value) if isinstance(value, str) and value else KeepKey(ABSENT, 0.0, "")


def widen(value: float) -> float:
    """Return a number as a float; one that is beyond all floats as infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def decode_value(raw: bytes | None) -> object:
    """Return the value of a field from its JSON, None where there is none.

    >>> decode_value(b'"AP"'), decode_value(b"1e999"), decode_value(b"")
    ('AP', inf, None)
    """
    try:
        return msgspec.json.decode(raw) if raw else None
    except msgspec.ValidationError:
        return float(raw or b"")  # no decoder of ours takes a number beyond all floats
    except RecursionError:
        return None
