"""The examples of docs/python.md run, from top to bottom."""

import doctest
from pathlib import Path


def test_the_page_for_python_runs_from_top_to_bottom():
    page = Path(__file__).parent.parent / "docs" / "python.md"
    failures, examples = doctest.testfile(str(page), module_relative=False)
    assert (failures, examples > 30) == (0, True)
