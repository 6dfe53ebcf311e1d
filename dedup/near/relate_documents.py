"""What documents are of others, for many pairs at once; relatives that were removed after all."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import CleanSettings
from dedup.kernels.leader_table import DIFFERENCE, KEPT
from dedup.kernels.relation import PairArrays, RelationRule, relate_pairs
from dedup.near.decide_documents import find_relatives
from dedup.near.decisions import Decisions
from dedup.near.relation_rule import rule_of
from dedup.near.sketches import Sketches
from dedup.threads import start_threads

PAIRS_AT_ONCE = 500


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


class PairRelations:
    """What documents are of others by the rule of a run: no pair is compared twice."""

    def __init__(self, sketches: Sketches, settings: CleanSettings, threads: int = 1) -> None:
        self.sketches, self.settings, self.rule = sketches, settings, rule_of(settings)
        self.threads = threads
        self._keys = np.empty(0, np.int64)
        self._found = Relations(np.empty(0, np.uint8), np.empty(0), np.empty(0, DIFFERENCE), np.empty(0, np.bool_))

    def relate(
        self, documents: npt.NDArray[np.int64], others: npt.NDArray[np.int64], is_contained: npt.NDArray[np.bool_]
    ) -> Relations:
        """Return what documents are of others, both by doc_index; `is_contained` (bool[m]): passages cover them."""
        keys = ((documents << 31) | others) << 1 | is_contained
        new = np.unique(keys[~np.isin(keys, self._keys)])
        if new.size:
            found = self.relate_by(self.rule, new >> 32, (new >> 1) & 0x7FFFFFFF, (new & 1).astype(np.bool_))
            known = np.concatenate([self._keys, new])
            order = np.argsort(known)
            self._keys = known[order]
            parts = [self._found, found]
            joined: list[np.ndarray] = [np.concatenate(columns)[order] for columns in zip(*parts, strict=True)]
            self._found = Relations(*joined)
        rows = np.searchsorted(self._keys, keys)
        columns: list[np.ndarray] = [column[rows] for column in self._found]
        return Relations(*columns)

    def relate_by(
        self,
        rule: RelationRule,
        documents: npt.NDArray[np.int64],
        others: npt.NDArray[np.int64],
        is_contained: npt.NDArray[np.bool_],
    ) -> Relations:
        """Return the same by another rule."""
        count = len(documents)
        mine, theirs = self.sketches.locate(documents), self.sketches.locate(others)
        pairs = PairArrays(
            np.stack([mine.address, theirs.address], axis=1),
            np.stack([mine.num_tokens, theirs.num_tokens], axis=1),
            np.stack([mine.facts, theirs.facts], axis=1),
            is_contained,
            np.empty(count, np.uint8),
            np.empty(count),
            np.empty((count, 4), np.int32),
        )

        def relate_some(first: int) -> None:
            some: list[np.ndarray] = [column[first : first + PAIRS_AT_ONCE] for column in pairs]
            relate_pairs(PairArrays(*some), self.settings.near.shingle_size, rule)

        with start_threads(self.threads) as pool:
            pool.map(relate_some, range(0, count, PAIRS_AT_ONCE))
        goes = np.asarray(rule.removed >> pairs.relation.astype(np.int64) & 1 == 1)
        return Relations(pairs.relation, pairs.similarity, pairs.difference.view(DIFFERENCE)[:, 0], goes)


def settle_relatives(
    sketches: Sketches, decisions: Decisions, settings: CleanSettings, order: Callable[[], npt.NDArray[np.int64]]
) -> Decisions:
    """Return the decisions with relatives of kept documents alone, all of them kept; no pair is told from both sides.

    One whose relative was removed is compared anew with the kept ones before it. `order` gives all doc_indices in the
    order of the keep policy: of two that name each other the later one does.
    """
    relative = decisions.relative.copy()
    relative["document"][~decisions.kept] = KEPT
    named = relative["document"]
    is_lost = (named >= 0) & ~np.append(decisions.kept, True)[np.minimum(named, len(decisions))]
    if is_lost.any():
        ranked = order()
        lost = ranked[is_lost[ranked]]
        relative[lost] = find_relatives(sketches, settings, ranked[decisions.kept[ranked]], lost)
    own = np.flatnonzero((named >= 0) & (named < len(decisions)))
    mutual = own[named[named[own]] == own]
    if mutual.size:
        place = np.empty(len(decisions), np.int64)
        place[order()] = np.arange(len(decisions))
        named[mutual[place[mutual] < place[named[mutual]]]] = KEPT
    return replace(decisions, relative=relative)
