"""How much of an exhaustive test is run: a part by `make test`, all by `make test-all`."""

import sys
from itertools import count

import pytest
from hypothesis import settings

settings.register_profile("quick", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("nightly", deadline=None, derandomize=True, max_examples=400)


def one_in(share):
    """Return settings for a property whose examples take long: one of so many of the profile's examples."""
    return settings(max_examples=max(2, settings().max_examples // share))


def few(count):
    """Return settings for a property whose examples take long: so many of the quick profile, all of another one."""
    all_of_it = settings().max_examples
    is_quick = all_of_it == settings.get_profile("quick").max_examples
    return settings(max_examples=count if is_quick else all_of_it)


def nightly_but(chosen, values):
    """Return values of a parameter, all of them nightly but those chosen."""
    return [value if value in chosen else pytest.param(value, marks=pytest.mark.nightly) for value in values]


def nightly_after(number, values):
    """Return values of a parameter, all of them nightly but the first ones."""
    return [
        value if place < number else pytest.param(value, marks=pytest.mark.nightly)
        for place, value in zip(count(), values)
    ]


def list_characters(step):
    """Return all characters of the first blocks, up to the CJK ideographs, and of those beyond one in `step`."""
    return [chr(number) for number in (*range(0x3400), *range(0x3400, sys.maxunicode + 1, step))]
