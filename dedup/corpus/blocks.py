"""Blocks of documents as the sketch stage takes them, and the records that were set aside."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.encodings import suggest_encoding
from dedup.corpus.rejections import list_fields, suggest_field
from dedup.errors import InputError
from dedup.text.control_characters import show_line

# What the fields of facts are called by others.
OTHER_NAMES = {
    "title": ("headline",),
    "date": (
        "published",
        "published_at",
        "publish_date",
        "date_published",
        "pubdate",
        "datetime",
        "timestamp",
        "created_at",
    ),
    "outlet": ("source", "publisher", "site", "domain", "outlet_name"),
    "url": ("link", "canonical_url", "uri"),
}
PLAIN_STARTS = frozenset({b"", b'"', b"-", *(b"%d" % digit for digit in range(10))})  # of an id, or of none
EMPTY = frozenset((b"", b"null", b'""'))  # raw values that say nothing


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that could not be read: where it is, and why. `start` and `length` as in `DocumentBlock`."""

    file: int
    line: int
    start: int
    length: int
    error: str


@dataclass(frozen=True)
class DocumentBlock:
    """Some consecutive documents of one shard.

    ```
    texts      large_string    their texts
    ids        list of bytes   raw JSON scalars; empty where a document has none
    fields     for each role ("key" of the keep policy, "title", ...) raw JSON of that field; empty where absent
    files      int32[n]        which of the shard's files
    lines      int64[n]        line (of a JSONL or CSV file) or row (of a Parquet file), from 1 in the shard
    starts     int64[n]        first byte of the record in the decompressed file
    lengths    int64[n]        bytes of the record, line end included
    num_lines  lines in this block, blank and rejected ones included
    ```
    """

    texts: pa.Array
    ids: list[bytes]
    fields: dict[str, list[bytes]]
    files: npt.NDArray[np.int32]
    lines: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    num_lines: int
    rejections: list[Rejection] = field(default_factory=list)

    @classmethod
    def without_documents(cls, rejection: Rejection, num_lines: int) -> "DocumentBlock":
        """Return a block that has nothing but a record that was set aside."""
        none, texts = np.empty(0, np.int64), pa.array([], pa.large_string())
        return cls(texts, [], {}, none.astype(np.int32), none, none, none, num_lines, [rejection])


def view_texts(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return (bytes, offsets) of a large_string array without copying: text i is bytes[offsets[i]:offsets[i + 1]]."""
    if len(texts) == 0:
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    _, offsets, data = texts.buffers()
    view = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8) if data is not None and data.size else np.empty(0, np.uint8), view


WHERE = re.compile(r"can't decode byte (0x[0-9a-f]{2}) in position (\d+)")


def explain_utf8(error: UnicodeDecodeError) -> str:
    """Return one clause on what is not UTF-8, and where in the line.

    >>> try: bytes([97, 255]).decode()
    ... except UnicodeDecodeError as error: print(explain_utf8(error))
    invalid UTF-8 (byte 0xff at position 1)
    """
    match = WHERE.search(str(error))
    return f"invalid UTF-8 (byte {match[1]} at position {match[2]})" if match else "invalid UTF-8"


def explain_encoding(error: UnicodeDecodeError) -> str:
    """Return the same for text that `--encoding` may be said of, with the likely one."""
    return explain_utf8(error) + suggest_encoding(error.object)


def is_valid_utf8(data: bytes) -> bool:
    """Return whether the bytes are valid UTF-8 (at the speed of Arrow's validator)."""
    if data.isascii():
        return True
    offsets = pa.py_buffer(np.array([0, len(data)], np.int64))
    return holds_valid_texts(pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]))


def holds_valid_texts(texts: pa.Array) -> bool:
    """Return whether every text of an array is valid UTF-8."""
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def find_invalid_texts(texts: pa.Array) -> Iterator[tuple[int, str]]:
    """Yield (index, reason) of the texts of a large_string array that are not UTF-8.

    Arrow does not look at texts that it reads from a file. No kernel may get such a text: it would read past its end.
    """
    if holds_valid_texts(texts):
        return
    for index, raw in enumerate(texts.view(pa.large_binary()).to_pylist()):
        try:
            (raw or b"").decode()
        except UnicodeDecodeError as error:
            yield index, explain_utf8(error)


def missing_column(path: str, column: str, columns: Sequence[str], option: str) -> InputError:
    """Return the error for a table without the column that an option names, as `suggest_field` takes it."""
    hint = suggest_field(option, column, dict.fromkeys(columns, 0))
    return InputError(f'{path}: no column "{show_line(column)}" ({list_fields(columns)}). {hint}')


def list_names(config: InputConfig, roles: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the fields in which each role is looked for, in order.

    A fact whose field has a well-known name is looked for under the others too, in documents that lack that field.
    """
    known = {role: (role, *OTHER_NAMES.get(role, ())) for role in roles}
    others = {role: known[role] if field in known[role] else () for role, field in roles.items()}
    return {
        role: [field, *(name for name in others[role] if name not in {field, config.text_field})]
        for role, field in roles.items()
    }


def name_ids(values: Iterable[bytes]) -> list[bytes]:
    r"""Return raw ids, b"" where there is none. What is neither a text nor a number becomes a text: its JSON.

    >>> name_ids([b"7", b"null", b'["a", 1]'])
    [b'7', b'', b'"[\\"a\\",1]"']
    """
    return [raw if raw[:1] in PLAIN_STARTS else b"" if raw == b"null" else spell_id(raw) for raw in values]


def spell_id(raw: bytes) -> bytes:
    """Return raw JSON as a raw JSON text, without spaces between its parts."""
    return msgspec.json.encode(msgspec.json.format(raw, indent=-1).decode())


def choose_values(columns: Iterator[list[bytes]]) -> list[bytes]:
    """Return for each document the first raw value that says something; columns are taken as long as one is missing."""
    values = next(columns)
    while not EMPTY.isdisjoint(values) and (others := next(columns, None)):
        if any(others):
            values = [other if value in EMPTY else value for value, other in zip(values, others, strict=True)]
    return values


def find_roles(
    path: str, config: InputConfig, roles: Mapping[str, str], columns: Sequence[str]
) -> dict[str, list[str]]:
    """Return the columns of each role, of those that a table has; no role without one.

    Without its text or the key of its order a table is an `InputError`. So is one that names a column of these or the
    id twice: nobody knows which one is meant. Any other column is passed over then.
    """
    needed = {"--text-field ": config.text_field} | ({"--keep POLICY:": roles["key"]} if "key" in roles else {})
    for option, name in needed.items():
        if name not in columns:
            raise missing_column(path, name, columns, option)
    for name in (*needed.values(), config.id_field):
        places = [str(number) for number, column in enumerate(columns, 1) if column == name]
        if len(places) > 1:
            listed = f"{', '.join(places[:-1])} and {places[-1]}"
            raise InputError(f'{path}: columns {listed} are all called "{name}". Give each a name of its own.')
    named = list_names(config, roles).items()
    found = {role: [name for name in names if columns.count(name) == 1] for role, names in named}
    return {role: names for role, names in found.items() if names}
