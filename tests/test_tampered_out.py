"""An OUT folder that was tampered with: one clear line and exit 2, or a result; never a bug, never a write outside.

Each case is tried as it is, when digests tell of it, and with digests that fit, when only the readers can.
"""

import contextlib
import gzip
import json
import os
import shutil

import click
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from amounts import nightly_but
from commands import clean_quietly
from corpora import make_text, write_jsonl
from out_folders import change_summary, sign

from dedup.cli.main import cli, explain_error
from dedup.output import finished_run
from dedup.output.digests import find_changes

FILES = (
    *("summary.json", "B3SUMS", "removed.jsonl", "edited.jsonl", "rejected.jsonl", "clusters.jsonl"),
    *("passages.jsonl", "boilerplate.jsonl", "kept/a.jsonl", "kept/b.csv", "kept/c.parquet", "kept/d.jsonl.gz"),
    *("kept/e1.txt", "set_aside/c.parquet"),
)
COMMANDS = {
    "restore": ("restore", "out", "-o", "back", "-q"),
    "report": ("report", "out", "-o", "pages", "-q", "--workers", "1"),
    "compare": ("compare", "--run", "out", "--cluster", "1", "--engine", "lexical", "-o", "story.json"),
    "clean": ("clean", "in", "-o", "out", "--resume", "-q", "--workers", "1"),
    "export": ("export", "out", "--table", "removed", "-q", "-o", "removed.csv"),
    "history": ("history", "--run", "out", "--group-field", "id", "--all", "-q", "--workers", "1", "-o", "histories"),
}
MADE = ("back", "pages", "story.json", "removed.csv", "histories")
HUGE = 10**30


def fill(folder):
    """Write an input of all formats, in which documents are removed, edited and rejected."""
    folder.mkdir()
    body = "\n\n".join(make_text(n, 40) for n in range(4))
    texts = [f"{body}\n\n{body}", make_text("one", 60), make_text("one", 60), make_text("two", 60)]
    records = [{"id": n, "text": text} for n, text in enumerate(texts)]
    write_jsonl(folder / "a.jsonl", [*records, b"no JSON\n"])
    rows = "".join(f'{n},"{text}"\n' for n, text in enumerate(texts))
    (folder / "b.csv").write_text(f"id,text\n{rows}")
    pq.write_table(pa.table({"id": [f"p{n}" for n in range(4)], "text": texts}), folder / "c.parquet")
    (folder / "d.jsonl.gz").write_bytes(gzip.compress(json.dumps({"text": make_text("three", 60)}).encode()))
    (folder / "e1.txt").write_text(make_text("four", 60))
    (folder / "e2.txt").write_text(make_text("one", 60))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with an input `in`, its run `out`, and the run `other` of another input."""
    folder = tmp_path_factory.mktemp("runs")
    fill(folder / "in")
    fill(folder / "elsewhere")
    (folder / "elsewhere/a.jsonl").write_text(json.dumps({"text": "another one"}) + "\n")
    with contextlib.chdir(folder):
        clean_quietly(["in"], folder / "out")
        clean_quietly(["elsewhere"], folder / "other")
    return folder


def remove(path):
    path.unlink()


def make_fifo(path):
    path.unlink()
    os.mkfifo(path)


def make_folder(path):
    path.unlink()
    path.mkdir()


def link(path):
    path.rename(path.parent.parent.parent / "linked" if path.parent.name != "out" else path.parent.parent / "linked")
    path.symlink_to(os.path.relpath(next(p for p in path.parents if p.name == "out").parent / "linked", path.parent))


def take_other(path):
    root = next(parent for parent in path.parents if parent.name == "out")
    shutil.copy(root.parent / "other" / path.relative_to(root), path)
    if path.read_bytes() == (root.parent / "original" / path.relative_to(root)).read_bytes():
        path.write_bytes(path.read_bytes() + b"\n")


def write(make):
    return lambda path: path.write_bytes(make(path.read_bytes()))


EACH_FILE = {
    "missing": remove,
    "empty": write(lambda _: b""),
    "truncated": write(lambda raw: raw[: len(raw) // 2] or b"x"),
    "bytes": write(lambda _: bytes(range(256)) * 3),
    "UTF-16": write(lambda raw: raw.decode("latin-1").encode("utf-16")),
    "null": write(lambda _: b"null\n"),
    "twice": write(lambda raw: (raw or b"{}\n") * 2),
    "deep": write(lambda _: b"[" * 100_000),
    "folder": make_folder,
    "pipe": make_fifo,
    "link": link,
    "of another run": take_other,
}


def change_record(name, change):
    """Return a case that changes the first record of a file."""

    def tamper(out):
        first, *rest = (out / name).read_bytes().splitlines(keepends=True)
        record = json.loads(first)
        change(record)
        (out / name).write_bytes(b"".join([json.dumps(record).encode() + b"\n", *rest]))

    return tamper


VALUES = {"null": None, "text": "x", "negative": -7, "huge": HUGE, "2^62": 2**62, "list": [[]], "object": {"a": {}}}
RECORD_FIELDS = {
    "removed.jsonl": ["source", "source.path", "source.line", "source.offset", "relation", "similarity", "witness"],
    "edited.jsonl": ["source.offset", "length", "record", "around"],
    "rejected.jsonl": ["path", "line", "offset", "raw", "raw_base64"],
    "clusters.jsonl": ["cluster", "members", "representative"],
    "passages.jsonl": ["path", "line", "start", "cuts", "witness", "relation"],
    "boilerplate.jsonl": [],
}
SUMMARY_FIELDS = [
    *("inputs", "inputs.0.path", "inputs.0.name", "inputs.0.format", "inputs.0.compression", "inputs.0.bytes"),
    "inputs.0.encoding",
    *("config", "config.near", "config.near.threshold", "config.near.num_perm", "config.near.keep", "config.input"),
    *("config.input.text_field", "config.passages", "counts", "counts.documents", "digests", "fingerprint", "stages"),
    *("passages", "limits", "versions", "index", "bands"),
]


def set_field(record, path, value):
    *parts, last = path.split(".")
    for part in parts:
        record = record[int(part) if part.isdigit() else part]
    record[last] = value


def list_cases():
    """Yield (name, what is done to OUT) of all cases."""
    for name in FILES:
        for kind, tamper in EACH_FILE.items():
            yield f"{name} {kind}", lambda out, name=name, tamper=tamper: tamper(out / name)
    for name, paths in RECORD_FIELDS.items():
        for path in paths:
            for kind, value in VALUES.items():
                yield (
                    f"{name} {path} {kind}",
                    change_record(name, lambda record, path=path, value=value: set_field(record, path, value)),
                )
    for path in SUMMARY_FIELDS:
        for kind, value in VALUES.items():
            yield (
                f"summary {path} {kind}",
                lambda out, path=path, value=value: change_summary(out, lambda s: set_field(s, path, value)),
            )


CASES = dict(list_cases())
del CASES["boilerplate.jsonl empty"]  # it is
QUICK = [name for number, name in enumerate(CASES) if number % 29 == 0]


@pytest.fixture
def work(runs, tmp_path, monkeypatch):
    """A copy of the folder with the run, which is the working folder."""
    (tmp_path / "in").symlink_to(runs / "in")  # a resumed run is one of the same files, not of copies
    for name in ("out", "other"):
        shutil.copytree(runs / name, tmp_path / name)
    shutil.copytree(runs / "out", tmp_path / "original")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def attempt(command):
    """Run a command in this process; return its error in one line, None where there is none."""
    try:
        cli.main(list(COMMANDS[command]), standalone_mode=False)
    except click.ClickException as error:
        return error.format_message()
    except Exception as error:
        message = explain_error(error)
        if message is None:
            raise
        return " ".join(message.split())
    return None


def list_outside(folder):
    """Return what is in a folder but for the places that commands write to."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_ino, path.lstat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.relative_to(folder).parts[0] not in MADE
    }


def test_there_are_enough_cases():
    assert len(CASES) >= 400
    assert len(QUICK) >= 12


def test_the_run_has_something_in_each_file(work):
    assert [name for name in FILES if not (work / "out" / name).stat().st_size] == ["boilerplate.jsonl"]
    assert [attempt(command) for command in COMMANDS] == [None] * len(COMMANDS)


@pytest.mark.parametrize("case", nightly_but(QUICK, CASES))
def test_no_command_has_a_bug_or_writes_outside(work, case):
    CASES[case](work / "out")
    before = list_outside(work)
    errors = {command: attempt(command) for command in COMMANDS}
    assert list_outside(work) == before
    if case.startswith("summary ") or "summary.json" in case:
        return  # what it says of settings and counts is taken on trust
    assert all(errors.values()), errors
    assert all("out" in error for error in errors.values())
    assert not (work / "back").exists()


@pytest.mark.parametrize("case", nightly_but(QUICK, CASES))
def test_digests_that_fit_do_not_help(work, case):
    CASES[case](work / "out")
    if case.startswith(("summary.json", "B3SUMS")) or case.endswith((" link", " pipe")):
        return  # what names the digests, or cannot be read for them
    sign(work / "out")
    before = list_outside(work)
    errors = {command: attempt(command) for command in COMMANDS}
    assert list_outside(work) == before
    assert errors["restore"] is None or not (work / "back").exists()


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "clean"])
def test_a_run_that_is_replaced_while_it_is_read_gives_no_output(work, monkeypatch, command):
    """Of two runs one half each would be read."""

    def replace_after(out, *arguments, **options):
        found = find_changes(out, *arguments, **options)
        (work / "out").rename(work / "replaced")
        (work / "other").rename(work / "out")
        return found

    monkeypatch.setattr(finished_run, "find_changes", replace_after)
    error = attempt(command)
    assert error is not None
    assert "was changed while it was being read. Run again" in error
    assert not [name for name in MADE if (work / name).exists()]


def test_a_link_to_a_run_that_leads_to_another_one_meanwhile_is_noticed(work, monkeypatch):
    (work / "out").rename(work / "first")
    (work / "out").symlink_to("first")

    def lead_elsewhere(out, *arguments, **options):
        found = find_changes(out, *arguments, **options)
        (work / "out").unlink()
        (work / "out").symlink_to("other")
        return found

    monkeypatch.setattr(finished_run, "find_changes", lead_elsewhere)
    assert "was changed while it was being read. Run again" in (attempt("restore") or "")
    assert not (work / "back").exists()


def test_a_file_that_was_added_behind_a_link_to_a_run_is_told(work, dedup):
    (work / "linked").symlink_to("out")
    (work / "out" / "added").write_text("added")
    done = dedup("restore", "linked", "-o", "back", cwd=work)
    assert (done.code, done.stderr) == (0, "note: linked/added: added after the run, not read\n")
