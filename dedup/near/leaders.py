"""Feed sketches to the cover kernel in the order of the keep policy, and read its decisions back."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig
from dedup.kernels.buffers import as_read_only
from dedup.kernels.leader_clustering import cover_block
from dedup.kernels.leader_table import (
    CANDIDATES,
    DIFFERENCE,
    FULL_BUCKETS,
    KEPT,
    NOT_ENTERED,
    NUM_COUNTERS,
    SERIES,
    SKIPPED,
    VERIFIED,
    CoverState,
    Limits,
    enter_known,
)
from dedup.kernels.minhash import SIGNATURE_WORDS
from dedup.kernels.relation import RelationRule
from dedup.near.bands import bands_of, choose_agreement
from dedup.near.decisions import Decisions, WorkCounts, no_relatives
from dedup.near.read_facts import know_nothing
from dedup.near.relation_rule import make_rule
from dedup.near.stored import NO_STORED, StoredDocuments

# Slots of a hash table for each bucket or content that it may hold: linear probing wants a third of them free.
SLOTS_PER_BUCKET = 1.5
MAX_ENTRIES = 2**32 - 2  # band keys of all documents that the table can name


class Offered(NamedTuple):
    """Sketches of documents that are offered to the cover, in order.

    ```
    keys          uint64[n, bands]
    signature     uint64[n, 8]
    content       uint64[n, 2]
    num_tokens    int32[n]
    num_shingles  int32[n]
    address       uint64[n]  memory address of their tokens, mapped until the result is read
    masked        uint64[n]  the same with boilerplate masked, 0 for a document without any
    facts         FACTS[n]   title, day, outlet and URL; the tokens of the titles are mapped as long
    ```
    """

    keys: npt.NDArray[np.uint64]
    signature: npt.NDArray[np.uint64]
    content: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    num_shingles: npt.NDArray[np.int32]
    address: npt.NDArray[np.uint64]
    masked: npt.NDArray[np.uint64]
    facts: npt.NDArray[np.void]

    def take(self, rows: np.ndarray | slice) -> "Offered":
        """Return some of the documents, in the order of `rows`; of a slice nothing is copied."""
        columns: list[np.ndarray] = [column[rows] for column in self]
        return Offered(*columns)


def join_offered(parts: Sequence[Offered]) -> Offered:
    """Return the documents of several parts, in order."""
    return Offered(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def number_contents(count: int) -> npt.NDArray[np.uint64]:
    """Return contents that are all different (uint64[n, 2]), spread over the table of the kernel: no copies."""
    numbers = np.arange(1, count + 1, dtype=np.uint64)
    return np.stack([numbers * np.uint64(0x9E3779B97F4A7C15), numbers], axis=1)


def limits_of(config: NearConfig) -> Limits:
    """Return from where on documents are alike."""
    bands, rows = bands_of(config)
    return Limits(config.threshold, choose_agreement(config.threshold, bands * rows, config.recall))


class TableSize(NamedTuple):
    """How many documents may enter the table, with how many band keys, in how many buckets."""

    owners: int
    keys: int
    buckets: int


class Cover:
    """A cover in the making: `offer` documents in order, then read the `result`.

    All sizes are known from the start, so memory is bounded by the number of documents, whatever they hold.
    """

    def __init__(
        self,
        num_documents: int,
        config: NearConfig,
        stored: StoredDocuments = NO_STORED,
        rule: RelationRule | None = None,
        table: TableSize | None = None,
    ) -> None:
        self._num_stored = len(stored)
        self._first = len(stored) + len(stored.removed)
        if table is None:
            every = num_documents * bands_of(config).bands + int(np.count_nonzero(stored.keys))
            table = TableSize(num_documents + len(stored), every, every)
        assert table.keys <= MAX_ENTRIES, "more band keys than the table can name"
        n = num_documents + self._first
        self._config = config
        self._limits = limits_of(config)
        self._rule = rule or make_rule(config)
        self._offered = self._first
        self._state = CoverState(
            content=np.empty((n, 2), np.uint64),
            address=np.empty(n, np.uint64),
            masked=np.zeros(n, np.uint64),
            num_tokens=np.empty(n, np.int32),
            num_shingles=np.empty(n, np.int32),
            facts=know_nothing(n),
            witness=np.full(n, KEPT, np.int64),
            similarity=np.zeros(n, np.float64),
            relation=np.zeros(n, np.uint8),
            difference=np.zeros(n, DIFFERENCE),
            relative=no_relatives(n),
            last_seen=np.full(table.owners, -1, np.int64),
            signatures=np.empty((table.owners, SIGNATURE_WORDS), np.uint64),
            exact_slots=np.zeros(max(int(n * SLOTS_PER_BUCKET), 16), np.uint32),
            slots=np.zeros(max(int(table.buckets * SLOTS_PER_BUCKET), 16), np.uint64),
            chain=np.empty(table.keys, np.uint32),
            holders=np.empty(table.keys, np.uint32),
            owners=np.empty(table.owners, np.int64),
            sizes=np.empty(table.keys, np.uint16),
            counters=np.zeros(NUM_COUNTERS, np.int64),
        )
        if self._first:
            self._enter(stored)

    def _enter(self, stored: StoredDocuments) -> None:
        """Enter the stored documents, ranks 0 and on, and after them the removed contents."""
        removed, state = stored.removed, self._state
        self._describe(0, stored)
        here = slice(self._num_stored, self._first)
        state.content[here], state.num_tokens[here] = removed.content, removed.num_tokens
        state.witness[here], state.similarity[here] = removed.witness, removed.similarity
        state.relation[here], state.difference[here] = removed.relation, removed.difference
        state.facts[here] = removed.facts
        keys, signatures = as_read_only(stored.keys), as_read_only(stored.signature)
        enter_known(state, 0, keys, signatures, len(removed), self._config.max_bucket)

    def _describe(self, first: int, documents: Offered | StoredDocuments) -> None:
        """Note what is known of documents, at the ranks from `first` on."""
        here = slice(first, first + len(documents.keys))
        self._state.content[here] = documents.content
        self._state.num_tokens[here] = documents.num_tokens
        self._state.num_shingles[here] = documents.num_shingles
        self._state.address[here] = documents.address
        if documents.masked.any():  # pages of zeros that nobody writes to take no memory
            self._state.masked[here] = documents.masked
        if documents.facts.view(np.uint8).any():
            self._state.facts[here] = documents.facts

    def enter(self, documents: Offered, removed: npt.NDArray[np.bool_] | None = None) -> None:
        """Enter the next documents without a decision: later ones are compared with those that are not `removed`.

        A removed one is its own witness here: so is it that of a later copy that shares its fate.
        """
        first, self._offered = self._offered, self._offered + len(documents.keys)
        self._describe(first, documents)
        if removed is not None:
            gone = np.flatnonzero(removed) + first
            self._state.witness[gone] = gone
        keys, signatures = as_read_only(documents.keys), as_read_only(documents.signature)
        enter_known(self._state, first, keys, signatures, 0, self._config.max_bucket)
        self._state.counters[FULL_BUCKETS] = self._state.counters[NOT_ENTERED] = 0

    def offer(self, documents: Offered, *, enter: bool = True) -> None:
        """Decide the next documents; those that are not entered are compared with earlier ones alone."""
        first, self._offered = self._offered, self._offered + len(documents.keys)
        self._describe(first, documents)
        config = self._config
        cover_block(
            self._state,
            first,
            as_read_only(documents.keys),
            as_read_only(documents.signature),
            self._limits,
            config.shingle_size,
            self._rule,
            config.max_bucket if enter else 0,
        )

    def result(self) -> Decisions:
        """Return the decisions on all documents offered, by their place in that order: the kernel names ranks."""
        state, here = self._state, slice(self._first, self._offered)
        count = self._offered - self._first
        counters = state.counters
        counts = WorkCounts(
            *(int(counters[i]) for i in (CANDIDATES, VERIFIED, FULL_BUCKETS, NOT_ENTERED, SERIES, SKIPPED))
        )
        relative = state.relative[here]
        if self._first:
            relative = relative.copy()
            relative["document"] = self._name(relative["document"])
        return Decisions(
            witness=self._name(state.witness[here]),
            similarity=state.similarity[here],
            relation=state.relation[here],
            covered=np.zeros(count),
            difference=state.difference[here],
            relative=relative,
            counts=counts,
        )

    def _name(self, ranks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return documents by their place in the order of offering, -1 of none; stored ones come after them."""
        if not self._first:
            return ranks
        is_stored = (ranks >= 0) & (ranks < self._num_stored)
        count = self._offered - self._first
        return np.where(ranks < 0, KEPT, np.where(is_stored, count + ranks, ranks - self._first))
