"""How many bands of how many rows a threshold needs, and what they promise.

The theory is chapter 3.4 of Leskovec, Rajaraman & Ullman, "Mining of Massive Datasets".

A candidate pair is compared only if its b-bit signatures agree: a byte of each of SIGNATURE_SIZE min-hashes (Li &
Koenig, "b-Bit Minwise Hashing", WWW 2010). Two texts that share a sentence meet in some band now and then. The more
documents there are, the more such pairs. 64 bytes rule out nearly all of them without a look at their tokens.
"""

import math
from dataclasses import replace
from typing import NamedTuple

from dedup.config import REMOVE_ALL, KeepPolicy, NearConfig
from dedup.errors import DedupError
from dedup.kernels.minhash import SIGNATURE_WORDS

SIGNATURE_SIZE = 8 * SIGNATURE_WORDS  # bytes: one cache line
MISSED_SHARE = 0.02  # of the pairs at the threshold that may be missed: those whose b-bit signatures look unlike
NEAR_MISS = 0.05  # what a pair may be below the threshold
MANY = 10**15  # permutations: nobody asks for more


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
    candidate makes fewer permutations cost nothing in precision. More bands make up for what b-bit signatures miss.

    >>> choose_bands(0.7, 128)
    Bands(bands=20, rows=4)
    """
    wanted = 1.0 - (1.0 - recall) * (1.0 - MISSED_SHARE)
    for rows in range(num_perm, 0, -1):
        most = num_perm // rows
        if candidate_probability(threshold, most, rows) < wanted:
            continue
        bands = next(b for b in range(1, most + 1) if candidate_probability(threshold, b, rows) >= wanted)
        return Bands(bands, rows)
    needed = math.ceil(min(math.log1p(-recall) / math.log1p(-threshold), MANY))
    raise DedupError(
        f"--threshold {threshold:g} needs {needed:,} permutations to find pairs with probability {recall:g}, "
        f"and --num-perm allows {num_perm}. Raise one of the two."
    )


def bands_of(config: NearConfig) -> Bands:
    """Return the bands that documents are found by under these settings."""
    return choose_bands(config.threshold, config.num_perm, config.recall)


def lower_threshold(near: NearConfig) -> NearConfig | None:
    """Return settings that also find pairs just below the threshold, None where no banding reaches down to them."""
    threshold = max(near.threshold - NEAR_MISS, near.threshold * 0.9)
    lowered = replace(near, threshold=threshold, keep=KeepPolicy(), remove=REMOVE_ALL)
    try:
        bands_of(lowered)
    except DedupError:
        return None
    return lowered


def choose_agreement(threshold: float, num_hashes: int, recall: float = 0.995) -> int:
    """Return how many bytes of two b-bit signatures must agree for the exact check to be worth its while.

    Each agrees with probability s at least, so their number is binomial; fewer agree in MISSED_SHARE of the pairs at
    the threshold that `recall` allows to be missed. Bytes beyond the number of hashes agree always.

    >>> choose_agreement(0.5, 120), choose_agreement(0.7, 80)
    (17, 31)
    """
    size = min(num_hashes, SIGNATURE_SIZE)
    missed, fewer = 0.0, 0
    while fewer <= size:
        missed += math.comb(size, fewer) * threshold**fewer * (1.0 - threshold) ** (size - fewer)
        if missed > MISSED_SHARE * (1.0 - recall):
            break
        fewer += 1
    return fewer + SIGNATURE_SIZE - size
