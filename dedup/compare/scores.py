"""From the coverage matrix to a score that means the same in every story.

Coverage is directed, like the recall of BERTScore: `coverage[i, j]` is the share of sentence i that sentence j says.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


class Odds(NamedTuple):
    """How likely a score is a link: 1 / (1 + exp(-slope * (score - middle))), fitted to labelled stories."""

    slope: float
    middle: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which two sentences have a strong or a weak link, and two clusters are one row.

    own   what the two must say of each other themselves, third outlets aside, for a link to be strong
    lone  what a sentence that is alone must have on the average with the texts of a row to join it
    part  what a part of a sentence and the texts of another row must say of each other, on the average, 0 to 1
    odds  by which the scores of a story move its thresholds; None: they are the same for every story
    """

    strong: float
    weak: float
    row: float
    own: float
    lone: float
    part: float
    odds: Odds | None = None


# Chosen on seven labelled stories of different kinds; `make bench-compare` prints what each gives with its story left
# out of the choice. `own` costs one true link in fifty there, and every fourth of those between unrelated texts.
# The odds of words alone differ from story to story: moved thresholds would cost .05 on one.
THRESHOLDS = {
    "lexical": Thresholds(0.076, 0.05, 0.065, 0.14, 0.1, 0.35),
    "semantic": Thresholds(0.1, 0.07, 0.09, 0.20, 0.105, 0.3, Odds(44.4, 0.1158)),
}
SHIFT = 2 / 3  # how far thresholds move from those of all stories to those of one
MIN_CHANCE = 0.15  # of a link at the threshold of one story; in unrelated texts the best pairs are no links

HOP_WEIGHT = 0.5  # share of a score that third outlets give which say the same
HOPS = 3  # third outlets that count: those that say it best
HOP_FILL = 0.7  # with two outlets there is no third one: what one would have said, as a share of what the two do
ROWS_AT_ONCE = 64
WAYS = 4  # sentences of a third outlet through which two others may meet
NEAREST = 4  # sentences of an outlet, the nearest ones, that are a sentence's background there
OTHERS_WEIGHT = 0.5
OWN_WEIGHT = 0.2
HEADLINES = 0.05  # what two headlines have in common without saying it: they tell the same event
HEADLINE_AND_LEAD = 0.03
NUM_LEADS = 4  # sentences that can be a lead
MIN_MUTUAL = 0.2  # what two sentences of a short story must say of each other: in FEW sentences no word is rare
FEW = 10


def score_pairs(
    coverage: Matrix, outlets: npt.NDArray[np.int64], headings: npt.NDArray[np.bool_] | None = None
) -> Matrix:
    """Return float32[n, n], symmetric: how alike two sentences of different outlets speak; 0 within an outlet.

    coverage  float32[n, n]   share of sentence i that sentence j says, 0 to 1, also within an outlet
    outlets   int64[n]        outlet of each sentence, ascending
    headings  bool[n]         which of them are headings; None: none is

    Each step helped on every labelled story.

    1. Transitive support. If k, a sentence of a third outlet, covers i, and j covers k, then j covers i by the smaller
       of the two shares. Support has a direction: a lead that sums up the story covers much, and little covers it, so
       it joins nothing.
    2. The geometric mean of both directions.
    3. Hubness correction (after CSLS, Lample et al. 2018): minus the nearness of each sentence to everything. The
       match itself is left out of it. In a short text the match is half of what is near.
    4. Headlines leave out what leads say, so they need less.
    """
    same = outlets[:, None] == outlets[None]
    across = np.where(same, 0, coverage).astype(np.float32)
    supported = (1 - HOP_WEIGHT) * across + HOP_WEIGHT * support_transitively(across, outlets)
    mean = np.sqrt(supported * supported.T)
    others = OTHERS_WEIGHT / 2 * measure_background(mean, outlets)
    mutual = np.sqrt(coverage * coverage.T)
    own = OWN_WEIGHT / 2 * measure_own_background(np.where(same, mutual, 0))
    score = mean - (others + others.T) - (own[:, None] + own[None])
    if headings is not None:
        score += lift_headlines(outlets, headings)
    score[mutual < MIN_MUTUAL * min(1, FEW / max(1, len(score)))] = 0
    return np.where(same, np.float32(0), score.astype(np.float32))


def fit_thresholds(thresholds: Thresholds, score: Matrix, outlets: npt.NDArray[np.int64]) -> Thresholds:
    """Return the thresholds of one story: moved towards the score from which its links have the best expected F1."""
    if thresholds.odds is None:
        return thresholds
    pairs = score[np.triu(outlets[:, None] != outlets[None])]
    shift = SHIFT * (find_best_threshold(pairs, thresholds.odds) - thresholds.strong)
    moved = {name: getattr(thresholds, name) + shift for name in ("strong", "weak", "row", "lone")}
    return replace(thresholds, **moved)


def find_best_threshold(scores: npt.NDArray[np.float32], odds: Odds) -> float:
    """Return the score from which links have the best expected F1.

    At that score a link has half the chance of the best F1 (Lipton, Elkan and Naryanaswamy 2014). A story of copies has
    a high threshold, a story in which all speak alike of one thing a low one.
    """
    if not scores.size:
        return odds.middle
    chances = 1 / (1 + np.exp(-odds.slope * (scores.astype(np.float64) - odds.middle)))
    ranked = np.sort(chances[chances >= MIN_CHANCE / 2])[::-1]
    expected = 2 * np.cumsum(ranked) / (np.arange(1, ranked.size + 1) + chances.sum())
    chance = max(MIN_CHANCE, float(expected.max(initial=0)) / 2)
    return odds.middle + float(np.log(chance / (1 - chance))) / odds.slope


def lift_headlines(outlets: npt.NDArray[np.int64], headings: npt.NDArray[np.bool_]) -> Matrix:
    """Return float32[n, n]: what headlines need less. A headline is a heading that begins a text."""
    place = np.arange(len(outlets)) - np.searchsorted(outlets, outlets)
    headline, lead = headings & (place == 0), ~headings & (place < NUM_LEADS)
    meets_lead = np.outer(headline, lead)
    lift = HEADLINES * np.outer(headline, headline) + HEADLINE_AND_LEAD * (meets_lead | meets_lead.T)
    return np.asarray(lift, np.float32)


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
        carried, spare = np.empty_like(best[0]), np.empty_like(best[0])
        for group in groups:
            carry_over(coverage, rows, group, carried, spare)
            carried[outlets[rows] == outlets[group[0]]] = 0  # not a third outlet
            for place in best:
                np.minimum(place, carried, out=spare)
                np.maximum(place, carried, out=place)
                carried, spare = spare, carried
        support[rows] = best.sum(0)
    support /= np.float32(min(HOPS, len(groups) - 2))
    return support


def carry_over(coverage: Matrix, rows: slice, group: npt.NDArray[np.int64], carried: Matrix, spare: Matrix) -> None:
    """Write into `carried` how well the sentences of one outlet carry some sentences over to all others.

    `carried` and `spare` are float32[rows, n]: new ones for each group would take half of the time.
    """
    own = coverage[rows, group]
    near = np.argsort(-own, axis=1, kind="stable")[:, :WAYS]
    carried[:] = 0
    for way in near.T:
        weight = np.take_along_axis(own, way[:, None], axis=1)
        np.take(coverage, group[way], axis=0, out=spare, mode="clip")
        np.minimum(weight, spare, out=spare)
        np.maximum(carried, spare, out=carried)
    carried[:, group] = 0


def measure_background(score: Matrix, outlets: npt.NDArray[np.int64]) -> Matrix:
    """Return float32[n, n]: how near sentence i is to the NEAREST of every other outlet, j left out, on the average."""
    groups = [np.flatnonzero(outlets == outlet) for outlet in np.unique(outlets)]
    total = np.zeros(len(score), np.float32)
    change = np.zeros_like(score)
    for group in groups:
        size = min(NEAREST, len(group))
        best = np.sort(score[:, group], axis=1)[:, : -size - 2 : -1]
        near = best[:, :size].mean(1)
        follower = best[:, size] if len(group) > size else np.zeros(len(score), np.float32)
        without = np.maximum(0, score[:, group] - follower[:, None]) / size  # of the match, where it is among them
        near[group] = 0
        total += near
        change[:, group] = np.where(score[:, group] >= best[:, size - 1 : size], without, 0)
    return np.asarray((total[:, None] - change) / max(1, len(groups) - 1), np.float32)


def measure_own_background(score: Matrix) -> npt.NDArray[np.float32]:
    """Return float32[n]: how near each sentence is to the NEAREST of its own text; `score` is 0 outside of it."""
    score = score.copy()
    np.fill_diagonal(score, 0)
    return np.asarray(np.sort(score, axis=1)[:, -NEAREST:].sum(1) / NEAREST, np.float32)
