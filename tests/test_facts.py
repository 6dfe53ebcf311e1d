"""What is known of a document beside its text: read alike from every format, unknown where it says nothing."""

import csv
import json
from dataclasses import replace
from datetime import date

import naive
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import make_text, read_summary, read_tree, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import CleanSettings, InputConfig, NearConfig
from dedup.corpus.files import find_files
from dedup.corpus.shards import plan_shards, read_shard
from dedup.index.near_lookup import find_stored
from dedup.index.store import IndexFile
from dedup.kernels.article_facts import MAX_TITLE
from dedup.kernels.buffers import tokens_at
from dedup.near.read_facts import read_facts
from dedup.near.segments import Batch, Segments
from dedup.near.sketcher import tokenise_text
from dedup.near.sketches import Sketches
from dedup.near.stored import NO_STORED
from dedup.pipeline.sketch_shards import sketch_shard
from dedup.pipeline.sketch_texts import encode_fields
from dedup.pipeline.take_documents import to_document

TEXT = "the quick brown fox jumps over the lazy dog near the old river bank"
RECORDS = [
    {
        "id": "a",
        "text": TEXT,
        "title": "Élan & “Élan”",
        "date": "2024-01-31T10:00:00Z",
        "outlet": "AP",
        "url": "https://www.ap.org/a/?utm_source=x#top",
    },
    {"id": "b", "text": TEXT.upper(), "title": "", "date": "", "outlet": "", "url": ""},
    {
        "id": "c",
        "text": "x",
        "title": "7",
        "date": "Tue, 30 Jan 2024 08:00:00 GMT",
        "outlet": "7",
        "url": "http://AP.org/a",
    },
]
HOSTILE = [b"", b"null", b"1e999", b"-1e999", b"1" * 5000, b"[" * 300 + b"]" * 300, b"{}", b'"\\ud800"', b"true", b'""']


def sketched(path, root, settings=None):
    """Return the segments of a file."""
    shards = plan_shards(find_files([str(path)]))
    for shard in shards:
        sketch_shard(shard, lambda _: None, settings=settings or CleanSettings(), root=root)
    return Segments(root, shards)


def facts_of(segments):
    """Return the facts of all documents."""
    return describe(np.concatenate([batch.facts for batch in segments.batches]))


def describe(facts):
    """Return the facts of documents as values: titles as their tokens."""
    return [
        (tokens_at(row["title"], row["num_title"]).tolist(), int(row["day"]), int(row["outlet"]), int(row["url"]))
        for row in facts
    ]


def write_table(path, records):
    """Write records as CSV or Parquet."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(records), path)
        return path
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    return path


@pytest.fixture
def expected(tmp_path):
    return facts_of(sketched(write_jsonl(tmp_path / "news.jsonl", RECORDS), tmp_path / "jsonl"))


def test_the_facts_of_a_record_are_its_title_day_outlet_and_url(expected):
    (title, day, outlet, url), nothing, (_, later, number, same_url) = expected
    assert title == tokenise_text("Élan & “Élan”").tolist()
    assert (day, later) == (date(2024, 1, 31).toordinal(), date(2024, 1, 30).toordinal())
    assert nothing == ([], 0, 0, 0)
    assert url == same_url != 0
    assert 0 != outlet != number != 0


@pytest.mark.parametrize("name", ["news.csv", "news.parquet"])
def test_facts_are_those_of_json_lines_in_any_format(tmp_path, expected, name):
    assert facts_of(sketched(write_table(tmp_path / name, RECORDS), tmp_path / "segments")) == expected


def test_facts_are_the_same_of_documents_in_memory(expected):
    documents = [to_document(number, record) for number, record in enumerate(RECORDS)]
    assert describe(read_facts(encode_fields(documents), 3).rows) == expected


def test_an_index_gives_back_the_facts_of_what_it_stores(dedup, tmp_path, expected):
    records = [record | {"text": make_text(number)} for number, record in enumerate(RECORDS)]
    path = write_jsonl(tmp_path / "stored.jsonl", records)
    assert dedup("index", "add", path, "--index", tmp_path / "news.duckdb", "-q").code == 0
    new = list(Sketches.of(sketched(path, tmp_path / "new")).views())
    with IndexFile(tmp_path / "news.duckdb").reading() as connection:
        stored = find_stored(connection, new, NearConfig(), (), tmp_path / "tokens")
    assert describe(stored.facts) == expected
    assert describe(stored.append(stored).facts) == expected * 2


def test_spark_hands_on_the_facts_of_its_rows(tmp_path, expected):
    pytest.importorskip("pyspark")
    from dedup.spark.decide_ranges import SKETCH_COLUMNS, gather_members
    from dedup.spark.sketch_splits import SplitName, SplitReader

    shard = plan_shards(find_files([str(tmp_path / "news.jsonl")]))[0]
    settings = CleanSettings()
    reader = SplitReader(settings)
    blocks = read_shard(shard, settings.input, settings.roles, lambda _: None)
    rows = [reader.sketch(block, SplitName("news.jsonl", 0)).select([*SKETCH_COLUMNS]) for block in blocks]
    batches = [batch.append_column("masked", pa.nulls(len(batch), pa.binary())) for batch in rows]
    batches += [batch.slice(1) for batch in batches]
    members = gather_members(batches)
    assert describe(members.offered.facts) == expected + expected[1:]


def test_the_facts_of_a_run_come_before_those_of_stored_documents(tmp_path, expected):
    path = write_jsonl(tmp_path / "one.jsonl", RECORDS[:1])
    others = sketched(tmp_path / "news.jsonl", tmp_path / "again")
    stored = replace(NO_STORED, facts=others.batches[0].facts)
    sketches = replace(Sketches.of(sketched(path, tmp_path / "one")), stored=stored)
    assert describe(sketches.gather_facts()) == expected[:1] + expected


def test_the_facts_of_one_document_are_found_without_those_of_its_batch(tmp_path, expected, monkeypatch):
    sketches = Sketches.of(sketched(write_jsonl(tmp_path / "news.jsonl", RECORDS), tmp_path / "segments"))
    monkeypatch.delattr(Batch, "facts")
    assert describe(sketches.facts_of(row) for row in range(len(RECORDS))) == expected


def test_of_a_text_file_nothing_is_known(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    assert facts_of(sketched(tmp_path / "a.txt", tmp_path / "segments")) == [([], 0, 0, 0)]


def test_facts_are_read_from_the_fields_that_are_named(tmp_path, expected):
    names = {"title": "headline", "date": "published", "outlet": "source", "url": "link"}
    records = [{names.get(name, name): value for name, value in record.items()} for record in RECORDS]
    config = InputConfig(title_field="headline", date_field="published", outlet_field="source", url_field="link")
    path = write_jsonl(tmp_path / "other.jsonl", records)
    assert facts_of(sketched(path, tmp_path / "segments", CleanSettings(input=config))) == expected


OTHERS = {"title": "headline", "date": "pubdate", "outlet": "site", "url": "uri"}


@pytest.mark.parametrize("name", ["news.jsonl", "news.csv", "news.parquet"])
def test_a_fact_without_its_field_is_looked_for_under_other_names(tmp_path, expected, name):
    records = [{OTHERS.get(field, field): value for field, value in record.items()} for record in RECORDS]
    records = [record | {"source": "", "published": None} for record in records]
    write = write_jsonl if name.endswith("jsonl") else write_table
    found = facts_of(sketched(write(tmp_path / name, records), tmp_path / "segments"))
    assert found == expected


def test_another_name_is_not_looked_for_where_one_is_named(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"text": TEXT, "headline": "A", "name": ""}])
    config = CleanSettings(input=InputConfig(title_field="name"))
    assert facts_of(sketched(path, tmp_path / "segments", config)) == [([], 0, 0, 0)]


@pytest.mark.parametrize("role", ["title", "date", "outlet", "url"])
@pytest.mark.parametrize("raw", HOSTILE)
def test_a_value_that_says_nothing_stops_nothing(role, raw):
    alone, beside = read_facts({role: [raw]}, 1), read_facts({role: [raw, b'"2024-01-31"']}, 2)
    assert describe(alone.rows)[0] == describe(beside.rows)[0]
    assert describe(beside.rows)[1] == describe(read_facts({role: [b'"2024-01-31"']}, 1).rows)[0]
    assert role == "outlet" or describe(alone.rows) == [([], 0, 0, 0)]


@pytest.mark.parametrize("value", [object(), [1], {"a": 1}, float("nan"), 10**400, "\ud800", b"x", None])
def test_a_field_in_memory_may_be_anything(value):
    documents = [to_document(0, {"text": "a", "title": value, "date": value, "url": value})]
    assert describe(read_facts(encode_fields(documents), 1).rows) == [([], 0, 0, 0)]


def test_hostile_values_change_nothing_of_a_run(dedup, tmp_path):
    clean = [{"id": record["id"], "text": record["text"]} for record in RECORDS]
    lines = b"".join(
        b'{"id": %s, "text": %s, "title": %s, "date": %s, "url": %s}\n'
        % (json.dumps(r["id"]).encode(), json.dumps(r["text"]).encode(), raw, raw, raw)
        for r, raw in zip(clean, [b"1e999", b"[[{}]]", b"null"], strict=True)
    )
    (tmp_path / "hostile.jsonl").write_bytes(lines)
    write_jsonl(tmp_path / "plain.jsonl", clean)
    for name in ("hostile", "plain"):
        assert dedup("clean", f"{name}.jsonl", "-o", name, "-q", cwd=tmp_path).code == 0
    assert read_summary(tmp_path / "hostile")["counts"] == read_summary(tmp_path / "plain")["counts"]


def test_a_fact_whose_column_is_named_twice_is_unknown(tmp_path):
    (tmp_path / "a.csv").write_text("text,url,url\none,http://a.org,http://b.org\n")
    table = pa.Table.from_arrays([pa.array(["one"])] * 3, ["text", "url", "url"])
    pq.write_table(table, tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        assert facts_of(sketched(tmp_path / name, tmp_path / f"segments of {name}")) == [([], 0, 0, 0)]


def test_the_field_of_the_text_is_no_fact():
    assert InputConfig(text_field="title", url_field="").facts == {"date": "date", "outlet": "outlet"}


def test_the_old_name_of_the_outlet_is_understood(dedup, tmp_path):
    write_jsonl(tmp_path / "news.jsonl", [{**record, "source": record.get("outlet")} for record in RECORDS])
    for option in ("--series-field", "--outlet-field"):
        assert dedup("clean", "news.jsonl", "-o", option, option, "source", "-q", cwd=tmp_path).code == 0
    assert read_tree(tmp_path / "--series-field") == read_tree(tmp_path / "--outlet-field")
    assert read_summary(tmp_path / "--series-field")["config"]["input"]["outlet_field"] == "source"


titles = st.lists(st.one_of(st.text(max_size=30), st.just("a b " * MAX_TITLE)), max_size=5)


@given(titles)
def test_titles_are_tokenised_as_the_naive_twin_does(texts):
    facts = read_facts({"title": [json.dumps(text).encode() for text in texts]}, len(texts))
    texts = [text if text.isascii() or is_unicode(text) else "" for text in texts]
    expected = [len(naive.tokenise(text)[:MAX_TITLE]) for text in texts]
    assert facts.rows["num_title"].tolist() == expected
    for text, (tokens, *_) in zip(texts, describe(facts.rows), strict=True):
        assert tokens == tokenise_text(text)[:MAX_TITLE].tolist()


def is_unicode(text):
    """Return whether a text has no lone surrogate."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def hash_urls(urls):
    """Return the hashes of URLs."""
    return read_facts({"url": [json.dumps(url).encode() for url in urls]}, len(urls)).rows["url"].tolist()


@pytest.mark.parametrize(
    "url",
    [
        "https://www.AP.org/News/1",
        "//ap.org/News/1/",
        "http://ap.org/News/1?utm_source=x&FBCLID=2",
        " ap.org/News/1#top?id=7\n",
    ],
)
def test_urls_that_lead_to_one_page_have_one_hash(url):
    assert hash_urls([url]) == hash_urls(["ap.org/News/1"]) != hash_urls(["ap.org/news/1"])


parts = [
    "http:",
    "//",
    "/",
    "www.",
    "ap.org",
    "AP",
    "?",
    "&",
    "=",
    "#",
    "id=7",
    "utm_source=x",
    "Fbclid",
    " ",
    ":",
    "é",
]


@given(st.lists(st.one_of(st.lists(st.sampled_from(parts), max_size=9).map("".join), st.text(max_size=20)), max_size=4))
def test_urls_are_hashed_as_the_naive_twin_does(urls):
    urls = [url if is_unicode(url) else "" for url in urls]
    assert hash_urls(urls) == [naive.hash_url(url) for url in urls]
