"""Ways of tampering with what a command wrote: an OUT folder, JSON lines, a patch, an index."""

import json
import os
import random
import shutil

import duckdb

from .inputs import damage
from .texts import MARKS, draw_bytes

VALUES = [
    None,
    True,
    -1,
    0,
    1,
    2**31,
    2**63,
    10**30,
    1e308,
    "",
    "a",
    "../../escaped",
    "/escaped",
    [],
    {},
    [None],
    *MARKS,
]
TABLES = ["documents", "runs", "meta", "tokens", "signatures", "removed_contents", "samples"]


def tamper_with_folder(source, folder):
    """Change one to three things in a folder that a command wrote; return what was changed, to be read."""
    done = []
    for _ in range(source.choice([1, 1, 2, 3])):
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        if not files:
            break
        path = source.choice(files)
        if path.suffix in {".json", ".jsonl"} and source.random() < 0.6:
            path.write_bytes(tamper_with_json(source, path.read_bytes()))
        else:
            change_file(source, path)
        done.append(path.name)
    return done


def change_file(source, path):
    """Damage a file, delete it, add one, or put something else in its place."""
    kind = source.randrange(8)
    if kind < 3:
        path.write_bytes(damage(source, path.read_bytes()))
        return
    path.rename(path.with_name("moved")) if kind == 3 else path.unlink()
    if kind == 4:
        path.symlink_to(source.choice(["/etc/passwd", "nothing", path.name, "."]))
    elif kind == 5:
        path.mkdir()
    elif kind == 6:
        os.mkfifo(path)


def tamper_with_json(source, raw):
    """Return JSON or JSON lines in which values were replaced, dropped, doubled or reordered."""
    lines = raw.split(b"\n")
    filled = [number for number, line in enumerate(lines) if line]
    if not filled:
        return draw_bytes(source)
    number = source.choice(filled)
    kind = source.randrange(10)
    if kind == 0:
        lines.insert(number, lines[number])
    elif kind == 1:
        del lines[number]
    elif kind == 2:
        source.shuffle(lines)
    else:
        lines[number] = change_value(source, lines[number])
    return b"\n".join(lines)


def change_value(source, line):
    """Return a JSON text with one of its values changed, wherever it is nested."""
    try:
        whole = json.loads(line)
    except ValueError:
        return damage(source, line)
    places = list_places(whole)
    if not places:
        return json.dumps(source.choice(VALUES)).encode()
    owner, key = source.choice(places)
    if isinstance(owner, dict) and source.random() < 0.3:
        del owner[key]
    else:
        owner[key] = source.choice(VALUES)
    return json.dumps(whole).encode("utf-8", "replace")


def list_places(value):
    """Return (container, key) of all values below a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [place for key in keys for place in [(value, key), *list_places(value[key])]]


def tamper_with_index(source, path):
    """Damage the file of an index, or change a table of it with DuckDB; return what was done, to be read."""
    if source.random() < 0.3:
        path.write_bytes(damage(source, path.read_bytes()))
        return "damaged"
    with duckdb.connect(str(path)) as connection:
        statement = draw_statement(source, connection)
        try:
            connection.execute(statement)
        except duckdb.Error as error:
            return f"{statement}: {error}"
    return statement


def draw_statement(source, connection):
    """Return a statement that makes a table of an index something else."""
    tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
    table = source.choice(tables)
    columns = connection.execute(f"DESCRIBE {table}").fetchall()
    column, kind = source.choice(columns)[:2]
    values = [
        "NULL",
        "0",
        "-1",
        "4294967296",
        "9223372036854775807",
        "''",
        "'../../x'",
        "'\x1b[2J'",
        "repeat('a', 100000)",
    ]
    if kind.endswith("[]"):
        values = ["NULL", "[]", "[0]", "range(5000)"]
    return source.choice(
        [
            f"DROP TABLE {table}",
            f"DELETE FROM {table}",
            f"DELETE FROM {table} WHERE rowid % 2 = 0",
            f"INSERT INTO {table} SELECT * FROM {table}",
            f"ALTER TABLE {table} DROP COLUMN {column}",
            f"ALTER TABLE {table} RENAME COLUMN {column} TO other",
            f"ALTER TABLE {table} ADD COLUMN extra INTEGER",
            *[f"UPDATE {table} SET {column} = {source.choice(values)}"] * 5,
            f"UPDATE {table} SET {column} = {source.choice(values)} WHERE rowid = 0",
            f"ALTER TABLE {table} RENAME TO hidden; CREATE VIEW {table} AS SELECT * FROM hidden",
            f"DROP TABLE {table}; CREATE VIEW {table} AS SELECT * FROM read_csv('/etc/passwd', header = false)",
            f"DROP TABLE {table}; CREATE TABLE {table} AS SELECT 1 AS {column}",
        ]
    )


def add_user_folder(place, source: random.Random):
    """Make a folder of the user's, which may look like one of ours."""
    place.mkdir(parents=True)
    for name in source.sample(["mine.txt", "summary.json", "index.html", "fingerprint", "lock", ".dedup.json"], 2):
        (place / name).write_text("mine")
    if source.random() < 0.3:
        shutil.copytree(place, place / "kept")
