"""Killed at any moment, a run leaves nothing or a complete output, and --resume goes on."""

import functools
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from commands import Silent, group_is_gone, load_kernels, wait_for
from corpora import make_records, read_tree, write_jsonl

from dedup import __version__
from dedup.config import PassageConfig
from dedup.corpus import shards
from dedup.corpus.files import find_files
from dedup.corpus.shards import plan_shards
from dedup.pipeline.clean_files import CleanRun, clean

NUM_KILLS = 30
WITHIN = PassageConfig(scope="within")
SHARD_SIZE = 1 << 20


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Two files of some twenty shards together, whose output is as large as they are."""
    folder = tmp_path_factory.mktemp("kill")
    for name in ("a.jsonl", "b.jsonl"):
        write_jsonl(folder / name, [r | {"html": "x" * 500} for r in make_records(name, 3500, copies=3)])
    return folder


def start(corpus, out, *, workers=2, resume=False, passages=WITHIN):
    """Begin a run in a fork of this process, in a process group of its own; return its process id."""
    load_kernels()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setpgid(0, 0)
        files = find_files([str(corpus / "a.jsonl"), str(corpus / "b.jsonl")])
        run = CleanRun(files, out, passages=passages, workers=workers, resume=resume, shard_size=SHARD_SIZE)
        clean(run, Silent())
        code = 0
    except BaseException:  # noqa: BLE001 (a fork must not run on into the tests)
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def finish(pid):
    """Wait for a run to end; return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.fixture(scope="module")
def undisturbed(corpus, tmp_path_factory):
    """The output of a run that nobody killed, and how long it took."""
    return run_undisturbed(corpus, tmp_path_factory.mktemp("undisturbed") / "out")


@pytest.fixture(scope="module")
def documents_only(corpus, tmp_path_factory):
    """The same without passages."""
    return run_undisturbed(corpus, tmp_path_factory.mktemp("documents") / "out", passages=None)


def run_undisturbed(corpus, out, **options):
    """Return the output of a run and how many seconds it took."""
    begin = time.monotonic()
    assert finish(start(corpus, out, **options)) == 0
    return read_tree(out), time.monotonic() - begin


def test_a_corpus_of_many_shards_is_what_is_killed(corpus):
    assert len(plan_shards(find_files([str(corpus)]), SHARD_SIZE)) >= 15


@pytest.mark.parametrize("kill", range(NUM_KILLS))
def test_a_run_killed_at_any_moment_is_resumed_to_the_undisturbed_output(corpus, undisturbed, tmp_path, kill):
    # One moment in each thirtieth of the run, so that every stage is hit.
    share = (kill + random.Random(kill).random()) / NUM_KILLS
    kill_and_resume(corpus, undisturbed, tmp_path, share, workers=1 + kill % 2)


@pytest.mark.parametrize("kill", range(NUM_KILLS // 3))
def test_a_run_without_passages_is_resumed_too(corpus, documents_only, tmp_path, kill):
    share = (kill + random.Random(kill).random()) / (NUM_KILLS // 3)
    kill_and_resume(corpus, documents_only, tmp_path, share, workers=1 + kill % 2, passages=None)


def kill_and_resume(corpus, undisturbed, tmp_path, share, *, workers, passages=WITHIN):
    """Kill a run after this share of its time and resume it: both outputs must be the undisturbed one."""
    expected, seconds = undisturbed
    out = tmp_path / "out"
    pid = start(corpus, out, workers=workers, passages=passages)
    time.sleep(seconds * share)
    os.kill(pid, signal.SIGKILL)  # the process alone: its workers must go by themselves
    finish(pid)
    if out.exists():
        assert read_tree(out) == expected
    assert finish(start(corpus, out, resume=True, passages=passages)) == 0
    assert read_tree(out) == expected
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("share", [0.2, 0.4, 0.8])
def test_workers_of_a_killed_run_end_by_themselves(corpus, undisturbed, tmp_path, share):
    pid = start(corpus, tmp_path / "out")
    time.sleep(undisturbed[1] * share)
    os.kill(pid, signal.SIGKILL)
    finish(pid)
    gone = group_is_gone(pid)
    if not gone:
        os.killpg(pid, signal.SIGKILL)
    assert gone


def test_resume_does_not_read_finished_shards_again(corpus, undisturbed, tmp_path):
    """Killed once some segments are finished, those are the very files that the resumed run uses."""
    out = tmp_path / "out"
    pid = start(corpus, out, workers=1)
    segments = tmp_path / "out.partial" / "segments"
    wait_for(segments / "000003")
    os.kill(pid, signal.SIGKILL)
    finish(pid)
    finished = {p.name for p in segments.iterdir() if p.suffix != ".part"}
    read = []
    from dedup.pipeline import sketch_shards as sketch

    with pytest.MonkeyPatch.context() as patch:
        original = sketch.read_shard
        patch.setattr(sketch, "read_shard", lambda shard, *rest: read.append(shard.index) or original(shard, *rest))
        files = find_files([str(corpus / "a.jsonl"), str(corpus / "b.jsonl")])
        clean(CleanRun(files, out, resume=True, shard_size=SHARD_SIZE), Silent())
    assert finished
    assert read
    assert {f"{index:06}" for index in read}.isdisjoint(finished)
    assert read_tree(out) == undisturbed[0]


# ------------------------------------------------------------------------------------- by hand, on the command line


@pytest.fixture
def cut_off(tmp_path):
    """A folder with `a.jsonl` and an `out.partial` as a run leaves it that was killed before it published."""
    write_jsonl(tmp_path / "a.jsonl", make_records("cut off", 20))
    pid = os.fork()
    if pid == 0:
        import dedup.pipeline.clean_files as pipeline

        os.chdir(tmp_path)
        pipeline.summarise = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        clean(CleanRun(find_files(["a.jsonl"]), tmp_path / "out"), Silent())
    assert finish(pid) == -signal.SIGKILL
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
        before["summary.json"].split(b'"fingerprint": "')[1].split(b'"')[0].decode()
        + f".{shards.SHARD_SIZE} {__version__}"
    )
    for name in left:
        path = tmp_path / "out.partial" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fingerprint if name == "fingerprint" else "0")
    (tmp_path / "out.partial").mkdir(exist_ok=True)
    done = dedup("clean", "a.jsonl", "-o", "out", "--resume", cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert read_tree(tmp_path / "out") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "out"]


def test_two_runs_into_one_folder_at_once_are_refused(dedup, tmp_path):
    import fcntl

    write_jsonl(tmp_path / "a.jsonl", make_records("two", 5))
    (tmp_path / "out.partial").mkdir()
    with (tmp_path / "out.partial" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.endswith("out: another run is writing here. Wait for it or choose another folder.\n")


@pytest.mark.parametrize("keys", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_ends_without_a_traceback_and_leaves_no_output(corpus, tmp_path, keys):
    command = [sys.executable, "-m", "dedup", "clean", "a.jsonl", "b.jsonl", "-o", str(tmp_path / "out")]
    # A shell that runs the tests in the background has them ignore the signal, and children inherit that.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    run = subprocess.Popen(command, cwd=corpus, preexec_fn=heed, start_new_session=True, **pipes)  # noqa: PLW1509
    wait_for(tmp_path / "out.partial" / "segments")
    run.send_signal(keys)
    _, stderr = run.communicate(timeout=60)
    assert b"Traceback" not in stderr
    assert run.returncode == (130 if keys == signal.SIGINT else -signal.SIGTERM)
    assert not (tmp_path / "out").exists()
    assert group_is_gone(run.pid)
