"""Where the tests find the examples, the shared news data and the generators of the benchmarks."""

import gzip
import json
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples" / "congress.jsonl.gz"
SEEDS = sorted((ROOT / "examples" / "story").glob("*.txt"))
SHARED = Path(os.environ.get("DEDUP_SHARED_DATA") or ROOT.parent / "shared" / "data")
sys.path.insert(0, str(ROOT / "benchmarks"))


def require_shared_data(name=""):
    """Return the path of a file of the shared news data.

    Skips the test where there is no such file. In CI it fails instead if there is a folder of shared data at all: a
    moved file must not switch tests off.
    """
    path = SHARED / name
    if not path.exists():
        message = f"no shared news data at {path}: set DEDUP_SHARED_DATA to its folder"
        if os.environ.get("CI", "").lower() in {"1", "true"} and SHARED.parent.exists():
            pytest.fail(message)
        pytest.skip(message)
    return path


def read_packed(path):
    """Return the records of a compressed JSONL file."""
    with gzip.open(path, "rb") as file:
        return [json.loads(line) for line in file]


def read_examples():
    """Return the press releases in examples/."""
    return read_packed(EXAMPLES)


def read_shared(name):
    """Return the records of a file of the shared news data."""
    return read_packed(require_shared_data(name))
