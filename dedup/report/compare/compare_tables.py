"""A comparison that was written as JSON, as rows of tables; texts are called by their names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

Row = dict[str, Any]
TEXT, INTEGER, NUMBER = pa.string(), pa.int64(), pa.float64()
SHARES = ("verbatim", "edited", "reworded", "partial", "dropped", "new", "reused", "tau")
SIDE = {"": TEXT, "_sentence": INTEGER, "_start": INTEGER, "_end": INTEGER}
COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "documents": {"name": TEXT, "date": TEXT, "title": TEXT, "num_words": INTEGER},
    "rows": {"row": INTEGER, "name": TEXT, "relation": TEXT, "reference": TEXT, "text": TEXT},
    "links": {
        **{side + part: kind for side in "ab" for part, kind in SIDE.items()},
        "score": NUMBER,
        "strength": TEXT,
        "relation": TEXT,
    },
    "left_out": {"name": TEXT, "grade": TEXT, "row": INTEGER, "said_by": TEXT, "nearest": TEXT, "score": NUMBER},
    "disagreements": {
        "disagreement": INTEGER,
        "row": INTEGER,
        "kind": TEXT,
        "name": TEXT,
        "texts": TEXT,
        "values": TEXT,
    },
    "shares": {"name": TEXT, "base": TEXT, **dict.fromkeys(SHARES, NUMBER), "derivation": TEXT},
}


def list_rows(found: Mapping[str, Any], table: str) -> Iterator[Row]:
    """Yield the rows of a table of COLUMNS; what is no comparison is a `KeyError`, `TypeError` or `IndexError`."""
    names = [document["name"] for document in found["documents"]]
    for number, entry in enumerate(found[table]):
        yield from EXPAND[table](entry, names, number)


def expand_row(entry: Row, names: Sequence[str], number: int) -> Iterator[Row]:
    """Yield what each text says of a statement."""
    for cell in entry["cells"]:
        yield cell | {"row": number, "name": names[cell["doc"]], "reference": names[entry["reference"]]}


def expand_link(entry: Row, names: Sequence[str], _number: int) -> Iterator[Row]:
    """Yield a link as one row."""
    sides = {f"{side}_{key}": value for side in "ab" for key, value in entry[side].items()}
    yield entry | sides | {side: names[entry[side]["doc"]] for side in "ab"}


def expand_left_out(entry: Row, names: Sequence[str], _number: int) -> Iterator[Row]:
    """Yield a statement that a text leaves out, with who says it, and which characters of the text come nearest."""
    near = entry["nearest"]
    said_by = "; ".join(dict.fromkeys(names[span["doc"]] for span in entry["says"]))
    nearest = {"nearest": f"{near['start']}-{near['end']}", "score": near["score"]} if near else {"nearest": None}
    yield entry | {"name": names[entry["doc"]], "said_by": said_by} | nearest


def expand_disagreement(entry: Row, names: Sequence[str], number: int) -> Iterator[Row]:
    """Yield what each text has."""
    for fact in entry["facts"]:
        joined = {key: "; ".join(fact[key]) for key in ("texts", "values")}
        yield entry | joined | {"disagreement": number, "name": names[fact["doc"]]}


def expand_shares(entry: Row, names: Sequence[str], _number: int) -> Iterator[Row]:
    """Yield how a text relates to another."""
    yield entry | {"name": names[entry["doc"]], "base": names[entry["base"]]}


def expand_document(entry: Row, _names: Sequence[str], _number: int) -> Iterator[Row]:
    """Yield a text."""
    yield entry


EXPAND = {
    "documents": expand_document,
    "rows": expand_row,
    "links": expand_link,
    "left_out": expand_left_out,
    "disagreements": expand_disagreement,
    "shares": expand_shares,
}
