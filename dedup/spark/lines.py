"""Rows to the lines of `removed/`, `clusters/` and `rejected/`: the same fields as the local engine's files.

Only the byte at which a record stood is not known: Spark's readers do not tell it.
"""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pyarrow as pa

from dedup.model.documents import CopyRelation

TEXT_SCHEMA = pa.schema({"value": pa.string()})
Raw = msgspec.Raw


def encode_rows(
    batches: Iterator[pa.RecordBatch], *, encode: Callable[[dict[str, Any]], dict[str, object]]
) -> Iterator[pa.RecordBatch]:
    """Turn each row into a line of JSON."""
    for batch in batches:
        lines = [msgspec.json.encode(encode(row)).decode() for row in batch.to_pylist()]
        yield pa.RecordBatch.from_arrays([pa.array(lines, pa.string())], schema=TEXT_SCHEMA)


def raw_id(row: dict[str, Any], prefix: str = "") -> Raw:
    """Return a document's id as raw JSON; one without an id is called by path and line."""
    given = row[f"{prefix}id"]
    return Raw(given or msgspec.json.encode(f"{row[f'{prefix}path']}:{row[f'{prefix}line']}"))


def encode_removal(row: dict[str, Any]) -> dict[str, object]:
    """Return one line of `removed/`."""
    relation = CopyRelation(row["relation"])
    return {
        "id": raw_id(row),
        "source": {"path": row["path"], "line": row["line"]},
        "reason": relation.reason,
        "relation": relation.label,
        "witness": {"id": raw_id(row, "w_"), "path": row["w_path"], "line": row["w_line"]},
        "similarity": row["similarity"],
        "record": Raw(row["value"].strip()),
    }


def encode_cluster(row: dict[str, Any]) -> dict[str, object]:
    """Return one line of `clusters/`: the representative first, the others in the order of the input."""
    first = {"id": raw_id(row), "path": row["path"], "line": row["line"], "similarity": 1.0}
    members = sorted(row["members"], key=lambda member: member["doc"])
    others = [{"id": raw_id(m), "path": m["path"], "line": m["line"], "similarity": m["similarity"]} for m in members]
    return {"cluster": row["doc"], "representative": raw_id(row), "members": [first, *others]}


def encode_rejection(row: dict[str, Any]) -> dict[str, object]:
    """Return one line of `rejected/`."""
    line: dict[str, object] = {"path": row["path"], "line": row["line"], "error": row["error"]}
    if not row["raw"]:  # a row of Parquet has no bytes of its own
        return line
    try:
        return line | {"raw": row["raw"].decode()}
    except UnicodeDecodeError:
        return line | {"raw_base64": base64.b64encode(row["raw"]).decode()}
