"""Numba only: arrays in, arrays out. The wrappers in the layers above validate; nothing here does.

Every kernel has a slow twin in `tests/naive.py`.
"""

from pathlib import Path
from typing import Any


def is_compiled(kernel: Any) -> bool:
    """Return whether numba's cache on disk has a compiled version of a kernel (perhaps of an older source)."""
    folder = Path(kernel._cache.cache_path)  # noqa: SLF001 (numba tells nowhere else where its cache is)
    return any(folder.glob(f"*{kernel.__name__}-*.nbi"))
