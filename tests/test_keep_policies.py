"""Which document of several copies is kept."""

import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import edit_text, make_orphans, make_text, removed_ids, write_jsonl

from dedup import DedupError, Document, KeepPolicy, NearConfig, deduplicate

TEXT = make_text("keep")


def kept_of(records, policy):
    """Return the ids that the library keeps of copies of one text with these fields."""
    documents = [{"id": str(i), "text": edit_text(TEXT, i, 1), **record} for i, record in enumerate(records)]
    return [d.id for d in deduplicate(documents, NearConfig(keep=KeepPolicy.parse(policy))).kept]


def kept_by_command(dedup, folder, records, policy):
    """Return the ids that the command keeps of the same."""
    documents = [{"id": str(i), "text": edit_text(TEXT, i, 1), **record} for i, record in enumerate(records)]
    write_jsonl(folder / "a.jsonl", documents)
    done = dedup("clean", "a.jsonl", "-o", "out", "--keep", policy, cwd=folder)
    assert done.code == 0, done.stderr
    gone = removed_ids(folder / "out")
    return [d["id"] for d in documents if d["id"] not in gone]


DATES = [{"date": "2024-01-02"}, {"date": "2024-01-03"}, {}, {"date": "2024-01-01"}, {"date": "2024-01-03"}]
OUTLETS = [{"outlet": "blog"}, {}, {"outlet": "ap"}, {"outlet": "reuters"}, {"outlet": "ap"}]
CASES = {
    "the first": (DATES, "first", "0"),
    "the newest, the earlier one of two": (DATES, "newest:date", "1"),
    "the oldest": (DATES, "oldest:date", "3"),
    "the first of the preferred": (OUTLETS, "prefer:outlet=ap,reuters", "2"),
    "in the order of preference": (OUTLETS, "prefer:outlet=reuters,ap", "3"),
    "the first where none is preferred": (OUTLETS, "prefer:outlet=afp", "0"),
    "numbers as numbers": ([{"n": 9}, {"n": 10}, {"n": -3}, {"n": 9.5}], "newest:n", "1"),
    "the smallest number": ([{"n": 9}, {"n": 10}, {"n": -3}, {"n": 9.5}], "oldest:n", "2"),
    "numbers that are texts as numbers": ([{"n": "9"}, {"n": "10"}], "newest:n", "1"),
    "numbers before dates": ([{"n": "2024-01-02"}, {"n": 3}, {"n": "2024-01-01"}], "oldest:n", "1"),
    "dates after numbers": ([{"n": 3}, {"n": "2024-01-01"}, {"n": "2024-01-02"}], "newest:n", "2"),
    "dates of letters by time": ([{"n": f"{day} 2024 10:00:00 GMT"} for day in ("31 Jan", "1 Mar")], "newest:n", "1"),
    "the same second as the first": ([{"n": "2024-01-01T01:00:00+01:00"}, {"n": "2024-01-01"}], "newest:n", "0"),
    "Unix times among dates": ([{"n": "2024-01-01"}, {"n": 1706655600}, {"n": "2024-01-03"}], "newest:n", "1"),
    "days in digits among dates": ([{"n": "2023-05-01"}, {"n": "20240131"}, {"n": 2022}], "newest:n", "1"),
    "years among dates": ([{"n": "2023-05-01"}, {"n": 20240131}, {"n": "2022"}], "oldest:n", "2"),
    "milliseconds among dates": ([{"n": 1706655600000}, {"n": "2024-02-03"}], "newest:n", "1"),
    "numbers alone as they are": ([{"n": 20240131}, {"n": 20240199}, {"n": 20240201}], "newest:n", "2"),
    "true as JSON has it": ([{"n": False}, {"n": True}], "prefer:n=true", "1"),
    "a whole number as a whole number": ([{"n": 2}, {"n": 1.0}], "prefer:n=1", "1"),
    "no value, which is not None": ([{"n": "x"}, {}], "prefer:n=None", "0"),
    "months": ([{"n": "2023-12"}, {"n": "2024-02"}, {"n": "2024-01-31"}], "newest:n", "1"),
    "what can be read": ([{"n": "soon"}, *[{"n": f"2024-01-{day}"} for day in range(10, 20)]], "oldest:n", "1"),
    "what has a value, for the newest": ([{}, {"n": None}, {"n": ""}, {"n": 1}], "newest:n", "3"),
    "what has a value, for the oldest": ([{}, {"n": None}, {"n": ""}, {"n": 1}], "oldest:n", "3"),
    "the first where no one has a value": ([{}, {"n": None}, {"n": ""}], "newest:n", "0"),
    "preferred numbers": ([{"n": 1}, {"n": 2}], "prefer:n=2", "1"),
    "by id": ([{}, {}, {}], "prefer:id=2,1", "2"),
    "by the newest id": ([{}, {}, {}], "newest:id", "2"),
}


@pytest.mark.parametrize(("records", "policy", "expected"), CASES.values(), ids=CASES)
def test_the_library_keeps(records, policy, expected):
    assert kept_of(records, policy) == [expected]


@pytest.mark.parametrize(("records", "policy", "expected"), CASES.values(), ids=CASES)
def test_the_command_keeps(dedup, tmp_path, records, policy, expected):
    assert kept_by_command(dedup, tmp_path, records, policy) == [expected]


UNREADABLE = {
    "words": (["soon", "later", None, "2024-01-01"], "2 of 3", "later", ""),
    "lists": ([[1], [2]], "2 of 2", "[1]", ""),
    "ambiguous days": (
        ["01/02/2024", "02/03/2024", *["2024-01-01"] * 30],
        "2 of 32",
        "01/02/2024",
        ", and 2 of these may have the day or the month first. Say with --date-order dmy or mdy what comes first",
    ),
}


@pytest.mark.parametrize(("values", "counts", "example", "which"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_field_that_cannot_be_ordered_is_an_error(dedup, tmp_path, values, counts, example, which):
    records = [{"text": TEXT, "date": value} for value in values]
    write_jsonl(tmp_path / "a.jsonl", records)
    done = dedup("clean", "a.jsonl", "-o", "out", "--keep", "newest:date", cwd=tmp_path)
    message = (
        f"newest:date cannot order documents: {counts} values can be read neither as number nor as date, "
        f'such as "{example}"{which}. Write them like 2024-01-31, or choose another policy to keep by.'
    )
    assert (2, f"error: {message}\n") == (done.code, done.stderr)
    assert ["a.jsonl"] == [path.name for path in tmp_path.iterdir()]
    with pytest.raises(DedupError, match=re.escape(message.replace("--date-order", "date_order"))):
        deduplicate(records, NearConfig(keep=KeepPolicy.parse("newest:date")))


def test_dates_of_python_are_dates():
    import datetime as dt

    days = [dt.date(2024, 1, 9), dt.datetime(2024, 1, 10, 9, tzinfo=dt.UTC), None, float("nan")]
    assert kept_of([{"date": day} for day in days], "newest:date") == ["1"]


@pytest.mark.parametrize(("wanted", "value"), [("1.0", 1.0), ("1", 1.0), ("True", True), ("true", True), ("null", "x")])
def test_a_value_is_preferred_in_either_spelling(wanted, value):
    records = [{"text": "one two three four five six", "n": n} for n in (7, value)]
    removed = deduplicate(records, keep=f"prefer:n={wanted}").removed
    assert [r.document.id for r in removed] == (["1"] if wanted == "null" else ["0"])


def test_longest_keeps_the_text_with_most_words_and_not_with_most_letters():
    texts = ["w " * 30 + TEXT, "longerwords " * 20 + TEXT, TEXT]
    kept = deduplicate(texts, NearConfig(keep=KeepPolicy("longest"))).kept
    assert [d.id for d in kept] == ["0"]


def test_the_text_field_is_no_field_for_a_policy(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [{"text": "b"}])
    done = dedup("clean", "a.jsonl", "-o", "out", "--keep", "oldest:text", cwd=tmp_path)
    assert (done.code, done.stderr) == (
        2,
        "error: --keep oldest:text names the text field. Name a field that holds a date or an outlet.\n",
    )


@pytest.mark.parametrize("policy", ["newest:date", "oldest:date", "prefer:date=2024-01-02"])
@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_tables_keep_what_json_lines_keep(dedup, tmp_path, file_format, policy):
    rows = [{"id": str(i), "text": TEXT, "date": record.get("date", "")} for i, record in enumerate(DATES)]
    if file_format == "csv":
        lines = ["id,text,date", *(",".join(row.values()) for row in rows)]
        (tmp_path / "a.csv").write_text("\n".join(lines))
    else:
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    done = dedup("clean", f"a.{file_format}", "-o", "out", "--keep", policy, cwd=tmp_path)
    assert done.code == 0, done.stderr
    gone = removed_ids(tmp_path / "out")
    assert [r["id"] for r in rows if r["id"] not in gone] == kept_of(DATES, policy)


def test_dates_of_a_parquet_file_are_compared_as_dates(dedup, tmp_path):
    import datetime as dt

    dates = [dt.date(2024, 1, 9), dt.date(2024, 1, 10), None, dt.date(999, 1, 1)]
    pq.write_table(pa.table({"id": ["0", "1", "2", "3"], "text": [TEXT] * 4, "date": dates}), tmp_path / "a.parquet")
    dedup("clean", "a.parquet", "-o", "out", "--keep", "newest:date", cwd=tmp_path)
    assert removed_ids(tmp_path / "out") == {"0": "1", "2": "1", "3": "1"}


def test_a_witness_may_come_later_in_the_file(dedup, tmp_path):
    kept_by_command(dedup, tmp_path, DATES, "newest:date")
    lines = [json.loads(line) for line in (tmp_path / "out" / "removed.jsonl").read_text().splitlines()]
    assert [(line["source"]["line"], line["witness"]["line"]) for line in lines] == [(1, 2), (3, 2), (4, 2), (5, 2)]


@pytest.mark.parametrize("text", ["first", "longest", "newest:date", "oldest:a b", "prefer:outlet=a,b"])
def test_a_policy_is_written_as_it_was_read(text):
    assert str(KeepPolicy.parse(text)) == text


@pytest.mark.parametrize("text", ["", "last", "newest", "newest:", "oldest:a=b", "prefer:x", "prefer:x=", "first:x"])
def test_what_is_no_policy_is_an_error(text):
    with pytest.raises(DedupError, match="is not a policy"):
        KeepPolicy.parse(text)


def test_documents_of_the_library_bring_fields_for_the_policy():
    documents = [Document("a", TEXT, {"date": 1}), Document("b", TEXT, {"date": 2})]
    result = deduplicate(documents, NearConfig(keep=KeepPolicy.parse("newest:date")))
    assert [d.id for d in result.kept] == ["b"]


@pytest.mark.parametrize(("policy", "kept"), [("newest:date", "3"), ("oldest:date", "2"), ("prefer:id=4,3", "3")])
def test_copies_of_what_is_contained_are_kept_by_the_policy(dedup, tmp_path, policy, kept):
    records = make_orphans(["2024-01-02", "2024-01-01", "2024-01-03", "2024-01-04"])
    if policy == "oldest:date":
        records[-1]["date"] = "2023-12-31"
    write_jsonl(tmp_path / "a.jsonl", records)
    done = dedup("clean", "a.jsonl", "-o", "out", "--keep", policy, cwd=tmp_path)
    assert done.code == 0, done.stderr
    gone = removed_ids(tmp_path / "out")
    assert gone == {"4": "0"} | dict.fromkeys({"1", "2", "3"} - {kept}, kept)
    result = deduplicate(records, NearConfig(keep=KeepPolicy.parse(policy)))
    assert [d.id for d in result.kept] == ["0", kept]
