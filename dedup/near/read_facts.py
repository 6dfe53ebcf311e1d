"""What is known of documents beside their text: title, day, outlet and URL, read from raw JSON values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.blocks import view_texts
from dedup.corpus.jsonl import decode_strings
from dedup.kernels.article_facts import FACTS, UNKNOWN_DAY, hash_urls, tokenise_titles
from dedup.kernels.buffers import as_read_only, locate_rows
from dedup.text.dates import number_day
from dedup.text.folding import load_folding_table

QUOTE, NO_TEXT = b'"', b'""'
FACT_SCHEMA = pa.schema({"title": pa.large_binary(), "day": pa.int32(), "outlet": pa.uint64(), "url": pa.uint64()})
LONGEST = 200  # bytes of a date or of the name of an outlet


@dataclass(frozen=True)
class Facts:
    """What is known of some documents; all zero for a document of which nothing is known.

    ```
    rows    FACTS[n]     `title` is an address in `titles`
    titles  uint32[...]  the tokens of all titles, one after the other; they are mapped as long as this lives
    ```
    """

    rows: npt.NDArray[np.void]
    titles: npt.NDArray[np.uint32]

    @classmethod
    def at(cls, rows: npt.NDArray[np.void], titles: npt.NDArray[np.uint32]) -> "Facts":
        """Return facts whose titles are in this memory."""
        rows = rows.copy()
        rows["title"] = np.where(rows["num_title"] > 0, locate_rows(titles, rows["num_title"]), 0)
        return cls(rows, titles)

    def pack(self) -> dict[str, pa.Array]:
        """Return the columns of FACT_SCHEMA: titles as the bytes of their tokens."""
        edges = np.append(0, np.cumsum(self.rows["num_title"], dtype=np.int64)) * self.titles.itemsize
        buffers = [None, pa.py_buffer(edges), pa.py_buffer(np.ascontiguousarray(self.titles))]
        packed = {"title": pa.Array.from_buffers(pa.large_binary(), len(self.rows), buffers)}
        return packed | {name: pa.array(self.rows[name]) for name in FACT_SCHEMA.names[1:]}

    @classmethod
    def unpack(cls, table: pa.Table) -> "Facts":
        """Return what the columns of FACT_SCHEMA hold."""
        titles = np.frombuffer(b"".join(table.column("title").to_pylist()), np.uint32)
        rows = know_nothing(len(table))
        rows["num_title"] = [len(title) // titles.itemsize for title in table.column("title").to_pylist()]
        for name in FACT_SCHEMA.names[1:]:
            rows[name] = table.column(name).to_numpy()
        return cls.at(rows, titles)


def know_nothing(count: int) -> npt.NDArray[np.void]:
    """Return the facts (FACTS[n]) of documents of which nothing is known."""
    return np.zeros(count, FACTS)


def read_facts(fields: Mapping[str, Sequence[bytes]], count: int, order: str | None = None) -> Facts:
    """Return what raw JSON values say of `count` documents, by role: "title", "date", "outlet", "url".

    `order` is that of ambiguous dates. A role may be absent, and a value may be anything: what is no title, day, outlet
    or URL is unknown.
    """
    rows, titles = know_nothing(count), np.empty(0, np.uint32)
    if "title" in fields:
        titles = read_titles(fields["title"], rows["num_title"])
    if "date" in fields:
        days = [number_day(raw, order) if len(raw) <= LONGEST else None for raw in fields["date"]]
        rows["day"] = [day or UNKNOWN_DAY for day in days]
    if "outlet" in fields:
        rows["outlet"] = [hash_outlet(raw) if len(raw) <= LONGEST else 0 for raw in fields["outlet"]]
    if "url" in fields:
        rows["url"] = read_urls(fields["url"])
    return Facts.at(rows, titles)


def read_titles(values: Sequence[bytes], num_title: npt.NDArray[np.int32]) -> npt.NDArray[np.uint32]:
    """Return the tokens of raw titles, one after the other, and note how many each has."""
    data, offsets = view_texts(read_texts(values))
    tokens, counts = np.empty(2 * int(offsets[-1] - offsets[0]) + 16, np.uint32), np.empty(len(values), np.int32)
    end = tokenise_titles(as_read_only(data), as_read_only(offsets), load_folding_table(), tokens, counts)
    num_title[:] = counts
    return tokens[:end].copy()


def read_urls(values: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    """Return a hash of each raw URL, the same of two that lead to one page, 0 of none."""
    data, offsets = view_texts(read_texts(values))
    hashes = np.empty(len(values), np.uint64)
    hash_urls(as_read_only(data), as_read_only(offsets), hashes)
    return hashes


def read_texts(values: Sequence[bytes]) -> pa.Array:
    """Return raw JSON values as texts (large_string), "" of what is none."""
    texts = decode_strings([value if value[:1] == QUOTE else NO_TEXT for value in values])
    return texts if texts is not None else pa.array(map(read_text, values), pa.large_string())


def read_text(raw: bytes) -> str:
    """Return a raw JSON value as a text, "" of what is none."""
    try:
        return msgspec.json.decode(raw, type=str) if raw[:1] == QUOTE else ""
    except (msgspec.MsgspecError, ValueError):
        return ""


@lru_cache(maxsize=100_000)
def hash_outlet(raw: bytes) -> int:
    """Return a hash of the value of an outlet, 0 of none; a number is the outlet that its digits name."""
    if raw[:1] == QUOTE:
        return hash_text(read_text(raw))
    return 0 if raw == b"null" else hash_text(raw.decode("utf-8", "replace"))


def hash_text(text: str) -> int:
    """Return 64 bits of hash of a text, 0 of an empty one."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") if text else 0
