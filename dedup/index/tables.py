"""The tables of an index, the rows of `runs`, and the settings that it was made under: a run with others is refused."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from dedup.config import NearConfig, describe
from dedup.errors import DedupError
from dedup.index.connection import Connection, DamagedIndexError, require
from dedup.kernels.minhash import SIGNATURE_WORDS
from dedup.near.sketcher import tokenise_text

FORMAT = 7
FLAGS = {
    "threshold": "--threshold",
    "shingle_size": "--shingle-size",
    "num_perm": "--num-perm",
    "remove": "--remove",
    "max_novel": "--max-novel",
    "max_novel_run": "--max-novel",
}
# One word of each kind that the folding table distinguishes. If one was hashed otherwise, stored tokens are useless.
PROBE = "The 2 Ça É ß ﬁ İ don’t 東京 ไทย ශ්‍රී لاہور 👩‍👧 42nd x\u0301 Ω B52\n> Bonn 7\n--\nCork"

Settings = Mapping[str, object]


def settings_of(near: NearConfig) -> dict[str, object]:
    """Return the settings that what an index holds depends on, as plain values.

    The keep policy is none of them: it orders the documents of one run.
    """
    return {name: value for name, value in describe(near).items() if name != "keep"} | {"words": digest_words()}


def config_of(settings: Settings) -> NearConfig:
    """Return the config that an index was made under, with the policy `first`."""
    values = {name: value for name, value in settings.items() if name != "words"}
    require(values.keys() == settings_of(NearConfig()).keys() - {"words"}, "its settings are not those of a run")
    try:
        return msgspec.convert(values, NearConfig)
    except (msgspec.ValidationError, DedupError) as error:
        raise DamagedIndexError(f"its settings are not those of a run: {error}") from error


def digest_words() -> str:
    """Return a short hash of how this version folds and hashes words."""
    return hashlib.blake2b(tokenise_text(PROBE).tobytes(), digest_size=8).hexdigest()


def refuse_other_settings(path: object, theirs: Settings, ours: Settings) -> None:
    """Raise `DedupError` where a run has other settings than the index."""
    differing = [name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name)]
    if not differing:
        return
    if "words" in differing:
        raise DedupError(
            f"{path}: was made by a version of dedup that reads words otherwise. "
            "Use that version, or index the documents anew."
        )
    said = ", ".join(
        f"{flag} {show(theirs, flag)} in the index, {show(ours, flag)} here"
        for flag in sorted({FLAGS.get(name, name) for name in differing})
    )
    raise DedupError(f"{path}: was made with other settings: {said}. Give those of the index, or name another index.")


def show(settings: Settings, flag: str) -> str:
    """Return the settings that a flag gives, as it takes them."""
    names = [name for name, other in FLAGS.items() if other == flag] or [flag]
    return ",".join(str(settings.get(name)) for name in names)


PIECE = 900  # tokens or shingles in a row: DuckDB gives values of 4,096 bytes and more blocks of their own
PIECE_COLUMNS = "ordinal BIGINT NOT NULL, part INTEGER NOT NULL, piece BLOB NOT NULL USING COMPRESSION uncompressed"
COMMITTED, PUBLISHED = "committed", "published"
MAX_NUMBER, MAX_ORDINAL = 2**31 - 1, 2**32 - 1  # none has them: the columns and the kernels have room for less
RUN_NAME = re.compile(r"[0-9]{4,}-[0-9a-f]{8}")


def make_tables(connection: Connection, settings: Settings, bands: int, version: str) -> None:
    """Make the tables of a new index.

    documents  what was kept, in the order of keeping; `keys` are the band keys, `signature` is the b-bit signature,
               `title` are the tokens of the title; of title, day, outlet and URL what is unknown is empty or 0;
               `words`, `signs` and `filter` are a `dedup.near.text_proofs.Proof` under the secret seed in `meta`
    tokens     their tokens in pieces; masked the same of those that hold boilerplate, which is masked there
    dictionaries  the words that tokens are stored under (`dedup.kernels.token_codes`), by a number that pieces name
    shingles   a sample of their shingles in pieces, without boilerplate: it shows which documents contain others
    removed_contents  contents whose first document was removed: the ordinal of the document that justified it, how it
               differs from that one in words, and its title, day, outlet and URL
    runs       what was added when; `state` is "committed" until the output is in its place
    """
    connection.execute(f"""
        CREATE TABLE meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL);
        CREATE TABLE runs (
            number INTEGER NOT NULL, run VARCHAR NOT NULL, made VARCHAR NOT NULL, out VARCHAR, inputs VARCHAR NOT NULL,
            documents BIGINT NOT NULL, kept BIGINT NOT NULL, seen BIGINT NOT NULL, next_ordinal BIGINT NOT NULL,
            state VARCHAR NOT NULL
        );
        CREATE TABLE documents (
            ordinal BIGINT NOT NULL, id VARCHAR NOT NULL, path VARCHAR NOT NULL, line BIGINT NOT NULL,
            run INTEGER NOT NULL, content_high UBIGINT NOT NULL, content_low UBIGINT NOT NULL,
            num_tokens INTEGER NOT NULL, num_shingles INTEGER NOT NULL, keys UBIGINT[{bands}] NOT NULL,
            signature UBIGINT[{SIGNATURE_WORDS}] NOT NULL, title BLOB NOT NULL, day INTEGER NOT NULL,
            outlet UBIGINT NOT NULL, url UBIGINT NOT NULL, words BLOB NOT NULL, signs UBIGINT NOT NULL,
            filter BLOB NOT NULL
        );
        CREATE TABLE dictionaries (number INTEGER NOT NULL, sampled BIGINT NOT NULL, words BLOB NOT NULL);
        CREATE TABLE removed_contents (
            content_high UBIGINT NOT NULL, content_low UBIGINT NOT NULL, num_tokens INTEGER NOT NULL,
            run INTEGER NOT NULL, witness BIGINT NOT NULL, similarity DOUBLE NOT NULL, relation UTINYINT NOT NULL,
            covered DOUBLE NOT NULL, novel INTEGER NOT NULL, longest_run INTEGER NOT NULL, slots INTEGER NOT NULL,
            facts INTEGER NOT NULL, title BLOB NOT NULL, day INTEGER NOT NULL, outlet UBIGINT NOT NULL,
            url UBIGINT NOT NULL
        );
    """)
    for name in ("tokens", "masked", "shingles"):
        connection.execute(f"CREATE TABLE {name} ({PIECE_COLUMNS})")
    values = {
        "format": str(FORMAT),
        "dedup": version,
        "settings": msgspec.json.encode(settings, order="sorted").decode(),
    }
    connection.executemany("INSERT INTO meta VALUES (?, ?)", list(values.items()))


@dataclass(frozen=True, slots=True)
class RunRow:
    """One row of `runs`: what was added when, from what, to go with which output folder."""

    number: int
    run: str
    made: str
    out: str | None
    inputs: str
    documents: int
    kept: int
    seen: int
    next_ordinal: int
    state: str


def read_settings(connection: Connection) -> dict[str, object]:
    """Return the settings of an index."""
    rows = connection.execute("SELECT value FROM meta WHERE name = 'settings'").fetchall()
    require(len(rows) == 1, "it does not say under which settings it was made")
    try:
        settings: dict[str, object] = msgspec.json.decode(rows[0][0], type=dict)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DamagedIndexError(f"its settings cannot be read ({error})") from error
    return settings


def read_runs(connection: Connection) -> list[RunRow]:
    """Return the runs of an index in their order."""
    columns = ", ".join(RunRow.__slots__)
    rows = connection.execute(f"SELECT {columns} FROM runs ORDER BY number").fetchall()  # noqa: S608 (our own names)
    runs = [RunRow(*row) for row in rows]
    for before, row in zip([0, *(row.number for row in runs)], runs, strict=False):
        counts = (row.documents, row.kept, row.seen, row.next_ordinal)
        require(before < row.number < MAX_NUMBER, f"run {row.number} is not a run after {before}")
        require(all(0 <= count < MAX_ORDINAL for count in counts), f"run {row.number} has counts that cannot be")
        require(RUN_NAME.fullmatch(row.run), f"run {row.number} has no name of a run")
        require(row.state in {COMMITTED, PUBLISHED}, f"run {row.number} is neither {COMMITTED} nor {PUBLISHED}")
        require("\0" not in (row.out or ""), f"run {row.number} names no path")
    return runs


def insert_run(connection: Connection, row: RunRow) -> None:
    """Add a row to `runs`."""
    values = [getattr(row, name) for name in RunRow.__slots__]
    connection.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 (our own marks)


def mark_published(connection: Connection, run: str) -> None:
    """Note that the output of a run is in its place."""
    connection.execute("UPDATE runs SET state = ? WHERE run = ?", [PUBLISHED, run])
