"""Words of conflicting slots, and signs that differ: read where the texts are, joined from both sides of a pair."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.model.documents import CopyRelation
from dedup.near.fetch_texts import RecordText
from dedup.output.conflicts import MAX_PAIRS, quote_signs, quote_spans
from dedup.spark.rounds import SparkDecisions
from dedup.spark.spark_tables import MAX_NAME_ROWS, as_struct, mark_small
from dedup.text.rank_quotes import rank_quotes

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.spark_tables import Checkpoints

QUOTE_SCHEMA = pa.schema({"rank": pa.int64(), "side": pa.int32(), "words": pa.list_(pa.string())})
SIGN_SCHEMA = pa.schema({"rank": pa.int64(), "own_words": pa.list_(pa.string()), "their_words": pa.list_(pa.string())})


def quote_conflicts(
    documents: "DataFrame",
    texts: "DataFrame",
    decisions: SparkDecisions,
    records: RecordText,
    checkpoints: "Checkpoints",
) -> "DataFrame | None":
    """Return (rank, own_words, their_words) of documents with conflicts, None where there are none.

    `texts` has `at` and `value`.
    """
    conflicting = decisions.fates.filter(F.length("slots") > 0)
    places = documents.select(F.col("rank").alias("of"), "at", "doc")
    signs = quote_signs_of_pairs(documents, texts, decisions, records)
    count = 2 * conflicting.count()
    if not count and signs.num_rows == 0:
        return None
    sides = [
        conflicting.select("rank", F.lit(side).alias("side"), F.col(of).alias("of"), "slots")
        for side, of in enumerate(("rank", "other"))
    ]
    wanted = places.join(mark_small(sides[0].unionByName(sides[1]), count, MAX_NAME_ROWS), "of")
    wanted = texts.join(mark_small(wanted, count, MAX_NAME_ROWS), "at").select("rank", "side", "slots", "value")
    quoted = wanted.mapInArrow(partial(quote_rows, records=records), as_struct(QUOTE_SCHEMA))
    words = [F.first(F.when(F.col("side") == side, F.col("words")), ignorenulls=True) for side in (0, 1)]
    named = [column.alias(name) for column, name in zip(words, SIGN_SCHEMA.names[1:], strict=True)]
    quotes = quoted.groupBy("rank").agg(*named).mapInArrow(rank_rows, as_struct(SIGN_SCHEMA))
    if signs.num_rows:  # say more than the words, which are the same
        table = F.broadcast(documents.sparkSession.createDataFrame(signs))
        quotes = quotes.join(table.select("rank"), "rank", "left_anti").unionByName(table)
    return checkpoints.save("quotes", quotes)


def quote_rows(batches: Iterator[pa.RecordBatch], *, records: RecordText) -> Iterator[pa.RecordBatch]:
    """Yield the words of conflicting slots of one side: columns `rank`, `side`, `slots`, `value`."""
    for batch in batches:
        words = []
        for side, slots, raw in zip(
            *(batch.column(name).to_pylist() for name in ("side", "slots", "value")), strict=True
        ):
            spans = np.frombuffer(slots, np.int32).reshape(-1, 4)[:, 2 * side : 2 * side + 2]
            words.append(quote_spans(records.get(raw), spans))
        columns = [batch.column("rank"), batch.column("side"), pa.array(words, QUOTE_SCHEMA.types[2])]
        yield pa.RecordBatch.from_arrays(columns, schema=QUOTE_SCHEMA)


def rank_rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield rows of SIGN_SCHEMA with the pairs of words that differ in more than spelling, numbers and dates first."""
    for batch in batches:
        sides = zip(*(batch.column(name).to_pylist() for name in SIGN_SCHEMA.names[1:]), strict=True)
        ranked = [rank_quotes(zip(own or (), theirs or (), strict=True)) for own, theirs in sides]
        words = (
            pa.array([[pair[side] for pair in pairs] for pairs in ranked], SIGN_SCHEMA.types[1]) for side in (0, 1)
        )
        yield pa.RecordBatch.from_arrays([batch.column("rank"), *words], schema=SIGN_SCHEMA)


def quote_signs_of_pairs(
    documents: "DataFrame", texts: "DataFrame", decisions: SparkDecisions, records: RecordText
) -> pa.Table:
    """Return the signs that templates of the same words differ in, as SIGN_SCHEMA: those of the first MAX_PAIRS."""
    is_same = (F.col("similarity") == 1.0) & (F.col("novel_words") == 0)
    same = decisions.fates.filter(is_same & (F.col("relation") == int(CopyRelation.TEMPLATE))).select("rank", "other")
    own, theirs = (
        documents.select(F.col("rank").alias(of), F.col("at").alias(at), F.col("doc").alias(doc))
        for of, at, doc in (("rank", "own_at", "doc"), ("other", "their_at", "their_doc"))
    )
    pairs = theirs.join(own.join(F.broadcast(same), "rank"), "other").orderBy("doc").limit(MAX_PAIRS).collect()
    if not pairs:
        return SIGN_SCHEMA.empty_table()
    wanted = pa.table({"at": sorted({at for pair in pairs for at in (pair["own_at"], pair["their_at"])})})
    table = F.broadcast(documents.sparkSession.createDataFrame(wanted))
    found = {row["at"]: records.get(bytes(row["value"])) for row in texts.join(table, "at").collect()}
    quotes = [(pair["rank"], quote_signs(found[pair["own_at"]], found[pair["their_at"]])) for pair in pairs]
    rows = [(rank, *map(list, zip(*quoted, strict=True))) for rank, quoted in quotes if quoted]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, SIGN_SCHEMA.types, strict=True)], SIGN_SCHEMA
    )
