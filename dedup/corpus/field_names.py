"""Which fields hold what is known of a document, where nobody said it: by the names that crawlers give them."""

import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice, zip_longest
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.column_values import list_values
from dedup.corpus.compression import read_chunk
from dedup.corpus.delimited import DELIMITERS, TablePlace, read_layout, read_records, take_layout
from dedup.corpus.files import SourceFile
from dedup.corpus.json_file import list_values as list_json_values
from dedup.corpus.parquet import open_parquet
from dedup.corpus.rejections import find_likely, list_fields, plain, suggest_field
from dedup.errors import InputError
from dedup.text.control_characters import show_line
from dedup.text.dates import is_ambiguous, number_day

LOOKED_AT, MAX_RECORDS, MAX_FILES = 1 << 20, 50, 20  # bytes and records of a file; files
MAX_SHOWN = 40  # characters of a value
# Names without case and without what joins words, the likeliest line first. From news-please, fundus, newspaper4k,
# trafilatura, Scrapy and Zyte, NewsAPI, webz.io, schema.org, C4, CC-News and RealNews.
TABLE = {
    "text": (
        ("text", "body", "content", "maintext", "plaintext", "articletext", "articlebody", "fulltext", "fullcontent"),
        ("article", "story", "document"),
    ),
    "id": (("id", "docid", "documentid", "articleid"), ("uuid", "guid")),
    "title": (("title", "headline"), ("titlepage", "titlerss")),
    "date": (
        (
            "date",
            "published",
            "publishedat",
            "publishdate",
            "datepublish",
            "datepublished",
            "publishingdate",
            "pubdate",
        ),
        ("publicationdate", "publishtime", "datetime", "timestamp", "createdat"),
    ),
    "outlet": (
        ("outlet", "publisher", "publication", "newspaper", "outletname", "sourcename", "sitename"),
        ("source", "source.name", "site", "metasitename", "sourcehostname"),
        ("sourcedomain", "domain", "hostname"),
    ),
    "url": (("url",), ("canonicalurl", "canonicallink", "link", "permalink", "uri"), ("source",)),
}
NUMBERS = {"id", "date"}  # roles whose values may be numbers
Record = Mapping[str, Any]


def choose_fields(
    files: Sequence[SourceFile],
    config: InputConfig,
    tell: Callable[[str], object],
    roles: Collection[str] = tuple(TABLE),
) -> InputConfig:
    """Return the settings with the fields of each role that was not named, as the first records of the files have them.

    `tell` gets a line on fields of unusual names, and on dates that are not read. Two fields that may be meant and
    differ are an `InputError`, and so is a named one that is nowhere.
    """
    samples = {file.path: list(islice(read_sample(file), MAX_RECORDS)) for file in files[:MAX_FILES]}
    records = [record for some in samples.values() for record in some]
    refuse_absent_fields(config, records, lambda field: any(names_field(file, field) for file in files))
    return choose_in_samples(samples, config, tell, roles)


def choose_in_samples(
    samples: Mapping[str, Sequence[Record]],
    config: InputConfig,
    tell: Callable[[str], object],
    roles: Collection[str] = tuple(TABLE),
) -> InputConfig:
    """Return the same from the first records of each file, by its path."""
    found: dict[str, str] = {}
    for role in roles:
        name = f"{role}_field"
        if name in config.given or getattr(config, name) != role:
            continue
        chosen = {path: choose_field(path, role, records) for path, records in samples.items()}
        places = {field: path for path, field in reversed(chosen.items()) if field}
        if len(places) > 1 and role == "text":
            (other, there), (one, where) = list(places.items())[-2:]
            raise InputError(
                f'{where} has its texts in "{show_line(one)}", {there} in "{show_line(other)}". Clean them one by one.'
            )
        if places and role not in places:
            found[name] = list(places)[-1]
    if found:
        listed = [f'{name.removesuffix("_field")} from "{show_line(field)}"' for name, field in found.items()]
        tell(f"taken: {', '.join(listed)}")
    taken = replace(config, **found)  # type: ignore[arg-type]
    is_meant = "date_field" in {*found, *config.given}
    if (is_meant or "date" in roles) and (unread := find_unread_date(taken, samples.values(), is_meant=is_meant)):
        tell(unread)
    return taken


def refuse_absent_fields(config: InputConfig, records: Sequence[Record], is_named: Callable[[str], bool]) -> None:
    """Raise `InputError` where somebody named a field that no record has; `records` are the first ones.

    The text is looked for where all records are read. Of a field that is rare, `is_named` says whether any has it.
    """
    for name in config.given:
        field, role = getattr(config, name), name.removesuffix("_field")
        is_plain = json.dumps(field, ensure_ascii=False) == f'"{field}"'  # the reader of JSON refuses any other
        if role == "text" or not field or not is_plain or not records or any(field in record for record in records):
            continue
        if not is_named(field):
            lengths = {each: 0 for record in records for each in record}
            flag, known = f"--{role}-field", [name for line in TABLE[role] for name in line]
            is_like = find_likely(field, lengths, known) is not None
            raise InputError(
                f'no record has the field "{show_line(field)}"; {list_fields([*lengths])}. '
                f"{suggest_field(f'{flag} ', field, lengths, known) if is_like else f'Leave {flag} out.'}"
            )


def names_field(file: SourceFile, field: str) -> bool:
    """Return whether a table has a column, or some place in a file of JSON names a field or the end of its path."""
    if file.format == "parquet":
        with suppress(pa.ArrowException, OSError):  # what is damaged is told where it is read
            return field in open_parquet(file.location, file.path).schema_arrow.names
    if file.format in DELIMITERS:
        with suppress(InputError):  # so is a header that is none
            return (layout := read_layout(file, LOOKED_AT)) is not None and field in layout.names
    if file.format not in {"jsonl", "json"}:
        return False
    names = spell_field(field)
    keys = re.compile(rb'"(?:' + b"|".join(re.escape(name.encode("utf-8", "replace")) for name in names) + rb')"\s*:')
    overlap, tail = max(map(len, names)) * 4 + 100, b""
    with file.open() as (stream, _):
        while chunk := read_chunk(stream, LOOKED_AT, file.path):
            if keys.search(tail + chunk):
                return True
            tail = chunk[-overlap:]
    return False


def spell_field(field: str) -> set[str]:
    """Return how JSON may write the name of a field, or the end of its path."""
    return {form for name in (field, field.rpartition(".")[2]) for form in (name, json.dumps(name)[1:-1])}


def find_unread_date(config: InputConfig, samples: Iterable[Sequence[Record]], *, is_meant: bool) -> str:
    """Return a line on a field of dates of which no value is read as a day, "" where one is or there are none.

    Of a field that is only called "date", unlike one that was named, a value has to be like a day.
    """
    values = [record[config.date_field] for records in samples for record in records if record.get(config.date_field)]
    if not values or any(number_day(json.dumps(value).encode(), config.date_order) for value in values):
        return ""
    is_day = is_ambiguous(str(values[0]))
    if not (is_day or is_meant):
        return ""
    hint = "Say with --date-order what comes first." if is_day else "Name another --date-field."
    shown = show_line(str(values[0])[:MAX_SHOWN])
    return f'no day is read from "{show_line(config.date_field)}", such as "{shown}": days are not compared. {hint}'


def choose_field(path: str, role: str, records: Sequence[Record]) -> str | None:
    """Return the field of a role in some records, None where there is none."""
    names = list(dict.fromkeys(name for record in records for name in record))
    nested = tuple(name for line in TABLE[role] for name in line)
    for number, line in enumerate([*TABLE[role], nested]):
        is_nested = number == len(TABLE[role])
        fits = [
            name for known in line for name in names if is_called(name, known, is_nested) and holds(role, name, records)
        ]
        for other in fits[1:]:
            if role != "text" and fits[0] == role:
                break  # the usual name is meant
            if differ(fits[0], other, records):
                one, two = show_line(fits[0]), show_line(other)
                is_map = is_nested and role == "text" and len(records) == 1
                hint = " If each is a document, take them out first, as with jq -c '.[]'." if is_map else ""
                raise InputError(
                    f'{path}: "{one}" and "{two}" may both hold the {role}, and differ. '
                    f"Name one with --{role}-field.{hint}"
                )
        if fits:
            return fits[0]
    return None


def differ(one: str, other: str, records: Sequence[Record]) -> bool:
    """Return whether two fields of some record hold different things."""
    return any(record.get(other) and record.get(one) not in {None, "", record[other]} for record in records)


def is_called(name: str, known: str, is_nested: bool) -> bool:  # noqa: FBT001 (named by all who call)
    """Return whether a field, or one in an object, is called like a known one."""
    return plain(name) == known or (is_nested and "." in name and plain(name.rpartition(".")[2]) == known)


def holds(role: str, name: str, records: Sequence[Record]) -> bool:
    """Return whether a field has values of the kind of a role; an address is no outlet."""
    values = [record[name] for record in records if record.get(name) not in {None, ""}]
    kinds = (str, int, float) if role in NUMBERS else (str,)
    if not values or not all(isinstance(value, kinds) and not isinstance(value, bool) for value in values):
        return False
    is_address = [str(value).startswith(("http://", "https://")) for value in values]
    return all(is_address) if (role, plain(name)) == ("url", "source") else role != "outlet" or not any(is_address)


def read_sample(file: SourceFile) -> Iterator[Record]:
    """Yield the first records of a file, as far as they can be read. Of Parquet only whole columns are fields."""
    if file.format == "parquet":
        with suppress(pa.ArrowException, OSError):  # what is damaged is told where it is needed
            for batch in open_parquet(file.location, file.path).iter_batches(MAX_RECORDS):
                columns = zip(*map(list_values, batch.columns), strict=True)
                rows = (zip(batch.schema.names, row, strict=True) for row in columns)
                yield from (flatten({n: value for n, value in row if not isinstance(value, dict)}) for row in rows)
    elif file.format in {"jsonl", "json", *DELIMITERS}:
        with file.open() as (stream, _):
            head = read_chunk(stream, LOOKED_AT, file.path)
        yield from read_rows(head, file.format, file.path) if file.format in DELIMITERS else read_objects(head)


def read_rows(head: bytes, file_format: str, path: str) -> Iterator[Record]:
    """Yield the first rows of a table."""
    text = head.decode("utf-8", "replace").encode()
    layout = take_layout(io.BytesIO(text), file_format, path, len(text))
    if layout is None:
        return
    found, _ = read_records(
        np.frombuffer(text, np.uint8), TablePlace(layout.size), layout, np.empty(0, np.int64), len(text)
    )
    for start, end, _, fields in found.records.tolist():
        if fields > 0:
            row = layout.parse_cells(text[start:end])
            yield dict(zip_longest(layout.names, row[: len(layout.names)], fillvalue=""))


def read_objects(head: bytes) -> Iterator[Record]:
    """Yield the first objects of JSON lines, or of a JSON file."""
    for value in list_json_values(0, head, LOOKED_AT):
        try:
            record = msgspec.json.decode(value.raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            yield flatten(record)


def flatten(record: Mapping[str, Any]) -> Record:
    """Return the texts and numbers of a record, those in its objects with dotted names."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        inner = {f"{name}.{own}": part for own, part in value.items()} if isinstance(value, dict) else {name: value}
        flat |= {path: part for path, part in inner.items() if isinstance(part, (str, int, float))}
    return flat
