"""What sentences say of each other, by how alike their terms are."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self, TypeVar

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

TERMS_AT_ONCE = 256  # that are held against all terms of others: one sentence can be a whole text


@dataclass(frozen=True)
class SentenceTerms(ABC):
    """The terms of some sentences, one behind the other; no sentence is without terms.

    weight   float32[terms]
    starts   int64[sentences]  first term of each
    """

    weight: npt.NDArray[np.float32]
    starts: npt.NDArray[np.int64]

    @abstractmethod
    def measure_likeness(self, terms: slice, others: Self) -> Matrix:
        """Return float32[terms, terms of the others]: how alike some terms are to all others, 0 to 1."""

    def weigh(self, best: Matrix) -> Matrix:
        """Return float32[sentences, n]: the mean over the terms of each sentence; `best` is float32[terms, n]."""
        sentences = [slice(*ends) for ends in pairwise([*self.starts.tolist(), len(self.weight)])]
        return np.stack([self.weight[terms] @ best[terms] / self.weight[terms].sum() for terms in sentences])


Terms = TypeVar("Terms", bound=SentenceTerms)


class MutualShares(NamedTuple):
    """What some sentences say of others: float32[ours, theirs], and what those say of them: float32[theirs, ours]."""

    there: Matrix
    back: Matrix


def cover_both(ours: Terms, theirs: Terms) -> MutualShares:
    """Return how much sentences say of each other: each term counts by its likest one in the other sentence."""
    there = np.zeros((len(ours.weight), len(theirs.starts)), np.float32)
    back = np.zeros((len(ours.starts), len(theirs.weight)), np.float32)
    home = np.searchsorted(ours.starts, np.arange(len(ours.weight)), side="right") - 1
    for first in range(0, len(ours.weight), TERMS_AT_ONCE):
        block = slice(first, min(first + TERMS_AT_ONCE, len(ours.weight)))
        likeness = ours.measure_likeness(block, theirs)
        there[block] = np.maximum.reduceat(likeness, theirs.starts, axis=1)
        starts = np.flatnonzero(np.diff(home[block], prepend=-1))
        for start, end in pairwise([*starts.tolist(), len(likeness)]):
            said = back[home[first + start]]
            np.maximum(said, likeness[start:end].max(0), out=said)
    return MutualShares(ours.weigh(there), theirs.weigh(np.ascontiguousarray(back.T)))
