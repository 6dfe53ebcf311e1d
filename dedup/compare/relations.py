"""Relations: how one wording of a statement stands to another."""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import Indel

from dedup.compare.model import Wording

EDITED = 0.6  # 2 * common / all words, in order: from here on one wording is an edit of the other
PARTIAL = 0.6  # where less than this share of what the other way has is covered, only a part is said


def classify(words: Sequence[str], base_words: Sequence[str], cover: tuple[float, float]) -> Wording:
    """Return how a wording stands to the base's.

    `cover` is the share of the wording that the base says, and the share of the base that the wording says.
    """
    if tuple(words) == tuple(base_words):
        return Wording.VERBATIM
    if compare_wording(tuple(words), tuple(base_words)) >= EDITED:
        return Wording.EDITED
    return Wording.PARTIAL if cover[1] < PARTIAL * cover[0] else Wording.REWORDED


@lru_cache(maxsize=1 << 16)
def compare_wording(words: tuple[str, ...], base_words: tuple[str, ...]) -> float:
    """Return 2 * common words in order / words of both, 0 to 1."""
    return Indel.normalized_similarity(words, base_words)
