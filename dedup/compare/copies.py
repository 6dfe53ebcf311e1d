"""Copies: sentences that are edits of each other say alike, however the words of the story are weighed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.compare.relations import EDITED, compare_wording
from dedup.compare.terms import fold_words

Matrix = npt.NDArray[np.float32]

MIN_COPY = 5  # words of a sentence that is not copied by chance
MIN_COVER = 0.2  # share that the two say of each other: what a strong link asks for at most (`Thresholds.own`)


def lift_copies(
    score: Matrix, cover: Matrix, texts: Sequence[str], outlets: npt.NDArray[np.int64], least: float
) -> Matrix:
    """Return the scores, those of copies raised to `least`.

    In texts of a sentence or two no word is rare, and nothing stands out from the background: the score says little,
    the wording all. Symmetric as the scores are. O(pairs that cover each other) comparisons of words.
    """
    words = [tuple(fold_words(text)) for text in texts]
    lifted = score.copy()
    alike = np.triu(np.sqrt(cover * cover.T) >= MIN_COVER, 1) & (score < least) & (outlets[:, None] != outlets[None])
    for i, j in zip(*(found.tolist() for found in np.nonzero(alike)), strict=True):
        if min(len(words[i]), len(words[j])) >= MIN_COPY and compare_wording(words[i], words[j]) >= EDITED:
            lifted[i, j] = lifted[j, i] = least
    return lifted
