"""How one wording of a statement relates to another, by their words in order and by what each says of the other."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel

from dedup.compare.model import Wording
from dedup.compare.terms import fold_words

Matrix = npt.NDArray[np.float32]

MIN_EDITED = 0.6  # 2 * common / all words, in order: from here on one wording is an edit of the other
MAX_PARTIAL = 0.6  # share of the coverage the other way: below it a wording says only a part
MIN_COPY_WORDS = 5  # a sentence that is not copied by chance
MIN_COPY_COVERAGE = 0.2  # mutual coverage of a copy: what a strong link asks for at most (`Thresholds.own`)


class MutualCoverage(NamedTuple):
    """What two wordings say of each other, 0 to 1: the share of the first that the second says, and the reverse."""

    there: float
    back: float

    @property
    def mean(self) -> float:
        """Return the geometric mean of both shares."""
        return math.sqrt(self.there * self.back)


def classify_wording(words: Sequence[str], base_words: Sequence[str], coverage: MutualCoverage) -> Wording:
    """Return how a wording relates to the base's; `coverage` is that of the wording and the base."""
    if tuple(words) == tuple(base_words):
        return Wording.VERBATIM
    if measure_common_words(tuple(words), tuple(base_words)) >= MIN_EDITED:
        return Wording.EDITED
    return Wording.PARTIAL if coverage.back < MAX_PARTIAL * coverage.there else Wording.REWORDED


@lru_cache(maxsize=1 << 16)
def measure_common_words(words: tuple[str, ...], base_words: tuple[str, ...]) -> float:
    """Return 2 * common words in order / words of both, 0 to 1."""
    return Indel.normalized_similarity(words, base_words)


def lift_copies(
    score: Matrix, coverage: Matrix, texts: Sequence[str], outlets: npt.NDArray[np.int64], copy_score: float
) -> Matrix:
    """Return the scores, the scores of copies raised to `copy_score`.

    In texts of a sentence or two no word is rare, and nothing stands out from the background. The score says little
    there, the wording all. The result is symmetric as the scores are. O(pairs that cover each other) comparisons of
    words.
    """
    words = [tuple(fold_words(text)) for text in texts]
    lifted = score.copy()
    crosses = outlets[:, None] != outlets[None]
    candidates = np.triu(np.sqrt(coverage * coverage.T) >= MIN_COPY_COVERAGE, 1) & (score < copy_score) & crosses
    for i, j in np.argwhere(candidates).tolist():
        is_long = min(len(words[i]), len(words[j])) >= MIN_COPY_WORDS
        if is_long and measure_common_words(words[i], words[j]) >= MIN_EDITED:
            lifted[i, j] = lifted[j, i] = copy_score
    return lifted
