"""Types of what a caller passes: a wrong one is told at once, and not by the line that trips over it."""

from dataclasses import fields
from numbers import Integral, Real
from typing import Any, get_args, get_origin

NUMBERS = {int: Integral, float: Real}  # those of NumPy, too


def require_type(name: str, value: object, kind: Any) -> None:
    """Raise `TypeError` where a value is none of a kind: a type, or types joined with |.

    >>> require_type("threshold", "0.5", float | None)
    Traceback (most recent call last):
    TypeError: threshold is '0.5', and has to be float or None.
    """
    kinds = [tuple] if get_origin(kind) is tuple else [get_origin(each) or each for each in get_args(kind) or (kind,)]
    if not isinstance(value, tuple(NUMBERS.get(each, each) for each in kinds)):
        names = " or ".join("None" if each is type(None) else each.__name__ for each in kinds)
        raise TypeError(f"{name} is {value!r:.80}, and has to be {names}.")


def require_types(config: object) -> None:
    """Raise `TypeError` where a field of a dataclass is not of its type."""
    for field in fields(config):  # type: ignore[arg-type] # a dataclass
        require_type(field.name, getattr(config, field.name), field.type)
