"""What the start of a command leaves out must not be missed later."""

import os
import subprocess
import sys

SHALLOW_AND_DEEP = """
import sys
from dedup.cli.main import with_room
def go_down(depth):
    return depth if depth == 0 else go_down(depth - 1)
assert with_room(lambda: go_down(900)) == 0
try:
    with_room(lambda: 1 / 0)
except ZeroDivisionError as error:
    print(type(error).__name__)
"""

LOADED_THEN_COMPILED = """
import numba
import numpy as np
from dedup.near.sketch import tokenise_text
assert tokenise_text("a b c").size == 3  # loaded, where it was compiled before
@numba.njit
def total(values):
    sums = np.zeros(2)
    for value in values:
        sums[0] += value
    return sums
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


def test_frames_of_any_depth_have_room(tmp_path):
    """Recursion and errors pass through the frame that holds room for the others."""
    assert run(SHALLOW_AND_DEEP, tmp_path) == ["ZeroDivisionError"]


def test_a_kernel_is_compiled_after_others_were_loaded(tmp_path):
    """Code is loaded without the rules of typing; what is compiled later finds them. Twice: compiled, then loaded."""
    for _ in range(2):
        assert run(LOADED_THEN_COMPILED, tmp_path) == ["6.0", "3.0"]
