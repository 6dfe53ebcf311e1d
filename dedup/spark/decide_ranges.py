"""Decide the documents of one range of ranks, given who is kept in the ranges before it.

The cover is the one assignment in which every document is decided by the kept documents before it. Each range is
decided in order by the local kernel, under an assumption on which documents of earlier ranges are removed. A range
whose assumption turns out wrong is decided again. Range 0 is final after one round, range r after r + 1 at the latest.
All ranges are final once every assumption is right: the assignment is the local one then, document by document.
"""

from collections.abc import Iterator
from dataclasses import astuple
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import CleanSettings
from dedup.near.leaders import Cover, Offered
from dedup.near.relation_rule import rule_of
from dedup.spark.fates import WORK_COLUMNS, describe_fates, fill_rows
from dedup.spark.members import SKETCH_COLUMNS, gather_members, join_column

MEMBER_COLUMNS = ("range", "rank", "own", "removed", *SKETCH_COLUMNS, "masked")


class RangeRows(NamedTuple):
    """The documents of a range in order of rank, int64[n], bool[n], bool[n].

    Those of other ranges come first. Some of them are known to be removed.
    """

    ranks: npt.NDArray[np.int64]
    is_own: npt.NDArray[np.bool_]
    is_removed: npt.NDArray[np.bool_]


def decide_ranges(
    batches: Iterator[pa.RecordBatch], *, settings: CleanSettings, is_first_round: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the removed documents of each range and those with a relative, and a row with rank -1: what was counted.

    Those with `own` false are of other ranges: this range assumed in the first round that they are removed.
    """
    given = [batch for batch in batches if len(batch)]
    if not given:
        return
    members = gather_members(given)
    ranges, ranks, is_own, is_removed = (join_column(given, name) for name in ("range", "rank", "own", "removed"))
    for number in np.unique(ranges).tolist():
        here = np.flatnonzero(ranges == number)
        here = here[np.argsort(ranks[here])]
        rows = RangeRows(ranks[here], is_own[here], is_removed[here])
        yield from decide_range(number, members.offered.take(here), rows, settings, is_first_round=is_first_round)


def decide_range(
    number: int, members: Offered, rows: RangeRows, settings: CleanSettings, *, is_first_round: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a range.

    In the first round nothing is known of documents of other ranges: as well as this range can, it decides them first.
    """
    count = len(rows.ranks)
    others, own = np.split(np.arange(count), [np.count_nonzero(~rows.is_own)])
    before, removed = members.take(others), rows.is_removed[others]
    if is_first_round:
        guess = Cover(len(others), settings.near, rule=rule_of(settings))
        guess.offer(before)
        removed = ~guess.result().kept
        yield fill_rows(number, {"rank": rows.ranks[others[removed]], "own": np.zeros(removed.sum(), bool)})
    cover = Cover(count, settings.near, rule=rule_of(settings))
    cover.enter(before, removed)
    cover.offer(members.take(own))
    result = cover.result()
    counts = dict(zip(WORK_COLUMNS, ([value] for value in astuple(result.counts)), strict=True))
    yield fill_rows(number, {"rank": [-1], "own": [False], **counts})
    found = np.flatnonzero((result.witness >= 0) | (result.relative["document"] >= 0))
    yield fill_rows(number, describe_fates(members, rows.ranks, result, found[found >= len(others)]))
