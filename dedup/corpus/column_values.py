"""Values of Parquet columns as Python objects, also those for which Python has none."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

UNITS_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def list_values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """Return the values of a column. What Python has no object for becomes a text or a number; nothing is an error."""
    if holds_nanoseconds(column.type):  # Arrow's own way depends on whether pandas is there
        return [read_scalar(value) for value in column]
    try:
        return list(column.to_pylist())
    except Exception:  # noqa: BLE001 (each library below has its own: zones, dates after the year 9999, UTF-8)
        return [read_scalar(value) for value in column]


def holds_nanoseconds(kind: pa.DataType) -> bool:
    """Return whether a column holds times in nanoseconds, itself or nested."""
    if pa.types.is_dictionary(kind):
        return holds_nanoseconds(kind.value_type)
    if kind.num_fields:
        return any(holds_nanoseconds(kind.field(i).type) for i in range(kind.num_fields))
    return bool(pa.types.is_temporal(kind) and getattr(kind, "unit", "") == "ns")


def read_scalar(value: pa.Scalar) -> Any:
    """Return one value: its parts one by one if it has some."""
    if not value.is_valid:
        return None
    if isinstance(value, pa.StructScalar):
        return {name: read_scalar(part) for name, part in value.items()}
    if isinstance(value, pa.ListScalar):
        return [read_scalar(part) for part in value.values]
    if isinstance(value, pa.DictionaryScalar):
        return read_scalar(value.value)
    return read_time_stamp(value) if isinstance(value, pa.TimestampScalar) else read_leaf(value)


def read_leaf(value: pa.Scalar) -> Any:
    """Return a value without parts; a text or a number if it has no Python object."""
    if not holds_nanoseconds(value.type):
        with suppress(Exception):
            return value.as_py()
    if isinstance(value, pa.BinaryScalar):
        return value.as_buffer().to_pybytes().decode("utf-8", "replace")
    return getattr(value, "value", str(value.type))  # the number that stands for a date or a time


def read_time_stamp(value: pa.TimestampScalar) -> Any:
    """Return a datetime; a text if it has nanoseconds, a number if it is beyond the years 1 to 9999.

    A time stamp in a zone that nobody knows is in UTC.
    """
    per_second = UNITS_PER_SECOND[value.type.unit]
    try:
        seconds, rest = divmod(value.value, per_second)
        moment = EPOCH + timedelta(seconds=seconds, microseconds=rest * 10**6 // per_second)
    except OverflowError:
        return value.value
    if value.type.tz is None:
        moment = moment.replace(tzinfo=None)
    elif value.type.unit != "ns":
        with suppress(Exception):
            return value.as_py()
    else:
        with suppress(Exception):
            zone = pa.scalar(0, pa.timestamp("us", value.type.tz)).as_py().tzinfo
            moment = moment.astimezone(zone)
    nanoseconds = rest % 1000 if per_second == UNITS_PER_SECOND["ns"] else 0
    if not nanoseconds:
        return moment
    text = moment.isoformat(timespec="microseconds")
    return f"{text[:26]}{nanoseconds:03}{text[26:].replace('+00:00', 'Z')}"
