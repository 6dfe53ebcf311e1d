"""A sample of documents that is the same for the same corpus."""

import random
from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


def draw(items: Iterable[Item], size: int, seed: int = 1) -> list[Item]:
    """Return `size` of the items, each with the same chance, in their order (Vitter 1985, algorithm R).

    >>> draw("abc", 5)
    ['a', 'b', 'c']
    """
    chance = random.Random(seed)  # noqa: S311 (sampling, not secrets)
    kept: list[tuple[int, Item]] = []
    for number, item in enumerate(items):
        if number < size:
            kept.append((number, item))
        elif (place := chance.randrange(number + 1)) < size:
            kept[place] = (number, item)
    return [item for _, item in sorted(kept, key=lambda pair: pair[0])]
