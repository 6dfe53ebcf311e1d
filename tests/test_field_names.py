"""Fields that nobody named are found by the names that crawlers give them, and what was taken is said."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import make_text, read_lines, read_summary, read_tree, write_jsonl

from dedup.config import InputConfig
from dedup.corpus.field_names import choose_fields
from dedup.corpus.files import find_files
from dedup.errors import InputError

TEXTS = [make_text(f"field {number}") for number in range(4)]

# A record as each of them writes it, without what does not matter here; then what has to be taken.
CRAWLERS = {
    "news-please": (
        {
            "maintext": "TEXT",
            "title": "T",
            "title_page": "T - Page",
            "date_publish": "2024-01-02 03:04:05",
            "date_download": "2024-02-02 03:04:05",
            "source_domain": "example.org",
            "url": "https://example.org/1",
            "description": "short",
            "text": None,
        },
        {"text": "maintext", "date": "date_publish", "outlet": "source_domain"},
    ),
    "fundus": (
        {
            "plaintext": "TEXT",
            "title": "T",
            "publishing_date": "2024-01-02T03:04:05+00:00",
            "publisher": "The Example",
            "body": {"summary": ["s"], "sections": []},
        },
        {"text": "plaintext", "date": "publishing_date", "outlet": "publisher"},
    ),
    "newspaper4k": (
        {
            "text": "TEXT",
            "title": "T",
            "publish_date": "2024-01-02",
            "meta_site_name": "Example",
            "url": "https://example.org/1",
            "canonical_link": "https://example.org/1",
            "summary": "short",
        },
        {"date": "publish_date", "outlet": "meta_site_name"},
    ),
    "trafilatura": (
        {
            "text": "TEXT",
            "raw_text": "TEXT TEXT",
            "title": "T",
            "date": "2024-01-02",
            "source": "https://example.org/1",
            "source-hostname": "Example",
            "hostname": "example.org",
            "excerpt": "short",
        },
        {"outlet": "source-hostname", "url": "source"},
    ),
    "zyte": (
        {
            "articleBody": "TEXT",
            "headline": "T",
            "datePublished": "2024-01-02",
            "canonicalUrl": "https://example.org/1",
            "url": "https://example.org/1?a",
        },
        {"text": "articleBody", "title": "headline", "date": "datePublished"},
    ),
    "an object inside": (
        {"_id": 3, "article": {"body": "TEXT", "headline": "T"}, "source": {"name": "Example"}},
        {"text": "article.body", "title": "article.headline", "outlet": "source.name"},
    ),
}


def fill(record, text):
    """Return a record with a text in its place."""
    return json.loads(json.dumps(record).replace('"TEXT"', json.dumps(text)))


def choose(path, **settings):
    """Return what was chosen for a file, by role."""
    config = choose_fields(find_files([str(path)]), InputConfig(**settings), print)
    roles = ("text", "id", "title", "date", "outlet", "url")
    return {role: field for role in roles if (field := getattr(config, f"{role}_field")) != role}


@pytest.mark.parametrize("crawler", CRAWLERS)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_the_fields_of_crawlers_are_found(tmp_path, crawler, name):
    record, expected = CRAWLERS[crawler]
    records = [fill(record, text) for text in TEXTS]
    path = write_jsonl(tmp_path / name, records) if name == "a.jsonl" else tmp_path / name
    if name == "a.json":
        path.write_text(json.dumps(records))
    assert choose(path) == {**({"id": "_id"} if crawler == "an object inside" else {}), **expected}


def test_the_columns_of_tables_are_found(tmp_path):
    rows = [{"Article Body": text, "Headline": "T", "pub_date": "2024"} for text in TEXTS]
    with (tmp_path / "a.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        assert choose(tmp_path / name) == {"text": "Article Body", "title": "Headline", "date": "pub_date"}


def test_what_somebody_named_is_taken(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"body": "b", "content": "c", "headline": "h"}])
    assert choose(path, text_field="content", title_field="", given=("title_field",))["text"] == "content"
    assert choose(write_jsonl(path, [{"text": "a", "body": "b"}]), given=("text_field",)) == {}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (
            {"text": "a", "body": "b"},
            '"text" and "body" may both hold the text, and differ. Name one with --text-field.',
        ),
        ({"text": "a", "publisher": "b", "publication": "c"}, "Name one with --outlet-field."),
    ],
)
def test_two_fields_that_differ_are_an_error_that_names_both(tmp_path, record, message):
    path = write_jsonl(tmp_path / "a.jsonl", [record])
    with pytest.raises(InputError, match="differ") as caught:
        choose(path)
    assert message in caught.value.args[0]


def test_two_fields_that_hold_the_same_are_no_error(tmp_path):
    assert choose(write_jsonl(tmp_path / "a.jsonl", [{"body": "a", "content": "a"}, {"body": "b"}])) == {"text": "body"}


def test_files_with_texts_in_other_fields_are_an_error_that_names_both(tmp_path):
    paths = [write_jsonl(tmp_path / f"{field}.jsonl", [{field: "a"}]) for field in ("text", "body")]
    with pytest.raises(InputError, match=r'text.jsonl has its texts in "text", .*body.jsonl in "body"'):
        choose_fields(find_files([*map(str, paths)]), InputConfig(), print)


def test_files_without_any_record_are_no_error(tmp_path):
    for name, content in (("a.jsonl", b""), ("b.csv", b""), ("c.json", b"[1, "), ("d.txt", b""), ("e.csv", b'"')):
        (tmp_path / name).write_bytes(content)
        assert choose(tmp_path / name) == {}


@pytest.mark.parametrize("command", ["clean", "stories", "bench", "passages"])
def test_what_was_taken_is_said_in_one_line(dedup, tmp_path, command):
    write_jsonl(tmp_path / "a.jsonl", [{"maintext": text, "headline": "T"} for text in TEXTS * 2])
    output = ["-o", "out"] if command in {"clean", "stories"} else []
    done = dedup(command, "a.jsonl", *output, cwd=tmp_path)
    said = done.stdout if command == "bench" else done.stderr
    assert done.code == 0, done.stderr
    assert 'taken: text from "maintext", title from "headline"' in said


def test_texts_inside_objects_are_cleaned_cut_and_restored(dedup, tmp_path):
    twice = make_text("twice", 80)
    records = [{"id": n, "article": {"n": n, "body": text, "more": [1]}} for n, text in enumerate(TEXTS + TEXTS[2:])]
    records.append({"id": "twice", "article": {"body": f"{twice}\n\n{twice}"}})
    records.append({"id": "none", "article": "no object"})
    write_jsonl(tmp_path / "a.jsonl", records)
    done = dedup("clean", "a.jsonl", "-o", "out", "--text-field", "article.body", cwd=tmp_path)
    assert (done.code, done.stderr) == (3, "")
    assert read_summary(tmp_path / "out")["counts"]["removed"] == 2
    kept = {r["id"]: r for r in read_lines(tmp_path / "out" / "kept" / "a.jsonl")}
    assert kept["twice"]["article"]["body"].count(twice) == 1
    assert kept[0] == records[0]
    rejected = read_lines(tmp_path / "out" / "rejected.jsonl")
    assert [r["error"] for r in rejected] == ['no field "article.body"']
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert read_tree(tmp_path / "back") == {"a.jsonl": (tmp_path / "a.jsonl").read_bytes()}


def test_a_rare_column_of_a_table_may_be_named_and_one_that_is_nowhere_is_refused(tmp_path):
    meta = pa.struct([("author", pa.string())])
    columns = {"text": pa.array(TEXTS), "source.name": pa.nulls(4, pa.string()), "meta": pa.nulls(4, meta)}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    for number in range(21):
        (tmp_path / f"{number:02}.csv").write_text(f"text{',section' * (number == 20)}\na{',b' * (number == 20)}\n")
    given = {"given": ("outlet_field",)}
    tables = find_files([str(path) for path in sorted(tmp_path.glob("*.csv"))])
    assert choose_fields(tables, InputConfig(outlet_field="section", **given), print).outlet_field == "section"
    assert choose(tmp_path / "a.parquet", outlet_field="source.name", **given)["outlet"] == "source.name"
    for path, field in (("a.parquet", "meta.nope"), ("a.parquet", "meta.author"), ("00.csv", "section")):
        with pytest.raises(InputError, match=r"Leave \S+ out\.$"):
            choose(tmp_path / path, outlet_field=field, **given)


def test_what_is_inside_a_column_of_parquet_is_not_taken_as_nobody_reads_it(tmp_path, capsys):
    pq.write_table(pa.table({"text": TEXTS, "source": [{"name": "Example"}] * 4}), tmp_path / "a.parquet")
    assert (choose(tmp_path / "a.parquet"), capsys.readouterr().out) == ({}, "")
    with pytest.raises(InputError, match=r'no record has the field "source.name"; there are: text\.'):
        choose(tmp_path / "a.parquet", outlet_field="source.name", given=("outlet_field",))
