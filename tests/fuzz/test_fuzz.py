"""Whatever a command is given, what has to hold after it holds. A seed that fails: `python -m tests.fuzz SEED`."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .cases import CASES, play
from .invariants import BrokenPromiseError
from .known import KNOWN
from .options import list_commands

QUICK, ALL, AT_ONCE = 300, 5000, 25
BOUNDS_CHECKED = 150
TOP = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    """Return a process that plays cases. It holds what commands load and nothing else: forks of it are cheap."""
    env = {**os.environ, "TMPDIR": str(tmp_path_factory.mktemp("fuzz"))}
    command = [sys.executable, "-m", "tests.fuzz", "--serve"]
    with subprocess.Popen(command, cwd=TOP, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        yield one


def test_every_command_has_cases():
    assert set(list_commands()) == set(CASES)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=[] if first < QUICK else pytest.mark.nightly, id=f"seeds from {first}")
        for first in range(0, ALL, AT_ONCE)
    ],
)
def test_no_promise_is_broken(player, first):
    try:
        print(first, first + AT_ONCE - 1, file=player.stdin, flush=True)
        answer = player.stdout.readline()
    except BaseException:  # its answer would be taken for that to the next question
        player.kill()
        raise
    assert json.loads(answer or '["the player of cases ended"]') == []


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
