"""Temporary copies: private, gone after a signal, swept after a kill; outputs are no wider than their input."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys

import pytest
from corpora import make_records, write_jsonl

from dedup.cli.named_inputs import LOCK, scratch_folder
from dedup.corpus.file_mask import as_private_as
from dedup.corpus.files import find_files
from dedup.output.folder_marker import MARKER, FolderMarker
from dedup.signals import temporary_folder


def leave_behind(parent, name, kind="scratch"):
    """Make a folder as a killed process leaves it."""
    folder = parent / name
    folder.mkdir()
    (folder / LOCK).touch()
    (folder / MARKER).write_bytes(FolderMarker(kind).to_json())
    (folder / "stdin.jsonl").write_text("private")
    return folder


def test_what_a_killed_process_left_is_swept(tmp_path):
    left = leave_behind(tmp_path, "p-left")
    with scratch_folder("p-", tmp_path) as folder:
        assert not left.exists()
        assert os.stat(folder).st_mode & 0o077 == 0
    assert not folder.exists()


def test_what_may_not_be_ours_stays(tmp_path):
    (tmp_path / "p-users").mkdir()
    (tmp_path / "p-users" / "notes.txt").write_text("mine")
    kept = [
        tmp_path / "p-users",
        leave_behind(tmp_path, "p-run", "run"),
        leave_behind(tmp_path, "other-left"),
        leave_behind(tmp_path, "p-held"),
    ]
    (tmp_path / "p-link").symlink_to(leave_behind(tmp_path, "elsewhere"))
    with (tmp_path / "p-held" / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with scratch_folder("p-", tmp_path):
            pass
    assert all(folder.exists() for folder in [*kept, tmp_path / "p-link", tmp_path / "elsewhere"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_copy_of_standard_input(tmp_path, number):
    command = [sys.executable, "-m", "dedup", "clean", "-", "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdin.write(b'{"text": "private"}\n' * (1 << 18))
        running.stdin.flush()  # more than a pipe holds: the copy has begun
        assert list(tmp_path.glob(".dedup-stdin-*"))
        running.send_signal(number)
        running.wait(240)
        assert (running.returncode, running.stderr.read()) == (128 + number, b"stopped by a signal\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "expected"), [(0o600, (0o600, 0o700)), (0o640, (0o640, 0o750)), (0o644, (0o644, 0o755))]
)
def test_no_output_is_wider_than_the_narrowest_input(dedup, tmp_path, mode, expected):
    for name in ("a", "b"):
        write_jsonl(tmp_path / f"{name}.jsonl", make_records(name, 3))
    (tmp_path / "b.jsonl").chmod(mode)
    before = os.umask(0o022)
    try:
        assert dedup("clean", "a.jsonl", "b.jsonl", "-o", "out", cwd=tmp_path).code == 0
    finally:
        os.umask(before)
    for path in (tmp_path / "out").rglob("*"):
        assert path.stat().st_mode & 0o777 == expected[path.is_dir()], path
    assert (tmp_path / "out").stat().st_mode & 0o777 == expected[1]


def test_runs_in_threads_that_end_in_any_order_leave_the_mask_as_it_was(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("a", 3))
    (tmp_path / "a.jsonl").chmod(0o600)
    before = os.umask(0o022)
    try:
        first, second = (as_private_as(find_files([str(tmp_path / "a.jsonl")])) for _ in range(2))
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        (tmp_path / "new").touch()
        second.__exit__(None, None, None)
    finally:
        after = os.umask(before)
    assert (oct(after), oct((tmp_path / "new").stat().st_mode & 0o777)) == ("0o22", "0o600")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["scratch", "temporary"])
def test_a_signal_while_a_folder_is_deleted_is_heard_when_it_is_gone(tmp_path, monkeypatch, number, kind):
    def remove(path, _remove=shutil.rmtree):
        os.kill(os.getpid(), number)
        _remove(path)

    def stop(got, _frame):
        raise InterruptedError(got)

    before = signal.signal(number, stop)
    monkeypatch.setattr("shutil.rmtree", remove)
    made = scratch_folder("p-", tmp_path) if kind == "scratch" else temporary_folder("p-", tmp_path)
    try:
        with pytest.raises(InterruptedError, match=str(number.value)), made as folder:
            os.mkdir(f"{folder}/below")
    finally:
        signal.signal(number, before)
    assert not [*tmp_path.iterdir()]
