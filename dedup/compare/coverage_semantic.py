"""The semantic engine: the coverage matrix of sentences by the vectors of their words in context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt

from dedup.compare.sentence_terms import SentenceTerms, cover_both
from dedup.compare.terms import Term
from dedup.errors import DedupError

Matrix = npt.NDArray[np.float32]

NUMBER_LIKENESS = 0.6  # two different numbers are never more alike than this, whatever the model says
MAX_TERMS = 150_000  # all are compared with all: a minute of work
TILE = 16_384  # terms, of whole sentences, that are compared with so many others at a time


def check_terms(sentences: Sequence[Sequence[Term]]) -> None:
    """Raise `DedupError` on more terms than can be compared."""
    count = sum(map(len, sentences))
    if count > MAX_TERMS:
        raise DedupError(f"{count:,} words in all; up to {MAX_TERMS:,} can be compared. Name fewer texts, or shorter.")


@dataclass(frozen=True)
class SensedTerms(SentenceTerms):
    """Terms with what a model made of them.

    vectors  float32[terms, dim] of length 1; 0 where the model saw nothing
    keys     str[terms]
    numbers  bool[terms]: whether it is written in digits
    """

    vectors: Matrix
    keys: npt.NDArray[np.str_]
    numbers: npt.NDArray[np.bool_]

    def measure_likeness(self, terms: slice, others: Self) -> Matrix:
        """Return squared cosines, so that vague likeness counts little; numbers are equal or not more alike."""
        likeness = self.vectors[terms] @ others.vectors.T
        np.square(np.clip(likeness, 0, 1, out=likeness), out=likeness)
        columns = np.flatnonzero(others.numbers)
        keys = others.keys[columns]
        for row in np.flatnonzero(self.numbers[terms]):
            likeness[row, columns] = np.minimum(likeness[row, columns], NUMBER_LIKENESS)
            likeness[row, columns[keys == self.keys[terms][row]]] = 1
        return likeness

    def cut(self, first: int, end: int) -> "SensedTerms":
        """Return the sentences from one to before another, by position."""
        edges = [*self.starts.tolist(), len(self.keys)]
        terms = slice(edges[first], edges[end])
        starts = self.starts[first:end] - edges[first]
        return SensedTerms(self.weight[terms], starts, self.vectors[terms], self.keys[terms], self.numbers[terms])


def sense_terms(
    sentences: Sequence[Sequence[Term]], vectors: Sequence[Matrix], weights: Mapping[str, float]
) -> SensedTerms:
    """Return the terms of sentences that have some, with their vectors."""
    keys = np.array([term.key for terms in sentences for term in terms])
    sizes = np.array([len(terms) for terms in sentences], np.int64)
    return SensedTerms(
        weight=np.array([weights[key] for key in keys], np.float32),
        starts=np.cumsum(sizes) - sizes,
        vectors=np.concatenate(vectors),
        keys=keys,
        numbers=np.array([key[0].isdecimal() for key in keys], bool),
    )


def measure_semantic_coverage(
    sentences: Sequence[Sequence[Term]], vectors: Sequence[Matrix], weights: Mapping[str, float], tile: int = TILE
) -> Matrix:
    """Return float32[n, n]: the share of sentence i, by weight of its terms, that sentence j says.

    `vectors` are float32[terms of the sentence, dim] of length 1. This is the recall of BERTScore (Zhang et al. 2020)
    with weights. O(all terms squared): each `tile` of terms is multiplied once with each other, for both directions.
    """
    filled = [i for i, terms in enumerate(sentences) if terms]
    coverage = np.zeros((len(sentences), len(sentences)), np.float32)
    if not filled:
        return coverage
    terms = sense_terms([sentences[i] for i in filled], [vectors[i] for i in filled], weights)
    edges = [*np.flatnonzero(np.diff(terms.starts // tile, prepend=-1)).tolist(), len(filled)]
    said = np.zeros((len(filled), len(filled)), np.float32)
    for number, rows in enumerate(pairwise(edges)):
        for columns in pairwise(edges[number:]):
            shares = cover_both(terms.cut(*rows), terms.cut(*columns))
            said[slice(*rows), slice(*columns)] = shares.there
            said[slice(*columns), slice(*rows)] = shares.back
    coverage[np.ix_(filled, filled)] = said
    return coverage
