"""Where the tests find the shared news data and the generators of the benchmarks."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SEEDS = sorted((ROOT / "examples" / "story").glob("*.txt"))
sys.path.insert(0, str(ROOT / "benchmarks"))


def require_shared_data():
    """Skip the test, and say why, where the shared news data is absent."""
    from news import find_folder

    if find_folder() is None:
        pytest.skip("shared news data not found: set DEDUP_SHARED_DATA, or put it in ../shared/data")
