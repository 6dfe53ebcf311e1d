"""Deduplicate a Spark DataFrame: one decision for each of its rows."""

import atexit
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from dedup.config import CleanSettings, InputConfig, NearConfig, PassageConfig
from dedup.corpus.parquet import read_batch
from dedup.model.documents import CopyRelation
from dedup.near.bands import bands_of
from dedup.spark.candidates import find_candidates, plan_cover
from dedup.spark.rounds import SparkDecisions, decide
from dedup.spark.sketch_splits import DOCUMENT, REJECTED, SKETCH_SCHEMA, SplitName, SplitReader, name_split
from dedup.spark.sketched_corpus import rank_documents, read_corpus
from dedup.spark.spark_tables import Checkpoints, as_struct, fill_columns, quote

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TEXT, ID = "text", "doc_id"
TASK_INPUT = InputConfig(text_field=TEXT, id_field="no id")  # ids are Spark's own values, not JSON
FACTS = InputConfig().facts  # columns that say something of a document, by role
FACT_TYPES = frozenset(("string", "date", "timestamp", "timestamp_ntz", "int", "bigint", "double"))


def deduplicate(
    frame: DataFrame,
    id_column: str,
    text_column: str,
    order_by: Sequence[str | Column] = (),
    config: NearConfig | None = None,
    *,
    checkpoints: str | None = None,
) -> DataFrame:
    """Find the near-duplicates among the rows of a frame, and say for each which kept row justifies its removal.

    Of several near-copies the first is kept by `order_by` (names or columns, ascending), then by id, then by content.
    Each row of the result has

    ```
    the id       as it is in the frame
    decision     "keep", "remove", or "reject" where the text is null
    witness      id of the kept row, null for a kept one
    similarity   exact Jaccard with the witness (double), null for a kept one
    relation     a relation that `config.remove` names, null for a kept one
    ```

    The stages write their tables to the folder `checkpoints`, which all workers reach. The result is read from there:
    delete the folder when the result is saved. Without it a temporary folder is used, on a local master only. Columns
    called title, date, outlet and url say more of a row, where they are there.
    """
    config = config or NearConfig()
    refuse_wrong_arguments(frame, id_column, text_column, config)
    spark = frame.sparkSession
    table = Checkpoints(spark, checkpoints or make_folder(spark))
    order = [quote(column) if isinstance(column, str) else column for column in order_by]
    placed = [column.alias(f"order_{place}") for place, column in enumerate(order)]
    known = select_facts(frame, text_column)
    rows = frame.select(quote(id_column).alias(ID), quote(text_column).alias(TEXT), *placed, *known)
    read = {TEXT, *map(fact_column, FACTS)}
    extras = StructType([field for field in rows.schema.fields if field.name not in read])
    schema = StructType([*as_struct(SKETCH_SCHEMA).fields, *extras.fields])
    task = CleanSettings(config, PassageConfig("off"), TASK_INPUT)
    sketching = partial(sketch_frame, task=task, extras=tuple(extras.names))
    sketches = table.save("sketches", rows.mapInArrow(sketching, schema))
    corpus = read_corpus(sketches, lambda _: 0)
    by = [*(F.col(f"order_{place}") for place in range(len(order))), F.col(ID), F.col("content_0"), F.col("content_1")]
    documents = corpus.documents()
    documents = documents.join(rank_documents(documents, by, table), "doc")
    documents = documents.withColumn("masked", F.lit(None).cast("binary"))
    plan = plan_cover(spark, corpus.num_documents, bands_of(config).bands)
    candidates = find_candidates(documents, plan, config, table, lambda _: None)
    decisions = decide(documents, candidates, task, table, lambda _: None)
    rejected = sketches.filter(F.col("kind") == REJECTED)
    return describe_decisions(documents.select("rank", ID), decisions, rejected).withColumnRenamed(ID, id_column)


def refuse_wrong_arguments(frame: DataFrame, id_column: str, text_column: str, config: NearConfig) -> None:
    """Raise `ValueError` on columns that are not there, a text that is none, a keep policy."""
    types = dict(frame.dtypes)
    for column in (id_column, text_column):
        if column not in types:
            raise ValueError(f'no column "{column}" in the frame; it has {", ".join(types)}')
    if types[text_column] != "string":
        raise ValueError(f'column "{text_column}" is {types[text_column]}, not string')
    if config.keep.rule != "first":
        raise ValueError(f"the keep policy {config.keep} is for files; say by order_by which row is kept")


def select_facts(frame: DataFrame, text_column: str) -> list[Column]:
    """Return the columns of a frame that say something of a document, called by `fact_column`."""
    types = [name for name, kind in frame.dtypes if kind in FACT_TYPES and name != text_column]
    return [quote(name).alias(fact_column(role)) for role, name in FACTS.items() if types.count(name) == 1]


def make_folder(spark: "SparkSession") -> str:
    """Return a folder for checkpoints: Spark's own checkpoint folder, or a temporary one on a local master."""
    given = spark.sparkContext.getCheckpointDir()
    if given is not None:
        return f"{given}/dedup-{uuid.uuid4().hex}"
    if not spark.sparkContext.master.startswith("local"):
        raise ValueError("name a folder that all workers reach: checkpoints=..., or sparkContext.setCheckpointDir")
    folder = tempfile.mkdtemp(prefix="dedup-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return f"file://{folder}"


def sketch_frame(
    batches: Iterator[pa.RecordBatch], *, task: CleanSettings, extras: tuple[str, ...]
) -> Iterator[pa.RecordBatch]:
    """Sketch the rows of a frame's partition; the columns `extras` are handed on.

    Of a document as much is known as its columns title, date, outlet and url say.
    """
    context = TaskContext.get()
    split = SplitName("", context.partitionId() if context else 0)
    reader = SplitReader(task)
    empty: list[pa.Array] = []
    for batch in batches:
        empty = [batch.column(name).slice(0, 0) for name in extras]
        roles = {role: fact_column(role) for role in FACTS if fact_column(role) in batch.schema.names}
        block = read_batch(batch.select([TEXT, *roles.values()]), 0, task.input, roles)
        valid = batch.column(TEXT).is_valid().to_numpy(zero_copy_only=False)
        for kind, rows in ((DOCUMENT, np.flatnonzero(valid)), (REJECTED, np.flatnonzero(~valid))):
            if len(rows) == 0:
                continue
            if kind == DOCUMENT:
                sketched = reader.sketch(block, split)
            else:
                sketched = fill_columns(SKETCH_SCHEMA, len(rows), name_split(split, REJECTED, len(rows)))
            handed = [batch.column(name).take(pa.array(rows)) for name in extras]
            yield join_columns(sketched, handed, extras)
    last = reader.finish()
    if len(last):
        yield join_columns(last, [pa.nulls(len(last), column.type) for column in empty], extras)


def fact_column(role: str) -> str:
    """Return what a column that says something of a document is called while it is sketched."""
    return f"fact_{role}"


def join_columns(batch: pa.RecordBatch, columns: Sequence[pa.Array], names: Sequence[str]) -> pa.RecordBatch:
    """Return a batch with more columns."""
    return pa.RecordBatch.from_arrays([*batch.columns, *columns], names=[*batch.schema.names, *names])


def describe_decisions(documents: DataFrame, decisions: SparkDecisions, rejected: DataFrame) -> DataFrame:
    """Return one row for each document (`rank`, id) and each rejected row (id)."""
    witnesses = documents.select(F.col("rank").alias("witness"), F.col(ID).alias("witness_id"))
    removed = decisions.removed.join(witnesses, "witness").drop("witness")
    labels = F.create_map(*(F.lit(value) for relation in CopyRelation for value in (int(relation), relation.label)))
    rows = documents.join(removed, "rank", "left")
    decided = rows.select(
        ID,
        F.when(F.col("relation").isNull(), "keep").otherwise("remove").alias("decision"),
        F.col("witness_id").alias("witness"),
        "similarity",
        labels[F.col("relation").cast("int")].alias("relation"),
    )
    return decided.unionByName(rejected.select(ID, F.lit("reject").alias("decision")), allowMissingColumns=True)
