"""Killed at any moment, a run leaves nothing or a complete output, and --resume goes on."""

import functools
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from amounts import nightly_but
from commands import clean_quietly
from corpora import make_records, read_tree, write_jsonl
from kills import (
    choose_moments,
    die_at,
    die_at_change,
    finish,
    group_is_gone,
    keep_images,
    list_changes,
    run_in_fork,
    start_fork,
)

from dedup import __version__
from dedup.config import NearConfig, PassageConfig
from dedup.corpus.files import find_files
from dedup.corpus.shards import SHARD_SIZE as DEFAULT_SIZE
from dedup.corpus.shards import plan_shards
from dedup.errors import OutputError
from dedup.output import run_folder
from dedup.output.digests import refuse_to_delete, write_digests
from dedup.output.folder_marker import MARKER, REPORT, RUN, claim, remove_ours, take_over
from dedup.report.corpus.report_folder import report_folder

WITHIN = PassageConfig(scope="within")
MODES = {"passages": WITHIN, "documents only": PassageConfig(scope="off")}
SHARD_SIZE = 40_000  # two shards of each file
LARGE_SHARD_SIZE = 350_000
NUM_PARTS = 4  # tests over which the moments are dealt out
NUM_KILLS = 15  # of each mode


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Two files of four shards together, whose output is as large as they are."""
    return make_corpus(tmp_path_factory.mktemp("kill"), num_stories=30)


def make_corpus(folder, num_stories, **fields):
    """Write two files of so many stories each, three versions of each, and return their folder."""
    for name in ("a.jsonl", "b.jsonl"):
        write_jsonl(folder / name, [r | fields for r in make_records(name, num_stories, copies=3)])
    assert len(plan_shards(find_files([str(folder)]), SHARD_SIZE)) >= 4
    return folder


def run(corpus, out, prepare=None, shard_size=SHARD_SIZE, **settings):
    """Return what a fork does: clean the corpus; `prepare` is called first."""

    def work():
        if prepare is not None:
            prepare()
        clean_quietly([corpus / "a.jsonl", corpus / "b.jsonl"], out, shard_size=shard_size, **settings)

    return work


@pytest.fixture(scope="module", params=MODES)
def undisturbed(request, corpus, tmp_path_factory):
    """The settings of a run, the output where nobody kills it, and the state changes that it makes."""
    folder, passages = tmp_path_factory.mktemp("undisturbed"), MODES[request.param]
    changes = list_changes(folder, run(corpus, folder / "out", passages=passages))
    return passages, read_tree(folder / "out"), changes


def check_kills(corpus, undisturbed, tmp_path, moments, workers):
    """Kill a run just before each of these state changes, and resume it: both outputs must be the undisturbed one."""
    passages, expected, _ = undisturbed
    for moment in moments:
        out = tmp_path / str(moment) / "out"
        out.parent.mkdir()
        prepare = functools.partial(die_at_change, out.parent, moment)
        killed = run(corpus, out, prepare, workers=workers, passages=passages)
        assert run_in_fork(killed) == -signal.SIGKILL, moment
        check_resume(corpus, passages, out, expected, moment)


def check_resume(corpus, passages, out, expected, moment, **settings):
    """Assert that a killed run left nothing or a complete output, and that it can be resumed."""
    if out.exists():
        assert read_tree(out) == expected, moment
    assert run_in_fork(run(corpus, out, resume=True, passages=passages, **settings)) == 0, moment
    assert read_tree(out) == expected, moment
    assert [path.name for path in out.parent.iterdir()] == ["out"], moment
    shutil.rmtree(out.parent)


def check_images(corpus, undisturbed, tmp_path, moments):
    """Resume what kills just before each of these state changes of one run would leave."""
    passages, expected, _ = undisturbed
    folder, images = tmp_path / "run", tmp_path / "images"
    folder.mkdir()
    prepare = functools.partial(keep_images, folder, images, moments)
    assert run_in_fork(run(corpus, folder / "out", prepare, workers=1, passages=passages)) == 0
    assert sorted(int(image.name) for image in images.iterdir()) == [*moments]
    for moment in moments:
        check_resume(corpus, passages, images / str(moment) / "out", expected, moment)


@pytest.mark.parametrize("undisturbed", ["passages"], indirect=True)
@pytest.mark.parametrize("part", range(NUM_PARTS))
def test_a_run_killed_at_any_kind_of_state_change_is_resumed_to_the_undisturbed_output(
    corpus, undisturbed, tmp_path, part
):
    moments = choose_moments(undisturbed[2])
    assert len(moments) > 20
    check_images(corpus, undisturbed, tmp_path, moments[part::NUM_PARTS])


def test_a_run_of_two_workers_killed_at_some_state_changes_is_resumed(corpus, undisturbed, tmp_path):
    check_kills(corpus, undisturbed, tmp_path, choose_moments(undisturbed[2])[::5], workers=2)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(NUM_PARTS))
def test_a_run_killed_at_every_state_change_is_resumed(corpus, undisturbed, tmp_path, part):
    check_images(corpus, undisturbed, tmp_path, range(1 + part, len(undisturbed[2]) + 1, NUM_PARTS))


@pytest.mark.nightly
@pytest.mark.parametrize("workers", [1, 2])
def test_kills_at_every_kind_of_state_change_leave_what_is_resumed(corpus, undisturbed, tmp_path, workers):
    check_kills(corpus, undisturbed, tmp_path, choose_moments(undisturbed[2])[workers::4], workers)


@pytest.fixture(scope="module")
def large_corpus(tmp_path_factory):
    """Two files of some twenty shards together."""
    return make_corpus(tmp_path_factory.mktemp("large"), num_stories=1200, html="x" * 500)


@pytest.fixture(scope="module", params=MODES)
def undisturbed_and_timed(request, large_corpus, tmp_path_factory):
    """The settings of a run of the large corpus, its output, and how many seconds it took."""
    out, passages = tmp_path_factory.mktemp("timed") / "out", MODES[request.param]
    begin = time.monotonic()
    assert run_in_fork(run(large_corpus, out, shard_size=LARGE_SHARD_SIZE, workers=2, passages=passages)) == 0
    return passages, read_tree(out), time.monotonic() - begin


@pytest.mark.nightly
@pytest.mark.parametrize("kill", range(NUM_KILLS))
def test_a_run_killed_at_a_random_moment_is_resumed(large_corpus, undisturbed_and_timed, tmp_path, kill):
    """One moment in each fifteenth of the run, so that every stage is hit, also inside the writing of a file."""
    passages, expected, seconds = undisturbed_and_timed
    out = tmp_path / "run" / "out"
    out.parent.mkdir()
    pid = start_fork(run(large_corpus, out, shard_size=LARGE_SHARD_SIZE, workers=1 + kill % 2, passages=passages))
    time.sleep(seconds * (kill + random.Random(kill).random()) / NUM_KILLS)
    os.kill(pid, signal.SIGKILL)  # the process alone: its workers must go by themselves
    finish(pid)
    check_resume(large_corpus, passages, out, expected, kill, shard_size=LARGE_SHARD_SIZE)


@pytest.mark.parametrize("undisturbed", ["passages"], indirect=True)
@pytest.mark.parametrize("share", [0.2, 0.4, 0.8])
def test_workers_of_a_killed_run_end_by_themselves(corpus, undisturbed, tmp_path, share):
    passages, _, changes = undisturbed
    prepare = functools.partial(die_at_change, tmp_path, int(len(changes) * share))
    pid = start_fork(run(corpus, tmp_path / "out", prepare, workers=2, passages=passages))
    assert finish(pid) == -signal.SIGKILL
    gone = group_is_gone(pid)
    if not gone:
        os.killpg(pid, signal.SIGKILL)
    assert gone


@pytest.mark.parametrize("undisturbed", ["passages"], indirect=True)
def test_resume_does_not_sketch_finished_shards_again(corpus, undisturbed, tmp_path):
    out = tmp_path / "out"
    passages, expected, _ = undisturbed
    prepare = functools.partial(die_at, tmp_path, "os.mkdir", "out.partial/segments/000002.part")
    assert run_in_fork(run(corpus, out, prepare, passages=passages)) == -signal.SIGKILL
    changes = list_changes(tmp_path, run(corpus, out, resume=True, passages=passages))
    sketched = [Path(path).stem for event, path in changes if event == "os.mkdir" and path.endswith(".part")]
    assert sketched == [f"{number:06}" for number in range(2, 4)]
    assert read_tree(out) == expected


def add_noise(path):
    """Change one byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


DAMAGES = (
    add_noise,
    lambda path: os.truncate(path, path.stat().st_size // 2),
    lambda path: os.truncate(path, 0),
    Path.unlink,
)
SEGMENT_FILES = (
    "documents.arrow",
    "tokens.arrow",
    "titles.arrow",
    "repeats.arrow",
    "rejections.arrow",
    "lines",
    "digest",
)


@pytest.mark.parametrize("undisturbed", ["passages"], indirect=True)
@pytest.mark.parametrize("turn", nightly_but({0}, range(len(SEGMENT_FILES))))
def test_segments_that_are_not_as_they_were_written_are_made_again(corpus, undisturbed, tmp_path, turn):
    out = tmp_path / "out"
    passages, expected, _ = undisturbed
    size, files = SHARD_SIZE // 2, find_files([str(corpus / "a.jsonl"), str(corpus / "b.jsonl")])
    prepare = functools.partial(die_at, tmp_path, "os.mkdir", "out.partial/segments/000005.part")
    assert run_in_fork(run(corpus, out, prepare, size, passages=passages)) == -signal.SIGKILL
    for number, damage in enumerate(DAMAGES):
        damage(tmp_path / f"out.partial/segments/{number:06}" / SEGMENT_FILES[(turn + number) % len(SEGMENT_FILES)])
    changes = list_changes(tmp_path, run(corpus, out, shard_size=size, resume=True, passages=passages))
    sketched = [Path(path).stem for event, path in changes if event == "os.mkdir" and path.endswith(".part")]
    anew = [*range(len(DAMAGES)), *range(5, len(plan_shards(files, size)))]
    assert sketched == [f"{number:06}" for number in anew]
    assert read_tree(out) == expected


# ------------------------------------------------------------------------------------- by hand, on the command line


@pytest.fixture
def cut_off(tmp_path):
    """A folder with `a.jsonl` and an `out.partial` as a run leaves it that was killed before it published."""
    write_jsonl(tmp_path / "a.jsonl", make_records("cut off", 20))

    def work():
        os.chdir(tmp_path)
        die_at(tmp_path, "open", "out.partial/out/summary.json")
        clean_quietly(["a.jsonl"], tmp_path / "out")

    assert run_in_fork(work) == -signal.SIGKILL
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "out.partial"]
    return tmp_path


def test_a_run_that_was_cut_off_is_not_silently_begun_anew(cut_off, dedup):
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=cut_off)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.endswith(
        "out.partial: a run that was cut off. Go on with --resume, or start anew with --overwrite.\n"
    )


@pytest.mark.parametrize("flag", ["--resume", "--overwrite"])
def test_a_run_that_was_cut_off_goes_on_or_begins_anew_on_request(cut_off, dedup, flag):
    done = dedup("clean", "a.jsonl", "-o", "out", flag, cwd=cut_off)
    assert done.code == 0, done.stderr
    assert sorted(p.name for p in cut_off.iterdir()) == ["a.jsonl", "out"]


OTHER_SETTINGS = [["--threshold", "0.6"], ["--keep", "longest"], ["--id-field", "date"], ["--shard-size", "999"]]


@pytest.mark.parametrize("options", OTHER_SETTINGS, ids=str)
def test_a_run_that_was_cut_off_does_not_go_on_under_other_settings(cut_off, dedup, options):
    done = dedup("clean", "a.jsonl", "-o", "out", "--resume", *options, cwd=cut_off)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.endswith(
        "out.partial: the run that was cut off had other input files or settings. "
        "Give the same ones, or start anew with --overwrite.\n"
    )


def test_a_run_that_was_cut_off_does_not_go_on_with_another_dedup(cut_off, dedup):
    marker = cut_off / "out.partial" / "fingerprint"
    marker.write_text(marker.read_text().replace(__version__, "0.0.9"))
    done = dedup("clean", "a.jsonl", "-o", "out", "--resume", cwd=cut_off)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.endswith(
        f"out.partial: the run that was cut off was one of dedup 0.0.9, and this is {__version__}. "
        "Go on with that one, or start anew with --overwrite.\n"
    )
    assert dedup("clean", "a.jsonl", "-o", "out", "--overwrite", cwd=cut_off).code == 0


def test_a_run_that_was_cut_off_does_not_go_on_with_a_changed_input(cut_off, dedup):
    write_jsonl(cut_off / "a.jsonl", make_records("changed", 20))
    done = dedup("clean", "a.jsonl", "-o", "out", "--resume", cwd=cut_off)
    assert done.code == 2
    assert "the run that was cut off had other input files or settings" in done.stderr


def test_resume_of_a_finished_run_says_so_and_changes_nothing(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("finished", 20))
    dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")}
    done = dedup("clean", "a.jsonl", "-o", "out", "--resume", cwd=tmp_path)
    assert done.code == 0
    assert "out: this run is complete already, nothing is left to do" in done.stderr
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")} == before


def test_resume_where_nothing_was_begun_begins(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("nothing", 20))
    assert dedup("clean", "a.jsonl", "-o", "out", "--resume", cwd=tmp_path).code == 0
    assert (tmp_path / "out" / "summary.json").exists()


@pytest.mark.parametrize("left", [["segments/000000/lines"], ["segments"], ["fingerprint"], ["lock"], []], ids=str)
def test_a_run_killed_while_it_removed_its_working_folder_is_complete_for_resume(dedup, tmp_path, left):
    """OUT is in its place; of OUT.partial anything may be left."""
    write_jsonl(tmp_path / "a.jsonl", make_records("removed", 20))
    dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    before = read_tree(tmp_path / "out")
    fingerprint = (
        before["summary.json"].split(b'"fingerprint": "')[1].split(b'"')[0].decode() + f".{DEFAULT_SIZE} {__version__}"
    )
    for name in left:
        path = tmp_path / "out.partial" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fingerprint if name == "fingerprint" else "0")
        shutil.copy(tmp_path / "out" / MARKER, tmp_path / "out.partial")  # it goes last
    (tmp_path / "out.partial").mkdir(exist_ok=True)
    done = dedup("clean", "a.jsonl", "-o", "out", "--resume", cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert read_tree(tmp_path / "out") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "out"]


def test_two_runs_into_one_folder_at_once_are_refused(dedup, tmp_path):
    import fcntl

    write_jsonl(tmp_path / "a.jsonl", make_records("two", 5))
    claim(tmp_path / "out.partial", RUN)
    with (tmp_path / "out.partial" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.endswith("out: another run is writing here. Wait for it or choose another folder.\n")


def test_a_run_beside_another_one_is_not_told_that_it_was_cut_off(cut_off, dedup):
    import fcntl

    with (cut_off / "out.partial" / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = dedup("clean", "a.jsonl", "-o", "out", cwd=cut_off)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.endswith("out: another run is writing here. Wait for it or choose another folder.\n")


def test_a_folder_that_cannot_be_made_is_told_in_a_line(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("nowhere", 5))
    done = dedup("clean", "a.jsonl", "-o", "/proc/self/out", cwd=tmp_path)
    assert (done.code, done.stderr) == (2, "error: /proc/self/out.partial: No such file or directory\n")


def test_what_is_to_be_replaced_is_read_once_before_a_run_and_once_after_it(tmp_path, monkeypatch):
    write_jsonl(tmp_path / "a.jsonl", make_records("read", 5))
    clean_quietly([tmp_path / "a.jsonl"], tmp_path / "out")
    times = []

    def note(*arguments, **options):
        times.append((tmp_path / "out.partial" / "segments").exists())
        refuse_to_delete(*arguments, **options)

    monkeypatch.setattr(run_folder, "refuse_to_delete", note)
    clean_quietly([tmp_path / "a.jsonl"], tmp_path / "out", overwrite=True)
    assert times == [False, True]


def test_a_run_that_waited_for_another_one_does_not_replace_what_that_made(tmp_path, monkeypatch):
    write_jsonl(tmp_path / "a.jsonl", make_records("waited", 5))

    def finish_other(folder, kind):
        """Do what the run does that holds the lock: publish, and delete its folder."""
        monkeypatch.undo()
        lock = take_over(folder, kind)
        clean_quietly([tmp_path / "a.jsonl"], tmp_path / "made")
        (tmp_path / "made").rename(tmp_path / "out")
        threading.Timer(0.3, lambda: (remove_ours(folder, kind), lock.close())).start()
        return take_over(folder, kind)

    monkeypatch.setattr(run_folder, "take_over", finish_other)
    with pytest.raises(OutputError, match="holds another run"):
        clean_quietly([tmp_path / "a.jsonl"], tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "out"]


def test_a_report_that_waited_for_another_one_does_not_replace_what_that_made(tmp_path):
    lock = take_over(tmp_path / "pages.partial", REPORT)

    def finish_other():
        claim(tmp_path / "pages", REPORT)
        (tmp_path / "pages" / "index.html").write_text("of another one")
        write_digests(tmp_path / "pages")
        remove_ours(tmp_path / "pages.partial", REPORT)
        lock.close()

    threading.Timer(0.3, finish_other).start()
    with (
        pytest.raises(OutputError, match="holds another report"),
        report_folder(tmp_path / "pages", None, overwrite=False),
    ):
        pass
    assert (tmp_path / "pages" / "index.html").read_text() == "of another one"
    assert [p.name for p in tmp_path.iterdir()] == ["pages"]


INTERRUPTED = """
import os, sys
sys.path.insert(0, sys.argv.pop(1))
from kills import watch_changes
main, number = os.getpid(), int(sys.argv.pop(1))
at = ("os.rename", "out.partial/segments/000003.part")
watch_changes(".", lambda *change: os.kill(main, number) if change == at else None)
from dedup.cli.main import main as command
command()
"""


@pytest.mark.parametrize("keys", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_ends_without_a_traceback_and_leaves_no_output(corpus, tmp_path, keys):
    args = [corpus / "a.jsonl", corpus / "b.jsonl", "-o", "out", "--shard-size", SHARD_SIZE, "--workers", 2]
    command = [sys.executable, "-c", INTERRUPTED, Path(__file__).parent, keys.value, "clean", *args]
    # A shell that runs the tests in the background has them ignore the signal, and children inherit that.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    options = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "preexec_fn": heed, "cwd": tmp_path}
    run = subprocess.Popen([*map(str, command)], start_new_session=True, **options)
    _, stderr = run.communicate(timeout=300)
    assert b"Traceback" not in stderr
    assert run.returncode == 128 + keys
    assert not (tmp_path / "out").exists()
    assert group_is_gone(run.pid)


# --------------------------------------------------------------------------------------- what others did to OUT.partial


def swap_segments(cut, _other):
    """Put two segments of a run into each other's places."""
    first, second = cut / "segments/000000", cut / "segments/000001"
    first.rename(cut / "segments/moved")
    second.rename(first)
    (cut / "segments/moved").rename(second)


def take_segment(cut, other):
    """Put a segment of another run into the place of one."""
    shutil.rmtree(cut / "segments/000001")
    shutil.copytree(other / "segments/000001", cut / "segments/000001")


def make_pipe(cut, _other):
    """Put a pipe into the place of the digest of a segment."""
    (cut / "segments/000001/digest").unlink()
    os.mkfifo(cut / "segments/000001/digest")


@pytest.mark.parametrize("undisturbed", ["passages"], indirect=True)
@pytest.mark.parametrize("change", [swap_segments, take_segment, make_pipe])
def test_segments_that_were_not_made_for_their_place_are_made_again(corpus, undisturbed, tmp_path, change):
    passages, expected, _ = undisturbed
    for name, threshold in (("one", 0.35), ("two", 0.5)):
        (tmp_path / name).mkdir()
        prepare = functools.partial(die_at, tmp_path / name, "os.mkdir", "out.partial/segments/000003.part")
        near = NearConfig(threshold=threshold)
        assert run_in_fork(run(corpus, tmp_path / name / "out", prepare, passages=passages, near=near)) < 0
    change(tmp_path / "one" / "out.partial", tmp_path / "two" / "out.partial")
    assert run_in_fork(run(corpus, tmp_path / "one" / "out", resume=True, passages=passages)) == 0
    assert read_tree(tmp_path / "one" / "out") == expected


def test_a_pipe_in_the_folder_of_a_run_that_was_cut_off_is_not_waited_for(cut_off, dedup):
    (cut_off / "out.partial" / "fingerprint").unlink()
    os.mkfifo(cut_off / "out.partial" / "fingerprint")
    done = dedup("clean", "a.jsonl", "-o", "out", "--resume", cwd=cut_off)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.endswith("fingerprint: is no regular file, which no run makes. Remove it by hand.\n")
