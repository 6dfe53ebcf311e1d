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
        "from dedup.diff.engine import diff_texts; import dedup.diff; import dedup",
    ],
)
def test_diff_texts_is_there_whatever_was_imported_before(imports):
    program = f"{imports}; print(len(dedup.diff_texts('a cat', 'a dog').edits))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "1\n" == done.stdout


def test_importing_dedup_loads_nothing():
    program = "import dedup, sys; print(sorted(name for name in sys.modules if name.startswith('dedup')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "['dedup', 'dedup.version']\n" == done.stdout


def test_the_function_returns_a_frozen_diff():
    diff = dedup.diff_texts("a", "b")
    assert isinstance(diff, Diff)
    with pytest.raises(AttributeError):
        diff.old = "c"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        _ = dedup.nothing


def test_dir_lists_the_public_names_and_nothing_else():
    program = "import dedup, dedup.diff.engine; print(dir(dedup) == sorted([*dedup.__all__, '__version__']))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "True\n" == done.stdout


def test_the_packages_are_no_functions():
    import dedup.compare
    import dedup.diff

    assert not callable(dedup.diff)
    assert not callable(dedup.compare)
