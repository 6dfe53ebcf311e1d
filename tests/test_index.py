"""An index that remembers: days through it, what it tells, what is taken out, and what is refused."""

import fcntl
import json
import pickle
import resource
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pyarrow.parquet as pq
import pytest
from amounts import one_in
from corpora import edit_text, make_records, make_text, read_lines, read_summary, removed_ids, write_jsonl
from engines import KEPT, decide_locally, decide_through_an_index
from hypothesis import given
from hypothesis import strategies as st
from out_folders import copy_with_index
from relations import REMOVED, articles, mix_worlds

import dedup as library
from dedup import Document, Index, NearConfig, deduplicate, sign_text
from dedup.errors import DedupError
from dedup.index.store import IndexFile
from dedup.index.tables import FORMAT

DAYS = ("--passages", "off", "-q")


@pytest.fixture(scope="module")
def made_days(dedup, tmp_path_factory):
    """A folder with three days of news and an index of the first."""
    folder = tmp_path_factory.mktemp("days")
    records = make_records("days", 120, copies=3)
    for day in range(3):
        write_jsonl(folder / f"day{day + 1}.jsonl", records[day * 120 : (day + 1) * 120])
    write_jsonl(folder / "all.jsonl", records)
    assert dedup("clean", "day1.jsonl", "-o", "out1", "--index", "news.duckdb", *DAYS, cwd=folder).code == 0
    return folder


@pytest.fixture
def days(made_days, tmp_path):
    """A copy of that folder."""
    return copy_with_index(made_days, tmp_path)


def rows(path, query):
    """Return what a query on an index gives."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


# ---------------------------------------------------------------------------------------------- days through an index


@st.composite
def chains(draw):
    """Draw rewrites of rewrites of a text, with copies in capitals: what decides on one may stand many days before."""
    words = [f"w{i}" for i in draw(st.lists(st.integers(0, 20), min_size=8, max_size=16))]
    corpus = [" ".join(words)]
    for place in draw(st.lists(st.integers(0, len(words) - 1), min_size=3, max_size=12)):
        words[place] = f"{words[place]} 7" if place % 3 == 0 else f"x{words[place]}"
        corpus.append(" ".join(words).upper() if place % 4 == 0 else " ".join(words))
    corpus += [draw(st.sampled_from(corpus)) for _ in range(draw(st.integers(0, 3)))]
    return draw(st.permutations(corpus))


@one_in(32)
@given(
    st.lists(chains(), min_size=1, max_size=8).map(mix_worlds),
    st.data(),
    st.sampled_from([0.4, 0.5, 0.7]),
    st.sampled_from(REMOVED),
)
def test_any_cut_into_days_gives_the_decisions_of_all_at_once(corpus, data, threshold, removed):
    config = NearConfig(threshold, 2, remove=removed)
    assert decide_through_an_index(corpus, config, cut(data, corpus)) == decide_locally(corpus, config)


@one_in(32)
@given(
    st.lists(st.lists(articles, min_size=4, max_size=16), min_size=1, max_size=8).map(mix_worlds),
    st.data(),
    st.sampled_from([0.3, 0.6]),
    st.sampled_from(REMOVED),
    st.sampled_from([0.0, 0.3, 1.0]),
)
def test_any_cut_of_articles_into_days_gives_the_decisions_of_all_at_once(corpus, data, threshold, removed, max_novel):
    """One text under several titles, days, outlets and URLs: what was removed is followed by what says the same."""
    config = NearConfig(threshold, 2, num_perm=1024, recall=1 - 1e-12, remove=removed, max_novel=max_novel)
    assert decide_through_an_index(corpus, config, cut(data, corpus)) == decide_locally(corpus, config)


def test_a_copy_of_a_removed_text_follows_it_if_the_same_is_known_of_both():
    """A nearer text comes a day later: the copy of which something else is known goes for that one."""
    words = [f"w{i}" for i in range(30)]
    first, removed, nearer = (" ".join(words[i : i + 20]) for i in (0, 5, 8))
    of_p, of_q = ({"text": removed, "outlet": outlet} for outlet in "pq")
    corpus, config = [first, of_p, nearer, of_p, of_q], NearConfig(0.5, 1, num_perm=1024, recall=1 - 1e-12)
    decisions = decide_through_an_index(corpus, config, [2, 3])
    assert [witness for witness, _, _ in decisions] == [None, 0, None, 0, 2]
    assert decisions == decide_locally(corpus, config)


def cut(data, corpus):
    """Draw where the days of a corpus begin."""
    return sorted(data.draw(st.lists(st.integers(0, len(corpus)), max_size=4)))


def test_every_document_its_own_day_gives_the_decisions_of_all_at_once():
    corpus = [record["text"] for record in make_records("own day", 4, copies=2)]
    expected = decide_locally(corpus, NearConfig())
    assert decide_through_an_index(corpus, NearConfig(), range(1, len(corpus))) == expected
    assert sum(decision == KEPT for decision in expected) == 4


@pytest.mark.parametrize(("options", "least_seen"), [((), 1), (("--remove", "all"), 11)], ids=str)
def test_days_of_real_press_releases_give_the_output_of_all_at_once(
    congress_file, dedup, tmp_path, options, least_seen
):
    lines = congress_file.read_bytes().splitlines(keepends=True)[:3000]
    third = 2400 if len(lines) == 3000 else 1400  # in either corpus it has copies of earlier ones
    for day, part in enumerate((lines[:1000], lines[1000:third], lines[third:])):
        (tmp_path / f"day{day}.jsonl").write_bytes(b"".join(part))
        args = ("clean", f"day{day}.jsonl", "-o", f"out{day}", "--index", "news.duckdb", *options, *DAYS)
        assert dedup(*args, cwd=tmp_path).code == 0
    (tmp_path / "all.jsonl").write_bytes(b"".join(lines))
    assert dedup("clean", "all.jsonl", "-o", "out", *options, *DAYS, cwd=tmp_path).code == 0
    parts = [removed_ids(tmp_path / f"out{day}") for day in range(3)]
    assert parts[0] | parts[1] | parts[2] == removed_ids(tmp_path / "out")
    kept = b"".join((tmp_path / f"out{day}/kept/day{day}.jsonl").read_bytes() for day in range(3))
    assert kept == (tmp_path / "out/kept/all.jsonl").read_bytes()
    assert read_summary(tmp_path / "out2")["index"]["seen"] >= least_seen


def test_the_record_of_a_removal_names_the_document_in_the_index_and_its_run(days, dedup):
    assert dedup("clean", "day2.jsonl", "-o", "out2", "--index", "news.duckdb", *DAYS, cwd=days).code == 0
    seen = [r for r in read_lines(days / "out2/removed.jsonl") if r["reason"] == "seen-in-index"]
    run = read_summary(days / "out1")["index"]["run"]
    first = {line["id"]: number for number, line in enumerate(read_lines(days / "day1.jsonl"), start=1)}
    assert seen
    assert [r["witness"] for r in seen] == [
        {"id": r["witness"]["id"], "path": "day1.jsonl", "line": first[r["witness"]["id"]], "run": run} for r in seen
    ]
    summary = read_summary(days / "out2")
    assert summary["counts"]["removed_by_reason"]["seen-in-index"] == len(seen) == summary["index"]["seen"]
    clusters = read_lines(days / "out2/clusters.jsonl")
    assert {m["id"] for c in clusters for m in c["members"] if m.get("run") == run} == {
        r["witness"]["id"] for r in seen
    }


@pytest.mark.parametrize("command", ["restore", "report"])
def test_an_output_with_witnesses_in_an_index_is_restored_and_reported(days, dedup, command):
    """Day 2 has the name of day 1's file: a witness there is none of this run's documents."""
    (days / "day2.jsonl").rename(days / "day1.jsonl")
    assert dedup("clean", "day1.jsonl", "-o", "out2", "--index", "news.duckdb", *DAYS, cwd=days).code == 0
    done = dedup(command, "out2", "-o", "result", cwd=days)
    assert done.code == 0, done.stderr
    if command == "restore":
        assert (days / "result/day1.jsonl").read_bytes() == (days / "day1.jsonl").read_bytes()


@pytest.mark.parametrize("keep", ["longest", "newest:date"])
def test_other_keep_policies_order_the_new_documents_only(days, dedup, keep):
    args = ("clean", "day2.jsonl", "-o", "out2", "--index", "news.duckdb", "--keep", keep, *DAYS)
    assert dedup(*args, cwd=days).code == 0
    known = {json.loads(raw) for (raw,) in rows(days / "news.duckdb", "SELECT id FROM documents WHERE run = 1")}
    assert known == {record["id"] for record in read_lines(days / "out1/kept/day1.jsonl")}
    assert read_summary(days / "out2")["index"]["seen"] > 0


def test_a_contained_document_hands_its_fate_to_a_later_copy(dedup, tmp_path):
    whole = ". ".join(make_text(i, 15).capitalize() for i in range(12)) + "."
    part = ". ".join(whole.split(". ")[:4]) + "."
    write_jsonl(tmp_path / "a.jsonl", [{"id": "part", "text": part}, {"id": "whole", "text": whole}])
    write_jsonl(tmp_path / "b.jsonl", [{"id": "again", "text": part.upper()}])
    for name in ("a", "b"):
        done = dedup("clean", f"{name}.jsonl", "-o", name, "--index", "news.duckdb", "-q", cwd=tmp_path)
        assert done.code == 0, done.stderr
    (first,), (second,) = (read_lines(tmp_path / name / "removed.jsonl") for name in ("a", "b"))
    assert (first["relation"], first["witness"]["id"]) == ("contained", "whole")
    for field in ("relation", "similarity", "covered"):
        assert second[field] == first[field]
    assert (second["reason"], second["witness"]["id"]) == ("seen-in-index", "whole")


def test_boilerplate_that_was_masked_on_the_first_day_is_masked_on_the_next(dedup, tmp_path):
    """Short texts under one long footer: kept on day 1 because the footer makes no copies."""
    footer = make_text("footer", 80)
    records = [{"id": i, "outlet": "o", "text": f"{make_text(i, 25)}\n\n{footer}"} for i in range(40)]
    write_jsonl(tmp_path / "a.jsonl", records)
    write_jsonl(tmp_path / "b.jsonl", [{**r, "id": f"again {r['id']}"} for r in records])
    for name in ("a", "b"):
        done = dedup("clean", f"{name}.jsonl", "-o", name, "--index", "news.duckdb", "-q", cwd=tmp_path)
        assert done.code == 0, done.stderr
    assert rows(tmp_path / "news.duckdb", "SELECT count(DISTINCT ordinal) FROM masked") == [(40,)]
    assert read_summary(tmp_path / "a")["counts"]["kept"] == 40
    assert removed_ids(tmp_path / "b") == {f"again {i}": i for i in range(40)}


def test_a_dry_run_writes_neither_output_nor_index(days, dedup):
    before = (days / "news.duckdb").read_bytes()
    done = dedup("clean", "day2.jsonl", "--index", "news.duckdb", "--passages", "off", "--dry-run", cwd=days)
    assert done.code == 0
    assert "seen-in-index" in done.stdout
    assert (days / "news.duckdb").read_bytes() == before
    assert dedup("clean", "day2.jsonl", "--index", "other.duckdb", "--dry-run", cwd=days).code == 0
    assert not (days / "other.duckdb").exists()


def test_an_output_that_is_overwritten_takes_its_run_out_of_the_index(days, dedup):
    before = rows(days / "news.duckdb", "SELECT id FROM documents ORDER BY ordinal")
    args = ("clean", "day1.jsonl", "-o", "out1", "--index", "news.duckdb", "--overwrite", *DAYS)
    assert dedup(*args, cwd=days).code == 0
    assert rows(days / "news.duckdb", "SELECT id FROM documents ORDER BY ordinal") == before
    assert read_summary(days / "out1")["index"]["seen"] == 0


def test_resume_of_a_finished_run_leaves_the_index_as_it_is(days, dedup):
    before = (days / "news.duckdb").read_bytes()
    told = [option for option in DAYS if option != "-q"]
    done = dedup("clean", "day1.jsonl", "-o", "out1", "--index", "news.duckdb", "--resume", *told, cwd=days)
    assert done.code == 0
    assert "this run is complete already" in done.stderr
    assert (days / "news.duckdb").read_bytes() == before


def test_an_empty_day_is_a_run_like_any_other(days, dedup):
    (days / "none.jsonl").write_bytes(b"")
    for name in ("news", "fresh"):
        args = ("clean", "none.jsonl", "-o", f"{name}-out", "--index", f"{name}.duckdb", *DAYS)
        assert dedup(*args, cwd=days).code == 0
    args = ("clean", "day2.jsonl", "-o", "out2", "--index", "fresh.duckdb", *DAYS)
    assert dedup(*args, cwd=days).code == 0
    assert read_summary(days / "out2")["index"]["added"] > 0


# ------------------------------------------------------------------------------------------------------- subcommands


def test_add_gives_the_index_of_clean(days, dedup):
    for day in (1, 2):
        done = dedup("index", "add", f"day{day}.jsonl", "--index", "added.duckdb", "--passages", "off", cwd=days)
        assert done.code == 0, done.stderr
    assert "Added to added.duckdb" in done.stdout
    assert dedup("clean", "day2.jsonl", "-o", "out2", "--index", "news.duckdb", *DAYS, cwd=days).code == 0
    keyed = "* EXCLUDE (words, signs, filter)"  # under the secret of each index
    for table, columns in (("documents", keyed), ("removed_contents", "*"), ("tokens", "*")):
        query = f"SELECT {columns} FROM {table} ORDER BY ALL"
        assert rows(days / "added.duckdb", query) == rows(days / "news.duckdb", query)
    assert not list(days.glob("*.partial"))


def test_check_says_which_documents_are_known_and_adds_none(days, dedup):
    before = (days / "news.duckdb").read_bytes()
    done = dedup("index", "check", "day2.jsonl", "--index", "news.duckdb", "--passages", "off", cwd=days)
    assert done.code == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert dedup("clean", "day2.jsonl", "-o", "out2", "--index", "news.duckdb", *DAYS, cwd=days).code == 0
    seen = {r["id"]: r for r in read_lines(days / "out2/removed.jsonl") if r["reason"] == "seen-in-index"}
    assert seen.keys() <= {r["id"] for r in records}
    assert all(r["similarity"] >= 0.35 for r in records)
    exact = [r for r in records if r["id"] in seen and seen[r["id"]]["relation"] == "exact"]
    assert [r["witness"] for r in exact] == [seen[r["id"]]["witness"] for r in exact]
    assert exact
    assert f"{len(records)} of 120 documents are known" in done.stderr
    assert before != (days / "news.duckdb").read_bytes()  # clean has written it, check had not
    assert len(rows(days / "news.duckdb", "FROM runs")) == 2


def test_check_compares_each_document_with_the_index_alone(dedup, tmp_path):
    """The second is nearer to the first than to the index, but it is known all the same."""
    words = [f"w{i}" for i in range(60)]
    near = [*words[:45], *(f"x{i}" for i in range(15))]
    nearest = [*near[:-1], "y"]
    write_jsonl(tmp_path / "a.jsonl", [{"id": "old", "text": " ".join(words)}])
    write_jsonl(tmp_path / "b.jsonl", [{"id": i, "text": " ".join(t)} for i, t in enumerate((near, nearest))])
    assert dedup("index", "add", "a.jsonl", "--index", "news.duckdb", "-q", cwd=tmp_path).code == 0
    done = dedup("index", "check", "b.jsonl", "--index", "news.duckdb", cwd=tmp_path)
    known = [(r["id"], r["witness"]["id"]) for r in map(json.loads, done.stdout.splitlines())]
    assert known == [(0, "old"), (1, "old")]


def test_info_tells_documents_runs_bytes_and_settings(days, dedup):
    done = dedup("index", "info", "--index", "news.duckdb", "--format", "json", cwd=days)
    info = json.loads(done.stdout)
    kept = read_summary(days / "out1")["counts"]["kept"]
    assert info["documents"] == kept
    assert info["bytes"] == (days / "news.duckdb").stat().st_size
    assert sum(info["bytes_by_part"].values()) <= info["bytes"]
    assert info["bytes_by_part"]["tokens"] > 0
    assert info["settings"]["threshold"] == 0.35
    (run,) = info["runs"]
    assert (run["documents"], run["kept"], run["seen"], run["state"]) == (120, kept, 0, "published")
    text = dedup("index", "info", "--index", "news.duckdb", cwd=days).stdout
    assert f"{kept:,}" in text
    assert run["run"] in text


def test_export_is_read_by_other_tools(days, dedup):
    assert dedup("index", "export", "--index", "news.duckdb", "-o", "documents.parquet", cwd=days).code == 0
    table = pq.read_table(days / "documents.parquet")
    kept = read_lines(days / "out1/kept/day1.jsonl")
    assert table.column("id").to_pylist() == [record["id"] for record in kept]
    assert set(table.column("path").to_pylist()) == {"day1.jsonl"}
    with duckdb.connect() as connection:
        query = f"SELECT count(*), min(len(keys)) FROM '{days}/documents.parquet'"
        assert connection.execute(query).fetchall() == [(len(kept), 41)]


def test_ids_are_exported_as_text_however_written(dedup, tmp_path):
    ids = {'"名"': "名", "1.50": "1.50", '"say \\"hi\\""': 'say "hi"', '"caf\\u00e9"': "café", '"7"': "7"}
    lines = [f'{{"id": {raw}, "text": "{make_text(raw)}"}}' for raw in ids]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert dedup("index", "add", "a.jsonl", "--index", "news.duckdb", "-q", cwd=tmp_path).code == 0
    assert dedup("index", "export", "--index", "news.duckdb", "-o", "a.parquet", cwd=tmp_path).code == 0
    assert pq.read_table(tmp_path / "a.parquet").column("id").to_pylist() == list(ids.values())


def test_a_removed_run_is_forgotten_with_what_it_knew(days, dedup):
    args = ("clean", "day2.jsonl", "-o", "out2", "--index", "news.duckdb", *DAYS)
    assert dedup(*args, cwd=days).code == 0
    first, second = (read_summary(days / f"out{day}")["index"]["run"] for day in (1, 2))
    done = dedup("index", "remove", "--index", "news.duckdb", "--run", first, cwd=days)
    assert done.code == 0, done.stderr
    assert rows(days / "news.duckdb", "SELECT run FROM runs") == [(second,)]
    assert rows(
        days / "news.duckdb",
        "SELECT count(*) FROM removed_contents WHERE witness NOT IN (SELECT ordinal FROM documents)",
    ) == [(0,)]
    assert rows(
        days / "news.duckdb", "SELECT count(*) FROM tokens WHERE ordinal NOT IN (SELECT ordinal FROM documents)"
    ) == [(0,)]
    assert dedup("clean", "day1.jsonl", "-o", "again", "--index", "news.duckdb", *DAYS, cwd=days).code == 0
    assert read_summary(days / "again")["index"]["added"] > 0


@pytest.mark.parametrize("raw", ['"naïve 漢字"', '"caf\\u00e9"', "7", '"line\\u2028end"'], ids=str)
def test_documents_are_removed_by_their_ids_however_written(dedup, tmp_path, raw):
    text = make_text(1)
    (tmp_path / "a.jsonl").write_text(f'{{"id": {raw}, "text": "{text}"}}\n{{"id": "b", "text": "{make_text(2)}"}}\n')
    assert dedup("index", "add", "a.jsonl", "--index", "news.duckdb", "-q", cwd=tmp_path).code == 0
    (tmp_path / "ids").write_text(f"{json.loads(raw)}\nunknown\n", encoding="utf-8")
    done = dedup("index", "remove", "--index", "news.duckdb", "--ids", "ids", cwd=tmp_path)
    assert (done.code, done.stdout) == (0, "removed 1 document from news.duckdb; no document has the id unknown\n")
    assert rows(tmp_path / "news.duckdb", "SELECT id FROM documents") == [('"b"',)]


# ----------------------------------------------------------------------------------------------------------- library


def test_the_library_adds_and_finds(tmp_path):
    text = make_text("library", 100)
    with Index.open(tmp_path / "news.duckdb") as index:
        added = index.add([{"id": "a", "text": text}, Document("b", text.upper()), make_text("other")])
        assert (added.num_documents, added.num_new, len(index)) == (3, 2, 2)
        (match,) = index.query(f"Something before. {text}")
        assert (match.id, match.relation, match.run) == ("a", "edited", added.run)
        assert match.span == (18, 18 + len(text))
        expected = deduplicate([text, f"Something before. {text}"]).removed[0].similarity
        assert match.similarity == expected
        assert index.query(make_text("unknown")) == []
        assert index.query("") == []


def test_a_query_lists_all_documents_that_are_alike_the_most_similar_first(tmp_path):
    words = [f"w{i}" for i in range(60)]
    corpus = {"far": [*words[:42], *(f"x{i}" for i in range(18))], "near": [*(f"y{i}" for i in range(18)), *words[18:]]}
    with Index.open(tmp_path / "news.duckdb", NearConfig(0.5, 1)) as index:
        index.add({"id": name, "text": " ".join(text)} for name, text in corpus.items())
        found = index.query(" ".join([*words[:-2], "z"]))
        assert [match.id for match in found] == sorted(
            corpus, key=lambda n: -next(m.similarity for m in found if m.id == n)
        )
        assert {match.id for match in found} == set(corpus)


def test_an_index_goes_into_datasketch(tmp_path):
    texts = [make_text(i) for i in range(20)]
    with Index.open(tmp_path / "news.duckdb") as index:
        index.add([{"id": f"d{i}", "text": text} for i, text in enumerate(texts)])
        index.add([{"id": "d0", "text": make_text("other")}])
        lsh = index.to_datasketch()
        assert (lsh.b, lsh.r) == tuple(library.choose_bands(NearConfig.threshold, 128))
        for i, text in enumerate(texts):
            assert lsh.query(sign_text(edit_text(text, i)).to_datasketch()) == [f"d{i}"]
        assert lsh.query(sign_text(make_text("other")).to_datasketch()) == ["d0#20"]


def test_settings_of_an_index_hold_for_those_who_open_it(tmp_path):
    config = NearConfig(0.7, 3)
    with Index.open(tmp_path / "news.duckdb", config) as index:
        index.add(["some text of some words"])
    assert Index.open(tmp_path / "news.duckdb").config == config
    with pytest.raises(DedupError, match=r"threshold 0.7 in the index, 0.35 here"):
        Index.open(tmp_path / "news.duckdb", NearConfig(shingle_size=3))


def test_a_lone_surrogate_is_a_value_error_that_names_the_document(tmp_path):
    with Index.open(tmp_path / "news.duckdb") as index, pytest.raises(ValueError, match="document bad is not text"):
        index.add([{"id": "bad", "text": "a \ud800 b"}])


# ------------------------------------------------------------------------------------------------------ what is refused


def clean_day2(dedup, days, *options, index="news.duckdb"):
    """Run day 2 with an index."""
    return dedup("clean", "day2.jsonl", "-o", "out2", "--index", index, *DAYS, *options, cwd=days)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--threshold", "0.7"], "--threshold 0.35 in the index, 0.7 here"),
        (
            ["--shingle-size", "3", "--num-perm", "256"],
            "--num-perm 128 in the index, 256 here, --shingle-size 5 in the index, 3 here",
        ),
        (
            ["--remove", "exact", "--max-novel", "0.2,50"],
            "--max-novel 0.3,200 in the index, 0.2,50 here, --remove exact,edited,contained in the index, exact here",
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("command", ["clean", "check", "add"])
def test_other_settings_are_refused_and_named(days, dedup, options, said, command):
    before = (days / "news.duckdb").read_bytes()
    start = ["clean", "day2.jsonl", "-o", "out2"] if command == "clean" else ["index", command, "day2.jsonl"]
    done = dedup(*start, "--index", "news.duckdb", *options, cwd=days)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: news.duckdb: was made with other settings: {said}. Give those of the index, or name another index.\n"
    )
    assert (days / "news.duckdb").read_bytes() == before
    assert not (days / "out2").exists()


def test_a_file_that_is_no_index_is_refused_and_left_alone(days, dedup):
    (days / "text.duckdb").write_text("hello " * 10_000)
    (days / "empty.duckdb").write_text("")
    (days / "corpus.jsonl.duckdb").write_bytes((days / "day1.jsonl").read_bytes())
    with duckdb.connect(str(days / "other.duckdb")) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    for name, said in (
        ("text", "cannot be read"),
        ("empty", "cannot be read"),
        ("corpus.jsonl", "cannot be read"),
        ("other", "no index of dedup"),
    ):
        before = (days / f"{name}.duckdb").read_bytes()
        done = clean_day2(dedup, days, index=f"{name}.duckdb")
        assert (done.code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith(f"error: {name}.duckdb: ")
        assert said in done.stderr
        assert "Error" not in done.stderr  # no words of DuckDB
        assert (days / f"{name}.duckdb").read_bytes() == before


def test_an_index_of_a_newer_version_is_refused(days, dedup):
    with duckdb.connect(str(days / "news.duckdb")) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
        connection.execute("UPDATE meta SET value = '7.0' WHERE name = 'dedup'")
    done = clean_day2(dedup, days)
    assert done.code == 2
    assert f"has format 99 (made by dedup 7.0), and this dedup reads format {FORMAT}" in done.stderr


def test_an_index_whose_words_are_hashed_otherwise_is_refused(days, dedup):
    with duckdb.connect(str(days / "news.duckdb")) as connection:
        connection.execute(
            """UPDATE meta SET value = replace(value, '"words":"', '"words":"0') WHERE name = 'settings'"""
        )
    done = clean_day2(dedup, days)
    assert done.code == 2
    assert "reads words otherwise" in done.stderr


@pytest.mark.parametrize("share", [0.0001, 0.2, 0.5, 0.9, 0.99])
def test_a_truncated_index_is_refused_and_left_alone(days, dedup, share):
    path = days / "news.duckdb"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    before = path.read_bytes()
    done = clean_day2(dedup, days)
    assert (done.code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "news.duckdb: " in done.stderr
    assert path.read_bytes() == before
    assert not (days / "out2").exists()


def test_a_second_writer_is_told_so_at_once_and_readers_are_not_held_up(days, dedup):
    with (days / "news.duckdb.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = clean_day2(dedup, days)
        assert (done.code, done.stdout) == (2, "")
        assert done.stderr == "error: news.duckdb: another run is writing this index. Wait for it to end.\n"
        assert dedup("index", "info", "--index", "news.duckdb", cwd=days).code == 0
        assert dedup("index", "check", "day2.jsonl", "--index", "news.duckdb", cwd=days).code == 0


def test_threads_add_to_an_index_one_after_the_other(tmp_path):
    index = Index.open(tmp_path / "news.duckdb")
    days = [[{"id": f"{day}-{n}", "text": make_text(f"{day}-{n}", 40)} for n in range(20)] for day in range(12)]
    with ThreadPoolExecutor(12) as threads:
        assert [added.num_new for added in threads.map(index.add, days)] == [20] * 12


def test_an_index_can_be_handed_to_another_process(tmp_path):
    index = Index.open(tmp_path / "news.duckdb")
    index.add([{"id": 1, "text": make_text("one", 40)}])
    assert pickle.loads(pickle.dumps(index)).query(make_text("one", 40)) == index.query(make_text("one", 40)) != []


def test_a_reader_waits_for_the_moment_of_a_commit(days, process):
    holding = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect('news.duckdb'); print('held', flush=True); input()",
        ],
        cwd=days,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holding.stdout.readline() == b"held\n"
    results = []
    reader = threading.Thread(
        target=lambda: results.append(process("index", "info", "--index", "news.duckdb", cwd=days))
    )
    reader.start()
    reader.join(1.5)
    assert reader.is_alive()
    holding.communicate(b"\n")
    reader.join()
    assert results[0].code == 0


def test_a_program_that_keeps_the_index_open_is_named_in_the_end(days):
    code = "import duckdb, sys; c = duckdb.connect('news.duckdb', read_only=True); print('held', flush=True); input()"
    holding = subprocess.Popen([sys.executable, "-c", code], cwd=days, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holding.stdout.readline()
    try:
        writing = IndexFile(days / "news.duckdb").writing(patience_s=0.2)
        with pytest.raises(DedupError, match="is in use by another program"), writing:
            pass
    finally:
        holding.communicate(b"\n")


def test_a_full_disk_leaves_the_index_as_it_was(days, dedup, small_disk):
    """The disk holds the index, and no second one: blocks of DuckDB take some more than 2 MB."""
    subprocess.run(["mount", "-o", "remount,size=3m", str(small_disk)], check=True)
    (small_disk / "news.duckdb").write_bytes((days / "news.duckdb").read_bytes())
    before = rows(small_disk / "news.duckdb", "SELECT * FROM documents ORDER BY ordinal")
    write_jsonl(days / "big.jsonl", [{"id": i, "text": make_text(i, 900, 10**6)} for i in range(600)])
    args = ("clean", "big.jsonl", "-o", "out2", "--index", small_disk / "news.duckdb", *DAYS)
    done = dedup(*args, cwd=days)
    assert (done.code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "the disk is full" in done.stderr
    assert not (days / "out2").exists()
    assert rows(small_disk / "news.duckdb", "SELECT * FROM documents ORDER BY ordinal") == before


def test_a_file_that_may_not_grow_leaves_the_index_as_it_was(days):
    """As a quota does: RLIMIT_FSIZE at the size that the index has."""
    before = rows(days / "news.duckdb", "SELECT * FROM documents ORDER BY ordinal")
    write_jsonl(days / "big.jsonl", [{"id": i, "text": make_text(i, 900, 10**6)} for i in range(600)])
    size = (days / "news.duckdb").stat().st_size + (1 << 18)

    def limit():
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-m", "dedup", "index", "add", "big.jsonl", "--index", "news.duckdb", *DAYS]
    done = subprocess.run(command, cwd=days, preexec_fn=limit, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert rows(days / "news.duckdb", "SELECT * FROM documents ORDER BY ordinal") == before


def test_an_index_on_a_read_only_file_system_can_be_read_and_not_written(days, dedup, small_disk):
    """A file system mounted read-only refuses root as well."""
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    index = small_disk / "news.duckdb"
    index.write_bytes((days / "news.duckdb").read_bytes())
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = clean_day2(dedup, days, index=index)
    assert done.code == 2
    assert "cannot be made" in done.stderr
    assert dedup("index", "check", "day2.jsonl", "--index", index, cwd=days).code == 0


def test_an_index_that_is_not_there_is_an_error_for_those_who_read(days, dedup):
    for command in (["info"], ["check", "day2.jsonl"], ["export", "-o", "a.parquet"], ["remove", "--run", "r"]):
        done = dedup("index", *command, "--index", "none.duckdb", cwd=days)
        assert (done.code, done.stdout) == (2, "")
        assert done.stderr.startswith("error: none.duckdb: no such index. ")
        assert not (days / "none.duckdb").exists()


def test_a_quiet_process_says_nothing(days):
    """Not even at its end, when libraries are taken apart."""
    command = [sys.executable, "-m", "dedup", "clean", "day2.jsonl", "-o", "out2", "--index", "news.duckdb", "--quiet"]
    done = subprocess.run([*command, *DAYS], cwd=days, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_counts_at_the_terminal_add_up_with_an_index(dedup, tmp_path):
    records = make_records("add up", 6, copies=2)
    for day in ("a", "b"):
        write_jsonl(tmp_path / f"{day}.jsonl", records)
        done = dedup("clean", f"{day}.jsonl", "-o", day, "--index", "news.duckdb", cwd=tmp_path)
    shown = done.stdout.splitlines()
    assert shown[0] == f"{len(records)} documents, {len(records)} removed (100 %) as copies of documents of the index."
    numbers = [
        (line[:20].rstrip(), int(line[20:32].replace(",", ""))) for line in shown if line[20:32].strip().isdigit()
    ]
    removed = dict(numbers)["removed"]
    assert sum(n for name, n in numbers if name.startswith("  as ")) == removed
    assert sum(n for name, n in numbers if name.startswith("  ") and not name.startswith(("  as ", "  cut"))) == removed
    assert any(f"(a.jsonl, line {n}, of run " in done.stdout for n in range(1, len(records) + 1))
