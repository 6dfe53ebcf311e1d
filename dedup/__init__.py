"""Find what was copied in a news corpus, and show what was changed."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.diff.engine import compare_texts as diff

__version__ = "0.1.0"
__all__ = ["__version__", "diff"]

# name -> module that is imported when the name is first used: `import dedup` alone loads nothing.
_LAZY = {"diff": "dedup.diff"}


def __getattr__(name: str) -> object:
    """Import what is asked for; `dedup.diff` is a package that can be called, see there."""
    if name in _LAZY:
        return import_module(_LAZY[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
