"""Limits of a shell end in one line that says the way out."""

import errno
import resource
import subprocess
import sys

import numba
import pytest
from commands import run_process
from corpora import make_records, write_jsonl

from dedup.cli.main import explain_error, explain_os_error
from dedup.kernels.jit import choose_root


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EMFILE, "Too many open files", "a"), OSError("Failed to open. [errno 24] Too many open files")],
)
def test_a_limit_on_open_files_is_named_with_the_way_out(error):
    assert explain_os_error(error).endswith("Raise it with ulimit -n 1024, or try fewer --workers.")


def test_a_limit_on_memory_is_named_where_a_library_found_no_room(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (300 << 20, 300 << 20))
    found = explain_error(OSError("could not load libllvmlite.so"))
    assert found == "could not load libllvmlite.so (ulimit -v allows 300 MB). Lift it with ulimit -v unlimited."
    assert "(ulimit -v allows 300 MB)" in explain_error(MemoryError())


def test_a_thread_that_cannot_be_started_is_no_bug():
    found = explain_error(RuntimeError("can't start new thread"))
    assert found.endswith("Raise ulimit -u or -v, or try fewer --workers.")


def test_without_a_limit_nothing_is_said_of_one(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert explain_error(MemoryError()) == "there is not enough memory. Free some, or try fewer --workers."
    assert explain_error(OSError(errno.ENOENT, "No such file", "a")) == "a: No such file"
    assert explain_error(ImportError("none")) is None


def test_a_read_only_package_keeps_compiled_code_where_the_caches_of_the_user_are(tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    (tmp_path / "file").touch()
    read_only = tmp_path / "file" / "package"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert choose_root(read_only) == tmp_path / ".cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    assert choose_root(read_only) == tmp_path / "own"
    assert choose_root(tmp_path / "package") == tmp_path / "package"


def test_without_any_place_for_compiled_code_one_line_says_the_way_out(tmp_path, monkeypatch):
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "a.jsonl" / "folder"))
    done = run_process("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.endswith("NUMBA_CACHE_DIR=FOLDER dedup ...\n")


@pytest.fixture
def file_limit():
    """Commands that are forks of this process write no file of more than 3 KB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("monkeypatch")  # commands are forks of this process
@pytest.mark.parametrize(
    "args",
    [("export", "out", "--table", "removed", "-o", "new.xlsx"), ("passages", "a.jsonl", "-o", "new")],
    ids=["export", "passages"],
)
def test_a_file_that_may_not_be_as_large_leaves_nothing(dedup, tmp_path, file_limit, args):
    write_jsonl(tmp_path / "a.jsonl", make_records("limit", 4, copies=2))
    assert dedup("clean", "a.jsonl", "-o", "out", "-q", cwd=tmp_path).code == 0
    file_limit()
    done = dedup(*args, cwd=tmp_path)
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert "a file is larger than this shell or disk allows. Raise ulimit -f or choose another place with -o." in (
        done.stderr
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "out"]


def test_a_full_place_behind_standard_output_is_not_taken_for_that_of_the_run(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("limit", 2))
    command = [sys.executable, "-m", "dedup", "clean", "a.jsonl", "-o", "out"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        b"error: standard output cannot be written (No space left on device).\n",
    )


def test_a_working_directory_that_is_gone_is_told(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n')
    (tmp_path / "gone").mkdir()
    command = f"cd gone && rmdir ../gone && {sys.executable} -m dedup passages {tmp_path}/a.jsonl -q -o passages.jsonl"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=tmp_path, check=False)
    said = b"error: the working directory is no longer there. Change to another one.\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_file_of_a_library_that_is_gone_is_not_taken_for_the_working_directory():
    assert explain_error(FileNotFoundError(errno.ENOENT, "no file 'shard.arrow'")) == "no file 'shard.arrow'"


def test_what_few_open_files_cut_off_can_be_gone_on_with(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("few", 4, copies=2))
    command = f"{sys.executable} -m dedup clean a.jsonl -o out -q"
    few = subprocess.run(["bash", "-c", f"ulimit -n 13; {command}"], capture_output=True, cwd=tmp_path, check=False)
    assert few.returncode == 2
    assert few.stderr.endswith(b"or try fewer --workers; --resume goes on from here.\n")
    assert subprocess.run([*command.split(), "--resume"], cwd=tmp_path, check=False).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "out"]


def test_an_error_leaves_nothing_where_its_input_cannot_be_read_again(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("few", 4, copies=2))
    command = f"ulimit -n 13; {sys.executable} -m dedup clean - -o out -q < a.jsonl"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=tmp_path, check=False)
    assert (done.returncode, b"--resume" in done.stderr) == (2, False)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize("args", ["index add a.jsonl --index new.duckdb", "index check a.jsonl --index old.duckdb"])
@pytest.mark.parametrize("limit", [11, 12])
def test_few_open_files_are_enough_to_tidy_up(tmp_path, args, limit):
    write_jsonl(tmp_path / "a.jsonl", make_records("few", 4, copies=2))
    command = f"ulimit -n {limit}; {sys.executable} -m dedup {args} -q"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.usefixtures("monkeypatch")  # commands are forks of this process
def test_a_lock_file_that_cannot_be_written_is_not_left(dedup, tmp_path, monkeypatch):
    write_jsonl(tmp_path / "a.jsonl", make_records("lock", 4))
    monkeypatch.setattr("dedup.output.lock_file.os.write", fail_as_if_full)
    done = dedup("clean", "a.jsonl", "-o", "out", "--index", "new.duckdb", cwd=tmp_path)
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def fail_as_if_full(*_args):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_complete_output_that_cannot_be_put_in_its_place_stays_beside_what_it_was_to_replace(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("few", 4, copies=2))
    command = [sys.executable, "-m", "dedup", "clean", "a.jsonl", "-o", "out", "-q"]
    subprocess.run(command, cwd=tmp_path, check=True)
    refuse = """
import os, runpy, sys
replace = os.replace
def refuse(source, place):
    if str(source).endswith("out.partial/out"):
        raise OSError(5, "Input/output error", str(place))
    replace(source, place)
os.replace = refuse
runpy.run_module("dedup", run_name="__main__", alter_sys=True)
"""
    again = [sys.executable, "-c", refuse, "clean", "-", "-o", "out", "-q", "--overwrite"]
    with (tmp_path / "a.jsonl").open("rb") as given:
        done = subprocess.run(again, stdin=given, capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith(f"; the output is complete in {tmp_path}/out.partial/out.\n".encode())
    for folder in ("out", "replaced"):
        assert (tmp_path / "out.partial" / folder / "kept").is_dir()
