"""Broken promises that are known: each has a case that shows it, and goes as soon as that case passes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A fault that is to be put right: a part of the message of a broken promise, a seed that shows it, and why."""

    message: str
    seed: int
    reason: str


KNOWN = ()


def find_known(error):
    """Return the known fault that a broken promise is, or None."""
    return next((fault for fault in KNOWN if fault.message in str(error)), None)
