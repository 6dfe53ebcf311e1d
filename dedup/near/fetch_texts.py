"""Fetch single records from their files, and put another text into one."""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import msgspec

from dedup.config import InputConfig
from dedup.corpus.compression import open_regular
from dedup.corpus.delimited import DELIMITERS, TableLayout, read_layout
from dedup.corpus.files import SourceFile, at_rest
from dedup.corpus.nested import pick, put
from dedup.corpus.parquet import fetch_rows, open_parquet
from dedup.corpus.shards import Shard
from dedup.corpus.values import read_value
from dedup.near.segments import RecordSpan, Segments

MARK = b"\xef\xbb\xbf"


def read_records(shard: Shard, places: Sequence[RecordSpan], text_field: str) -> Iterator[bytes]:
    """Yield the bytes of some records of a shard; `places` are sorted.

    Of a Parquet file, whose rows have no bytes of their own, the text of the row is given.
    """
    file = shard.files[0]
    if file.format == "parquet":
        yield from (text.encode() for text in fetch_rows(file.location, [place.start for place in places], text_field))
        return
    for number, here in groupby(places, key=lambda place: place.file):
        with open(shard.files[number].location, "rb", buffering=0, opener=open_regular) as stream:
            for _, start, length in here:
                yield os.pread(stream.fileno(), length, start)


@cache
def decoder_of(field: str) -> msgspec.json.Decoder[Any]:
    """Return what decodes one field of a record, as `text`: in a third of the time of all fields."""
    return msgspec.json.Decoder(msgspec.defstruct("OneField", [("text", str)], rename={"text": field}))


class RecordText:
    """Gets the text out of the bytes of a record, and another text into them."""

    def __init__(self, file: SourceFile, config: InputConfig) -> None:
        self._format = file.format
        self._field = config.text_field
        self._layout = read_layout(file) if file.format in DELIMITERS else None

    def get(self, raw: bytes) -> str:
        """Return the text of a record."""
        if self._format in {"txt", "parquet"}:
            return raw.decode("utf-8-sig" if self._format == "txt" else "utf-8")
        if self._layout is not None:
            return self._layout.parse_record(raw)[self._field]
        if "." in self._field:  # it may lead into an object
            return msgspec.json.decode(pick(raw, self._field), type=str)
        text: str = decoder_of(self._field).decode(raw).text
        return text

    def put(self, raw: bytes, text: str) -> bytes:
        """Return the record with another text: fields in order, their values unchanged."""
        if self._format == "parquet":
            return text.encode()
        if self._format == "txt":
            return MARK * raw.startswith(MARK) + text.encode()
        if self._layout is not None:
            cells = self._layout.parse_cells(raw)
            cells[self._layout.names.index(self._field)] = text
            return self._layout.write_cells(cells) + raw[len(raw.rstrip(b"\r\n")) :]
        return put(raw, self._field, msgspec.json.encode(text)) + raw[len(raw.rstrip()) :]


def read_texts(segments: Segments, shard: Shard, documents: Sequence[int], config: InputConfig) -> Iterator[str]:
    """Yield the texts of some documents of a shard (doc_indices, ascending)."""
    if not documents:
        return
    reader = RecordText(shard.files[0], config)
    places = segments.find_records(documents)
    for raw in read_records(shard, places, config.text_field):
        yield reader.get(raw)


def read_fields(shard: Shard, places: Sequence[RecordSpan], config: InputConfig) -> Iterator[dict[str, str]]:
    """Yield title, date, outlet and URL of some records of a shard as text, by role; "" for what is absent."""
    file = shard.files[0]
    if file.format == "txt":
        yield from ({} for _ in places)
    elif file.format == "parquet":
        names = set(open_parquet(file.location).schema_arrow.names)
        roles = [role for role, name in config.facts.items() if name in names]
        rows = [place.start for place in places]
        columns = [list(fetch_rows(file.location, rows, config.facts[role])) for role in roles]
        for row in range(len(rows)):
            values = {role: column[row] for role, column in zip(roles, columns, strict=True)}
            yield {role: "" if value is None else str(value) for role, value in values.items()}
    else:
        layout = read_layout(file) if file.format in DELIMITERS else None
        for raw in read_records(shard, places, config.text_field):
            yield read_record_fields(layout, raw, config)


def read_record_fields(layout: TableLayout | None, raw: bytes, config: InputConfig) -> dict[str, str]:
    """Return the same of the bytes of a CSV or JSON record."""
    if layout is not None:
        cells = layout.parse_record(raw)
        return {role: cells.get(name, "") for role, name in config.facts.items()}
    return {role: read_value(pick(raw, name)) for role, name in config.facts.items()}


def find_places(segments: Segments, documents: Iterable[int]) -> Iterator[tuple[Shard, dict[int, RecordSpan]]]:
    """Yield where some documents are, shard by shard and in order."""
    for shard, group in groupby(sorted(documents), key=lambda document: segments.find(document)[0].shard):
        here = list(group)
        yield shard, dict(zip(here, segments.find_records(here), strict=True))


def fetch_fields(segments: Segments, documents: Iterable[int], config: InputConfig) -> dict[int, dict[str, str]]:
    """Return title, date, outlet and URL of some documents, by doc_index; each file is read once."""
    found: dict[int, dict[str, str]] = {}
    for shard, places in find_places(segments, documents):
        with at_rest(shard.files):
            found |= zip(places, read_fields(shard, list(places.values()), config), strict=True)
    return found


def fetch_texts(segments: Segments, documents: Iterable[int], config: InputConfig) -> dict[int, str]:
    """Return the texts of some documents, by doc_index; each file is read once."""
    found: dict[int, str] = {}
    for shard, places in find_places(segments, documents):
        record = RecordText(shard.files[0], config)
        with at_rest(shard.files):
            raws = read_records(shard, list(places.values()), config.text_field)
            found |= {document: record.get(raw) for document, raw in zip(places, raws, strict=True)}
    return found
