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
        if table == "rows":  # what each text says of a statement
            told = {"row": number, "reference": names[entry["reference"]]}
            yield from (cell | told | {"name": names[cell["doc"]]} for cell in entry["cells"])
        elif table == "disagreements":  # what each text has
            for fact in entry["facts"]:
                joined = {key: "; ".join(fact[key]) for key in ("texts", "values")}
                yield entry | joined | {"disagreement": number, "name": names[fact["doc"]]}
        elif table == "links":
            sides = {f"{side}_{key}": value for side in "ab" for key, value in entry[side].items()}
            yield entry | sides | {side: names[entry[side]["doc"]] for side in "ab"}
        elif table == "left_out":
            yield entry | {"name": names[entry["doc"]]} | describe_left_out(entry, names)
        elif table == "shares":
            yield entry | {"name": names[entry["doc"]], "base": names[entry["base"]]}
        else:
            yield entry


def describe_left_out(entry: Row, names: Sequence[str]) -> Row:
    """Return who says a statement that a text leaves out, and which characters of the text come nearest."""
    near, said_by = entry["nearest"], dict.fromkeys(names[span["doc"]] for span in entry["says"])
    nearest = {"nearest": f"{near['start']}-{near['end']}", "score": near["score"]} if near else {"nearest": None}
    return {"said_by": "; ".join(said_by), **nearest}
