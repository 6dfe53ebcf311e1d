"""How many bands of how many rows a threshold needs, and what they promise.

The theory is chapter 3.4 of Leskovec, Rajaraman & Ullman, "Mining of Massive Datasets".
"""

import math
from typing import NamedTuple

from dedup.errors import DedupError


class Bands(NamedTuple):
    """A banding of a signature: `bands` slices of `rows` min-hashes each."""

    bands: int
    rows: int


def candidate_probability(similarity: float, bands: int, rows: int) -> float:
    """Return the probability 1 - (1 - s^rows)^bands with which a pair of Jaccard s shares a bucket.

    >>> round(candidate_probability(0.7, 14, 9), 2)
    0.44
    """
    return 1.0 - (1.0 - similarity**rows) ** bands


def choose_bands(threshold: float, num_perm: int, recall: float = 0.995) -> Bands:
    """Return the most rows, then the fewest bands, that find a pair exactly at the threshold with this probability.

    `bands * rows <= num_perm`: num_perm is a budget. More rows mean fewer chance candidates; the exact check of every
    candidate makes fewer permutations cost nothing in precision.

    >>> choose_bands(0.7, 128)
    Bands(bands=20, rows=4)
    """
    for rows in range(num_perm, 0, -1):
        most = num_perm // rows
        if candidate_probability(threshold, most, rows) < recall:
            continue
        bands = next(b for b in range(1, most + 1) if candidate_probability(threshold, b, rows) >= recall)
        return Bands(bands, rows)
    needed = math.ceil(math.log1p(-recall) / math.log1p(-threshold))
    raise DedupError(
        f"--threshold {threshold:g} needs {needed:,} permutations to find pairs with probability {recall:g}, "
        f"and --num-perm allows {num_perm}. Raise one of the two."
    )
