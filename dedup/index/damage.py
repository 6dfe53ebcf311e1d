"""What is said of the file of an index that no run of ours can have written so."""


class DamagedIndexError(Exception):
    """Something in the file of an index that no run put there. Who knows its path tells it."""


def require(condition: object, fault: str) -> None:
    """Raise `DamagedIndexError` with the fault, where a condition does not hold."""
    if not condition:
        raise DamagedIndexError(fault)
