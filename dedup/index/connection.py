"""What all modules of an index share: the type of a connection, and what is said of a damaged file.

DuckDB itself is imported where a connection is opened.
"""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Connection: TypeAlias = "DuckDBPyConnection"


class DamagedIndexError(Exception):
    """Something in the file of an index that no run put there. Who knows its path tells it."""


def require(condition: object, fault: str) -> None:
    """Raise `DamagedIndexError` with the fault, where a condition does not hold."""
    if not condition:
        raise DamagedIndexError(fault)
