"""Keep libraries from importing what happens to be installed beside them."""

import sys
from collections.abc import Sequence
from types import ModuleType

# numba imports scipy to see whether it can do linear algebra, which no kernel does, and yaml for a file of settings;
# pyarrow imports pandas to see whether a list of texts is a table of it.
WITHHELD = frozenset({"scipy", "yaml", "pandas"})


class Withhold:
    """A finder that says of WITHHELD that they are not installed."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:  # noqa: ARG002 (the protocol's)
        """Raise `ModuleNotFoundError` for what is withheld, leave the rest to other finders."""
        if name in WITHHELD:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def withhold() -> None:
    """Withhold from now on."""
    sys.meta_path.insert(0, Withhold())


def release() -> None:
    """Withhold no longer."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, Withhold)]
