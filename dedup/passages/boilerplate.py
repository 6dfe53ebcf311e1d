"""Boilerplate: passages of many documents of one outlet, or of the corpus, beside a text of their own."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.kernels.fingerprints import Fingerprints, Winnowing
from dedup.kernels.frequencies import (
    FREQUENCY,
    MAX_TALLY,
    copy_frequent,
    count_block,
    drop_rare,
    list_fingerprints,
    mark_block,
    support_block,
    tally_block,
)
from dedup.near.sketches import Sketches
from dedup.passages.document_tokens import DocumentTokens, join_tokens
from dedup.passages.fingerprint_links import SLOTS_PER_FINGERPRINT
from dedup.threads import Threads, start_threads

WINDOW = 8  # sparser than for passages: one fingerprint in each of many documents is enough
FINGERPRINTS_PER_TOKEN = 2 / (WINDOW + 1)  # expected of winnowing
MAX_TALLIES = 1 << 26  # bytes: most fingerprints are in few documents, which a tally shows before they take a slot
MASKED = np.uint32(0xFFFFFFFF)

# From how many documents on: of one series, and of the whole corpus (where a wire story is in many documents too).
SERIES_MIN, SERIES_SHARE = 10, 0.01
CORPUS_MIN, CORPUS_SHARE = 50, 0.02


@dataclass(frozen=True)
class Boilerplate:
    """Ranges of tokens that are boilerplate, sorted by document and place, apart.

    ```
    document       int32[n]     by place among all documents
    span           int32[n, 2]  [start, end) in tokens
    num_documents  int32[n]     documents that have it
    is_first       bool[n]      whether this document is the first of them
    ```
    stride: boilerplate was looked for in every stride-th document (1: in all)
    """

    document: npt.NDArray[np.int32]
    span: npt.NDArray[np.int32]
    num_documents: npt.NDArray[np.int32]
    is_first: npt.NDArray[np.bool_]
    stride: int

    def __len__(self) -> int:
        return len(self.document)

    def rows_by_document(self) -> Iterator[tuple[int, slice]]:
        """Yield each document that has boilerplate with the slice of its rows, in order."""
        names, begins = np.unique(self.document, return_index=True)
        for name, start, end in zip(names.tolist(), begins.tolist(), [*begins.tolist()[1:], len(self)], strict=False):
            yield name, slice(start, end)

    def count_tokens(self, num_documents: int) -> npt.NDArray[np.int32]:
        """Return how many tokens of each document are boilerplate."""
        lengths = self.span[:, 1] - self.span[:, 0]
        return np.bincount(self.document, lengths, minlength=num_documents).astype(np.int32)

    def keep_standing(self, kept: npt.NDArray[np.bool_]) -> "Boilerplate":
        """Return the ranges with those of removed documents left out, but for the first holder of each."""
        return self.select(kept[self.document] | self.is_first)

    def select(self, rows: np.ndarray) -> "Boilerplate":
        """Return some of the ranges, by index or mask."""
        return Boilerplate(
            self.document[rows], self.span[rows], self.num_documents[rows], self.is_first[rows], self.stride
        )


NO_BOILERPLATE = Boilerplate(
    np.empty(0, np.int32), np.empty((0, 2), np.int32), np.empty(0, np.int32), np.empty(0, np.bool_), 1
)


@dataclass(frozen=True)
class Series:
    """What documents are counted with: a hash of their outlet, and which of them count (copies count once).

    with_corpus  whether they are counted with all others too, of any outlet
    """

    series: npt.NDArray[np.uint64]
    counted: npt.NDArray[np.bool_]
    with_corpus: bool = True


@dataclass(frozen=True)
class FrequencyRule:
    """From how many documents of its series on a passage is boilerplate.

    ```
    series  uint64[n]  of each document; 0 for all documents where the corpus is the series
    needed  int32[n]   number of documents, in the series of each document
    ```
    """

    series: npt.NDArray[np.uint64]
    needed: npt.NDArray[np.int32]

    @classmethod
    def of(
        cls, series: npt.NDArray[np.uint64], counted: npt.NDArray[np.bool_], least: int, share: float
    ) -> "FrequencyRule":
        """Return the rule that asks for a share of the counted documents of a series, and for `least` of them."""
        names, where = np.unique(series, return_inverse=True)
        sizes = np.bincount(where[counted], minlength=len(names))
        needed: npt.NDArray[np.int32] = np.maximum(least, np.ceil(share * sizes)).astype(np.int32)
        return cls(series, needed[where])

    def __getitem__(self, here: slice) -> "FrequencyRule":
        """Return the rule for some of the documents."""
        return FrequencyRule(self.series[here], self.needed[here])


def choose_stride(num_tokens: int, config: PassageConfig) -> int:
    """Return n where the fingerprints of every n-th document are counted, so that they fit into `max_fingerprints`."""
    return max(math.ceil(num_tokens * FINGERPRINTS_PER_TOKEN / config.max_fingerprints), 1)


def find_in_sketches(sketches: Sketches, config: PassageConfig, threads: int) -> Boilerplate:
    """Return the boilerplate of all documents, each text counted once."""
    batches = sketches.segments.batches
    _, firsts = np.unique(sketches.join("content", np.uint64)[:, 0], return_index=True)
    counted = np.zeros(len(sketches), bool)
    counted[firsts] = True
    outlets = [batch.facts["outlet"] for batch in batches]
    tokens = join_tokens([DocumentTokens.unmasked(b.token_addresses, b.column("num_tokens")) for b in batches])
    series = Series(np.concatenate([np.empty(0, np.uint64), *outlets]), counted)
    return find_boilerplate(tokens, series, config, threads)


def find_boilerplate(
    tokens: DocumentTokens,
    documents: Series,
    config: PassageConfig,
    threads: int = 1,
    max_tallies: int = MAX_TALLIES,
) -> Boilerplate:
    """Find the boilerplate of the series (where documents have one) and of the corpus."""
    stride = choose_stride(int(tokens.num_tokens.sum()), config)
    counted = documents.counted & (np.arange(len(documents.counted)) % stride == 0)
    winnowing = Winnowing(config.shingle_size, WINDOW)
    every = np.zeros(len(counted), np.uint64)
    rules = [FrequencyRule.of(every, counted, CORPUS_MIN, CORPUS_SHARE)] if documents.with_corpus else []
    if documents.series.any():
        rules.append(FrequencyRule.of(documents.series, counted, SERIES_MIN, SERIES_SHARE))
    blocks = tokens.slices()
    with start_threads(threads) as pool:
        listed = pool.map(lambda here: list_counted(tokens[here], counted[here], winnowing), blocks)
        least = min(int(rule.needed.min(initial=1 << 30)) for rule in rules)
        listed = drop_rare_ones(listed, least, pool, max_tallies)
        tables = pool.map(lambda rule: count_frequent(tokens, listed, rule, winnowing.shingle_size, max_tallies), rules)
        used = [(rule, table) for rule, table in zip(rules, tables, strict=True) if table.size]

        def mark(here: slice, fingerprints: Fingerprints) -> npt.NDArray[np.int32]:
            others = list_counted(tokens[here], ~counted[here], winnowing)
            return np.concatenate(
                [
                    mark_frequent(table, winnowing.shingle_size, here.start, some, rule[here])
                    for rule, table in used
                    for some in (fingerprints, others)
                ]
            )

        found = pool.map(mark, blocks, listed) if used else []
    return merge_ranges(np.concatenate([np.empty((0, 5), np.int32), *found]), stride)


def list_counted(tokens: DocumentTokens, counted: npt.NDArray[np.bool_], winnowing: Winnowing) -> Fingerprints:
    """Return the fingerprints of the counted documents; the others have none."""
    return Fingerprints.list(
        int(tokens.num_tokens[counted].sum()),
        len(tokens),
        lambda *arrays: list_fingerprints(tokens.address, tokens.num_tokens, counted, winnowing, *arrays),
    )


def drop_rare_ones(
    listed: Sequence[Fingerprints], least: int, threads: Threads, max_tallies: int
) -> list[Fingerprints]:
    """Return the fingerprints without most of those that fewer than `least` documents of the corpus hold."""
    tally = make_tally(listed, max_tallies)
    for f in listed:
        tally_block(tally, f.hashes, f.ends, np.zeros(len(f.ends), np.uint64))

    def drop(f: Fingerprints) -> Fingerprints:
        found = drop_rare(tally, least, f, ends := np.empty_like(f.ends))
        return Fingerprints(f.hashes[:found].copy(), f.positions[:found].copy(), ends)

    return threads.map(drop, listed)


def make_tally(listed: Sequence[Fingerprints], max_tallies: int) -> npt.NDArray[np.uint8]:
    """Return a tally with a byte for two fingerprints or more, but no more than may be: it takes ten to be frequent."""
    return np.zeros(min(1 << (sum(len(f.hashes) for f in listed) // 2).bit_length(), max_tallies), np.uint8)


def count_frequent(
    tokens: DocumentTokens,
    listed: Sequence[Fingerprints],
    rule: FrequencyRule,
    shingle_size: int,
    max_tallies: int = MAX_TALLIES,
) -> np.ndarray:
    """Return the fingerprints of many documents (FREQUENCY), in a table without a slot where none is boilerplate.

    `listed` are the fingerprints of each slice of the documents.
    """
    least = int(rule.needed.min()) if rule.needed.size else 1
    if sum(int((np.diff(f.ends, prepend=0) > 0).sum()) for f in listed) < least:
        return np.zeros(0, FREQUENCY)
    work = list(zip(tokens.slices(), listed, strict=True))
    tally = make_tally(listed, max_tallies)
    beyond = sum(tally_block(tally, f.hashes, f.ends, rule.series[here]) for here, f in work)
    met = beyond + int(tally[tally >= min(least, MAX_TALLY)].sum())
    every = np.zeros(int(met * SLOTS_PER_FINGERPRINT) + 1024, FREQUENCY)
    for here, f in work:
        count_block(every, tally, least, here.start, f.hashes, f.ends, rule.series[here])
    table = np.zeros(2 * int((every["count"] >= least).sum()) + 16, FREQUENCY)
    copy_frequent(every, least, table)
    for here, f in work:
        num_tokens, needed = tokens.num_tokens[here], rule.needed[here]
        support_block(table, here.start, f, rule.series[here], num_tokens, needed, shingle_size)
    return table if (table["support"] >= least).any() else table[:0]


def mark_frequent(
    table: np.ndarray, shingle_size: int, first: int, fingerprints: Fingerprints, rule: FrequencyRule
) -> npt.NDArray[np.int32]:
    """Return the rows of `mark_block` for documents `first`, `first + 1`, ... of all."""
    ranges = np.empty((len(fingerprints.hashes), 5), np.int32)
    found = mark_block(table, first, fingerprints, rule.series, rule.needed, shingle_size, ranges)
    return ranges[:found].copy()


def merge_ranges(rows: npt.NDArray[np.int32], stride: int) -> Boilerplate:
    """Return the rows as boilerplate, overlapping ranges of one document joined."""
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    merged: list[list[int]] = []
    for document, start, end, count, first in rows.tolist():
        if merged and merged[-1][0] == document and start <= merged[-1][2]:
            last = merged[-1]
            last[2], last[3], last[4] = max(last[2], end), max(last[3], count), last[4] | first
        else:
            merged.append([document, start, end, count, first])
    table = np.array(merged, np.int32).reshape(-1, 5)
    return Boilerplate(table[:, 0], table[:, 1:3], table[:, 3], table[:, 4].astype(bool), stride)


def mask_tokens(tokens: npt.NDArray[np.uint32], spans: npt.NDArray[np.int32]) -> npt.NDArray[np.uint32]:
    """Return a document's tokens with those in the spans masked: equal to no other token, in no shingle."""
    masked = tokens.copy()
    for start, end in spans.tolist():
        masked[start:end] = MASKED
    return masked
