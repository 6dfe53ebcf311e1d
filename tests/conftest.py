"""Fixtures: the command line, the news data, a browser, a small disk."""

import gc
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import amounts  # noqa: F401 (registers the profiles of hypothesis)
import pytest
from browser import launch_browser
from commands import Nursery, run_fork, run_process
from corpora import write_jsonl
from hypothesis import settings
from news_data import read_examples, read_shared

# Under nohup a hang-up is ignored, in the background of a script Ctrl-C; commands that tests start would inherit that.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.load_profile("quick")  # another one with --hypothesis-profile

# Temporary folders are in memory where it has room: no test waits for a disk.
MEMORY, ROOM = Path("/dev/shm"), 2 << 30
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# The first half of the tests goes to the first worker: one JVM for all of Spark, and no long test begins last.
LONG = (
    "test_spark.py",
    "test_engines.py",
    "test_fuzz.py",
    "test_kill_and_resume.py",
    "test_index_kills.py",
    "test_story_browser.py",
)


def pytest_collection_modifyitems(items):
    """Put the files with the longest tests first, the others as they were."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect the tests without looking for cycles of objects meanwhile, a sixth of the time, nor in them later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(scope="session")
def process():
    """`dedup ARGS` as a new process."""
    return run_process


@pytest.fixture(scope="session")
def dedup():
    """`dedup ARGS` in a fork of a process that is ready."""
    return run_fork


@pytest.fixture(autouse=True)
def pass_on_patches(request):
    """Make commands forks of this process where a test patches it."""
    Nursery.is_passed_over = "monkeypatch" in request.fixturenames


@pytest.fixture(scope="session", params=["examples", pytest.param("shared", marks=pytest.mark.shared)])
def corpus_name(request):
    """Return which press releases a test is on: those in examples/, and the larger corpus where shared data is."""
    return request.param


@pytest.fixture(scope="session")
def congress(corpus_name):
    """Return the records of press releases of the congress: 2,001 of them, or 16,147."""
    if corpus_name == "examples":
        return read_examples()
    return read_shared("congress_press_dev.jsonl.gz")


@pytest.fixture(scope="session")
def congress_pairs(corpus_name, congress):
    """Return the pairs of ids whose word 3-shingles have a Jaccard similarity of 0.5: by brute force, or as given."""
    if corpus_name == "examples":
        from exact_pairs import find_pairs

        pairs = find_pairs([record["text"] for record in congress], 0.5, 3)
        return [(congress[a]["id"], congress[b]["id"]) for a, b in zip(pairs.first, pairs.second, strict=True)]
    silver = read_shared("congress_press_dev.silver_pairs.jsonl.gz")
    return [(pair["id1"], pair["id2"]) for pair in silver if pair["jaccard3w"] >= 0.5]


@pytest.fixture(scope="session")
def congress_file(congress, tmp_path_factory):
    """Return the path of the congress press releases as one uncompressed JSONL file."""
    return write_jsonl(tmp_path_factory.mktemp("congress") / "congress.jsonl", congress)


@pytest.fixture(scope="session")
def browser():
    """Return a running Chromium."""
    with launch_browser() as running:
        yield running


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
