"""Digests prove that a file of OUT is as the run left it: what was changed is told, and never deleted."""

import shutil
import subprocess

import pytest
from commands import clean_quietly
from corpora import make_text, read_summary, read_tree, write_jsonl

from dedup.output.digests import read_digests


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with an input, its run and a report of it."""
    from dedup.config import InputConfig
    from dedup.pipeline.job import SilentProgress
    from dedup.pipeline.write_report import ReportRun, write_report

    folder = tmp_path_factory.mktemp("finished")
    write_jsonl(folder / "in.jsonl", [{"id": n, "text": make_text(n // 2)} for n in range(4)])
    clean_quietly([folder / "in.jsonl"], folder / "out")
    write_report(ReportRun(folder / "out", folder / "pages", InputConfig(), 9), SilentProgress())
    return folder


@pytest.fixture
def work(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "work")


READERS = {
    "restore": ("restore", "out", "-o", "back"),
    "report": ("report", "out", "-o", "new-pages"),
    "compare": ("compare", "--run", "out", "--cluster", "1", "--engine", "lexical", "-o", "story"),
}


def test_the_list_has_all_files_of_the_run(work):
    digests = read_digests(work / "out", read_summary(work / "out")["digests"])
    assert digests.keys() | {"summary.json", ".dedup.json", "B3SUMS"} == read_tree(work / "out").keys()


@pytest.mark.skipif(shutil.which("b3sum") is None, reason="b3sum is not installed")
def test_b3sum_can_check_the_list(work):
    subprocess.run(["b3sum", "--check", "B3SUMS"], cwd=work / "out", check=True, capture_output=True)


@pytest.mark.parametrize("reader", READERS)
def test_a_changed_and_a_missing_file_are_named(work, dedup, reader):
    kept = work / "out/kept/in.jsonl"
    kept.write_bytes(kept.read_bytes().swapcase())
    done = dedup(*READERS[reader], cwd=work)
    assert (done.code, done.stderr.partition(". ")[0]) == (2, "error: out/kept/in.jsonl: changed after the run")
    kept.unlink()
    done = dedup(*READERS[reader], cwd=work)
    assert (done.code, done.stderr.partition(". ")[0]) == (2, "error: out/kept/in.jsonl: missing")


def test_with_quiet_no_reader_names_an_added_file(work, dedup):
    (work / "out/kept/more.jsonl").write_text("{}\n")
    for reader in (("export", "out"), READERS["restore"]):
        assert dedup(*reader, "-q", cwd=work).stderr == ""


@pytest.mark.parametrize("reader", READERS)
def test_an_added_file_is_named_and_not_read(work, dedup, reader):
    (work / "out/kept/more.jsonl").write_text("{}\n")
    done = dedup(*READERS[reader], cwd=work)
    assert (done.code, done.stderr) == (0, "note: out/kept/more.jsonl: added after the run, not read\n")


def test_with_force_a_changed_run_is_restored(work, dedup):
    kept = work / "out/kept/in.jsonl"
    kept.write_bytes(kept.read_bytes().swapcase())
    done = dedup(*READERS["restore"], "--force", "-q", cwd=work)
    assert (done.code, done.stderr) == (0, "warning: out/kept/in.jsonl: changed after the run\n")
    assert (work / "back/in.jsonl").stat().st_size == (work / "in.jsonl").stat().st_size


REPLACE = {"out": ("clean", "in.jsonl", "-o", "out"), "pages": ("report", "out", "-o", "pages")}


@pytest.mark.parametrize(("folder", "name"), [("out", "kept/mine.txt"), ("out", "mine.txt"), ("pages", "mine.html")])
def test_overwrite_deletes_no_file_that_was_added(work, dedup, folder, name):
    (work / folder / name).write_text("mine")
    before = read_tree(work)
    done = dedup(*REPLACE[folder], "-q", "--overwrite", cwd=work)
    assert (done.code, f"{folder}/{name}: is not of the" in done.stderr) == (2, True)
    assert read_tree(work) == before


@pytest.mark.parametrize(("folder", "name"), [("out", "kept/in.jsonl"), ("pages", "index.html")])
def test_overwrite_deletes_no_file_that_was_changed(work, dedup, folder, name):
    with (work / folder / name).open("a") as file:
        file.write("mine")
    before = read_tree(work)
    done = dedup(*REPLACE[folder], "-q", "--overwrite", cwd=work)
    assert (done.code, f"{folder}/{name}: was changed after the" in done.stderr) == (2, True)
    assert read_tree(work) == before


@pytest.mark.parametrize("name", ["lock", "segments", "out", "fingerprint"])
def test_a_link_where_a_run_works_is_not_followed(work, dedup, name):
    (work / "new.partial").mkdir()
    shutil.copy(work / "out/.dedup.json", work / "new.partial")
    (work / "mine").mkdir()
    (work / "mine/fingerprint").write_text("mine")
    (work / "new.partial" / name).symlink_to(
        work / "mine" if name in {"segments", "out"} else work / "mine/fingerprint"
    )
    before = read_tree(work)
    for flag in ("--overwrite", "--resume"):
        done = dedup("clean", "in.jsonl", "-o", "new", "-q", flag, cwd=work)
        assert (done.code, f"new.partial/{name}: is a symbolic link" in done.stderr) == (2, True)
    assert read_tree(work) == before
