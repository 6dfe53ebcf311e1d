"""Two texts compared by sentence and word.

`dedup.diff` is this package and the function of the same name at once: `dedup.diff(old, new)` compares, `from
dedup.diff.engine import ...` imports. Two names for the two were worse: Python binds a subpackage over any attribute
of that name as soon as something imports it, so a function `dedup.diff` would have worked or failed with the order of
imports.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.diff.model import Diff


class _CallablePackage(ModuleType):
    """A package that can be called."""

    def __call__(self, old: str, new: str) -> "Diff":
        """Compare two texts."""
        from dedup.diff.engine import compare_texts  # noqa: PLC0415 (importing the package must not load nupunkt)

        return compare_texts(old, new)


sys.modules[__name__].__class__ = _CallablePackage
