"""What documents are of others, for many pairs at once."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig
from dedup.kernels.leader_table import DIFFERENCE
from dedup.kernels.relation import PairArrays, RelationRule, relate_pairs
from dedup.near.sketches import Sketches


class Relations(NamedTuple):
    """Of each pair what the document is of the other one, their exact Jaccard, and what it has of its own.

    ```
    relation    uint8[m]
    similarity  float64[m]
    difference  DIFFERENCE[m]
    goes        bool[m]  whether the rule removes it
    ```
    """

    relation: npt.NDArray[np.uint8]
    similarity: npt.NDArray[np.float64]
    difference: npt.NDArray[np.void]
    goes: npt.NDArray[np.bool_]


def relate_documents(
    sketches: Sketches,
    documents: npt.NDArray[np.int64],
    others: npt.NDArray[np.int64],
    is_contained: npt.NDArray[np.bool_],
    config: NearConfig,
    rule: RelationRule,
) -> Relations:
    """Return what documents are of others, both by doc_index; `is_contained` (bool[m]): passages cover them."""
    count = len(documents)
    mine, theirs = sketches.locate(documents), sketches.locate(others)
    pairs = PairArrays(
        np.stack([mine.address, theirs.address], axis=1),
        np.stack([mine.num_tokens, theirs.num_tokens], axis=1),
        np.stack([mine.facts, theirs.facts], axis=1),
        is_contained,
        np.empty(count, np.uint8),
        np.empty(count),
        np.empty((count, 4), np.int32),
    )
    relate_pairs(pairs, config.shingle_size, rule)
    goes = np.asarray(rule.removed >> pairs.relation.astype(np.int64) & 1 == 1)
    return Relations(pairs.relation, pairs.similarity, pairs.difference.view(DIFFERENCE)[:, 0], goes)
