"""Whatever a command is given, what has to hold after it holds. A seed that fails: `python -m tests.fuzz SEED`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .cases import CASES, play
from .invariants import BrokenPromiseError
from .known import KNOWN, find_known
from .options import list_commands

QUICK, ALL = 150, 5000
BOUNDS_CHECKED = 150
TOP = Path(__file__).parent.parent.parent


def test_every_command_has_cases():
    assert set(list_commands()) == set(CASES)


@pytest.mark.parametrize(
    "seed", [*range(QUICK), *(pytest.param(n, marks=pytest.mark.nightly) for n in range(QUICK, ALL))]
)
def test_no_promise_is_broken(seed):
    try:
        play(seed)
    except BrokenPromiseError as error:
        if known := find_known(error):
            pytest.xfail(known.reason)
        pytest.fail(f"python -m tests.fuzz {seed}\n{str(error)!a}", pytrace=False)


def test_known_faults_are_still_there():
    for fault in KNOWN:
        with pytest.raises(BrokenPromiseError, match=re.escape(fault.message)):
            play(fault.seed)


@pytest.mark.nightly
def test_no_kernel_reads_or_writes_beyond_an_array(tmp_path):
    env = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "tests.fuzz", "0", str(BOUNDS_CHECKED - 1)]
    done = subprocess.run(command, cwd=TOP, env=env, capture_output=True, check=False)
    assert (done.returncode, done.stdout.decode()) == (0, "")
