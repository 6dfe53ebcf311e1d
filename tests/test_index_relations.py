"""Relations across the days of an index: what is alike and stays, and what becomes of copies of removed texts."""

import json

import pytest
from corpora import make_text, read_lines, read_summary, write_jsonl

from dedup import Index, NearConfig

FORECAST = (
    "The weather office in {city} expects {high} degrees at noon and light wind from the west, with some rain in the "
    "hills before the evening. Roads stay open. The office asks all of us to look at its page once more before we "
    "leave the town."
)
MONDAY, TUESDAY = {"city": "Bonn", "high": 7}, {"city": "Bonn", "high": 12}


@pytest.fixture
def clean(dedup, tmp_path):
    """Clean records as one day through an index: `clean(day, records, *options)` gives {id: record} of the removed."""

    def run(day, records, *options):
        write_jsonl(tmp_path / f"{day}.jsonl", records)
        done = dedup("clean", f"{day}.jsonl", "-o", day, "--index", "news.duckdb", "-q", *options, cwd=tmp_path)
        assert (done.code, done.stderr) == (0, "")
        return {row["id"]: row for row in read_lines(tmp_path / day / "removed.jsonl")}

    return run


def forecast(name, day, facts):
    """Return the record of a forecast."""
    text = FORECAST.format(**facts)
    return {"id": name, "outlet": "weather", "date": f"2024-03-{day:02}", "title": f"Weather {day}", "text": text}


def test_a_relative_in_the_index_is_named_with_its_run(clean, tmp_path):
    clean("a", [forecast("monday", 4, MONDAY)])
    assert clean("b", [forecast("tuesday", 5, TUESDAY)]) == {}
    (row,) = read_lines(tmp_path / "b/related.jsonl")
    run = read_summary(tmp_path / "a")["index"]["run"]
    assert (row["id"], row["other"]) == ("tuesday", {"id": "monday", "path": "a.jsonl", "line": 1, "run": run})
    assert row["relation"] == "update"
    assert row["novel_words"] > 0
    assert all(theirs == "" for _, theirs in row["conflicts"])  # the index holds no texts


def test_relatives_are_those_of_one_run_over_all(clean, tmp_path):
    days = [forecast(str(day), day, {"city": "Bonn", "high": day}) for day in range(1, 9)]
    clean("all", days)
    (tmp_path / "news.duckdb").unlink()
    for day, record in enumerate(days):
        assert clean(f"day{day}", [record]) == {}
    found = [row for day in range(8) for row in read_lines(tmp_path / f"day{day}/related.jsonl")]
    expected = read_lines(tmp_path / "all/related.jsonl")
    assert [describe(row) for row in found] == [describe(row) for row in expected]
    assert len(expected) == 7


def describe(row):
    """Return what a line of `related.jsonl` says of two documents, without where the other one is."""
    names = ("id", "relation", "similarity", "novel_words", "novel_share", "novel_run")
    return [row["other"]["id"], *(row[name] for name in names)]


@pytest.mark.parametrize("contained", [False, True], ids=["edited", "contained"])
def test_a_copy_of_a_removed_text_differs_as_much_from_its_witness(clean, contained):
    """On a later day it is not compared again, and the witness of a contained one shares no band key with it."""
    whole = [FORECAST.format(**MONDAY), *(make_text(n, 60) for n in range(12 if contained else 1))]
    part = [FORECAST.format(**TUESDAY), *whole[1:2]]
    clean("a", [{"id": "whole", "text": "\n\n".join(whole)}])
    first = clean("b", [{"id": "part", "text": "\n\n".join(part)}])["part"]
    again = clean("c", [{"id": "again", "text": "\n\n".join(part)}], "--contained", "off")["again"]
    assert first["relation"] == ("contained" if contained else "edited")
    for name in ("relation", "witness", "similarity", "novel_words", "novel_share", "novel_run", "conflicts"):
        assert again[name] == first[name]
    assert first["conflicts"] == [["12", ""]]


def test_a_copy_of_a_removed_text_that_is_known_otherwise_is_decided_by_what_is_known_of_it(clean, tmp_path):
    """On one day the outlet said it again in other words, on another day: with the day unknown it is a copy."""
    first = forecast("first", 4, MONDAY)
    text = first["text"].replace("light wind from the west", "a storm out of the north")
    assert clean("a", [first, first | {"id": "same day", "text": text}]).keys() == {"same day"}
    assert clean("b", [first | {"id": "same again", "text": text}]).keys() == {"same again"}
    later = first | {"id": "later", "text": text, "date": "2024-03-09", "title": "Weather 9"}
    assert clean("c", [later]) == {}
    (row,) = read_lines(tmp_path / "c/related.jsonl")
    assert (row["other"]["id"], row["relation"]) == ("first", "update")


def test_check_knows_what_clean_removes(clean, dedup, tmp_path):
    """Each by itself: the second is known, although the first, with the same words, stays."""
    clean("a", [forecast("monday", 4, MONDAY)])
    said_again = FORECAST.format(**TUESDAY)
    records = [forecast("tuesday", 5, TUESDAY), {"id": "elsewhere", "outlet": "town", "text": said_again}]
    write_jsonl(tmp_path / "b.jsonl", records)
    done = dedup("index", "check", "b.jsonl", "--index", "news.duckdb", "-q", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert [(row["id"], row["relation"]) for row in map(json.loads, done.stdout.splitlines())] == [
        ("elsewhere", "edited")
    ]


def test_a_query_tells_the_relation_of_a_text_of_which_nothing_else_is_known(tmp_path):
    with Index.open(tmp_path / "news.duckdb", NearConfig(remove="exact")) as index:
        index.add([forecast("monday", 4, MONDAY), forecast("tuesday", 5, TUESDAY)])
        assert len(index) == 2
        found = index.query(FORECAST.format(**TUESDAY))
        assert [(match.id, match.relation) for match in found] == [("tuesday", "exact"), ("monday", "edited")]
        longer = f"{FORECAST.format(**MONDAY)} {' '.join(f'w{n}' for n in range(40))}"
        assert {match.relation for match in index.query(longer)} == {"extended"}


def test_texts_that_are_added_bring_what_is_known_of_them(tmp_path):
    with Index.open(tmp_path / "news.duckdb") as index:
        index.add([forecast("monday", 4, MONDAY)])
        assert index.add([forecast("tuesday", 5, TUESDAY)]).num_new == 1
        nothing_known = {"id": "again", "text": FORECAST.format(**MONDAY)}
        assert index.add([nothing_known]).num_new == 0


def test_info_tells_what_goes(clean, dedup, tmp_path):
    clean("a", [forecast("monday", 4, MONDAY)], "--remove", "exact,edited", "--max-novel", "0.1,50")
    said = dedup("index", "info", "--index", "news.duckdb", cwd=tmp_path).stdout
    assert "max_novel 0.1, max_novel_run 50," in said
    assert "remove exact,edited," in said
