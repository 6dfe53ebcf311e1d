"""An input that changes during a run: the run stops with one line, and nothing is published."""

import csv
import gzip
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import encode_jsonl, make_records, read_tree, write_jsonl
from test_stories_cli import make_corpus

from dedup.config import CleanSettings, InputConfig
from dedup.corpus.document_reader import DocumentReader
from dedup.corpus.files import find_files
from dedup.errors import InputError
from dedup.pipeline.clean_files import clean
from dedup.pipeline.job import CleanRun, Job, SilentProgress
from dedup.pipeline.list_passages import list_passages
from dedup.pipeline.list_stories import StoryRun, list_stories

unpack = Job.unpack
RECORDS = make_records("changing", 30, 3)


def write_csv(path, records):
    """Write records as CSV."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)


WRITERS = {
    "a.jsonl": lambda path: path.write_bytes(encode_jsonl(RECORDS)),
    "a.jsonl.gz": lambda path: path.write_bytes(gzip.compress(encode_jsonl(RECORDS))),
    "a.csv": lambda path: write_csv(path, RECORDS),
    "a.parquet": lambda path: pq.write_table(pa.Table.from_pylist(RECORDS), path),
    "a.txt": lambda path: path.write_text(RECORDS[0]["text"]),
}


def write_in_place(path):
    """Change a byte of a file: its size and its inode stay."""
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    found = path.stat()
    with path.open("r+b") as file:
        file.write(raw)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 1))


def append(path):
    """Make a file longer, at the time it had."""
    found = path.stat()
    with path.open("ab") as file:
        file.write(b'{"text": "one more"}\n')
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def replace(path):
    """Put another file of the same size and time in the place of one."""
    copy = path.with_name("copy")
    shutil.copy2(path, copy)
    os.replace(copy, path)


def truncate(path):
    """Make a file shorter."""
    os.truncate(path, path.stat().st_size // 2)


CHANGES = {"in place": write_in_place, "longer": append, "replaced": replace, "shorter": truncate, "gone": os.unlink}


class Meddler(SilentProgress):
    """A progress that does something to a file when a stage begins."""

    def __init__(self, stage, change, path):
        self._stage, self._change, self._path = stage, change, path

    def begin(self, stage, total, unit):  # noqa: ARG002 (the protocol's)
        if stage == self._stage:
            self._change(self._path)


def refuse(call, path):
    """Return the message of the `InputError` of a call, after its file name."""
    with pytest.raises(InputError) as found:
        call()
    message = str(found.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


WAYS = [(name, "in place") for name in WRITERS] + [("a.jsonl", change) for change in CHANGES if change != "in place"]


@pytest.mark.parametrize("stage", ["sketch", "write"])
@pytest.mark.parametrize(("name", "change"), WAYS)
def test_a_run_stops_when_its_input_changes(tmp_path, name, change, stage):
    path, out = tmp_path / name, tmp_path / "out"
    WRITERS[name](path)
    run = CleanRun(find_files([str(path)]), out)
    message = refuse(lambda: clean(run, Meddler(stage, CHANGES[change], path)), path)
    assert message == "was changed while it was being read. Run again on a file at rest."
    assert sorted(read_tree(tmp_path)) == [name] * (change != "gone")


def become_pipe(path):
    """Put a pipe in the place of a file: who opens it waits for somebody who writes."""
    path.unlink()
    os.mkfifo(path)


def become_endless(path):
    """Put a link to a device in the place of a file."""
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("stage", ["sketch", "write"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.txt"])
@pytest.mark.parametrize("change", [become_pipe, become_endless])
def test_an_input_that_becomes_a_pipe_or_a_device_is_not_read_on(tmp_path, name, change, stage):
    path = tmp_path / name
    WRITERS[name](path)
    run = CleanRun(find_files([str(path)]), tmp_path / "out")
    assert "was changed" in refuse(lambda: clean(run, Meddler(stage, change, path)), path)
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv"])
@pytest.mark.parametrize("change", [os.unlink, become_pipe, become_endless])
def test_an_input_that_goes_before_the_first_stage_leaves_no_run_that_was_cut_off(tmp_path, monkeypatch, name, change):
    path = tmp_path / name
    WRITERS[name](path)
    run = CleanRun(find_files([str(path)]), tmp_path / "out")
    monkeypatch.setattr(Job, "unpack", lambda job: (change(path), unpack(job))[1])
    assert "was changed" in refuse(lambda: clean(run, SilentProgress()), path)
    assert os.listdir(tmp_path) == [name] * (change is not os.unlink)


def test_worker_processes_notice_it_at_the_end_of_a_shard(tmp_path):
    path = tmp_path / "a.jsonl"
    WRITERS["a.jsonl"](path)
    run = CleanRun(find_files([str(path)]), tmp_path / "out", workers=2, shard_size=20_000)
    assert "was changed" in refuse(lambda: clean(run, Meddler("write", write_in_place, path)), path)
    assert sorted(read_tree(tmp_path)) == ["a.jsonl"]


@pytest.mark.parametrize("stage", ["sketch", "locate"])
def test_passages_of_an_input_that_changes_are_not_listed(tmp_path, stage):
    path, target = tmp_path / "a.jsonl", tmp_path / "passages.jsonl"
    WRITERS["a.jsonl"](path)
    run = CleanRun(find_files([str(path)]), tmp_path / "out")
    assert "was changed" in refuse(lambda: list_passages(run, Meddler(stage, write_in_place, path), target), path)
    assert sorted(read_tree(tmp_path)) == ["a.jsonl"]


@pytest.mark.parametrize("stage", ["sketch", "name"])
def test_stories_of_an_input_that_changes_are_not_grouped(tmp_path, stage):
    path = write_jsonl(tmp_path / "a.jsonl", make_corpus())
    run = StoryRun(find_files([str(path)]))
    assert "was changed" in refuse(lambda: list_stories(run, Meddler(stage, write_in_place, path)), path)


def test_a_document_of_an_input_that_changed_is_not_given(tmp_path):
    path = tmp_path / "a.jsonl"
    WRITERS["a.jsonl"](path)
    files = find_files([str(path)])
    write_in_place(path)
    assert "was changed" in refuse(lambda: list(DocumentReader(files, InputConfig()).read_all()), path)


def test_an_input_at_rest_is_cleaned(tmp_path):
    path = tmp_path / "a.jsonl"
    WRITERS["a.jsonl"](path)
    summary, _ = clean(CleanRun(find_files([str(path)]), tmp_path / "out", CleanSettings()), SilentProgress())
    assert summary.counts.documents == len(RECORDS)


# ---------------------------------------------------------------------------------------------------- what is skipped


@pytest.mark.parametrize("target", ["nowhere.jsonl", "a.jsonl"])
def test_a_dead_link_in_a_folder_is_told(dedup, tmp_path, target):
    (tmp_path / "in").mkdir()
    WRITERS["a.jsonl"](tmp_path / "in/good.jsonl")
    (tmp_path / "in/a.jsonl").symlink_to(target)  # to nothing, and to itself
    done = dedup("clean", "in", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"error: in/a.jsonl: is a link to {target}, which cannot be read (")
    assert not (tmp_path / "out").exists()


def test_a_link_to_a_file_in_a_folder_is_read(tmp_path):
    WRITERS["a.jsonl"](tmp_path / "real.jsonl")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.jsonl").symlink_to("../real.jsonl")
    assert [file.name for file in find_files([str(tmp_path / "in")])] == ["a.jsonl"]


def test_a_pipe_in_a_folder_is_told(dedup, tmp_path):
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in/a.jsonl")
    done = dedup("clean", "in", "-o", "out", cwd=tmp_path)
    assert done.code == 2
    assert "in/a.jsonl: is not a regular file" in done.stderr
