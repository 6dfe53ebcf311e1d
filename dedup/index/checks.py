"""What is asked of the file of an index before it is believed: our tables and nothing else, and values in bounds.

Anybody may have made the file. What it says of documents is taken from it. But nothing in it is run, no count of it
sizes an allocation unchecked, and no number of it is an address.
"""

from functools import cache

import numpy as np
import pyarrow as pa

from dedup.index.connection import Connection, DamagedIndexError, require
from dedup.index.tables import make_tables

# Names are whole: a macro of the file may have the name of a function of DuckDB.
TABLES = "SELECT table_name, sql FROM system.main.duckdb_tables() WHERE NOT internal ORDER BY table_name"
OTHERS = {
    "view": "SELECT view_name FROM system.main.duckdb_views() WHERE NOT internal",
    "macro": "SELECT function_name FROM system.main.duckdb_functions() WHERE NOT internal",
    "type": "SELECT type_name FROM system.main.duckdb_types() WHERE NOT internal",
    "schema": "SELECT schema_name FROM system.main.duckdb_schemas() WHERE NOT internal",
    "sequence": "SELECT sequence_name FROM system.main.duckdb_sequences()",
    "index": "SELECT index_name FROM system.main.duckdb_indexes()",
    "trigger": "SELECT trigger_name FROM system.main.duckdb_triggers()",
}
MAX_META_ROWS = 100
SOME_BANDS = 98_765  # no other array is so long
PIECE = "piece"  # the column of coded tokens, and of shingles


def read_meta(connection: Connection) -> dict[str, str] | None:
    """Return what an index says of itself, None where a file has no such table: a view in its place is not asked."""
    if dict(connection.execute(TABLES).fetchall()).get("meta") != declare_tables(1)["meta"]:
        return None
    return dict(connection.execute(f"SELECT name, value FROM main.meta LIMIT {MAX_META_ROWS}").fetchall())  # noqa: S608


def check_catalog(connection: Connection, bands: int) -> None:
    """Raise `DamagedIndexError` unless a file has our tables, as `make_tables` makes them, and nothing else."""
    found, expected = dict(connection.execute(TABLES).fetchall()), declare_tables(bands)
    for name in sorted(found.keys() | expected.keys()):
        require(name in found, f"it has no table {name}")
        require(name in expected, f"it has a table {name!a} that is not ours")
        require(found[name] == expected[name], f"its table {name} is not the one that dedup makes")
    for kind, query in OTHERS.items():
        row = connection.execute(query).fetchone()
        require(row is None, f"it has a {kind} {row and row[0]!a} that is not ours")


def declare_tables(bands: int) -> dict[str, str]:
    """Return the SQL of each table of an index, as DuckDB tells it of tables that were just made."""
    return {name: sql.replace(f"[{SOME_BANDS}]", f"[{bands}]") for name, sql in declare_some().items()}


@cache
def declare_some() -> dict[str, str]:
    """Return the same for some number of bands."""
    import duckdb  # noqa: PLC0415 (for those who have an index)

    with duckdb.connect(":memory:", config={"threads": "1"}) as connection:
        make_tables(connection, {}, SOME_BANDS, "")
        return dict(connection.execute(TABLES).fetchall())


def check_sizes(connection: Connection, num_bytes: int) -> None:
    """Raise `DamagedIndexError` where a table says to have more rows than fit into a file of so many bytes."""
    for table in declare_tables(1):
        count = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608 (our own names)
        require(count <= num_bytes, f"its table {table} has {count:,} rows, in {num_bytes:,} bytes")


def check_values(rows: pa.RecordBatch | pa.Table) -> None:
    """Raise `DamagedIndexError` where a value of a row of an index is out of bounds.

    The rules are those of all tables: nothing is missing, no whole number is negative, shares are from 0 to 1, and
    bytes are whole tokens, but for those of pieces, which are checked where they are read.
    """
    try:
        rows.validate(full=True)
    except pa.ArrowInvalid as error:
        raise DamagedIndexError(str(error)) from error
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        require(column.null_count == 0, f"a value of {name} is missing")
        if len(column) == 0:
            continue
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        if pa.types.is_signed_integer(column.type):
            require(np.asarray(column).min() >= 0, f"a value of {name} is negative")
        elif pa.types.is_floating(column.type):
            shares = np.asarray(column)
            require(np.all((shares >= 0) & (shares <= 1)), f"a value of {name} is not from 0 to 1")
        elif name != PIECE and (pa.types.is_large_binary(column.type) or pa.types.is_binary(column.type)):
            require(all(map(holds_tokens, chunks)), f"bytes of {name} are no whole tokens")
        elif pa.types.is_fixed_size_list(column.type):
            require(not any(chunk.values.null_count for chunk in chunks), f"a number in {name} is missing")


def holds_tokens(values: pa.Array) -> bool:
    """Return whether all values of bytes are tokens of four bytes, without a copy of them."""
    size = np.int64 if pa.types.is_large_binary(values.type) else np.int32
    edges = np.frombuffer(values.buffers()[1], size)[values.offset : values.offset + len(values) + 1]
    return bool(np.all(np.diff(edges) % 4 == 0))
