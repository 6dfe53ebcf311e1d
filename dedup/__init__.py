"""Find what was copied in a news corpus, and show what was changed.

The public names are loaded when they are first used: `import dedup` imports nothing heavy. `__init__.pyi` declares
each name with its module.
"""

import re
from importlib import import_module
from pathlib import Path

from dedup.version import __version__ as __version__

_STUB = Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")
_MODULES = {name: module for module, name in re.findall(r"^from (\S+) import (\w+)", _STUB, re.MULTILINE)}

__all__ = sorted(_MODULES)  # noqa: PLE0605 (the stub tells type checkers)


def __getattr__(name: str) -> object:
    """Import a public name on first use."""
    if name not in _MODULES:
        from difflib import get_close_matches  # noqa: PLC0415 (for those who mistype)

        meant = get_close_matches(name, __all__, 1)
        hint = f". Did you mean {meant[0]}?" if meant else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    """Return the public names, and nothing that happens to be imported."""
    return [*__all__, "__version__"]
