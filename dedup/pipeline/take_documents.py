"""What the functions of the library take as documents: texts, mappings, pairs, and the rows of any table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, TypedDict, Unpack, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.blocks import list_names
from dedup.corpus.column_values import list_values
from dedup.corpus.field_names import MAX_RECORDS, TABLE, choose_field, flatten
from dedup.corpus.rejections import find_likely, list_fields, plain
from dedup.errors import InputError
from dedup.model.argument_types import require_type
from dedup.model.documents import Document

ARROW_STREAM = "__arrow_c_stream__"  # what Polars, PyArrow, DuckDB and datasets hand their tables over by
NULL_TYPES = frozenset({"NAType", "NaTType"})  # what pandas has for nothing


class FieldNames(TypedDict, total=False):
    """What documents call their text, id and facts, where they call them otherwise than the well-known names."""

    text: str
    id: str
    title: str
    date: str
    outlet: str
    url: str


@dataclass(frozen=True)
class TakenDocuments:
    """The documents among the rows that were passed; a row whose text is null is none.

    ```
    places    int64[n]  which row each document is
    num_rows  how many rows there are
    ```
    """

    documents: Sequence[Document]
    places: npt.NDArray[np.int64]
    num_rows: int

    @property
    def without_text(self) -> list[int]:
        """Return which rows have no text."""
        return [int(row) for row in np.setdiff1d(np.arange(self.num_rows), self.places)]


def take_rows(documents: Iterable[object], **names: Unpack[FieldNames]) -> TakenDocuments:
    """Return what was passed as documents, row by row, without rows whose text is null.

    Fields that nobody names are found as on the command line, by well-known names. One text alone, or a mapping, is a
    `TypeError`: its letters or keys are no documents. A table without a column that is named, or without any that may
    be the text, is a `ValueError`.
    """
    for name, value in names.items():
        if name not in TABLE:
            raise TypeError(f'there is no argument "{name}". Fields are named with {", ".join(TABLE)}.')
        require_type(name, value, str)
    if isinstance(documents, (str, bytes, Document)):
        raise TypeError("this is one document, and many are needed. Pass a list of them.")
    if isinstance(documents, Mapping):
        raise TypeError("a mapping is no list of documents. Pass its .items(): pairs of id and text.")
    if not hasattr(documents, ARROW_STREAM) and not isinstance(documents, Iterable):
        raise TypeError(f"{documents!r:.80} is no list of documents. Pass texts, pairs of id and text, or a table.")
    rows, columns = list_rows(documents, names)
    found = find_names(rows, columns, names)
    text = found.get("text", "text")
    pairs = [(n, row) for n, row in enumerate(rows) if not has_no_text(row, text)]
    taken = [to_document(n, row, found) for n, row in pairs]
    return TakenDocuments(taken, np.array([n for n, _ in pairs], np.int64), len(rows))


def take_documents(documents: Iterable[object], **names: Unpack[FieldNames]) -> list[Document]:
    """Return the same where each row has to have a text: another one is a `ValueError`.

    >>> [document.id for document in take_documents([("a", "One text."), {"id": "b", "body": "Another."}])]
    ['a', 'b']
    """
    taken = take_rows(documents, **names)
    if taken.without_text:
        raise ValueError(f"document {taken.without_text[0]} has no text: it is null. Leave out such documents.")
    return list(taken.documents)


def has_no_text(row: object, text: str) -> bool:
    """Return whether a row is null, or has a text that is."""
    if isinstance(row, tuple):
        return len(row) == 2 and is_null(row[1])
    return is_null(pick(row, text, "") if isinstance(row, Mapping) else row)


def is_null(value: object) -> bool:
    """Return whether a value is what Python, NumPy, pandas or Arrow have for nothing."""
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ in NULL_TYPES  # noqa: PLR0124 (NaN alone is unlike itself)


def pick(row: Mapping[str, Any], name: str, default: object = None) -> object:
    """Return a field of a row, or of an object in it by its path: `article.body`."""
    head, dot, rest = name.partition(".")
    if name in row or not dot or not isinstance(row.get(head), Mapping):
        return row.get(name, default)
    return pick(row[head], rest, default)


def find_names(rows: Sequence[object], columns: Sequence[str] | None, names: FieldNames) -> dict[str, str]:
    """Return the field of each role that somebody names or that the first rows have, as the command line finds them."""
    mappings = [row for row in rows if isinstance(row, Mapping)]
    there = columns or list(dict.fromkeys(str(name) for row in mappings for name in row))
    found = {role: str(name) for role, name in names.items()}
    for role, name in found.items():
        if there and name not in there and not any(pick(row, name) is not None for row in mappings):
            raise missing_field(role, name, there)
    samples = [sample(row) for row in islice(mappings, MAX_RECORDS)]
    for role in TABLE:
        if role not in found:
            try:
                chosen = choose_field("the documents", role, samples)
            except InputError as error:
                raise ValueError(error.message.replace(f"--{role}-field", f'{role}="..."')) from None
            found |= {role: chosen} if chosen else {}
    if columns is not None and "text" not in {*found, *columns}:
        raise missing_field("text", "text", there)
    return found


def sample(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the texts, numbers and dates of a row, those in its objects with dotted names."""
    dated = {str(name): str(value) if isinstance(value, date) else value for name, value in row.items()}
    return {name: value for name, value in flatten(dated).items() if is_fact(value)}


def missing_field(role: str, name: str, there: Sequence[str]) -> ValueError:
    """Return the error for documents without a field."""
    likely = find_likely(name, dict.fromkeys(there, 0), [known for line in TABLE[role] for known in line])
    hint = f'Did you mean {role}="{likely}"?' if likely else f'Name it with {role}="...".'
    return ValueError(f'no column "{name}"; {list_fields(there)}. {hint}')


def name_facts(documents: Sequence[Document]) -> list[Document]:
    """Return the documents with title, date, outlet and url under these names, also where others call them otherwise.

    >>> name_facts([Document("a", "One.", {"source": "AP", "published": "2024-01-31"})])[0].fields["outlet"]
    'AP'
    """
    config = InputConfig()
    named = list_names(config, config.facts)

    def find(document: Document) -> Mapping[str, object]:
        given = {name: value for name, value in document.fields.items() if is_fact(value)}
        first = {role: next((given[name] for name in names if name in given), None) for role, names in named.items()}
        known = {role: value for role, value in first.items() if value is not None}
        return {**{n: v for n, v in document.fields.items() if n not in named or not is_too_deep(v)}, **known}

    return [replace(document, fields=find(document)) if document.fields else document for document in documents]


def is_too_deep(value: object) -> bool:
    """Return whether a value holds others to a depth at which Python cannot show it."""
    try:
        return isinstance(value, (list, tuple, Mapping)) and not str(value)
    except RecursionError:
        return True


def is_fact(value: object) -> bool:
    """Return whether a value says something: a text, a number or a date, and not what pandas has for nothing."""
    return isinstance(value, (str, int, float, date)) and value != "" and str(value) not in {"nan", "NaT"}


def list_rows(documents: Any, names: FieldNames) -> tuple[Sequence[object], Sequence[str] | None]:
    """Return what was passed, one by one, with the columns of a table, None of what is none.

    The rows of a table are mappings, those of a column values, and anything else is as it is.
    The index of a pandas frame is a column where it has the name of the id.
    """
    if hasattr(documents, "iterrows"):  # pandas: Arrow takes no column of mixed values
        columns = refuse_twins([*map(str, documents.columns)])
        documents = documents.set_axis(columns, axis=1)  # names may be numbers
        index, ids = documents.index.name, {names["id"]} if "id" in names else {n for line in TABLE["id"] for n in line}
        if index is not None and index not in documents.columns and (index in ids or plain(str(index)) in ids):
            documents = documents.reset_index()
            columns.append(str(index))
        return documents.to_dict("records"), columns
    if not hasattr(documents, ARROW_STREAM):
        return list(cast("Iterator[object]", documents)), None
    values = pa.chunked_array(documents)
    names_there = refuse_twins([field.name for field in values.type]) if pa.types.is_struct(values.type) else None
    try:
        return values.to_pylist(), names_there
    except UnicodeDecodeError as error:
        raise ValueError(f"the table has a value that is not text in UTF-8: {error}") from None
    except Exception:  # noqa: BLE001 (zones, and dates after the year 9999: each library below has its own error)
        values.validate(full=True)  # texts too
        return list_values(values), names_there


def refuse_twins(names: list[str]) -> list[str]:
    """Return the columns of a table; two of one name are a `ValueError`."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"the table has two columns {twice[0]!a}. Give each a name of its own.")
    return names


def to_document(number: int, value: object, names: Mapping[str, str] | None = None) -> Document:
    """Return a value as a document; its id is its place where it has none. `names` are its fields by role."""
    names = names or {}
    text, doc_id = names.get("text", "text"), names.get("id", "id")
    if isinstance(value, Document):
        return value
    if isinstance(value, str):
        return Document(str(number), value)
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        return Document(refuse_odd_id(str(value[0])), value[1])
    found = pick(value, text) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(found, str):
        raise ValueError(f'document {number} is neither a text nor a document with a "{text}": {value!r:.80}')  # noqa: TRY004 (a wrong argument is a ValueError here)
    fields = {name: field for name, field in value.items() if name not in {doc_id, text}}
    facts = {role: pick(value, name) for role, name in names.items() if role not in {"text", "id", name}}
    own = pick(value, doc_id)
    return Document(refuse_odd_id(str(number if is_null(own) else own)), found, fields | facts)


def refuse_odd_id(doc_id: str) -> str:
    """Return an id; one with a lone surrogate is a `ValueError`."""
    try:
        doc_id.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"the id {doc_id!a:.80} is not text: {error}") from None
    return doc_id
