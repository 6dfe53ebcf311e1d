"""Pairs of kept documents near the threshold, as columns."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.near.decisions import Decisions


@dataclass(frozen=True)
class KeptPairs:
    """Pairs of kept documents by their place among the kept, most similar first: each document with its best.

    ```
    first, second  int64[n]    second is the later one
    similarity     float64[n]  of the texts as they are in kept/
    relation       uint8[n]    a `CopyRelation`
    ```
    """

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]

    @classmethod
    def removed_by(cls, decisions: Decisions) -> "KeptPairs":
        """Return the pairs of a run over the kept documents: each one that it removes, after its witness."""
        second = np.flatnonzero(~decisions.kept)
        second = second[np.argsort(-decisions.similarity[second], kind="stable")]
        return cls(decisions.witness[second], second, decisions.similarity[second], decisions.relation[second])

    def take(self, rows: npt.NDArray[np.int64]) -> "KeptPairs":
        """Return some of the pairs."""
        return KeptPairs(self.first[rows], self.second[rows], self.similarity[rows], self.relation[rows])


@dataclass(frozen=True)
class NearMisses:
    """The pairs nearest below the threshold, and those that reach it: kept on purpose, or missed."""

    below: KeptPairs
    yet_kept: KeptPairs

    @classmethod
    def split(cls, pairs: KeptPairs, threshold: float, most: int) -> "NearMisses":
        """Return the first pairs on each side of the threshold."""
        reaches = pairs.similarity >= threshold
        return cls(pairs.take(np.flatnonzero(~reaches)[:most]), pairs.take(np.flatnonzero(reaches)[:most]))

    @property
    def documents(self) -> npt.NDArray[np.int64]:
        """Return the places of all documents, ascending."""
        sides = (self.below.first, self.below.second, self.yet_kept.first, self.yet_kept.second)
        return np.unique(np.concatenate(sides))
