"""Removals confirmed on the texts under a secret seed, as the local engine does.

A document and its witness are tokenised where their texts are read, and meet in one task, which refuses what it cannot
confirm. What is refused is rare: the driver decides on it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import CleanSettings
from dedup.model.documents import CopyRelation
from dedup.near.fetch_texts import RecordText
from dedup.near.relation_rule import rule_of
from dedup.near.text_proofs import PROOF_SCHEMA, Proofs, Prover
from dedup.output.confirmation import Judge, gather, list_refused
from dedup.pipeline.confirm_texts import tokens_of
from dedup.spark.candidates import MAX_RANGE_DOCUMENTS
from dedup.spark.fates import FATE_COLUMNS, describe_fates, fill_rows, read_fates
from dedup.spark.members import SKETCH_COLUMNS, gather_members, join_column
from dedup.spark.rounds import SparkDecisions
from dedup.spark.spark_tables import MAX_NUMBER_ROWS, as_struct, fill_columns, mark_small

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.spark_tables import Checkpoints

PROVED_SCHEMA = pa.schema(
    {
        "group": pa.int64(),  # rank of the witness
        "rank": pa.int64(),
        "relation": pa.int8(),  # null: of the witness itself
        "num_shingles": pa.int32(),
        "text": pa.binary(),
        "words": pa.binary(),
        "signs": pa.int64(),
        "filter": pa.binary(),
        "tokens": pa.binary(),
    }
)
GIVEN = PROVED_SCHEMA.names[:4]


@dataclass(frozen=True)
class ConfirmTask:
    """How texts are read again: the settings, what gets the text out of a record, a seed that nobody knows."""

    settings: CleanSettings
    records: RecordText
    seed: int = field(default_factory=lambda: int.from_bytes(os.urandom(8), "little"), repr=False)


def confirm_fates(
    documents: "DataFrame",
    texts: "DataFrame",
    decisions: SparkDecisions,
    task: ConfirmTask,
    checkpoints: "Checkpoints",
) -> SparkDecisions:
    """Return the decisions without removals that the texts do not confirm; `texts` has `at` and `value`."""
    removed = decisions.fates.filter("removed").select(F.col("other").alias("group"), "rank", "relation")
    num_removed = removed.count()
    if num_removed == 0:
        return decisions
    witnesses = removed.select("group").distinct().select("group", F.col("group").alias("rank"))
    sides = mark_small(removed.unionByName(witnesses, allowMissingColumns=True), 2 * num_removed, MAX_NUMBER_ROWS)
    wanted = documents.select("rank", "at", "num_shingles").join(sides, "rank")
    wanted = texts.join(mark_small(wanted, 2 * num_removed, MAX_NUMBER_ROWS), "at").select(*GIVEN, "value")
    proved = wanted.mapInArrow(partial(prove_rows, task=task), as_struct(PROVED_SCHEMA))
    spark = documents.sparkSession
    parts = max(-(-num_removed // MAX_RANGE_DOCUMENTS), min(spark.sparkContext.defaultParallelism, num_removed))
    refused = proved.repartition(parts, "group").mapInArrow(
        partial(refuse_rows, settings=task.settings), as_struct(PROVED_SCHEMA)
    )
    refused_rows = refused.toArrow().combine_chunks().sort_by("rank")
    if len(refused_rows) == 0:
        return decisions
    sketched = documents.join(F.broadcast(spark.createDataFrame(refused_rows.select(["rank"]))), "rank")
    names = [column for column in FATE_COLUMNS if column not in {"slots", "num_words"}]
    rows = sketched.join(decisions.fates, "rank", "left").select("doc", *names, *SKETCH_COLUMNS, "masked")
    changed, num_forged = judge_refused(rows.toArrow(), refused_rows, task.settings)
    made = decisions.revise(spark.createDataFrame(pa.Table.from_batches([changed])), checkpoints, "fates-confirmed")
    return replace(made, work=replace(made.work, num_unconfirmed=num_forged))


def prove_rows(batches: Iterator[pa.RecordBatch], *, task: ConfirmTask) -> Iterator[pa.RecordBatch]:
    """Yield what is known of texts under the secret seed: columns GIVEN, and `value`."""
    prover = Prover.of(task.seed)
    for batch in batches:
        relations, proved = batch.column("relation").to_pylist(), 0
        is_worded = np.array([relation not in {None, int(CopyRelation.EXACT)} for relation in relations], np.bool_)
        for texts in gather(task.records.get(raw).encode() for raw in batch.column("value").to_pylist()):
            rows = batch.slice(proved, len(texts))
            known = prover.prove(texts, is_worded[proved : proved + len(texts)])
            columns = {name: known.column(name).cast(pa.binary()) for name in PROOF_SCHEMA.names if name != "signs"}
            columns["signs"] = pa.array(known.column("signs").to_numpy().view(np.int64))
            given = {name: rows.column(name) for name in GIVEN}
            yield fill_columns(PROVED_SCHEMA, len(texts), {**given, **columns})
            proved += len(texts)


def read_proofs(table: pa.Table) -> Proofs:
    """Return the proofs of rows of PROVED_SCHEMA, in their order."""
    columns = [table.column(name).combine_chunks() for name in PROOF_SCHEMA.names]
    columns[2] = pa.array(columns[2].to_numpy().view(np.uint64))
    arrays = [column.cast(kind) for column, kind in zip(columns, PROOF_SCHEMA.types, strict=True)]
    return Proofs(np.arange(len(table)), [pa.RecordBatch.from_arrays(arrays, schema=PROOF_SCHEMA)])


def refuse_rows(batches: Iterator[pa.RecordBatch], *, settings: CleanSettings) -> Iterator[pa.RecordBatch]:
    """Yield the rows of removed documents that are not confirmed, and of their witnesses."""
    given = [batch for batch in batches if len(batch)]
    if not given:
        return
    table = pa.Table.from_batches(given).sort_by("rank").combine_chunks()
    ranks, groups, sizes = (table.column(name).to_numpy() for name in ("rank", "group", "num_shingles"))
    removed = np.flatnonzero(ranks != groups)
    columns = {"other": table.column("group"), "removed": pa.array(ranks != groups)}
    nothing = dict.fromkeys(FATE_COLUMNS[3:-2], pa.nulls(len(table), pa.int32()))
    fates = pa.table({**nothing, "rank": ranks, "relation": table.column("relation"), **columns})
    decisions = read_fates(fates.combine_chunks().to_batches(), np.arange(len(table))).decisions
    refused = list_refused(decisions, removed, read_proofs(table), sizes, settings.near)
    if refused:
        yield from table.take(np.union1d(refused, decisions.witness[refused])).combine_chunks().to_batches()


def judge_refused(rows: pa.Table, proved: pa.Table, settings: CleanSettings) -> tuple[pa.RecordBatch, int]:
    """Return the new fates of refused documents as DECIDED_SCHEMA, and how many have no word of their witness."""
    given = rows.combine_chunks().to_batches()
    order = np.argsort(join_column(given, "doc"))
    members, ranks = gather_members(given), join_column(given, "rank")[order]
    offered = members.offered.take(order)
    known = read_fates(given, order)
    proofs = read_proofs(proved.take(np.searchsorted(proved.column("rank").to_numpy(), ranks)))
    refused = np.flatnonzero(~known.decisions.kept)
    judge = Judge(
        settings.near,
        rule_of(settings),
        offered.num_shingles,
        lambda row: (tokens_of(offered, row), offered.facts[row]),
    )
    made = judge.judge(known.decisions, refused, proofs)
    columns = describe_fates(offered, np.concatenate([ranks, known.outside]), made, refused)
    return fill_rows(0, columns), made.counts.num_unconfirmed
