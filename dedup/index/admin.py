"""The content of an index: counts and bytes, and all of it as Parquet."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.corpus.values import read_value
from dedup.errors import OutputError
from dedup.index.checks import check_values
from dedup.index.commit import delete_documents, delete_runs
from dedup.index.connection import Connection, require
from dedup.index.store import IndexFile
from dedup.index.tables import read_runs, read_settings
from dedup.model.documents import CopyRelation
from dedup.model.index_results import IndexInfo, RunInfo
from dedup.output.output_file import open_output
from dedup.output.table_file import TableSource, seekable

ROWS_AT_ONCE = 1 << 16
EXPORT_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "path": pa.string(),
        "line": pa.int64(),
        "run": pa.string(),
        "num_tokens": pa.int32(),
        "num_shingles": pa.int32(),
        "content": pa.string(),
        "keys": pa.list_(pa.uint64()),
    }
)
PARTS = {
    "band keys": ("documents", "keys"),
    "b-bit signatures": ("documents", "signature"),
    "sampled shingles": ("shingles", None),
    "tokens": ("tokens", None),
    "tokens with boilerplate masked": ("masked", None),
    "dictionaries of tokens": ("dictionaries", None),
    "removed contents": ("removed_contents", None),
}


def describe_index(index: IndexFile) -> IndexInfo:
    """Return the runs, the counts, the settings and the bytes of an index."""
    with index.reading() as connection:
        runs = read_runs(connection)
        counts = {
            table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608 (our own names)
            for table in ("documents", "removed_contents")
        }
        return IndexInfo(
            path=str(index.path),
            documents=counts["documents"],
            removed_contents=counts["removed_contents"],
            bytes=index.path.stat().st_size,
            bytes_by_part=measure_parts(connection),
            settings=read_settings(connection),
            runs=[RunInfo(r.run, r.made, r.out, r.inputs, r.documents, r.kept, r.seen, r.state) for r in runs],
        )


def measure_parts(connection: Connection) -> dict[str, int]:
    """Return the bytes of the blocks of each part; what shares its blocks with others is "names and sizes"."""
    block_size = int(connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0][0])
    parts, total = {}, 0
    for table in ("documents", "tokens", "masked", "dictionaries", "shingles", "removed_contents", "runs", "meta"):
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


class RemovedDocuments(NamedTuple):
    """How many documents were taken out, and which ids no document has."""

    num_documents: int
    unknown: list[str]


def remove_ids(index: IndexFile, ids: Collection[str]) -> RemovedDocuments:
    """Take the documents with some ids (as text) out of the index."""
    with index.lock():
        with index.reading() as connection:
            rows = connection.sql("SELECT ordinal, id FROM documents").to_arrow_reader(ROWS_AT_ONCE)
            gone = {
                ordinal: name
                for batch in rows
                for ordinal, raw in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
                if (name := read_value(raw.encode())) in ids
            }
        if gone:
            with index.writing() as connection:
                connection.register("gone", pa.table({"ordinal": pa.array([*gone], pa.int64())}))
                delete_documents(connection, "SELECT ordinal FROM gone")
                connection.unregister("gone")
    return RemovedDocuments(len(gone), sorted({*ids}.difference(gone.values())))


def export_documents(index: IndexFile, target: Path) -> int:
    """Write one row for each document to a Parquet file, whole or not at all; return how many.

    id as text, path, line, run, num_tokens, num_shingles, content (hex), keys (list of uint64).
    """
    count = 0
    with (
        open_output(target, [index.path]) as file,
        seekable(file) as sink,
        index.reading() as connection,
        pq.ParquetWriter(sink, EXPORT_SCHEMA, compression="zstd") as writer,
    ):
        rows = connection.sql("""
            SELECT d.id, d.path, d.line, r.run, d.num_tokens, d.num_shingles,
                printf('%016x%016x', d.content_high, d.content_low) AS content, d.keys::UBIGINT[] AS keys
            FROM documents d JOIN runs r ON d.run = r.number ORDER BY d.ordinal
        """)
        for batch in rows.to_arrow_reader(ROWS_AT_ONCE):
            check_values(batch)
            ids = pa.array([read_value(raw.encode()) for raw in batch.column(0).to_pylist()], pa.string())
            writer.write_batch(
                pa.RecordBatch.from_arrays([ids, *batch.columns[1:]], EXPORT_SCHEMA.names).cast(EXPORT_SCHEMA)
            )
            count += len(batch)
    return count


# What `dedup export` gives of an index: `removed` are texts whose first document was removed, by their hash.
TABLES = {
    "documents": """
        SELECT d.id, d.path, d.line, r.run, d.num_tokens FROM documents d JOIN runs r ON d.run = r.number
        ORDER BY d.ordinal""",
    "removed": """
        SELECT printf('%016x%016x', c.content_high, c.content_low) AS content, r.run, c.num_tokens, c.relation,
            c.similarity, c.novel AS novel_words, d.id AS witness_id, d.path AS witness_path, d.line AS witness_line
        FROM removed_contents c JOIN runs r ON c.run = r.number JOIN documents d ON c.witness = d.ordinal
        ORDER BY c.run, content""",
    "runs": """
        SELECT run, made, coalesce(out, '') AS out, inputs, documents, kept, seen, state FROM runs ORDER BY number""",
}
KINDS = {"VARCHAR": pa.string(), "DOUBLE": pa.float64()}


@contextmanager
def open_table(index: IndexFile, name: str) -> Iterator[TableSource]:
    """Give a table of TABLES of an index."""
    with index.reading() as connection:
        found = connection.sql(TABLES[name])
        columns = {n: KINDS.get(str(kind), pa.int64()) for n, kind in zip(found.columns, found.types, strict=True)}
        columns |= {"relation": pa.string()} if "relation" in columns else {}
        yield TableSource(columns, (row for batch in found.to_arrow_reader(ROWS_AT_ONCE) for row in read_rows(batch)))


def read_rows(batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    """Yield rows with ids as text and relations in words."""
    check_values(batch)
    for row in batch.to_pylist():
        ids = {name: read_value(row[name].encode()) for name in ("id", "witness_id") if name in row}
        if "relation" in row:
            require(row["relation"] in list(CopyRelation), "it has a relation that no run writes")
            ids["relation"] = CopyRelation(row["relation"]).label
        yield row | ids
