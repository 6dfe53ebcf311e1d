"""What sentences say: their terms, by a model also the vectors of these, and how much of it others say."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.coverage_lexical import Vocabulary, measure_lexical_coverage, read_vocabulary, read_words
from dedup.compare.coverage_semantic import check_terms, measure_semantic_coverage, sense_terms
from dedup.compare.encoder import Encoder, pool_words
from dedup.compare.sentence_terms import MutualShares, cover_both
from dedup.compare.terms import Term, split_terms, weigh_terms

Matrix = npt.NDArray[np.float32]

WORDS_WEIGHT = 0.1  # share of a coverage by sense that words give


class Spoken(NamedTuple):
    """Sentences as they are compared.

    terms       of each sentence; their spans are of the text that was read
    vectors     float32[terms, dim] of each sentence, of length 1; None without a model
    weights     of each term, by key
    vocabulary  the terms as words
    """

    terms: Sequence[Sequence[Term]]
    vectors: Sequence[Matrix] | None
    weights: Mapping[str, float]
    vocabulary: Vocabulary


def read_spoken(texts: Sequence[str], encoder: Encoder | None) -> Spoken:
    """Return what some sentences say."""
    terms = [split_terms(text) for text in texts]
    weights = weigh_terms(terms)
    vocabulary = read_vocabulary(weights)
    if encoder is None:
        return Spoken(terms, None, weights, vocabulary)
    check_terms(terms)
    pieces = encoder.encode(texts)
    dim = max((found.vectors.shape[1] for found in pieces), default=1)
    vectors = [pool_words(p, [term.span for term in t], dim) for p, t in zip(pieces, terms, strict=True)]
    return Spoken(terms, vectors, weights, vocabulary)


def measure_coverage(spoken: Spoken) -> Matrix:
    """Return float32[n, n]: the share of sentence i that sentence j says, by words or, with a model, by sense."""
    coverage = measure_lexical_coverage(spoken.terms, spoken.vocabulary)
    if spoken.vectors is not None:
        coverage = mix(coverage, measure_semantic_coverage(spoken.terms, spoken.vectors, spoken.weights))
    return cover_equal_sentences(coverage, spoken.terms)


def mix(by_words: Matrix, by_sense: Matrix) -> Matrix:
    """Return one share of two."""
    return np.asarray(WORDS_WEIGHT * by_words + (1 - WORDS_WEIGHT) * by_sense, np.float32)


def measure_mutual(spoken: Spoken, sentence: int, parts: Sequence[slice], others: Sequence[int]) -> Matrix:
    """Return float32[parts, others]: what parts of a sentence (slices of its terms) and others say of each other."""
    mutual = np.zeros((len(parts), len(others)), np.float32)
    filled = [number for number, other in enumerate(others) if spoken.terms[other]]
    if not filled:
        return mutual
    terms = ([spoken.terms[sentence][part] for part in parts], [spoken.terms[others[n]] for n in filled])
    shares = cover_both(*(read_words(side, spoken.vocabulary) for side in terms))
    if spoken.vectors is not None:
        vectors = ([spoken.vectors[sentence][part] for part in parts], [spoken.vectors[others[n]] for n in filled])
        sides = zip(terms, vectors, strict=True)
        by_sense = cover_both(*(sense_terms(side, found, spoken.weights) for side, found in sides))
        shares = MutualShares(mix(shares.there, by_sense.there), mix(shares.back, by_sense.back))
    keys = [[tuple(term.key for term in found) for found in side] for side in terms]
    is_equal = np.array([[ours == theirs for theirs in keys[1]] for ours in keys[0]], bool)
    mutual[:, filled] = np.where(is_equal, 1, np.sqrt(shares.there * shares.back.T))
    return mutual


def cover_equal_sentences(coverage: Matrix, terms: Sequence[Sequence[Term]]) -> Matrix:
    """Return the shares with those of sentences of the same words set to 1, whatever a model made of them."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, found in enumerate(terms):
        if found:
            alike.setdefault(tuple(term.key for term in found), []).append(number)
    for numbers in alike.values():
        coverage[np.ix_(numbers, numbers)] = 1
    return coverage
