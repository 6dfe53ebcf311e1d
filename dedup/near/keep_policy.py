"""The order in which a keep policy looks at documents: the one order of the local engine, the library and Spark."""

import math
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import KeepPolicy
from dedup.corpus.rejections import find_likely, list_fields
from dedup.errors import InputError
from dedup.text.control_characters import show_line
from dedup.text.dates import is_ambiguous, read_order_key

READ, UNREAD, AMBIGUOUS, ABSENT = range(4)
NO_VALUE = frozenset({"", "NaT"})  # the latter: a date that pandas misses
SHOWN = 40  # characters of a value that cannot be read


class KeepKey(NamedTuple):
    """The sort key of a document: group, then number, or moment where any is a date. Ties: by position.

    `unread` shows a value that is no key.
    """

    group: int
    number: float = 0.0
    moment: float = 0.0
    is_date: bool = False
    unread: str | None = None


def rank_documents(
    values: Sequence[object], num_tokens: npt.NDArray[np.int32], keep: KeepPolicy
) -> npt.NDArray[np.int64]:
    """Return the places of documents in the order of the policy, int64[n].

    `values` are the values of the field that the policy names, None where a document has none; empty without a field.
    `InputError` as by `refuse_unread`.
    """
    if keep.rule == "first":
        return np.arange(len(num_tokens))
    if keep.rule == "longest":
        return np.argsort(-num_tokens.astype(np.int64), kind="stable")
    keys = [make_key(value, keep) for value in values]
    refuse_absent(values, keep)
    unread = min((key.unread for key in keys if key.unread is not None), default=None)
    if unread is not None:
        refuse_unread(Counter(key.group for key in keys), unread, keep)
    has_dates = any(key.is_date for key in keys)
    return np.lexsort(([key.moment if has_dates else key.number for key in keys], [key.group for key in keys]))


def make_key(value: object, keep: KeepPolicy) -> KeepKey:
    """Return the sort key of a document with this value of the field that the policy names.

    `newest` and `oldest` compare numbers as they are, and dates by their seconds since 1970. Numbers among dates are
    read as such. Documents without a value that can be read come last.

    >>> make_key("Tue, 02 Jan 2024 00:00:00 GMT", KeepPolicy("oldest", "date")).moment
    1704153600.0
    """
    if keep.rule == "prefer":
        names = {spell(value), None if value is None else str(value)}
        return KeepKey(next((place for place, wanted in enumerate(keep.values) if wanted in names), len(keep.values)))
    key = read_key(value.isoformat() if isinstance(value, date) else value, keep.date_order)
    return key._replace(number=-key.number, moment=-key.moment) if keep.rule == "newest" else key


def read_key(value: object, order: str | None = None) -> KeepKey:
    """Return a value as the key of the oldest first; a cell of a CSV can be a number."""
    text = value.strip() if isinstance(value, str) else ""
    is_missing = isinstance(value, float) and math.isnan(value)
    if value is None or is_missing or (isinstance(value, str) and text in NO_VALUE):
        return KeepKey(ABSENT)
    if key := read_order_key(value, order):
        return KeepKey(READ, *key)
    return KeepKey(AMBIGUOUS if is_ambiguous(text) else UNREAD, unread=show_line(str(value)[:SHOWN]))


def spell(value: object) -> str | None:
    """Return the value of a field as `prefer` names it: a text as it is, others as JSON has them, 1.0 as 1.

    >>> [spell(value) for value in ("AP", True, 1.0, None)]
    ['AP', 'true', '1', None]
    """
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, (str, date)):
        return None if value is None else str(value)
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    try:
        return msgspec.json.encode(whole).decode()
    except (TypeError, ValueError, OverflowError):
        return str(value)


def refuse_absent(values: Iterable[object], keep: KeepPolicy, fields: Sequence[str] = ()) -> None:
    """Raise `InputError` where several documents are to be ordered and none has the field.

    `fields` are those that they have.
    """
    count = 0
    for value in values:
        if value is not None:
            return
        count += 1
    if count < 2 or keep.field is None:
        return
    name, there = show_line(keep.field), f"; {list_fields(fields)}" if fields else ""
    likely = find_likely(keep.field, dict.fromkeys(fields, 0))
    policy = show_line(shlex.quote(str(replace(keep, field=likely))))
    hint = f"Did you mean --keep {policy}?" if likely else "Name it with --keep."
    raise InputError(f'{show_line(str(keep))} cannot order documents: none has the field "{name}"{there}. {hint}')


def refuse_unread(counts: Mapping[int, int], example: str, keep: KeepPolicy) -> None:
    """Raise `InputError` where a date is ambiguous, or more than a tenth of the values is neither number nor date.

    `counts` are documents by the group of their key, `example` is a value that cannot be read.
    """
    ambiguous = counts.get(AMBIGUOUS, 0)
    unread = ambiguous + counts.get(UNREAD, 0)
    values = unread + counts.get(READ, 0)
    if not ambiguous and unread * 10 <= values:
        return
    remedy = "Say with --date-order dmy or mdy what comes first. " if ambiguous else ""
    which = f", and {ambiguous:,} of these may have the day or the month first" if ambiguous else ""
    raise InputError(
        f"{show_line(str(keep))} cannot order documents: {unread:,} of {values:,} values can be read neither as number "
        f'nor as date, such as "{example}"{which}. {remedy}Write them like 2024-01-31, or choose another policy to '
        "keep by."
    )


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
