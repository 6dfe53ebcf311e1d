"""What stands in an index: counts and bytes, and the whole of it as Parquet."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import OutputError
from dedup.index.commit import delete_documents, delete_runs
from dedup.index.schema import read_runs, read_settings
from dedup.index.store import IndexFile
from dedup.model.index import IndexInfo, RunInfo

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARTS = {
    "band keys": ("documents", "keys"),
    "tokens": ("tokens", None),
    "tokens with boilerplate masked": ("masked", None),
    "fates of removed documents": ("fates", None),
}


def describe_index(index: IndexFile) -> IndexInfo:
    """Return the runs, the counts, the settings and the bytes of an index."""
    with index.reading() as connection:
        runs = read_runs(connection)
        counts = {
            table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608 (our own names)
            for table in ("documents", "fates")
        }
        return IndexInfo(
            path=str(index.path),
            documents=counts["documents"],
            removed_contents=counts["fates"],
            bytes=index.path.stat().st_size,
            bytes_by_part=measure_parts(connection),
            settings=read_settings(connection),
            runs=[RunInfo(r.run, r.made, r.out, r.inputs, r.documents, r.kept, r.seen, r.state) for r in runs],
        )


def measure_parts(connection: "DuckDBPyConnection") -> dict[str, int]:
    """Return the bytes of the blocks of each part; what shares its blocks with others is "names and sizes"."""
    block_size = int(connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0][0])
    parts, total = {}, 0
    for table in ("documents", "tokens", "masked", "fates", "runs", "meta"):
        query = f"SELECT column_name, block_id, additional_block_ids FROM pragma_storage_info('{table}')"  # noqa: S608 (our own names)
        owners: dict[int, set[str]] = {}
        for column, block, more in connection.execute(query).fetchall():
            for number in [block, *(more or [])]:
                if number is not None and number >= 0:
                    owners.setdefault(number, set()).add(column)
        total += len(owners)
        for part, (owner, column) in PARTS.items():
            if owner == table:
                parts[part] = block_size * sum(
                    1 for columns in owners.values() if column is None or columns == {column}
                )
    return parts | {"names, sizes and contents": block_size * total - sum(parts.values())}


def remove_run(index: IndexFile, run: str) -> int:
    """Take a run out of the index, with all that it brought; return how many documents. An unknown one is an error."""
    with index.lock():
        with index.reading() as connection:
            numbers = [row.number for row in read_runs(connection) if row.run == run]
            if not numbers:
                raise OutputError(f"{index.path}: has no run {run}. `dedup index info` lists them.")
            query = f"SELECT count(*) FROM documents WHERE run = {numbers[0]}"  # noqa: S608 (our own number)
            count = int(connection.execute(query).fetchall()[0][0])
        with index.writing() as connection:
            delete_runs(connection, numbers)
    return count


def remove_ids(index: IndexFile, ids: Sequence[str]) -> int:
    """Take the documents with some ids (as text) out of the index; return how many."""
    import pyarrow as pa  # noqa: PLC0415 (for those who remove)

    with index.lock(), index.writing() as connection:
        connection.register("gone", pa.table({"id": pa.array(ids, pa.string())}))
        count = delete_documents(connection, "SELECT ordinal FROM documents WHERE id ->> '$' IN (SELECT id FROM gone)")
        connection.unregister("gone")
    return count


def export_documents(index: IndexFile, target: Path) -> int:
    """Write one row for each document to a Parquet file, whole or not at all; return how many.

    id as text, path, line, run, num_tokens, num_shingles, content (hex), keys (list of uint64).
    """
    part = target.with_name(f".{target.name}.part")
    try:
        with index.reading() as connection:
            rows = connection.execute(f"""
                COPY (
                    SELECT d.id ->> '$' AS id, d.path, d.line, r.run, d.num_tokens, d.num_shingles,
                        printf('%016x%016x', d.content_high, d.content_low) AS content, d.keys::UBIGINT[] AS keys
                    FROM documents d JOIN runs r ON d.run = r.number ORDER BY d.ordinal
                ) TO '{str(part).replace("'", "''")}' (FORMAT parquet, COMPRESSION zstd)
            """).fetchall()  # noqa: S608 (a path, quoted)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return int(rows[0][0])
