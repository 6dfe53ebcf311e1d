"""What sentences say: their terms, by a model also the vectors of these, and how much of it others say."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.coverage_lexical import measure_lexical_coverage
from dedup.compare.coverage_semantic import check_terms, measure_semantic_coverage
from dedup.compare.encoder import Encoder, pool_words
from dedup.compare.terms import Term, split_terms, weigh_terms

Matrix = npt.NDArray[np.float32]

WORDS_WEIGHT = 0.1  # share of a coverage by sense that words give


class Spoken(NamedTuple):
    """Sentences as they are compared.

    terms    of each sentence; their spans are of the text that was read
    vectors  float32[terms, dim] of each sentence, of length 1; None without a model
    weights  of each term, by key
    """

    terms: Sequence[Sequence[Term]]
    vectors: Sequence[npt.NDArray[np.float32]] | None
    weights: Mapping[str, float]

    def take_apart(self, sentence: int, parts: Sequence[slice], others: Sequence[int]) -> "Spoken":
        """Return parts of a sentence (slices of its terms), each a sentence of its own, and behind them others."""
        terms = [self.terms[sentence][part] for part in parts] + [self.terms[other] for other in others]
        weights = {term.key: self.weights[term.key] for found in terms for term in found}
        if self.vectors is None:
            return Spoken(terms, None, weights)
        vectors = [self.vectors[sentence][part] for part in parts] + [self.vectors[other] for other in others]
        return Spoken(terms, vectors, weights)


def read_spoken(texts: Sequence[str], encoder: Encoder | None) -> Spoken:
    """Return what some sentences say."""
    terms = [split_terms(text) for text in texts]
    weights = weigh_terms(terms)
    if encoder is None:
        return Spoken(terms, None, weights)
    check_terms(terms)
    pieces = encoder.encode(texts)
    dim = max((found.vectors.shape[1] for found in pieces), default=1)
    return Spoken(
        terms, [pool_words(p, [term.span for term in t], dim) for p, t in zip(pieces, terms, strict=True)], weights
    )


def measure_coverage(spoken: Spoken) -> Matrix:
    """Return float32[n, n]: the share of sentence i that sentence j says, by words or, with a model, by sense."""
    coverage = measure_lexical_coverage(spoken.terms, spoken.weights)
    if spoken.vectors is not None:
        by_sense = measure_semantic_coverage(spoken.terms, spoken.vectors, spoken.weights)
        coverage = WORDS_WEIGHT * coverage + (1 - WORDS_WEIGHT) * by_sense
    return cover_equal_sentences(coverage, spoken.terms)


def cover_equal_sentences(coverage: Matrix, terms: Sequence[Sequence[Term]]) -> Matrix:
    """Return the shares with those of sentences of the same words set to 1, whatever a model made of them."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, found in enumerate(terms):
        if found:
            alike.setdefault(tuple(term.key for term in found), []).append(number)
    for numbers in alike.values():
        coverage[np.ix_(numbers, numbers)] = 1
    return coverage
