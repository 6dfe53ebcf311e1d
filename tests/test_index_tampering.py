"""An index that somebody tampered with: one line that says what is wrong, no traceback, no other file, no hang."""

import contextlib
import io
import os
import sys
import time

import pytest
from amounts import nightly_but
from index_tampering import REFUSED, WAYS, make_news, tamper

from dedup.cli.main import run

COMMANDS = {
    "check": ("index", "check", "inbox.jsonl", "--index", "news.duckdb", "-o", "known.jsonl", "-q"),
    "find": ("index", "find", "asked.txt", "--index", "news.duckdb"),
    "info": ("index", "info", "--index", "news.duckdb"),
    "info as JSON": ("index", "info", "--index", "news.duckdb", "--format", "json"),
    "export": ("index", "export", "--index", "news.duckdb", "-o", "all.parquet"),
    "clean": ("clean", "inbox.jsonl", "-o", "out", "--index", "news.duckdb", "-q"),
    "add": ("index", "add", "inbox.jsonl", "--index", "news.duckdb", "-q"),
    "remove": ("index", "remove", "--index", "news.duckdb", "--ids", "ids.txt"),
}
QUICK = ["check"]  # it reads most of an index
LONGEST_S = 20  # of a command on a machine that others use too


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """A folder with an index of two runs."""
    return make_news(tmp_path_factory.mktemp("tampering"))


def run_here(folder, args, monkeypatch):
    """Run the command line in this process, in a folder: exit code, stdout, stderr, seconds of the processor."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["dedup", *args])
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    begin = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run()
    said, told = (stream.buffer.getvalue().decode() for stream in (out, err))
    return code, said, told, time.process_time() - begin


def assert_told(way, name, done):
    """Assert that a command ended as it should: done, or one line that names the index."""
    code, _, err, seconds = done
    assert code in {0, 2}, (way, name, err)
    assert seconds < LONGEST_S, (way, name, seconds)
    if code == 2:
        assert err.startswith("error: "), (way, name, err)
        assert err.count("\n") == 1, (way, name, err)
        assert "news.duckdb" in err, (way, name, err)
    if way in REFUSED:
        assert code == 2, (way, name)


def read_bytes(folder):
    """Return what a folder holds: names, and bytes of files."""
    return {
        entry.name: (folder / entry.name).read_bytes() if entry.is_file(follow_symlinks=False) else None
        for entry in os.scandir(folder)
    }


@pytest.mark.parametrize("way", nightly_but([*WAYS][::4], WAYS))
def test_a_tampered_index_is_told_or_used_and_left_as_it_is(news, tmp_path, monkeypatch, way):
    tamper(news, way, tmp_path)
    before = read_bytes(tmp_path)
    for name in QUICK:
        done = run_here(tmp_path, COMMANDS[name], monkeypatch)
        assert_told(way, name, done)
        after = read_bytes(tmp_path)
        after.pop("known.jsonl", None)
        assert after == before, (way, name)


@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in QUICK])  # one way after the other
@pytest.mark.parametrize("way", WAYS)
def test_every_command_tells_of_a_tampered_index(news, tmp_path, monkeypatch, way, name):
    tamper(news, way, tmp_path)
    (tmp_path / "ids.txt").write_text("new\n")
    done = run_here(tmp_path, COMMANDS[name], monkeypatch)
    if way == "dangling link" and name in {"clean", "add"}:  # it becomes the index that it names
        assert done[0] == 0
        return
    assert_told(way, name, done)
