"""The examples in the docstrings run."""

import doctest
import importlib
import pkgutil

import pytest

import dedup

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(dedup.__path__, "dedup.") if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run_in(name):
    failures, _ = doctest.testmod(importlib.import_module(name))
    assert failures == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    found = [t for name in MODULES for t in finder.find(importlib.import_module(name)) if t.examples]
    assert len(found) >= 5
