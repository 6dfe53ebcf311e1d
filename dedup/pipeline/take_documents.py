"""What the functions of the library take as documents: texts, mappings, pairs, and the rows of any table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.blocks import list_names
from dedup.corpus.rejections import TEXT_NAMES, find_likely, list_fields
from dedup.model.argument_types import require_type
from dedup.model.documents import Document

ARROW_STREAM = "__arrow_c_stream__"  # what Polars, PyArrow, DuckDB and datasets hand their tables over by


def take_documents(documents: Iterable[object], text: str = "text") -> list[Document]:
    """Return what was passed as documents; a table is taken row by row, and `text` names its column of texts.

    One text alone, or a mapping, is a `TypeError`: its letters or keys are no documents. A table without the column of
    texts is a `ValueError`.

    >>> [document.id for document in take_documents([("a", "One text."), {"id": "b", "body": "Another."}], "body")]
    ['a', 'b']
    """
    require_type("text", text, str)
    if isinstance(documents, (str, bytes, Document)):
        raise TypeError("this is one document, and many are needed. Pass a list of them.")
    if isinstance(documents, Mapping):
        raise TypeError("a mapping is no list of documents. Pass its .items(): pairs of id and text.")
    if not hasattr(documents, ARROW_STREAM) and not isinstance(documents, Iterable):
        raise TypeError(f"{documents!r:.80} is no list of documents. Pass texts, pairs of id and text, or a table.")
    return [to_document(number, row, text) for number, row in enumerate(list_rows(documents, text))]


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
        return {**document.fields, **{role: value for role, value in first.items() if value is not None}}

    return [replace(document, fields=find(document)) if document.fields else document for document in documents]


def is_fact(value: object) -> bool:
    """Return whether a value says something: a text, a number or a date, and not what pandas has for nothing."""
    return isinstance(value, (str, int, float, date)) and value != "" and str(value) not in {"nan", "NaT"}


def list_rows(documents: Any, text: str) -> Iterable[object]:
    """Return the rows of a table as mappings, those of a column as values, and anything else as it is."""
    if hasattr(documents, "iterrows"):  # pandas: Arrow takes no column of mixed values
        refuse_columns([*map(str, documents.columns)], text)
        rows: Iterable[object] = documents.to_dict("records")
        return rows
    if not hasattr(documents, ARROW_STREAM):
        return documents  # type: ignore[no-any-return]
    values = pa.chunked_array(documents)
    if pa.types.is_struct(values.type):
        refuse_columns([field.name for field in values.type], text)
    try:
        return values.to_pylist()  # type: ignore[no-any-return]
    except UnicodeDecodeError as error:
        raise ValueError(f"the table has a value that is not text in UTF-8: {error}") from None


def refuse_columns(names: list[str], text: str) -> None:
    """Raise `ValueError` where a table lacks the column of texts, or has two columns of one name."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"the table has two columns {twice[0]!a}. Give each a name of its own.")
    if text not in names:
        likely = find_likely(text, dict.fromkeys(names, 0), TEXT_NAMES)
        hint = f'Did you mean text="{likely}"?' if likely else 'Name the column of texts with text="...".'
        raise ValueError(f'no column "{text}"; {list_fields(names)}. {hint}')


def to_document(number: int, value: object, text: str = "text") -> Document:
    """Return a value as a document; its id is its place where it has none."""
    if isinstance(value, Document):
        return value
    if isinstance(value, str):
        return Document(str(number), value)
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        return Document(str(value[0]), value[1])
    if not isinstance(value, Mapping) or not isinstance(value.get(text), str):
        raise ValueError(f'document {number} is neither a text nor a document with a "{text}": {value!r:.80}')  # noqa: TRY004 (a wrong argument is a ValueError here)
    fields = {name: field for name, field in value.items() if name not in {"id", text}}
    doc_id = value.get("id")
    return Document(str(number if doc_id is None else doc_id), value[text], fields)
