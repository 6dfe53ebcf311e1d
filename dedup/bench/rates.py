"""A sample that is the same for the same corpus, and shares with their intervals."""

import math
import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

from dedup.model.bench_results import Rate

Item = TypeVar("Item")

Z = 1.959964  # 95 %


def measure_rate(hits: int, total: int) -> Rate:
    """Return a share with its Wilson score interval (Wilson 1927), which is sound near 0 and 1 and for few trials.

    >>> rate = measure_rate(99, 100)
    >>> rate.share, round(rate.low, 3), round(rate.high, 3)
    (0.99, 0.946, 0.998)
    """
    if total == 0:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    share = hits / total
    return Rate(hits, total, share, *measure_interval(share, total))


def measure_interval(share: float, total: float) -> tuple[float, float]:
    """Return the Wilson score interval of a share of so many."""
    center = share + Z * Z / (2 * total)
    spread = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    return max(0.0, min(share, (center - spread) / scale)), min(1.0, max(share, (center + spread) / scale))


def measure_mean(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean of some values by their standard error; of one value, the value.

    >>> measure_mean([1.0])
    (1.0, 1.0)
    """
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, mean
    error = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
    return mean - Z * error, mean + Z * error


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
