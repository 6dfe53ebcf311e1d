"""Decide the documents of one range of ranks, given who is kept in the ranges before it.

The cover is the one assignment in which every document is decided by the kept documents before it. Each range is
decided in order by the local kernel, under an assumption on which documents of earlier ranges are removed. A range
whose assumption turns out wrong is decided again. Range 0 is final after one round, range r after r + 1 at the latest.
All ranges are final once every assumption is right: the assignment is the local one then, document by document.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import NearConfig
from dedup.kernels.buffers import as_read_only, tokens_at
from dedup.kernels.novelty import compare_words
from dedup.near.decisions import Decisions, WorkCounts
from dedup.near.leaders import Cover, Offered
from dedup.near.read_facts import know_nothing
from dedup.passages.boilerplate import mask_tokens
from dedup.spark.candidates import CONTENT, FACT_COLUMNS
from dedup.spark.spark_tables import byte_addresses, byte_counts, fill_columns, view_bytes
from dedup.text.slot_words import load_slot_words

SKETCH_COLUMNS = (*CONTENT, "num_shingles", "keys", "signature", "tokens", *FACT_COLUMNS)
MEMBER_COLUMNS = ("range", "rank", "own", "removed", *SKETCH_COLUMNS, "masked")
WORK_COLUMNS = tuple(field.name for field in fields(WorkCounts))
DECIDED_SCHEMA = pa.schema(
    {
        "range": pa.int32(),
        "own": pa.bool_(),
        "rank": pa.int64(),
        "removed": pa.bool_(),
        "other": pa.int64(),  # the witness of a removed document, the relative of a kept one
        "similarity": pa.float64(),
        "relation": pa.int8(),  # null: this document has the fate of the other one, which is removed itself
        "novel_words": pa.int32(),
        "novel_run": pa.int32(),
        "facts": pa.int32(),
        "num_words": pa.int32(),
        **dict.fromkeys(WORK_COLUMNS, pa.int64()),
    }
)


class RangeRows(NamedTuple):
    """The documents of a range in order of rank, int64[n], bool[n], bool[n].

    Those of other ranges come first. Some of them are known to be removed.
    """

    ranks: npt.NDArray[np.int64]
    is_own: npt.NDArray[np.bool_]
    is_removed: npt.NDArray[np.bool_]


def decide_ranges(
    batches: Iterator[pa.RecordBatch], *, config: NearConfig, is_first_round: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the removed documents of each range and those with a relative, and a row with rank -1: what was counted.

    Those with `own` false are of other ranges: this range assumed in the first round that they are removed.
    """
    given = [batch for batch in batches if len(batch)]
    if not given:
        return
    ranges = np.concatenate([batch.column("range").to_numpy() for batch in given])
    members = gather_members(given)
    ranks = np.concatenate([batch.column("rank").to_numpy() for batch in given])
    is_own, is_removed = (
        np.concatenate([batch.column(name).to_numpy(zero_copy_only=False) for batch in given])
        for name in ("own", "removed")
    )
    for number in np.unique(ranges).tolist():
        here = np.flatnonzero(ranges == number)
        here = here[np.argsort(ranks[here])]
        rows = RangeRows(ranks[here], is_own[here], is_removed[here])
        yield from decide_range(number, members.offered.take(here), rows, config, is_first_round=is_first_round)


class Members:
    """Documents of some batches as the cover takes them; holds what their addresses point to."""

    def __init__(self, offered: Offered, holds: list[object]) -> None:
        self.offered = offered
        self._holds = holds


def gather_members(batches: list[pa.RecordBatch]) -> Members:
    """Return the documents of the batches, boilerplate masked where there is any."""
    count = sum(map(len, batches))
    masked = np.zeros(count, np.uint64)
    holds: list[object] = [batches]
    first = 0
    for batch in batches:
        spans = batch.column("masked")
        for row in np.flatnonzero(spans.is_valid().to_numpy(zero_copy_only=False)).tolist():
            tokens = np.frombuffer(batch.column("tokens")[row].as_buffer(), np.uint32)
            hidden = mask_tokens(tokens, np.frombuffer(spans[row].as_buffer(), np.int32).reshape(-1, 4)[:, :2])
            holds.append(hidden)
            masked[first + row] = hidden.ctypes.data
        first += len(batch)
    keys, signatures = (
        np.concatenate([view_bytes(b.column(name), np.uint64) for b in batches]).reshape(count, -1)
        for name in ("keys", "signature")
    )
    offered = Offered(
        keys=keys,
        signature=signatures,
        content=np.stack(
            [np.concatenate([b.column(name).to_numpy() for b in batches]).view(np.uint64) for name in CONTENT[:2]],
            axis=1,
        ),
        num_tokens=np.concatenate([b.column("num_tokens").to_numpy() for b in batches]),
        num_shingles=np.concatenate([b.column("num_shingles").to_numpy() for b in batches]),
        address=np.concatenate([byte_addresses(b.column("tokens")) for b in batches]),
        masked=masked,
        facts=gather_facts(batches),
    )
    return Members(offered, holds)


def gather_facts(batches: list[pa.RecordBatch]) -> npt.NDArray[np.void]:
    """Return what is known of the documents of the batches beside their text, FACTS[n]; titles are where they are."""
    facts = know_nothing(sum(map(len, batches)))
    facts["title"] = np.concatenate([byte_addresses(b.column("title")) for b in batches])
    facts["num_title"] = np.concatenate([byte_counts(b.column("title")) // 4 for b in batches])
    facts["day"] = np.concatenate([b.column("day").to_numpy() for b in batches])
    for name in ("outlet", "url"):
        facts[name] = np.concatenate([b.column(name).to_numpy() for b in batches]).view(np.uint64)
    return facts


def decide_range(
    number: int, members: Offered, rows: RangeRows, config: NearConfig, *, is_first_round: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a range.

    In the first round nothing is known of documents of other ranges: as well as this range can, it decides them first.
    """
    count = len(rows.ranks)
    others, own = np.split(np.arange(count), [np.count_nonzero(~rows.is_own)])
    before, removed = members.take(others), rows.is_removed[others]
    if is_first_round:
        guess = Cover(len(others), config)
        guess.offer(before)
        removed = ~guess.result().kept
        yield fill_rows(number, {"rank": rows.ranks[others[removed]], "own": np.zeros(removed.sum(), bool)})
    cover = Cover(count, config)
    cover.enter(before, removed)
    cover.offer(members.take(own))
    result = cover.result()
    counts = dict(zip(WORK_COLUMNS, ([value] for value in astuple(result.counts)), strict=True))
    yield fill_rows(number, {"rank": [-1], "own": [False], **counts})
    yield fill_rows(number, describe_fates(members, rows, result, len(others)))


def describe_fates(members: Offered, rows: RangeRows, result: Decisions, num_others: int) -> dict[str, object]:
    """Return columns of DECIDED_SCHEMA: the removed documents of a range, and the kept ones that have a relative."""
    relative = result.relative
    found = np.flatnonzero((result.witness >= 0) | (relative["document"] >= 0))
    found = found[found >= num_others]
    removed = result.witness[found] >= 0
    other = np.where(removed, result.witness[found], relative["document"][found])
    relation = np.where(removed, result.relation[found], relative["relation"][found])
    difference = result.difference[found]
    novel_words, novel_run = difference["novel"].copy(), difference["longest_run"].copy()
    slot_words, no_slots = load_slot_words(), np.empty((0, 4), np.int32)
    for row in np.flatnonzero(~removed).tolist():
        texts = (
            as_read_only(tokens_at(members.address[doc], members.num_tokens[doc])) for doc in (found[row], other[row])
        )
        novelty = compare_words(*texts, slot_words, no_slots)
        novel_words[row], novel_run[row] = novelty.num_novel, novelty.longest_run
    return {
        "rank": rows.ranks[found],
        "own": np.ones(len(found), bool),
        "removed": removed,
        "other": rows.ranks[other],
        "similarity": np.where(removed, result.similarity[found], relative["similarity"][found]),
        "relation": pa.array(relation, pa.int8(), mask=result.witness[other] >= 0),
        "novel_words": novel_words,
        "novel_run": novel_run,
        "facts": difference["facts"],
        "num_words": members.num_tokens[found],
    }


def fill_rows(number: int, columns: Mapping[str, Sequence[object] | np.ndarray | pa.Array]) -> pa.RecordBatch:
    """Return rows of DECIDED_SCHEMA of a range."""
    count = len(columns["rank"])
    return fill_columns(DECIDED_SCHEMA, count, {"range": np.full(count, number, np.int32), **columns})
