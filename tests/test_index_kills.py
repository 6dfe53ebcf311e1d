"""Killed at any moment, a run with an index leaves OUT/ and the index in agreement, or --resume brings them there."""

import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import clean_quietly
from corpora import make_records, read_tree, write_jsonl
from kills import die_before, finish, start_fork
from out_folders import copy_with_index

from dedup.config import PassageConfig
from dedup.index.store import IndexFile

NUM_KILLS = 30


def start(folder, change=None, **options):
    """Clean day2.jsonl of a folder with its index in a fork; `change` is done first. Returns the process id."""

    def work():
        os.chdir(folder)
        if change is not None:
            change()
        run_day("day2.jsonl", "out2", **options)

    return start_fork(work)


def run_day(source, out, **options):
    """Clean one file of the current folder with its index."""
    clean_quietly([source], out, passages=PassageConfig("off"), index=Path("news.duckdb"), **options)


TABLES = {"documents": "* EXCLUDE (words, signs, filter)", "tokens": "*", "masked": "*", "removed_contents": "*"}


def read_index(folder):
    """Return all that an index holds, but for when its runs were made, and what depends on its secret seed."""
    with IndexFile(folder / "news.duckdb").reading() as connection:
        tables = {
            table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM {table}").fetchall()))
            for table, columns in TABLES.items()
        }
        query = "SELECT * EXCLUDE (made, out) FROM runs ORDER BY number"
        return tables | {"runs": connection.execute(query).fetchall()}


def find_runs(folder):
    """Return {run: state} of an index."""
    with IndexFile(folder / "news.duckdb").reading() as connection:
        return dict(connection.execute("SELECT run, state FROM runs").fetchall())


def check_agreement(folder):
    """Assert that what the index holds of day 2 is what stands in the output, in its place or beside it."""
    runs = find_runs(folder)
    second = [run for run in runs if run.startswith("0002")]
    outputs = [folder / "out2", folder / "out2.partial" / "out"]
    named = [json.loads((out / "summary.json").read_bytes())["index"]["run"] for out in outputs if is_whole(out)]
    if second:
        assert second == named
        kept = [json.loads(line)["id"] for out in outputs if is_whole(out) for line in read_kept(out)]
        with IndexFile(folder / "news.duckdb").reading() as connection:
            query = "SELECT id ->> '$' FROM documents WHERE run = 2 ORDER BY ordinal"
            assert kept == [row[0] for row in connection.execute(query).fetchall()]
    else:
        assert not (folder / "out2").exists()


def is_whole(out):
    """Return whether a folder holds a complete output."""
    return (out / "summary.json").exists() and (out / "summary.json").read_bytes().endswith(b"}\n")


def read_kept(out):
    """Return the kept lines of an output."""
    return (out / "kept" / "day2.jsonl").read_bytes().splitlines()


@pytest.fixture(scope="module")
def first_day(tmp_path_factory):
    """A folder with an index of day 1 and the file of day 2."""
    folder = tmp_path_factory.mktemp("days")
    records = make_records("index", 120, copies=3)
    write_jsonl(folder / "day1.jsonl", records[:200])
    write_jsonl(folder / "day2.jsonl", records[200:])
    before = os.getcwd()
    os.chdir(folder)
    run_day("day1.jsonl", "out1")
    os.chdir(before)
    return folder


@pytest.fixture
def days(first_day, tmp_path):
    """A copy of that folder."""
    return copy_with_index(first_day, tmp_path / "days")


@pytest.fixture(scope="module")
def undisturbed(first_day, tmp_path_factory):
    """What a run that nobody killed leaves: its output, the index, and how long it took."""
    folder = tmp_path_factory.mktemp("undisturbed") / "days"
    shutil.copytree(first_day, folder)
    begin = time.monotonic()
    assert finish(start(folder)) == 0
    return read_tree(folder / "out2"), read_index(folder), time.monotonic() - begin


def assert_resumes(days, undisturbed):
    """Assert that --resume leads to what an undisturbed run leaves, in the output and in the index."""
    assert finish(start(days, resume=True)) == 0
    assert read_tree(days / "out2") == undisturbed[0]
    assert read_index(days) == undisturbed[1]
    assert not (days / "out2.partial").exists()


@pytest.mark.nightly
@pytest.mark.parametrize("kill", range(NUM_KILLS))
def test_a_run_killed_at_any_moment_is_resumed_to_the_undisturbed_output_and_index(days, undisturbed, kill):
    pid = start(days)
    time.sleep(undisturbed[2] * (kill + random.Random(kill).random()) / NUM_KILLS)
    os.kill(pid, signal.SIGKILL)
    finish(pid)
    check_agreement(days)
    assert_resumes(days, undisturbed)


MOMENTS = {
    "before the commit": die_before("dedup.pipeline.index_session", "commit"),
    "inside the transaction": die_before("dedup.index.commit", "insert_run"),
    "before the output is published": die_before("dedup.output.run_folder", "RunFolder.publish"),
    "between commit and rename": die_before("dedup.output.run_folder", "os.replace", 2),
    "before the run is marked": die_before("dedup.pipeline.index_session", "IndexSession.mark_published"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_killed_at_a_seam_is_resumed(days, undisturbed, moment):
    assert finish(start(days, MOMENTS[moment])) == -signal.SIGKILL
    check_agreement(days)
    assert_resumes(days, undisturbed)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_killed_at_a_seam_is_begun_anew_with_overwrite(days, undisturbed, moment):
    assert finish(start(days, MOMENTS[moment])) == -signal.SIGKILL
    assert finish(start(days, overwrite=True)) == 0
    assert read_tree(days / "out2") == undisturbed[0]
    contents = read_index(days)
    assert [row[-1] for row in contents["runs"]] == ["published", "published"]
    ids = [json.loads(line)["id"] for line in read_kept(days / "out2")]
    with IndexFile(days / "news.duckdb").reading() as connection:
        query = "SELECT id ->> '$' FROM documents WHERE run = 2 ORDER BY ordinal"
        assert [row[0] for row in connection.execute(query).fetchall()] == ids
    assert len(contents["documents"]) == len(undisturbed[1]["documents"])


def test_another_run_is_told_of_one_that_was_cut_off_after_its_commit(days, dedup):
    assert finish(start(days, MOMENTS["before the output is published"])) == -signal.SIGKILL
    run = next(name for name, state in find_runs(days).items() if state == "committed")
    write_jsonl(days / "day3.jsonl", make_records("third", 5))
    args = ["clean", "day3.jsonl", "-o", "out3", "--index", "news.duckdb", "--passages", "off"]
    done = dedup(*args, cwd=days)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: news.duckdb: run {run} was cut off before its output {days}/out2 was in place. Finish it with the "
        f"same command and --resume, or take it back with `dedup index remove --index news.duckdb --run {run}`.\n"
    )
    assert dedup("index", "remove", "--index", "news.duckdb", "--run", run, cwd=days).code == 0
    assert dedup(*args, cwd=days).code == 0


def test_a_run_whose_output_was_thrown_away_is_named_with_the_way_to_take_it_back(days, dedup):
    assert finish(start(days, MOMENTS["before the output is published"])) == -signal.SIGKILL
    shutil.rmtree(days / "out2.partial")
    args = ["clean", "day2.jsonl", "-o", "out2", "--index", "news.duckdb", "--passages", "off"]
    done = dedup(*args, cwd=days)
    assert done.code == 2
    assert "whose output" in done.stderr
    assert "dedup index remove --index news.duckdb --run 0002-" in done.stderr
    assert dedup(*args, "--overwrite", cwd=days).code == 0
    assert sorted(state for state in find_runs(days).values()) == ["published", "published"]


def test_a_run_that_was_published_but_not_marked_does_not_stop_the_next(days, dedup):
    assert finish(start(days, MOMENTS["before the run is marked"])) == -signal.SIGKILL
    write_jsonl(days / "day3.jsonl", make_records("third", 5))
    done = dedup("clean", "day3.jsonl", "-o", "out3", "--index", "news.duckdb", "--passages", "off", cwd=days)
    assert done.code == 0, done.stderr
    assert set(find_runs(days).values()) == {"published"}


@pytest.mark.parametrize("moment", ["inside the transaction", "before the commit"])
def test_a_first_run_killed_leaves_no_index_or_a_whole_one(tmp_path, moment):
    write_jsonl(tmp_path / "day2.jsonl", make_records("first", 50))
    assert finish(start(tmp_path, MOMENTS[moment])) == -signal.SIGKILL
    assert not (tmp_path / "news.duckdb").exists()
    assert finish(start(tmp_path, resume=True)) == 0
    assert list(find_runs(tmp_path).values()) == ["published"]
    assert not list(tmp_path.glob("news.duckdb.new*"))


SIGNALLED = """
import os, sys
import dedup.index.commit as module
number, cut = int(sys.argv.pop(1)), module.cut_tokens
def signal_later(*arguments):
    yield from cut(*arguments)  # the first is read before DuckDB reads
    os.kill(os.getpid(), number)
module.cut_tokens = signal_later
from dedup.cli.main import main
main()
"""


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGINT, "interrupted\n"), (signal.SIGTERM, "stopped by a signal\n")]
)
def test_a_signal_that_duckdb_meets_is_told_as_a_signal(tmp_path, number, said):
    write_jsonl(tmp_path / "a.jsonl", make_records("signalled", 5))
    args = ["clean", "a.jsonl", "-o", "out", "--index", "news.duckdb", "-q", "--workers", "1"]
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    options = {"cwd": tmp_path, "capture_output": True, "text": True, "preexec_fn": heed}
    done = subprocess.run([sys.executable, "-c", SIGNALLED, str(number.value), *args], check=False, **options)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", said)
    assert not (tmp_path / "news.duckdb").exists()
