"""Fates: what was decided on documents, as rows of Spark and as the decisions of the local engine."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.kernels.leader_table import DIFFERENCE
from dedup.near.decisions import Decisions, WorkCounts
from dedup.near.leaders import Offered
from dedup.output.conflicts import find_conflicts
from dedup.pipeline.confirm_texts import locate
from dedup.spark.spark_tables import cut_bytes, fill_columns

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
        "num_slots": pa.int32(),
        "facts": pa.int32(),
        "covered": pa.float64(),
        "slots": pa.binary(),  # int32[k, 4]: conflicting slots by tokens, here and in the other one
        "num_words": pa.int32(),
        **dict.fromkeys(WORK_COLUMNS, pa.int64()),
    }
)
FATE_COLUMNS = (
    *("rank", "removed", "other", "similarity", "relation", "novel_words", "novel_run", "num_slots", "facts"),
    *("covered", "slots", "num_words"),
)


def describe_fates(
    members: Offered, ranks: npt.NDArray[np.int64], result: Decisions, found: npt.NDArray[np.int64]
) -> dict[str, object]:
    """Return what was decided on some documents (`found`, ascending) as columns of DECIDED_SCHEMA.

    Each is removed, has a relative, or has neither: `other` is null then.
    """
    decided = result.take(found)
    conflicts = find_conflicts(partial(locate, members), Decisions.keep_all(len(result)).revise(found, decided))
    removed, relative = ~decided.kept, decided.relative
    other = np.where(removed, decided.witness, relative["document"])
    novel_words, novel_run = decided.difference["novel"].copy(), decided.difference["longest_run"].copy()
    for row in np.flatnonzero(~removed & (other >= 0)).tolist():
        difference = conflicts.differences[int(found[row])]
        novel_words[row], novel_run[row] = difference.num_novel, difference.longest_run
    edges = (np.searchsorted(conflicts.documents[0], found, side) for side in ("left", "right"))
    begins, ends = edges
    return {
        "rank": ranks[found],
        "own": np.ones(len(found), bool),
        "removed": removed,
        "other": pa.array(ranks[other], mask=other < 0),
        "similarity": np.where(removed, decided.similarity, relative["similarity"]),
        "relation": pa.array(
            np.where(removed, decided.relation, relative["relation"]), pa.int8(), mask=result.witness[other] >= 0
        ),
        "novel_words": novel_words,
        "novel_run": novel_run,
        "num_slots": decided.difference["slots"],
        "facts": decided.difference["facts"],
        "covered": decided.covered,
        "slots": cut_bytes(conflicts.spans, 4 * (ends - begins)),
        "num_words": members.num_tokens[found],
    }


def fill_rows(number: int, columns: Mapping[str, Sequence[object] | np.ndarray | pa.Array]) -> pa.RecordBatch:
    """Return rows of DECIDED_SCHEMA of a range."""
    count = len(columns["rank"])
    return fill_columns(DECIDED_SCHEMA, count, {"range": np.full(count, number, np.int32), **columns})


class KnownFates(NamedTuple):
    """Decisions on some documents by their place; `outside` are ranks of others that they name, numbered after them.

    For the local engine those are like stored documents, which stay.
    """

    decisions: Decisions
    outside: npt.NDArray[np.int64]


def read_fates(batches: Sequence[pa.RecordBatch], order: npt.NDArray[np.int64]) -> KnownFates:
    """Return the fates (FATE_COLUMNS without the last two; null: none) of the documents of batches, in this order."""

    def column(name: str, missing: float) -> np.ndarray:
        parts = [batch.column(name).fill_null(missing).to_numpy(zero_copy_only=False) for batch in batches]
        return np.concatenate(parts)[order]

    ranks, named, removed = column("rank", 0), column("other", -1), column("removed", False)
    by_rank = np.argsort(ranks)
    found = by_rank[np.minimum(np.searchsorted(ranks[by_rank], named), len(ranks) - 1)]
    outside = np.unique(named[(named >= 0) & (ranks[found] != named)])
    other = np.where(ranks[found] == named, found, len(ranks) + np.searchsorted(outside, named))
    decisions = Decisions.keep_all(len(ranks))
    similarity, relation = column("similarity", 0.0), column("relation", 0).astype(np.uint8)
    gone, alike = np.flatnonzero(removed), np.flatnonzero(~removed & (named >= 0))
    decisions.witness[gone], decisions.similarity[gone] = other[gone], similarity[gone]
    decisions.relation[gone], decisions.covered[gone] = relation[gone], column("covered", 0.0)[gone]
    for field, name in zip(DIFFERENCE.names or (), ("novel_words", "novel_run", "num_slots", "facts"), strict=True):
        decisions.difference[field][gone] = column(name, 0)[gone]
    for field, values in zip(decisions.relative.dtype.names or (), (other, similarity, relation), strict=True):
        decisions.relative[field][alike] = values[alike]
    return KnownFates(decisions, outside)
