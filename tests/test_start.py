"""What the start of a command leaves out must not be missed later."""

import os
import subprocess
import sys

import pytest

LOADED_THEN_COMPILED = """
import numba
import numpy as np
from dedup.kernels.shingles import table_size
from dedup.near.sketcher import tokenise_text
assert tokenise_text("a b c").size == 3  # loaded, where it was compiled before
@numba.njit
def total(values):
    sums = np.zeros(2)
    for value in values:
        sums[0] += value
    return sums
@numba.njit
def call_kernel(count):
    return table_size(count) // 4
assert (table_size(100), call_kernel(100)) == (256, 64)  # one that was loaded becomes a part of one that is compiled
print(total(np.arange(4.0))[0], total(np.arange(3))[0])
"""


def run(code, tmp_path):
    """Run a program in a process of its own, its compiled kernels in a folder of its own after the first time."""
    (tmp_path / "program.py").write_text(code)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, tmp_path / "program.py"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_kernel_is_compiled_after_others_were_loaded(tmp_path):
    """Code is loaded without the rules of typing; what is compiled later finds them. Twice: compiled, then loaded."""
    for _ in range(2):
        assert run(LOADED_THEN_COMPILED, tmp_path) == ["6.0", "3.0"]


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_may_be_closed(tmp_path, closed):
    """Nothing is shown then, and no file of the run takes the place of one."""
    (tmp_path / "old.txt").write_text("One text.")
    (tmp_path / "new.txt").write_text("Another text.")
    for command, code in (("diff old.txt new.txt", 1), ("clean old.txt -o out", 0), ("clean none.txt -o out2", 2)):
        line = f"{sys.executable} -m dedup {command} {closed}"
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert (tmp_path / "out/kept/old.txt").read_text() == "One text."


def test_a_full_device_is_an_error_of_one_line(tmp_path):
    (tmp_path / "old.txt").write_text("One text.")
    line = f"{sys.executable} -m dedup diff old.txt old.txt > /dev/full"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the disk is full" in done.stderr


@pytest.mark.parametrize("command", [("completion", "bash"), ("export", "out", "--table", "removed")])
def test_a_reader_that_went_away_is_no_error(dedup, tmp_path, command):
    (tmp_path / "in.jsonl").write_text('{"text": "a b"}\n' * 2)
    assert dedup("clean", "in.jsonl", "-o", "out", "-q", cwd=tmp_path).code == 0
    gone, output = os.pipe()
    os.close(gone)
    with open(output, "wb") as stdout:
        arguments = [sys.executable, "-m", "dedup", *command]
        done = subprocess.run(arguments, cwd=tmp_path, stdout=stdout, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
