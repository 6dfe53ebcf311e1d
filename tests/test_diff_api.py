import subprocess
import sys

import pytest

import dedup
from dedup.diff.model import Diff


@pytest.mark.parametrize(
    "imports",
    [
        "import dedup",
        "import dedup; import dedup.diff.engine",
        "import dedup.diff.engine; import dedup",
        "from dedup.diff.model import Diff; import dedup",
        "from dedup.diff.engine import compare_texts; from dedup import diff; import dedup; dedup.diff = diff",
    ],
)
def test_dedup_diff_compares_whatever_was_imported_before(imports):
    program = f"{imports}; print(len(dedup.diff('a cat', 'a dog').edits))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "1\n" == done.stdout


def test_importing_dedup_loads_nothing():
    program = "import dedup, sys; print([name for name in sys.modules if name.startswith('dedup')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "['dedup']\n" == done.stdout


def test_the_function_returns_a_frozen_diff():
    diff = dedup.diff("a", "b")
    assert isinstance(diff, Diff)
    with pytest.raises(AttributeError):
        diff.old = "c"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        _ = dedup.nothing
