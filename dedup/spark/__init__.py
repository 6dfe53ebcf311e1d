"""`dedup clean` on a cluster: its stages as those of Spark (extra `newsdedup[spark]`)."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.spark.deduplicate_frame import deduplicate

__all__ = ["deduplicate"]


def __getattr__(name: str) -> object:
    """Import the public name on first use: `import dedup.spark` does not import pyspark."""
    if name in __all__:
        return getattr(import_module("dedup.spark.deduplicate_frame"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
