"""The semantic engine: the coverage matrix of sentences by the vectors of their words in context."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dedup.compare.terms import Term
from dedup.errors import DedupError

NUMBER_LIKENESS = 0.6  # two different numbers are never more alike than this, whatever the model says
MAX_TERMS = 150_000  # all are compared with all: minutes of work
TERMS_AT_ONCE = 256  # of a sentence: one sentence can be a whole text


def check_terms(sentences: Sequence[Sequence[Term]]) -> None:
    """Raise `DedupError` on more terms than can be compared."""
    count = sum(map(len, sentences))
    if count > MAX_TERMS:
        raise DedupError(f"{count:,} words in all; up to {MAX_TERMS:,} can be compared. Name fewer texts, or shorter.")


def measure_semantic_coverage(
    sentences: Sequence[Sequence[Term]],
    vectors: Sequence[npt.NDArray[np.float32]],
    weights: Mapping[str, float],
    terms_at_once: int = TERMS_AT_ONCE,
) -> npt.NDArray[np.float32]:
    """Return float32[n, n]: the share of sentence i, by weight of its terms, that sentence j says.

    `vectors` are float32[terms of the sentence, dim] of length 1 (0 where the model saw nothing). This is the recall of
    BERTScore (Zhang et al. 2020) with weights: each term counts by its nearest term in the other sentence. The cosine
    is squared, so that vague likeness counts little. O(all terms squared), a sentence at a time.
    """
    filled = [i for i, terms in enumerate(sentences) if terms]
    coverage = np.zeros((len(sentences), len(sentences)), np.float32)
    if not filled:
        return coverage
    all_vectors = np.concatenate([vectors[i] for i in filled])
    sizes = np.array([len(sentences[i]) for i in filled])
    starts = np.cumsum(sizes) - sizes
    keys = np.array([term.key for i in filled for term in sentences[i]])
    numbers = np.array([key[0].isdecimal() for key in keys], bool)
    weight = np.array([weights[key] for key in keys], np.float32)
    for i, start in zip(filled, starts.tolist(), strict=True):
        end = start + len(sentences[i])
        for first in range(start, end, terms_at_once):
            block = slice(first, min(first + terms_at_once, end))
            likeness = np.clip(all_vectors[block] @ all_vectors.T, 0, 1)
            likeness *= likeness
            for row in np.flatnonzero(numbers[block]):
                likeness[row, numbers] = np.minimum(likeness[row, numbers], NUMBER_LIKENESS)
                likeness[row, keys == keys[first + row]] = 1
            coverage[i, filled] += weight[block] @ np.maximum.reduceat(likeness, starts, axis=1)
        coverage[i, filled] /= weight[start:end].sum()
    return coverage
