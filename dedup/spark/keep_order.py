"""The order of the keep policies, as columns that Spark sorts by."""

from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import KeepPolicy
from dedup.near.keep_policy import ABSENT, decode_key, sort_value
from dedup.spark.types import as_struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import Column, DataFrame

KEY_SCHEMA = pa.schema(
    {"doc": pa.int64(), "kind": pa.int32(), "number": pa.float64(), "text": pa.string(), "place": pa.int64()}
)


def order_documents(documents: "DataFrame", keep: KeepPolicy) -> "tuple[DataFrame, list[Column]]":
    """Return documents with columns to sort by, and these columns: ties by `doc`."""
    if keep.rule == "longest":
        return documents.select("doc", "num_tokens"), [-F.col("num_tokens").cast("bigint")]
    task = KeyTask(keep)
    keyed = documents.select("doc", "key").mapInArrow(task, as_struct(KEY_SCHEMA))
    if keep.rule == "prefer":
        return keyed, [F.col("place")]
    absent = F.col("kind") == ABSENT
    if keep.rule == "oldest":
        return keyed, [absent, F.col("kind"), F.col("number"), F.col("text")]
    return keyed, [absent, -F.col("kind"), -F.col("number"), F.col("text").desc()]


class KeyTask:
    """Decodes the field that the policy asks for."""

    def __init__(self, keep: KeepPolicy) -> None:
        self._places = {value: place for place, value in enumerate(keep.values)}

    def __call__(self, batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        """Turn `doc`, `key` into KEY_SCHEMA."""
        for batch in batches:
            keys = [decode_key(raw) for raw in batch.column("key").to_pylist()]
            values = [sort_value(key) for key in keys]
            places = [self._places.get(k if isinstance(k, str) else str(k), len(self._places)) for k in keys]
            arrays = [
                batch.column("doc"),
                pa.array([kind for kind, _, _ in values], pa.int32()),
                pa.array([number for _, number, _ in values], pa.float64()),
                pa.array([text for _, _, text in values], pa.string()),
                pa.array(places, pa.int64()),
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=KEY_SCHEMA)
