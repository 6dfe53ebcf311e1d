"""The order of the keep policies, as columns that Spark sorts by."""

from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import KeepPolicy
from dedup.near.keep_policy import decode_value, make_key
from dedup.spark.types import as_struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import Column, DataFrame

KEY_SCHEMA = pa.schema({"doc": pa.int64(), "group": pa.int32(), "number": pa.float64(), "text": pa.string()})


def order_documents(documents: "DataFrame", keep: KeepPolicy) -> "tuple[DataFrame, list[Column]]":
    """Return documents with columns to sort by, and these columns: ties by `doc`."""
    if keep.rule == "longest":
        return documents.select("doc", "num_tokens"), [-F.col("num_tokens").cast("bigint")]
    task = KeyTask(keep)
    keyed = documents.select("doc", "key").mapInArrow(task, as_struct(KEY_SCHEMA))
    text = F.col("text").desc() if keep.rule == "newest" else F.col("text")
    return keyed, [F.col("group"), F.col("number"), text]


class KeyTask:
    """Decodes the field that the policy asks for."""

    def __init__(self, keep: KeepPolicy) -> None:
        self._keep = keep

    def __call__(self, batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        """Turn `doc`, `key` into KEY_SCHEMA."""
        for batch in batches:
            keys = [make_key(decode_value(raw), self._keep) for raw in batch.column("key").to_pylist()]
            arrays = [
                batch.column("doc"),
                pa.array([key.group for key in keys], pa.int32()),
                pa.array([key.number for key in keys], pa.float64()),
                pa.array([key.text for key in keys], pa.string()),
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=KEY_SCHEMA)
