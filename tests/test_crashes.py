"""A bug of ours is one line and exit code 70, wherever it happens; the details are in a file."""

import re
import stat
from pathlib import Path

import pytest
from commands import load_kernels
from corpora import make_text, write_jsonl

from dedup.bugs import WorkerBug, describe_bug
from dedup.workers import run_tasks

LINE = re.compile(
    r"error: this is a bug in dedup: (?P<kind>\w+) in (?P<file>[\w./]+), line \d+: (?P<message>.*); "
    r"details are in (?P<details>\S+)\n"
)


class Unpicklable(Exception):  # noqa: N818 (its name is what the line shows)
    """An exception that cannot be unpickled: it is made of two values and keeps one."""

    def __init__(self, first, second):
        super().__init__(first)
        self.second = second


def break_function(monkeypatch, module, name, error):
    """Make a function raise."""

    def broken(*_args, **_settings):
        raise error

    monkeypatch.setattr(f"{module}.{name}", broken)


@pytest.fixture(autouse=True)
def kernels():
    """Load the kernels before anything is broken."""
    load_kernels()


@pytest.fixture
def temporary(monkeypatch, tmp_path):
    """Return the folder of temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


def test_a_bug_is_one_line_that_names_the_place_and_a_private_file(dedup, tmp_path, monkeypatch, temporary):
    break_function(monkeypatch, "dedup.cli.named_inputs", "find_files", TypeError("an \x1b[31m odd\nthing"))
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stdout) == (70, "")
    found = LINE.fullmatch(done.stderr)
    assert found, done.stderr
    assert (found["kind"], found["file"]) == ("TypeError", "dedup/cli/named_inputs.py")
    details = Path(found["details"])
    assert details.parent == temporary
    assert stat.S_IMODE(details.stat().st_mode) == 0o600
    content = details.read_text()
    assert "Traceback (most recent call last)" in content
    assert "arguments: ['clean', 'a.jsonl', '-o', 'out']" in content


def test_a_variable_shows_the_traceback_instead(dedup, tmp_path, monkeypatch, temporary):
    break_function(monkeypatch, "dedup.cli.named_inputs", "find_files", TypeError("odd"))
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path, DEDUP_TRACEBACK="1")
    assert done.code == 70
    assert "Traceback (most recent call last)" in done.stderr
    assert done.stderr.endswith("TypeError: odd\n")
    assert list(temporary.iterdir()) == []


def test_a_bug_is_told_where_no_temporary_file_can_be_written(dedup, tmp_path, monkeypatch):
    break_function(monkeypatch, "dedup.cli.named_inputs", "find_files", KeyError("x"))
    break_function(monkeypatch, "tempfile", "mkstemp", PermissionError(13, "Permission denied"))
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr.count("\n")) == (70, 1)
    assert "could not be written (Permission denied), DEDUP_TRACEBACK=1 shows them" in done.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), Unpicklable("one", "two")], ids=["plain", "odd"])
@pytest.mark.usefixtures("temporary")
def test_a_bug_in_a_worker_arrives_the_same_way(dedup, tmp_path, monkeypatch, workers, error):
    break_function(monkeypatch, "dedup.output.write_shards", "find_dropped", error)
    for name in "ab":
        write_jsonl(tmp_path / f"{name}.jsonl", [{"text": make_text(name)}])
    done = dedup("clean", "a.jsonl", "b.jsonl", "-o", "out", "--workers", workers, cwd=tmp_path)
    found = LINE.fullmatch(done.stderr)
    assert found, done.stderr
    assert (done.code, found["kind"], found["file"]) == (70, type(error).__name__, "dedup/output/write_shards.py")
    assert 'write_shards.py", line' in Path(found["details"]).read_text()


def fail_always(_item, _advance):
    """A task with a bug."""
    raise Unpicklable("one", "two")


def test_the_library_raises_a_bug_of_a_worker_with_its_traceback():
    with pytest.raises(WorkerBug, match=r"^Unpicklable in dedup/workers\.py, line \d+: one$") as caught:
        run_tasks(fail_always, [1, 2], 2, lambda _: None)
    assert "in fail_always" in caught.value.details


def test_a_long_message_is_cut():
    assert len(describe_bug(ValueError("x " * 10_000))) < 400


def test_diff_ends_with_1_for_different_only(dedup, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("One text.")
    (tmp_path / "b.txt").write_text("Another text.")
    assert dedup("diff", "a.txt", "a.txt", cwd=tmp_path).code == 0
    assert dedup("diff", "a.txt", "b.txt", cwd=tmp_path).code == 1
    assert dedup("diff", "a.txt", "none.txt", cwd=tmp_path).code == 2
    assert dedup("diff", "a.txt", cwd=tmp_path).code == 2
    for error, code in ((RecursionError("deep"), 70), (MemoryError(), 2), (KeyboardInterrupt(), 130)):
        break_function(monkeypatch, "dedup.diff.engine", "diff_texts", error)
        done = dedup("diff", "a.txt", "b.txt", cwd=tmp_path)
        assert (done.code, done.stderr.strip().count("\n")) == (code, 0), done.stderr


def test_the_exit_codes_are_documented():
    page = (Path(__file__).parent.parent / "docs/how/README.md").read_text().split("## Exit codes")[1]
    table = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", page, re.MULTILINE))
    assert sorted(map(int, table)) == [0, 1, 2, 3, 70, 130]
