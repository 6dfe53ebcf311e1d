"""Fixtures: the command line, the shared news data, a small disk."""

import gzip
import json
import os
import subprocess
from pathlib import Path

import amounts  # noqa: F401 (registers the profiles of hypothesis)
import pytest
from commands import run_fork, run_process
from corpora import write_jsonl
from hypothesis import settings

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("DEDUP_SHARED_DATA") or ROOT.parent / "shared" / "data")

settings.load_profile("quick")  # another one with --hypothesis-profile


@pytest.fixture(scope="session")
def process():
    """`dedup ARGS` as a new process."""
    return run_process


@pytest.fixture(scope="session")
def dedup():
    """`dedup ARGS` in a fork of this process."""
    return run_fork


def open_shared(name):
    """Return the records of a file of the shared news data.

    Skips the test where there is no such file. In CI it fails instead if there is a folder of shared data at all: a
    moved file must not switch tests off.
    """
    path = SHARED / name
    if not path.exists():
        message = f"no shared news data at {path}: set DEDUP_SHARED_DATA to its folder"
        if os.environ.get("CI", "").lower() in {"1", "true"} and (ROOT.parent / "shared").exists():
            pytest.fail(message)
        pytest.skip(message)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="session")
def congress():
    """Return the records of the congress press releases."""
    return open_shared("congress_press_dev.jsonl.gz")


@pytest.fixture(scope="session")
def congress_pairs():
    """Return the silver pairs of the congress press releases."""
    return open_shared("congress_press_dev.silver_pairs.jsonl.gz")


@pytest.fixture(scope="session")
def congress_file(congress, tmp_path_factory):
    """Return the path of the congress press releases as one uncompressed JSONL file."""
    return write_jsonl(tmp_path_factory.mktemp("congress") / "congress.jsonl", congress)


@pytest.fixture
def small_disk(tmp_path):
    """Return the folder of a file system of 2 MB; the test is skipped where mounting is not permitted."""
    point = tmp_path / "disk"
    point.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(point)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
        refused = done.stderr.decode().strip() if done.returncode else ""
    except FileNotFoundError:
        refused = "no mount command"
    if refused:
        pytest.skip(f"mounting a small tmpfs is not permitted here: {refused}")
    yield point
    subprocess.run(["umount", "--lazy", str(point)], check=True)
