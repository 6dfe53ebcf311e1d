"""What an index is asked in parts: any number of them, in any number of threads, gives the same answer."""

import pytest
from corpora import make_records, write_jsonl
from out_folders import copy_with_index

from dedup.config import CleanSettings, PassageConfig
from dedup.corpus.files import find_files
from dedup.index import near_lookup
from dedup.index import stored_tokens as fetch
from dedup.index.store import IndexFile
from dedup.pipeline.job import CleanRun, SilentProgress, make_job
from dedup.pipeline.no_index import NO_INDEX

DAYS = ("--passages", "off", "-q")


@pytest.fixture(scope="module")
def made_days(dedup, tmp_path_factory):
    """A folder with two days of news, an index of the first, and the output of the second through a copy of it."""
    folder = tmp_path_factory.mktemp("parts")
    records = make_records("parts", 150, copies=3)
    write_jsonl(folder / "day1.jsonl", records[:250])
    write_jsonl(folder / "day2.jsonl", records[250:])
    assert dedup("clean", "day1.jsonl", "-o", "out1", "--index", "news.duckdb", *DAYS, cwd=folder).code == 0
    (folder / "copy.duckdb").write_bytes((folder / "news.duckdb").read_bytes())
    assert dedup("clean", "day2.jsonl", "-o", "whole", "--index", "copy.duckdb", *DAYS, cwd=folder).code == 0
    return folder


@pytest.fixture
def two_days(made_days, tmp_path):
    """A copy of that folder."""
    return copy_with_index(made_days, tmp_path)


@pytest.mark.parametrize("documents", [1, 7, 64])
@pytest.mark.parametrize("threads", [1, 3])
def test_parts_of_any_size_in_any_number_of_threads_give_one_output(two_days, dedup, monkeypatch, documents, threads):
    monkeypatch.setattr(near_lookup, "DOCUMENTS_AT_ONCE", documents)
    monkeypatch.setattr(near_lookup, "ROWS_AT_ONCE", 5)
    monkeypatch.setattr(fetch, "PIECES_AT_ONCE", 3)
    monkeypatch.setattr(near_lookup, "count_cores", lambda: threads)
    assert dedup("clean", "day2.jsonl", "-o", "parts", "--index", "news.duckdb", *DAYS, cwd=two_days).code == 0
    for name in ("removed.jsonl", "clusters.jsonl", "kept/day2.jsonl"):
        assert (two_days / "whole" / name).read_bytes() == (two_days / "parts" / name).read_bytes()
    assert b"seen-in-index" in (two_days / "parts/removed.jsonl").read_bytes()


def test_a_gap_in_the_ordinals_wider_than_a_part_is_passed_over(two_days, dedup, monkeypatch):
    """`dedup index remove` leaves such gaps."""
    monkeypatch.setattr(near_lookup, "DOCUMENTS_AT_ONCE", 4)
    with IndexFile(two_days / "news.duckdb").writing() as connection:
        for table in ("documents", "tokens"):
            connection.execute(f"DELETE FROM {table} WHERE ordinal BETWEEN 8 AND 40")
        connection.execute("DELETE FROM removed_contents WHERE witness BETWEEN 8 AND 40")
    assert dedup("clean", "day2.jsonl", "-o", "parts", "--index", "news.duckdb", *DAYS, cwd=two_days).code == 0
    assert b"seen-in-index" in (two_days / "parts/removed.jsonl").read_bytes()


@pytest.mark.parametrize("scope", ["off", "within"])
def test_a_run_without_passages_plans_no_search_for_containers(tmp_path, scope):
    files = find_files([str(write_jsonl(tmp_path / "news.jsonl", make_records("planned", 3)))])
    settings = CleanSettings(passages=PassageConfig(scope))
    run = CleanRun(files, tmp_path / "out", settings, index=tmp_path / "news.duckdb")
    assert ("contained" in make_job(run, SilentProgress(), NO_INDEX).list_stages()) is (scope != "off")
