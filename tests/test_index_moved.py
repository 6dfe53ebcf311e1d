"""An index and outputs that do not stay as they were: moved, named otherwise, made anew or taken from a backup."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from commands import clean_quietly
from corpora import make_records, read_summary, write_jsonl
from kills import die_before, finish, start_fork

from dedup.config import PassageConfig
from dedup.index.store import IndexFile

QUIET = ("--passages", "off", "-q")
COUNT = 12


@pytest.fixture(scope="module")
def made_project(dedup, tmp_path_factory):
    """A folder with two days of news, an index of the first, and its output."""
    folder = tmp_path_factory.mktemp("project")
    records = make_records("moved", 2 * COUNT, copies=1)
    write_jsonl(folder / "d1.jsonl", records[:COUNT])
    write_jsonl(folder / "d2.jsonl", records[COUNT:])
    write_jsonl(folder / "copies.jsonl", [record | {"id": f"copy {record['id']}"} for record in records[:COUNT]])
    assert dedup("clean", "d1.jsonl", "-o", "out", "--index", "n.duckdb", *QUIET, cwd=folder).code == 0
    return folder


@pytest.fixture
def project(made_project, tmp_path):
    """A copy of that folder: its index names the outputs of the place that it was copied from."""
    return shutil.copytree(made_project, tmp_path / "project")


def count_kept(out):
    """Return how many documents an output kept."""
    return read_summary(out)["counts"]["kept"]


def list_runs(path):
    """Return [(documents, kept)] of the runs of an index."""
    with IndexFile(path).reading() as connection:
        return connection.execute("SELECT documents, kept FROM runs ORDER BY number").fetchall()


@pytest.mark.parametrize(("spelling", "is_moved"), [("out", True), ("sub/../out", False), ("link/out", False)])
def test_an_output_is_replaced_in_the_index_however_its_place_is_spelled(
    made_project, project, dedup, spelling, is_moved
):
    if not is_moved:
        with IndexFile(project / "n.duckdb").writing() as connection:
            connection.execute("UPDATE runs SET out = replace(out, ?, ?)", [str(made_project), str(project)])
    (project / "sub").mkdir()
    (project / "link").symlink_to(".")
    args = ("clean", "d1.jsonl", "-o", spelling, "--index", "n.duckdb", "--overwrite", *QUIET)
    assert dedup(*args, cwd=project).code == 0
    assert count_kept(project / "out") == COUNT
    assert list_runs(project / "n.duckdb") == [(COUNT, COUNT)]


def test_the_run_of_an_output_that_is_in_its_place_is_not_taken_out_for_a_copy_of_it(project, dedup):
    args = ("--index", "m.duckdb", *QUIET)
    assert dedup("clean", "d1.jsonl", "-o", "first", *args, cwd=project).code == 0
    shutil.copytree(project / "first", project / "second")
    assert dedup("clean", "d2.jsonl", "-o", "second", *args, "--overwrite", cwd=project).code == 0
    assert len(list_runs(project / "m.duckdb")) == 2
    assert dedup("clean", "copies.jsonl", "-o", "third", *args, cwd=project).code == 0
    assert count_kept(project / "third") == 0


def test_a_copy_of_the_same_name_beside_the_index_takes_no_run_out(project, dedup):
    (project / "a").mkdir()
    args = ("--index", "m.duckdb", *QUIET)
    assert dedup("clean", "d1.jsonl", "-o", "a/same", *args, cwd=project).code == 0
    shutil.copytree(project / "a" / "same", project / "same")
    assert dedup("clean", "d2.jsonl", "-o", "same", *args, "--overwrite", cwd=project).code == 0
    assert len(list_runs(project / "m.duckdb")) == 2


def test_a_dry_run_passes_over_the_run_that_would_be_replaced(project, dedup):
    args = ("clean", "d1.jsonl", "--index", "n.duckdb", "--dry-run", "--json", "-q", "--passages", "off")
    looks = [dedup(*args, *more, cwd=project) for more in ((), ("-o", "other"), ("-o", "out", "--overwrite"))]
    assert [json.loads(look.stdout)["counts"]["kept"] for look in looks] == [0, 0, COUNT]


@pytest.mark.parametrize("loss", ["the file", "the run"])
def test_a_finished_run_that_the_index_lost_is_not_complete(project, dedup, loss):
    run = read_summary(project / "out")["index"]["run"]
    if loss == "the file":
        (project / "n.duckdb").unlink()
    else:
        assert dedup("index", "remove", "--index", "n.duckdb", "--run", run, cwd=project).code == 0
    args = ("clean", "d1.jsonl", "-o", "out", "--index", "n.duckdb", "--passages", "off")
    done = dedup(*args, "--resume", cwd=project)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: out: is complete, but n.duckdb does not have its run {run}. Make both anew with --overwrite, or add "
        "what was kept with `dedup index add out/kept --index n.duckdb`.\n"
    )
    assert dedup(*args, "--overwrite", cwd=project).code == 0
    assert list_runs(project / "n.duckdb") == [(COUNT, COUNT)]
    assert dedup(*args, "--resume", cwd=project).code == 0


def start_cut_off(project, moment):
    """Clean the first day with a new index, in a fork that dies at a moment."""

    def work():
        os.chdir(project)
        moment()
        clean_quietly(["d1.jsonl"], "first", passages=PassageConfig("off"), index=Path("new.duckdb"))

    assert finish(start_fork(work)) == -signal.SIGKILL


@pytest.mark.parametrize("other", [None, "makes it", "makes it anew"])
def test_a_run_resumed_after_another_made_the_index_is_known_by_the_seed_of_the_index(project, dedup, other):
    if other == "makes it anew":
        assert dedup("clean", "d2.jsonl", "-o", "second", "--index", "new.duckdb", *QUIET, cwd=project).code == 0
    start_cut_off(project, die_before("dedup.pipeline.clean_files", "decide"))
    if other == "makes it anew":
        (project / "new.duckdb").unlink()
    if other:
        assert dedup("clean", "d2.jsonl", "-o", "again", "--index", "new.duckdb", *QUIET, cwd=project).code == 0
    args = ("--index", "new.duckdb", *QUIET)
    assert dedup("clean", "d1.jsonl", "-o", "first", "--resume", *args, cwd=project).code == 0
    assert dedup("clean", "copies.jsonl", "-o", "third", *args, cwd=project).code == 0
    assert count_kept(project / "third") == 0
