"""Ways to tamper with the file of an index, and an index to do it to."""

import os
import random
import shutil
from functools import lru_cache
from pathlib import Path

import duckdb
from corpora import make_records, make_text, write_jsonl

from dedup.config import NearConfig, PassageConfig
from dedup.index.tables import make_tables, settings_of
from dedup.near.bands import bands_of


def make_news(folder):
    """Make `news.duckdb` with two runs, of near-copies, a contained text and boilerplate, and return the folder."""
    from commands import clean_quietly

    long = make_text("long", 3000)
    records = make_records("tampered", 12, copies=2)
    footer = make_text("footer", 80)
    records += [{"id": f"b{i}", "outlet": "o", "text": f"{make_text(f'own {i}', 25)}\n\n{footer}"} for i in range(80)]
    records += [{"id": "long", "text": long}, {"id": "part", "text": " ".join(long.split()[300:420])}]
    half = 50
    for day, some in enumerate((records[:half], records[half:])):
        path = write_jsonl(folder / f"day{day}.jsonl", some)
        clean_quietly([path], folder / f"out{day}", index=folder / "news.duckdb", passages=PassageConfig())
    new = [
        records[0],
        {**records[-1], "id": "new"},
        {"id": "x", "outlet": "o", "text": f"{make_text('own 3', 25)} x\n\n{footer}"},
    ]
    write_jsonl(folder / "inbox.jsonl", [*new, {"id": "cut", "text": " ".join(long.split()[500:620])}])
    (folder / "asked.txt").write_text(" ".join(long.split()[500:620]))
    return folder


def run_sql(path, *statements):
    """Change an index by SQL."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def rebuild(path, table, columns):
    """Make a table anew from a query over the old one."""
    run_sql(
        path,
        f"CREATE TABLE copy AS SELECT {columns} FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE copy RENAME TO {table}",
    )


def as_view(path, table, query):
    """Put a view in the place of a table."""
    run_sql(path, f"ALTER TABLE {table} RENAME TO old", f"CREATE VIEW {table} AS {query}")


def cut(path, share):
    """Cut the file off."""
    os.truncate(path, int(path.stat().st_size * share))


def overwrite(path, start, size, seed=1):
    """Write random bytes into the file, from a share of it on."""
    with path.open("r+b") as file:
        file.seek(int(start * path.stat().st_size))
        file.write(random.Random(seed).randbytes(size))


def replace_file(path, content):
    """Put other bytes in the place of the file."""
    path.write_bytes(content)


def other_program(path):
    """Put the DuckDB file of another program in its place."""
    path.unlink()
    run_sql(path, "CREATE TABLE trades (day DATE, price DOUBLE)", "INSERT INTO trades VALUES ('2026-01-01', 1.5)")


def new_format(path, number):
    """Say that another version of dedup made the index."""
    run_sql(path, f"UPDATE meta SET value = '{number}' WHERE name = 'format'")


def as_folder(path):
    """Put a folder in the place of the file."""
    path.unlink()
    path.mkdir()
    (path / "file").write_bytes(b"mine")


def as_link(path, target):
    """Put a symbolic link in its place."""
    path.unlink()
    path.symlink_to(target)


def as_pipe(path):
    """Put a pipe in its place."""
    path.unlink()
    os.mkfifo(path)


def swallow(path):
    """Put an empty index of other bands in its place."""
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        make_tables(connection, settings_of(NearConfig()), bands_of(NearConfig()).bands + 1, "0")


def settings_with(path, text):
    """Put other settings into the index."""
    run_sql(path, f"UPDATE meta SET value = $${text}$$ WHERE name = 'settings'")


def change(table, assignments):
    """Return a way to tamper with all rows of a table."""
    return lambda path: run_sql(path, f"UPDATE {table} SET {assignments}")


HUGE = "2147483647"
# What no run writes, and every command has to say so.
REFUSED = {
    "empty": lambda path: replace_file(path, b""),
    "random": lambda path: replace_file(path, random.Random(7).randbytes(100_000)),
    "text": lambda path: replace_file(path, b'{"id": 1}\n' * 1000),
    "sqlite": lambda path: replace_file(path, b"SQLite format 3\0" + bytes(4080)),
    "header only": lambda path: cut(path, 0.001),
    "half": lambda path: cut(path, 0.5),
    "less a byte": lambda path: os.truncate(path, path.stat().st_size - 1),
    "random header": lambda path: overwrite(path, 0, 4096),
    "random headers": lambda path: overwrite(path, 0, 12288),
    "random half": lambda path: overwrite(path, 0.2, path.stat().st_size // 2),
    "folder": as_folder,
    "dangling link": lambda path: as_link(path, "nowhere.duckdb"),
    "link to itself": lambda path: as_link(path, "news.duckdb"),
    "device": lambda path: as_link(path, "/dev/null"),
    "pipe": as_pipe,
    "other program": other_program,
    "future format": lambda path: new_format(path, 99),
    "past format": lambda path: new_format(path, 1),
    "no format": lambda path: run_sql(path, "DELETE FROM meta"),
    "wild format": lambda path: new_format(path, "\x1b[31mred\n"),
    "no settings": lambda path: run_sql(path, "DELETE FROM meta WHERE name = 'settings'"),
    "settings no JSON": lambda path: settings_with(path, "{"),
    "settings a list": lambda path: settings_with(path, "[1]"),
    "settings nested": lambda path: settings_with(path, "[" * 100_000),
    "settings of wrong types": lambda path: settings_with(path, '{"threshold": "x", "words": 1}'),
    "settings that hang": lambda path: settings_with(
        path,
        '{"max_bucket":2000,"max_novel":0.3,"max_novel_run":200,"num_perm":1000000000,"recall":0.995,"remove":"exact",'
        '"seed":1,"shingle_size":5,"threshold":0.5,"words":"x"}',
    ),
    "view of a file": lambda path: as_view(path, "removed_contents", "SELECT * FROM old, read_text('/etc/hostname')"),
    "view of ours": lambda path: as_view(path, "documents", "SELECT * FROM old"),
    "view that hangs": lambda path: as_view(
        path,
        "meta",
        "SELECT 'format' AS name, sum(a.range)::VARCHAR AS value FROM range(1000000000) a, range(1000000000) b",
    ),
    "another view": lambda path: run_sql(path, "CREATE VIEW mine AS SELECT * FROM read_text('/etc/hostname')"),
    "macro count": lambda path: run_sql(path, "CREATE MACRO count(a) AS 7"),
    "macro of tables": lambda path: run_sql(path, "CREATE MACRO duckdb_tables() AS TABLE SELECT 1"),
    "macro plus": lambda path: run_sql(path, 'CREATE MACRO "+"(a, b) AS 7'),
    "type": lambda path: run_sql(path, "CREATE TYPE mood AS ENUM ('sad')"),
    "sequence": lambda path: run_sql(path, "CREATE SEQUENCE mine"),
    "schema": lambda path: run_sql(path, "CREATE SCHEMA mine"),
    "an index of DuckDB": lambda path: run_sql(path, "CREATE INDEX mine ON removed_contents (run)"),
    "another table": lambda path: run_sql(path, "CREATE TABLE mine (x INTEGER)"),
    "no table": lambda path: run_sql(path, "DROP TABLE shingles"),
    "no column": lambda path: run_sql(path, "ALTER TABLE documents DROP COLUMN signature"),
    "another column": lambda path: run_sql(path, "ALTER TABLE documents ADD COLUMN mine INTEGER"),
    "default": lambda path: run_sql(path, "ALTER TABLE documents ALTER COLUMN line SET DEFAULT 7"),
    "nullable": lambda path: run_sql(path, "ALTER TABLE documents ALTER COLUMN line DROP NOT NULL"),
    "generated column": lambda path: run_sql(
        path, "DROP TABLE masked", "CREATE TABLE masked (ordinal BIGINT, part INTEGER AS (ordinal + 1), piece BLOB)"
    ),
    "text for numbers": lambda path: rebuild(path, "removed_contents", "* REPLACE (similarity::VARCHAR AS similarity)"),
    "other bands": swallow,
    "lists of any length": lambda path: rebuild(path, "documents", "* REPLACE (keys::UBIGINT[] AS keys)"),
    "runs of one number": change("runs", "number = 1"),
    "run 0": lambda path: run_sql(path, "UPDATE runs SET number = 0 WHERE number = 1"),
    "last number": lambda path: run_sql(path, f"UPDATE runs SET number = {HUGE} WHERE number = 2"),
    "negative counts": change("runs", "documents = -5"),
    "huge counts": change("runs", "next_ordinal = 9223372036854775807"),
    "name of a run": change("runs", "run = chr(27) || ']0;x' || chr(10) || number"),
    "state of a run": change("runs", "state = 'other'"),
}
# Wrong values: a command that reads one has to say so, and may pass over what it does not need.
WRONG_VALUES = {
    "no runs": lambda path: run_sql(path, "DELETE FROM runs"),
    "ordinals negative": change("documents", "ordinal = -ordinal - 1"),
    "ordinals huge": change("documents", "ordinal = ordinal + 1099511627776"),
    "ordinals equal": change("documents", "ordinal = 3"),
    "ordinals apart": lambda path: run_sql(
        path, "UPDATE documents SET ordinal = ordinal * 60000000", "UPDATE runs SET next_ordinal = 4294967290"
    ),
    "ordinals backwards": change("documents", "ordinal = 30 - ordinal"),
    "unknown runs": change("documents", "run = 77"),
    "tokens negative": change("documents", "num_tokens = -1"),
    "tokens none": change("documents", "num_tokens = 0"),
    "tokens huge": change("documents", f"num_tokens = {HUGE}"),
    "tokens fewer": change("documents", "num_tokens = num_tokens - 1"),
    "tokens more": change("documents", "num_tokens = num_tokens + 1"),
    "shingles negative": change("documents", "num_shingles = -7"),
    "shingles none": change("documents", "num_shingles = 0"),
    "shingles huge": change("documents", f"num_shingles = {HUGE}"),
    "line negative": change("documents", "line = -1"),
    "id no JSON": change("documents", "id = '1, \"evil\": 2'"),
    "id of two lines": change("documents", "id = '[1,' || chr(10) || '2]'"),
    "id empty": change("documents", "id = ''"),
    "id nested": change("documents", "id = repeat('[', 100000) || repeat(']', 100000)"),
    "id of escapes": change("documents", "id = '\"' || chr(27) || '[31m\"'"),
    "path of escapes": change("documents", "path = chr(27) || '[31m' || chr(10) || chr(0)"),
    "path huge": change("documents", "path = repeat('x', 3000000)"),
    "keys missing": change("documents", "keys = list_resize([NULL::UBIGINT], len(keys))"),
    "keys equal": change("documents", "keys = list_resize([7::UBIGINT], len(keys), 7)"),
    "signature missing": change("documents", "signature = list_resize([NULL::UBIGINT], 8)"),
    "pieces gone": lambda path: run_sql(path, "DELETE FROM tokens"),
    "pieces of shingles gone": lambda path: run_sql(path, "DELETE FROM shingles"),
    "pieces short": change("tokens", "piece = piece[1:8]"),
    "pieces odd": change("tokens", "piece = '\\x01\\x02\\x03'::BLOB"),
    "pieces empty": change("tokens", "piece = ''::BLOB"),
    "pieces huge": change("tokens", "piece = repeat('abcd', 500000)::BLOB"),
    "no dictionary": lambda path: run_sql(path, "DELETE FROM dictionaries"),
    "other dictionaries": change("dictionaries", "number = number + 1"),
    "dictionary without a number": change("dictionaries", "number = -1"),
    "dictionary of some bytes": change("dictionaries", "words = words[1:7]"),
    "dictionary of few words": change("dictionaries", "words = words[1:8]"),
    "two dictionaries": lambda path: run_sql(path, "INSERT INTO dictionaries SELECT * FROM dictionaries"),
    "huge dictionary": change("dictionaries", "words = repeat('abcd', 1000000)::BLOB"),
    "pieces of raw tokens": change("tokens", "piece = repeat('\\xFF', 2000)::BLOB"),
    "pieces masked": change("masked", "piece = repeat('abcd', 5000)::BLOB"),
    "pieces odd masked": change("masked", "piece = 'abc'::BLOB"),
    "pieces twice": lambda path: run_sql(path, "INSERT INTO tokens SELECT * FROM tokens"),
    "pieces of others": change("tokens", "ordinal = 0"),
    "parts negative": change("tokens", "part = -1"),
    "parts huge": change("tokens", f"part = {HUGE}"),
    "parts huge masked": change("masked", f"part = {HUGE}"),
    "shingles odd": change("shingles", "piece = 'abcde'::BLOB"),
    "shingles huge pieces": change("shingles", "piece = repeat('abcd', 500000)::BLOB"),
    "shingles of nobody": change("shingles", "ordinal = ordinal + 1000"),
    "shingles of other documents": change("shingles", "ordinal = 5"),
    "removed contents not a number": change("removed_contents", "similarity = 'nan'"),
    "removed contents infinite": change("removed_contents", "covered = 'inf'"),
    "removed contents negative": change("removed_contents", "similarity = -1"),
    "removed contents of no relation": change("removed_contents", "relation = 200"),
    "removed contents of nobody": change("removed_contents", "witness = 123456789"),
    "removed contents of too many words": change("removed_contents", f"novel = {HUGE}, slots = {HUGE}"),
    "removed contents of slots with nobody": change("removed_contents", "witness = 123456789, slots = 1"),
    "removed contents with an odd title": change("removed_contents", "title = 'abc'::BLOB"),
    "removed contents negative witness": change("removed_contents", "witness = -1"),
    "removed contents of equal content": lambda path: run_sql(
        path, "UPDATE removed_contents SET content_high = d.content_high, content_low = d.content_low FROM documents d"
    ),
    "settings of a run elsewhere": change("runs", "out = '/proc/self', state = 'committed'"),
    "output of a run a nul": change("runs", "out = chr(0) || '/x', state = 'committed'"),
    "inputs no JSON": change("runs", "inputs = '{'"),
    "title odd": change("documents", "title = 'abc'::BLOB"),
    "title huge": change("documents", "title = repeat('abcd', 500000)::BLOB"),
    "day negative": change("documents", "day = -5"),
    "day huge": change("documents", f"day = {HUGE}"),
    "everything twice": lambda path: run_sql(path, "INSERT INTO documents SELECT * FROM documents"),
    "many rows": lambda path: run_sql(
        path, "INSERT INTO removed_contents SELECT 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, '', 1, 1, 1 FROM range(6000000)"
    ),
}
WAYS = REFUSED | WRONG_VALUES


def tamper(news, way, folder):
    """Copy an index with its inbox to a folder, tampered with."""
    for name in ("inbox.jsonl", "asked.txt"):
        shutil.copyfile(news / name, Path(folder) / name)
    path = Path(folder) / "news.duckdb"
    if way in WRONG_VALUES:
        shutil.copyfile(write_wrong_values(news, way), path)
    else:
        shutil.copyfile(news / path.name, path)
        WAYS[way](path)


@lru_cache(maxsize=1)
def write_wrong_values(news, way):
    """Return an index with wrong values, until one with others is asked for: to write it may take seconds."""
    path = news / "wrong_values.duckdb"
    shutil.copyfile(news / "news.duckdb", path)
    WRONG_VALUES[way](path)
    return path
