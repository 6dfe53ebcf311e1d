"""The files of an index and beside it: nothing of the user's is cut, deleted, replaced or opened to others."""

import os
import stat
from pathlib import Path

import duckdb
import pytest
from commands import clean_quietly
from corpora import make_records, write_jsonl
from out_folders import copy_with_index

from dedup.config import NearConfig
from dedup.errors import OutputError
from dedup.index.store import IndexFile
from dedup.index.tables import make_tables, settings_of
from dedup.near.bands import bands_of
from dedup.pipeline import clean_files

NOTES = b"notes of mine\n"
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")
QUIET = ("--passages", "off", "-q")


def index_in(folder):
    """Return the index of a folder."""
    return IndexFile(folder / "news.duckdb")


def make_index(folder):
    """Make an index without documents."""
    with index_in(folder).writing() as connection:
        make_tables(connection, settings_of(NearConfig()), bands_of(NearConfig()).bands, "0")


@pytest.fixture(scope="module")
def made_day(dedup, tmp_path_factory):
    """A folder with a day of news and an index of it."""
    folder = tmp_path_factory.mktemp("day")
    write_jsonl(folder / "day.jsonl", make_records("files", 4, copies=1))
    assert dedup("clean", "day.jsonl", "-o", "out", "--index", "news.duckdb", *QUIET, cwd=folder).code == 0
    return folder


@pytest.fixture
def day(made_day, tmp_path):
    """A copy of that folder."""
    return copy_with_index(made_day, tmp_path)


@pytest.fixture
def news(tmp_path):
    """A folder with a day of news."""
    write_jsonl(tmp_path / "day.jsonl", make_records("files", 4, copies=1))
    return tmp_path


def test_a_run_leaves_the_index_and_nothing_beside_it(day, dedup):
    assert dedup("index", "add", "day.jsonl", "--index", "news.duckdb", *QUIET, cwd=day).code == 0
    assert sorted(os.listdir(day)) == ["day.jsonl", "news.duckdb", "out"]


@pytest.mark.parametrize("is_link", [False, True], ids=["file", "link"])
def test_files_with_names_that_we_might_use_keep_their_content(news, dedup, is_link):
    target = news / "notes.txt"
    target.write_bytes(NOTES)
    names = [".new", ".new.wal", ".adding", ".adding.partial", ".tmp", *([] if is_link else [".lock"])]
    for name in names:
        beside = news / f"news.duckdb{name}"
        beside.symlink_to(target) if is_link else beside.write_bytes(NOTES)
    done = dedup("index", "add", "day.jsonl", "--index", "news.duckdb", *QUIET, cwd=news)
    assert done.code == 0, done.stderr
    for name in names:
        beside = news / f"news.duckdb{name}"
        assert (beside.is_symlink(), beside.read_bytes()) == (is_link, NOTES)


@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "pipe"])
def test_what_is_no_file_in_the_place_of_the_lock_is_named(tmp_path, kind):
    lock = tmp_path / "news.duckdb.lock"
    if kind == "folder":
        lock.mkdir()
    elif kind == "pipe":
        os.mkfifo(lock)
    else:
        lock.symlink_to(tmp_path / ("other" if kind == "link" else "nothing"))
        (tmp_path / "other").write_bytes(NOTES)
    with pytest.raises(OutputError, match="is in the place of a lock file, and is none"), index_in(tmp_path).lock():
        pass
    assert (tmp_path / "nothing").exists() is False


@pytest.mark.parametrize("suffix", LOGS)
@pytest.mark.parametrize("is_link", [False, True], ids=["file", "link"])
def test_what_is_no_log_in_the_place_of_one_is_named_and_left_alone(tmp_path, suffix, is_link):
    target, log = tmp_path / "notes.txt", tmp_path / f"news.duckdb{suffix}"
    target.write_bytes(NOTES)

    def put_it_there():
        log.symlink_to(target) if is_link else log.write_bytes(NOTES)

    put_it_there()
    said = "is in the place of the log of the index, and is not its log. Move it away"
    with pytest.raises(OutputError, match=said), index_in(tmp_path).writing():
        pass
    log.unlink()
    make_index(tmp_path)
    put_it_there()
    with pytest.raises(OutputError, match=said), index_in(tmp_path).writing():
        pass
    with pytest.raises(OutputError, match=said), index_in(tmp_path).reading():
        pass
    assert log.read_bytes() == NOTES


def test_a_log_that_a_kill_left_is_replayed(day, dedup):
    pid = os.fork()
    if pid == 0:
        connection = duckdb.connect(str(day / "news.duckdb"))
        connection.execute("UPDATE runs SET state = 'published', seen = 7")
        os._exit(0)
    os.waitpid(pid, 0)
    assert (day / "news.duckdb.wal").stat().st_size > 0
    done = dedup("index", "info", "--index", "news.duckdb", cwd=day)
    assert "7 known before" in done.stdout, done.stderr
    assert dedup("index", "add", "day.jsonl", "--index", "news.duckdb", *QUIET, cwd=day).code == 0
    assert not (day / "news.duckdb.wal").exists()


@pytest.mark.parametrize(
    ("command", "suffix"),
    [
        (("index", "export", "--index", "news.duckdb"), ".wal"),
        (("index", "check", "day.jsonl", "--index", "news.duckdb"), ".lock"),
        (("diff", "day.jsonl", "day.jsonl"), ".wal.checkpoint"),
        (("clean", "day.jsonl", "--index", "news.duckdb"), ".wal"),
    ],
    ids=lambda value: " ".join(value[:2]),
)
def test_no_output_goes_where_a_file_of_an_index_belongs(day, dedup, command, suffix):
    done = dedup(*command, "-o", f"news.duckdb{suffix}", cwd=day)
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert "is the place of a file of the index" in done.stderr
    assert not (day / f"news.duckdb{suffix}").exists()


def test_an_index_is_not_made_in_the_place_of_the_log_of_another(day, dedup):
    done = dedup("index", "add", "day.jsonl", "--index", "news.duckdb.wal", *QUIET, cwd=day)
    assert (done.code, "is the place of a file of the index" in done.stderr) == (2, True)


@pytest.mark.parametrize("place", ["out2", "out2.partial/news.duckdb"])
def test_an_index_is_not_made_in_the_output(day, dedup, place):
    done = dedup("clean", "day.jsonl", "-o", "out2", "--index", place, *QUIET, cwd=day)
    assert (done.code, done.stderr.count("\n")) == (2, 1), done.stderr
    assert sorted(os.listdir(day)) == ["day.jsonl", "news.duckdb", "out"]


def test_a_dangling_link_becomes_the_index_that_it_names(news, dedup):
    (news / "link.duckdb").symlink_to(news / "news.duckdb")
    assert dedup("index", "add", "day.jsonl", "--index", "link.duckdb", *QUIET, cwd=news).code == 0
    assert (news / "link.duckdb").is_symlink()
    assert (news / "news.duckdb").is_file()


def test_an_index_is_as_private_as_the_most_private_input(news, dedup):
    (news / "other.jsonl").write_bytes((news / "day.jsonl").read_bytes())
    for name, mode in (("day.jsonl", 0o640), ("other.jsonl", 0o600)):
        (news / name).chmod(mode)
        assert dedup("index", "add", name, "--index", f"{name}.duckdb", *QUIET, cwd=news).code == 0
        assert stat.S_IMODE((news / f"{name}.duckdb").stat().st_mode) == mode
    inputs = ("day.jsonl", "other.jsonl")
    assert dedup("index", "add", *inputs, "--index", "both.duckdb", *QUIET, cwd=news).code == 0
    assert stat.S_IMODE((news / "both.duckdb").stat().st_mode) == 0o600
    assert dedup("index", "export", "--index", "both.duckdb", "-o", "both.parquet", cwd=news).code == 0
    assert stat.S_IMODE((news / "both.parquet").stat().st_mode) == 0o600


def test_an_index_that_is_added_to_keeps_its_mode(day, dedup):
    (day / "news.duckdb").chmod(0o604)
    assert dedup("index", "add", "day.jsonl", "--index", "news.duckdb", *QUIET, cwd=day).code == 0
    assert stat.S_IMODE((day / "news.duckdb").stat().st_mode) == 0o604


def test_what_a_kill_left_of_a_new_index_is_swept_and_what_is_like_it_is_not(news, dedup):
    pid = os.fork()
    if pid == 0:
        index = index_in(news)
        with index.lock(), index.writing():
            os._exit(0)
    os.waitpid(pid, 0)
    for name in (".dedup-index-mine", ".dedup-index-file"):
        (news / name).mkdir()
    (news / ".dedup-index-mine/notes.txt").write_bytes(NOTES)
    left = [name for name in os.listdir(news) if name.startswith(".dedup-index-")]
    assert len(left) == 3
    assert dedup("index", "add", "day.jsonl", "--index", "other.duckdb", *QUIET, cwd=news).code == 0
    assert len([name for name in os.listdir(news) if name.startswith(".dedup-index-")]) == 3
    assert dedup("index", "add", "day.jsonl", "--index", "news.duckdb", *QUIET, cwd=news).code == 0
    expected = [".dedup-index-file", ".dedup-index-mine", "day.jsonl", "news.duckdb", "other.duckdb"]
    assert sorted(os.listdir(news)) == expected


@pytest.mark.parametrize("change", ["made", "changed", "deleted"])
def test_an_index_that_another_program_changes_during_a_run_gets_nothing(news, monkeypatch, change):
    index, write_output = news / "news.duckdb", clean_files.write_output
    if change != "made":
        clean_quietly([news / "day.jsonl"], news / "out", index=index)

    def write(*args):
        if change == "deleted":
            index.unlink()
        else:
            with duckdb.connect(str(index)) as connection:
                connection.execute("CREATE TABLE other (x INTEGER)")
        write_output(*args)

    monkeypatch.setattr(clean_files, "write_output", write)
    with pytest.raises(OutputError, match="was changed by another program"):
        clean_quietly([news / "day.jsonl"], news / "out2", index=index)
    assert not (news / "out2").exists()


def test_a_pipe_is_no_index(news, dedup):
    os.mkfifo(news / "pipe.duckdb")
    for command in (("index", "info"), ("index", "add", "day.jsonl")):
        done = dedup(*command, "--index", "pipe.duckdb", cwd=news)
        assert (done.code, done.stderr) == (
            2,
            "error: pipe.duckdb: is no regular file. Name another with --index.\n",
        )
    assert stat.S_ISFIFO(Path(news / "pipe.duckdb").stat().st_mode)
