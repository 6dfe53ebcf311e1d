"""From the coverage matrix to a score that means the same in every story.

Coverage is directed, like the recall of BERTScore: `coverage[i, j]` is the share of sentence i that sentence j says.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which two sentences have a strong or a weak link, and two clusters are one row.

    own  what the two must say of each other themselves, third outlets aside, for a link to be strong
    """

    strong: float
    weak: float
    row: float
    own: float


# Chosen on five labelled stories of different kinds; `make bench-compare` prints what each gives with its story left
# out of the choice. `own` costs one true link in fifty there, and every fourth of those between unrelated texts.
THRESHOLDS = {"lexical": Thresholds(0.17, 0.10, 0.14, 0.14), "semantic": Thresholds(0.20, 0.13, 0.18, 0.20)}

HOP_WEIGHT = 2.0  # what a third outlet that says the same adds
HOPS = 3  # third outlets that count: those that say it best
HOP_FILL = 0.7  # with two outlets there is no third one: what one would have said, as a share of what the two do
ROWS_AT_ONCE = 256
WAYS = 4  # sentences of a third outlet through which two others may meet
BACKGROUND = 0.2  # share of the sentences of each other outlet, the nearest ones, that are a sentence's background
MIN_BACKGROUND = 2
HUB_WEIGHT = 0.8


def score_pairs(coverage: Matrix, outlets: npt.NDArray[np.int64]) -> Matrix:
    """Return float32[n, n], symmetric: how alike two sentences of different outlets speak; 0 within an outlet.

    coverage  float32[n, n]   share of sentence i that sentence j says, 0 to 1
    outlets   int64[n]        outlet of each sentence, ascending

    Three steps; each helped on every labelled story.

    1. Transitive support. If k, a sentence of a third outlet, covers i, and j covers k, then j covers i by the smaller
       of the two shares. Support has a direction: a lead that sums up the story covers much, and little covers it, so
       it joins nothing.
    2. The geometric mean of both directions.
    3. Hubness correction (after CSLS, Lample et al. 2018): minus the nearness of each sentence to everything, which is
       the mean of its nearest few in each other outlet.
    """
    coverage = np.where(outlets[:, None] == outlets[None], 0, coverage).astype(np.float32)
    supported = coverage + HOP_WEIGHT * support_transitively(coverage, outlets)
    mean = np.sqrt(supported * supported.T)
    background = measure_background(mean, outlets)
    score = mean - HUB_WEIGHT * (background[:, None] + background[None]) / 2
    return np.where(outlets[:, None] == outlets[None], np.float32(0), score.astype(np.float32))


def support_transitively(coverage: Matrix, outlets: npt.NDArray[np.int64], rows_at_once: int = ROWS_AT_ONCE) -> Matrix:
    """Return float32[n, n]: how well third outlets carry sentence i over to sentence j.

    The mean over the HOPS outlets that carry it best. O(n^2 * outlets * WAYS) time, some rows at a time.
    """
    groups = [np.flatnonzero(outlets == outlet) for outlet in np.unique(outlets)]
    if len(groups) < 3:
        return (HOP_FILL * coverage).astype(np.float32)
    support = np.zeros(coverage.shape, np.float32)
    for first in range(0, len(coverage), rows_at_once):
        rows = slice(first, first + rows_at_once)
        best = np.zeros((HOPS, *coverage[rows].shape), np.float32)
        for group in groups:
            carried = carry_over(coverage, rows, group)
            carried[outlets[rows] == outlets[group[0]]] = 0  # not a third outlet
            for place in range(HOPS):
                better = np.maximum(best[place], carried)
                carried = np.minimum(best[place], carried)
                best[place] = better
        support[rows] = best.sum(0)
    support /= np.float32(min(HOPS, len(groups) - 2))
    return support


def carry_over(coverage: Matrix, rows: slice, group: npt.NDArray[np.int64]) -> Matrix:
    """Return float32[rows, n]: how well the sentences of one outlet carry some sentences over to all others."""
    own = coverage[rows, group]
    near = np.argsort(-own, axis=1, kind="stable")[:, :WAYS]
    carried = np.zeros(coverage[rows].shape, np.float32)
    for way in near.T:
        weight = np.take_along_axis(own, way[:, None], axis=1)
        np.maximum(carried, np.minimum(weight, coverage[group[way]]), out=carried)
    carried[:, group] = 0
    return carried


def measure_background(score: Matrix, outlets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return float32[n]: how near each sentence is to the nearest few of every other outlet, on the average."""
    groups = [np.flatnonzero(outlets == outlet) for outlet in np.unique(outlets)]
    total = np.zeros(len(score), np.float32)
    for group in groups:
        size = max(MIN_BACKGROUND, int(np.ceil(BACKGROUND * len(group))))
        near = np.sort(score[:, group], axis=1)[:, ::-1][:, :size].mean(1)
        near[group] = 0
        total += near
    total /= np.float32(max(1, len(groups) - 1))
    return total
