"""A column of a Parquet file may be of any kind and hold any bytes: it costs a row, or nothing."""

import datetime as dt
import decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import make_text, read_lines, read_summary

ROWS = 4
SAME = make_text("the same")
TEXTS = [SAME, SAME, make_text("second"), make_text("third")]


def mark_as_text(values):
    """Return bytes that are called text, as some writers do."""
    return pa.array(values, pa.binary()).view(pa.string())


def name_codes(values):
    """Return a column of codes for these values, one of them null."""
    return pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0], pa.int32()), values)


NUMBERS = [1, 2**62, None, -(2**62)]
BROKEN = [b"fine", b"caf\xe9", b"good", None]
COLUMNS = {
    "string_view": pa.array(["a", "b", None, "d"], pa.string_view()),
    "binary_view": pa.array([b"a", b"\xff", None, b"d"], pa.binary_view()),
    "large_string": pa.array(["a", "b", None, "d"], pa.large_string()),
    "codes of text": name_codes(pa.array(["a", "b"])),
    "codes of bad bytes": name_codes(mark_as_text([b"fine", b"\xff"])),
    "bad bytes": mark_as_text(BROKEN),
    "many bad bytes": mark_as_text(BROKEN).cast(pa.large_string()),
    "a list of bad bytes": pa.ListArray.from_arrays(pa.array([0, 1, 2, 3, 4], pa.int32()), mark_as_text(BROKEN)),
    "nanoseconds": pa.array([1, 1717171717123456789, None, -1], pa.timestamp("ns")),
    "nanoseconds in a zone": pa.array([1, 2, None, 3], pa.timestamp("ns", "Europe/Paris")),
    "an unknown zone": pa.array([1, 2, None, 3], pa.timestamp("us", "Mars/Phobos")),
    "a zone of 99 hours": pa.array([1, 2, None, 3], pa.timestamp("us", "+99:99")),
    "far from now": pa.array(NUMBERS, pa.timestamp("us")),
    "far days": pa.array([1, 2**31 - 1, None, -(2**31)], pa.int32()).cast(pa.date32()),
    "a time beyond a day": pa.array(NUMBERS, pa.time64("ns")),
    "a long duration": pa.array(NUMBERS, pa.duration("s")),
    "numbers that are none": pa.array([1.0, float("inf"), None, float("nan")]),
    "decimals": pa.array([decimal.Decimal("1.10")] * 2 + [None, decimal.Decimal("2.20")]),
    "bytes": pa.array([b"a", b"\xff", None, b"c"]),
    "bytes of one length": pa.array([b"ab", b"\xff\xff", None, b"cc"], pa.binary(2)),
    "lists": pa.array([["a"], [None], None, []]),
    "structures": pa.array(
        [{"a": 1}, {"a": None}, None, {"a": 3}], pa.struct([("a", pa.timestamp("ns", "Mars/Phobos"))])
    ),
    "maps": pa.array([[("a", 1)], [], None, [("b", 2)]], pa.map_(pa.string(), pa.int64())),
    "truth values": pa.array([True, False, None, True]),
    "large numbers": pa.array([2**64 - 1, 0, None, 1], pa.uint64()),
    "half numbers": pa.array([1, 2, None, 3], pa.float16()),
    "nothing": pa.nulls(ROWS),
    "days": pa.array([dt.date(2024, 1, 2)] * ROWS),
}
BAD_ROWS = {"codes of bad bytes": 1, "bad bytes": 1, "many bad bytes": 1}


def clean_table(dedup, folder, **columns):
    """Clean a Parquet file of these columns; return (command, rejected records)."""
    table = {"text": TEXTS, "id": ["a", "b", "c", "d"], "date": ["2024-01-02"] * ROWS, "url": ["u"] * ROWS}
    pq.write_table(pa.table(table | columns), folder / "in.parquet")
    is_empty = pq.read_schema(folder / "in.parquet").field("date").type == pa.null()  # a policy would have no field
    keep = "first" if is_empty else "prefer:date=x"
    done = dedup("clean", "in.parquet", "-o", "out", "--keep", keep, "--overwrite", cwd=folder)
    return done, read_lines(folder / "out/rejected.jsonl") if done.code in {0, 3} else []


@pytest.mark.parametrize("name", ["id", "date", "url"])
@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_any_kind_costs_a_row_at_most(dedup, tmp_path, name, kind):
    done, rejected = clean_table(dedup, tmp_path, **{name: COLUMNS[kind]})
    assert done.code == (3 if rejected else 0), done.stderr
    assert len(rejected) == (BAD_ROWS.get(kind, 0) if name != "url" else 0)
    counts = read_summary(tmp_path / "out")["counts"]
    assert counts["kept"] + counts["removed"] + counts["rejected"] == ROWS
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    before, after = (pq.read_table(tmp_path / folder / "in.parquet") for folder in (".", "back"))
    assert before.schema == after.schema
    assert before.column(name).num_chunks == 1
    assert read_bytes(before.column(name)) == read_bytes(after.column(name))


def read_bytes(column):
    """Return the values of a column, for a comparison, with texts as bytes."""
    array = column.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if array.type == pa.string_view():
        array = array.cast(pa.string())
    if array.type in {pa.string(), pa.large_string()}:
        return array.view(pa.binary() if array.type == pa.string() else pa.large_binary()).to_pylist()
    return array.to_string()


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_text_column_of_any_kind_is_read_or_refused_in_a_line(dedup, tmp_path, kind):
    done, rejected = clean_table(dedup, tmp_path, text=COLUMNS[kind])
    if done.code == 3:
        assert all(record["error"].startswith('field "text"') for record in rejected)
    else:
        assert (done.code, done.stderr.count("\n")) == (2, 1), done.stderr
        assert ", not text. Name the text column with --text-field." in done.stderr


def test_a_text_that_is_not_utf8_is_set_aside_with_its_row(dedup, tmp_path):
    _, rejected = clean_table(dedup, tmp_path, text=mark_as_text([b"one text", b"caf\xe9 and", b"\xf0\x9f", b"last"]))
    assert [(r["line"], r["error"]) for r in rejected] == [
        (2, 'field "text": invalid UTF-8 (byte 0xe9 at position 3)'),
        (3, 'field "text": invalid UTF-8'),
    ]
