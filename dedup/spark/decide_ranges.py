"""Decide the documents of one range of ranks, given who is kept in the ranges before it.

The cover is the one assignment in which every document is decided by the kept documents before it. Each range is
decided in order by the local kernel, under an assumption on the documents of earlier ranges. A range whose assumption
turns out wrong is decided again. Range 0 is final after one round, range r after r + 1 at the latest. All ranges are
final once every assumption is right: the assignment is the local one then, document by document.
"""

from collections.abc import Iterator
from dataclasses import astuple, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import NearConfig
from dedup.near.decisions import Decisions, WorkCounts
from dedup.near.facts import know_nothing
from dedup.near.leaders import Cover, Offered, number_contents
from dedup.passages.boilerplate import mask_tokens
from dedup.spark.spark_tables import byte_addresses, byte_counts, view_bytes

SKETCH_COLUMNS = ("num_tokens", "num_shingles", "keys", "signature", "tokens", "title", "day", "outlet", "url")
MEMBER_COLUMNS = ("range", "rank", "own", *SKETCH_COLUMNS, "masked")
WORK_COLUMNS = tuple(field.name for field in fields(WorkCounts))
DECIDED_SCHEMA = pa.schema(
    {
        "range": pa.int32(),
        "own": pa.bool_(),
        "rank": pa.int64(),
        "witness": pa.int64(),
        "similarity": pa.float64(),
        "relation": pa.int8(),
        **dict.fromkeys(WORK_COLUMNS, pa.int64()),
    }
)


class RangeRows(NamedTuple):
    """The documents of a range in order of rank: int64[n], bool[n]."""

    ranks: npt.NDArray[np.int64]
    is_own: npt.NDArray[np.bool_]


def decide_ranges(
    batches: Iterator[pa.RecordBatch], *, config: NearConfig, is_first_round: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the removed documents of each range, after a row with rank -1 that holds what was counted in it.

    Those with `own` false are of other ranges: this range assumed in the first round that they are removed.
    """
    given = [batch for batch in batches if len(batch)]
    if not given:
        return
    ranges = np.concatenate([batch.column("range").to_numpy() for batch in given])
    members = gather_members(given)
    ranks = np.concatenate([batch.column("rank").to_numpy() for batch in given])
    is_own = np.concatenate([batch.column("own").to_numpy(zero_copy_only=False) for batch in given])
    for number in np.unique(ranges).tolist():
        here = np.flatnonzero(ranges == number)
        here = here[np.argsort(ranks[here])]
        rows = RangeRows(ranks[here], is_own[here])
        yield decide_range(number, members.offered.take(here), rows, config, is_first_round=is_first_round)


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
        content=number_contents(count),
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
) -> pa.RecordBatch:
    """Return the decisions on the own documents of a range; the others, all before them, are known to be kept.

    In the first round nothing is known of the others: they are decided here too, as well as this range can.
    """
    others = int((~rows.is_own).sum())
    cover = Cover(len(rows.ranks), config)
    if is_first_round:
        cover.offer(members.take(np.arange(others)))
    else:
        cover.enter(members.take(np.arange(others)))
    before = count_work(cover.result())
    cover.offer(members.take(np.arange(others, len(rows.ranks))))
    result = cover.result()
    removed = np.flatnonzero(result.witness >= 0)
    own = removed >= others
    counted = count_work(result) - before
    no_counts = np.zeros(len(removed), np.int64)
    arrays = [
        pa.array(np.full(len(removed) + 1, number, np.int32)),
        pa.array(np.concatenate([[False], own])),
        pa.array(np.concatenate([[-1], rows.ranks[removed]])),
        pa.array(np.concatenate([[-1], rows.ranks[result.witness[removed]]])),
        pa.array(np.concatenate([[0.0], result.similarity[removed]])),
        pa.array(np.concatenate([[0], result.relation[removed]]).astype(np.int8)),
        *(pa.array(np.concatenate([[count], no_counts])) for count in counted),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=DECIDED_SCHEMA)


def count_work(result: Decisions) -> npt.NDArray[np.int64]:
    """Return WORK_COLUMNS."""
    return np.array(astuple(result.counts))
