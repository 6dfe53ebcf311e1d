"""Shares with their intervals."""

import math
from collections.abc import Sequence

from dedup.model.bench_results import Rate

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
    center = share + Z * Z / (2 * total)
    spread = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    low, high = (center - spread) / scale, (center + spread) / scale
    return Rate(hits, total, share, max(0.0, min(share, low)), min(1.0, max(share, high)))


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
