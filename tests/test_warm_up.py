"""Kernels are compiled once on a machine: after `dedup warm-up` no command compiles anything."""

import os
import runpy
import subprocess
import sys

import pytest
from commands import run_process
from corpora import make_text, write_jsonl

from dedup.kernels import jit
from dedup.pipeline.compile_ahead import EVERYTHING, compile_ahead, count_kernels
from dedup.pipeline.job import SilentProgress

# Runs commands one after the other, and writes each to a file with what numba compiles for it, in worker processes too.
RECORD = """
import sys
from numba.core import event
log, *commands = sys.argv[1:]
def tell(*words):
    with open(log, "a") as file:
        print(*words, file=file)
class Recorder(event.Listener):
    def on_start(self, compiled):
        tell("  compiled", compiled.data["dispatcher"].py_func.__qualname__, compiled.data["args"])
    def on_end(self, compiled):
        pass
event.register("numba:compile", Recorder())
from dedup.cli.main import run
for command in commands:
    tell(command)
    sys.argv[1:] = command.split()
    if code := run():
        sys.exit(code)
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Two days of news: copies, edited copies, containment, repeats, boilerplate of an outlet; a folder of them."""
    folder = tmp_path_factory.mktemp("news")
    footer = make_text("footer", 40)
    for day in (1, 2):
        records = []
        for number in range(60):
            text = make_text(f"{day} {number}", 120)
            whole = "\n\n".join([text, make_text(f"{day} more {number}", 120)])
            texts = [text, whole, text.replace("a", "e", 3), make_text("same on both days"), text + " " + text]
            for place, one in enumerate(texts):
                record = {"id": f"{day}-{number}-{place}", "text": f"{one}\n\n{footer}", "source": f"outlet {place}"}
                records.append({**record, "date": f"2024-01-0{day}", "title": f"title {number}"})
        write_jsonl(folder / f"day{day}.jsonl", records)
    return folder


COMMANDS = [
    "clean day1.jsonl -o cleaned --overwrite --workers 2",
    "clean day1.jsonl day2.jsonl -o all --overwrite --passages all --series-field source",
    "clean day1.jsonl -o first --overwrite --index news.dedup",
    "clean day2.jsonl -o second --overwrite --index news.dedup",
    "index check day2.jsonl --index news.dedup",
    "passages day1.jsonl day2.jsonl -o passages.jsonl",
    "stories day1.jsonl day2.jsonl -o stories.jsonl",
    "report cleaned -o report --overwrite",
]


def test_no_command_compiles_after_warm_up(corpus):
    compile_ahead(EVERYTHING, SilentProgress())
    command = [sys.executable, "-c", RECORD, corpus / "log.txt", *COMMANDS]
    done = subprocess.run(command, cwd=corpus, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert (corpus / "log.txt").read_text().splitlines() == COMMANDS


def test_warm_up_says_what_it_did_and_does_it_once():
    compile_ahead(EVERYTHING, SilentProgress())
    done = run_process("warm-up")
    assert done.code == 0, done.stderr
    kernels = sum(count_kernels(group) for group in EVERYTHING)
    assert done.stdout.startswith(f"{kernels} kernels compiled before: nothing to do\nkept in ")


def test_a_copy_of_the_sources_has_its_code_with_it(tmp_path, monkeypatch):
    """As in an image: at another path, with another time."""
    monkeypatch.setattr(jit, "cache_folder", lambda: tmp_path / "cache")
    hits = []
    for number in (1, 2):
        source = tmp_path / str(number) / "copied.py"
        source.parent.mkdir()
        source.write_text("from dedup.kernels.jit import kernel\n\n\n@kernel\ndef add_one(x):\n    return x + 1\n")
        os.utime(source, (number, number))
        add_one = runpy.run_path(str(source))["add_one"]
        assert add_one(1) == 2
        hits.append(len(add_one.stats.cache_hits))
    assert hits == [0, 1]
