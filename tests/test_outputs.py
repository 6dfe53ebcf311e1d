"""What `-o` names: an input, an index or a user's folder is never lost; a device is written to."""

import json
import os
import shutil
import stat
import subprocess
import sys
import threading

import pytest
from corpora import make_text, write_jsonl
from out_folders import change_summary, sign

TEXTS = {"old.txt": "The cat sat on the mat. It was late.\n", "new.txt": "The dog sat on the mat. It was late.\n"}
COMMANDS = {
    "passages": ("passages", "in.jsonl", "-q"),
    "stories": ("stories", "in.jsonl", "-q"),
    "bench": ("bench", "in.jsonl", "-q"),
    "diff": ("diff", "old.txt", "new.txt", "--format", "json"),
    "diff --from": ("diff", "--from", "in.jsonl", "0", "1", "--format", "json"),
    "compare": ("compare", "old.txt", "new.txt", "--engine", "lexical", "--format", "json"),
    "compare --from": ("compare", "--from", "in.jsonl", "0", "1", "--engine", "lexical", "--format", "json"),
    "apply": ("apply", "changes.patch", "old.txt"),
    "index check": ("index", "check", "in.jsonl", "--index", "news.duckdb", "-q"),
    "index export": ("index", "export", "--index", "news.duckdb"),
}
READS = {
    "diff": "new.txt",
    "compare": "old.txt",
    "apply": "changes.patch",
    "index export": "news.duckdb",
}
WITHOUT_BENCH = sorted(set(COMMANDS) - {"bench"})  # it takes seconds; it writes as diff does


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, dedup):
    """A folder with inputs of every command: documents, two texts, a patch, an index."""
    folder = tmp_path_factory.mktemp("prepared")
    shared = make_text(1, 60)
    write_jsonl(folder / "in.jsonl", [{"id": str(n), "text": f"{make_text(n + 2, 60)}\n{shared}"} for n in range(4)])
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    dedup("diff", "old.txt", "new.txt", "--format", "patch", "-o", "changes.patch", cwd=folder)
    assert dedup("index", "add", "in.jsonl", "--index", "news.duckdb", "-q", cwd=folder).code == 0
    return folder


@pytest.fixture
def inputs(prepared, tmp_path):
    """A copy of the prepared folder that a test may change."""
    return shutil.copytree(prepared, tmp_path / "work")


def list_files(folder):
    """Return inode, mode and content of each file below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        info = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(info.st_mode) else None
        found[str(path.relative_to(folder))] = (info.st_ino, info.st_mode, content)
    return found


def assert_refused(done, message):
    assert (done.code, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("link", ["itself", "hard link", "symbolic link"])
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_an_output_that_is_an_input_is_refused_through_any_link(dedup, inputs, command, link):
    name = READS.get(command, "in.jsonl")
    output = name if link == "itself" else "linked"
    if link == "hard link":
        os.link(inputs / name, inputs / output)
    elif link == "symbolic link":
        os.symlink(name, inputs / output)
    before = list_files(inputs)
    assert_refused(dedup(*COMMANDS[command], "-o", output, cwd=inputs), f"{output}: is an input.")
    assert list_files(inputs) == before


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_an_output_that_is_an_index_is_refused(dedup, inputs, command):
    before = list_files(inputs)
    done = dedup(*COMMANDS[command], "-o", "news.duckdb", cwd=inputs)
    assert_refused(done, "news.duckdb: is an")
    assert list_files(inputs) == before


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_an_output_that_is_a_folder_is_refused(dedup, inputs, command):
    (inputs / "folder").mkdir()
    before = list_files(inputs)
    assert_refused(dedup(*COMMANDS[command], "-o", "folder", cwd=inputs), "folder: is a folder.")
    assert list_files(inputs) == before


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_an_output_without_a_name_is_refused(dedup, inputs, command):
    before = list_files(inputs)
    assert_refused(dedup(*COMMANDS[command], "-o", "", cwd=inputs), "is a folder. Name a file with -o.")
    assert list_files(inputs) == before


@pytest.mark.parametrize("command", WITHOUT_BENCH)
def test_a_device_is_written_to_and_stays_a_device(dedup, inputs, command):
    device = inputs / "device"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        device.open("wb").close()
    except PermissionError:
        pytest.skip("making a device is not permitted here")
    before = list_files(inputs)
    assert dedup(*COMMANDS[command], "-o", "device", cwd=inputs).code in (0, 1)
    assert list_files(inputs) == before


@pytest.mark.parametrize("command", WITHOUT_BENCH)
def test_a_pipe_gets_the_bytes_that_a_file_gets(dedup, inputs, command):
    assert dedup(*COMMANDS[command], "-o", "file", cwd=inputs).code in (0, 1)
    os.mkfifo(inputs / "pipe")
    before = list_files(inputs)
    received = []
    reader = threading.Thread(target=lambda: received.append((inputs / "pipe").read_bytes()), daemon=True)
    reader.start()
    done = dedup(*COMMANDS[command], "-o", "pipe", cwd=inputs)
    assert done.code in (0, 1), done.stderr
    reader.join(240)
    assert received == [(inputs / "file").read_bytes()]
    assert list_files(inputs) == before


@pytest.mark.parametrize("command", WITHOUT_BENCH)
def test_a_file_behind_a_symbolic_link_is_replaced_and_the_link_stays(dedup, inputs, command):
    (inputs / "elsewhere").mkdir()
    (inputs / "elsewhere/target").write_text("before")
    (inputs / "elsewhere/target").chmod(0o640)
    (inputs / "link").symlink_to("elsewhere/target")
    names = set(list_files(inputs))
    assert dedup(*COMMANDS[command], "-o", "link", cwd=inputs).code in (0, 1)
    assert (inputs / "link").is_symlink()
    assert (inputs / "elsewhere/target").read_bytes() != b"before"
    assert stat.S_IMODE((inputs / "elsewhere/target").stat().st_mode) == 0o640
    assert set(list_files(inputs)) == names


@pytest.mark.parametrize("command", WITHOUT_BENCH)
def test_files_named_as_temporary_files_used_to_be_are_left_alone(dedup, inputs, command):
    (inputs / ".made.part").write_text("mine")
    (inputs / ".made.work.partial").write_text("mine")
    names = set(list_files(inputs))
    if command != "passages":
        assert dedup(*COMMANDS[command], "-o", "made", cwd=inputs).code in (0, 1)
        assert set(list_files(inputs)) == {*names, "made"}
    assert (inputs / ".made.part").read_text() == (inputs / ".made.work.partial").read_text() == "mine"


def test_a_patch_is_applied_in_place(dedup, inputs):
    assert dedup("apply", "changes.patch", "old.txt", "-o", "old.txt", cwd=inputs).code == 0
    assert (inputs / "old.txt").read_text() == TEXTS["new.txt"]


def test_a_patch_applied_in_place_on_a_full_disk_leaves_the_old_text(dedup, small_disk, tmp_path):
    old = small_disk / "old.txt"
    old.write_text("The cat sat on the mat.\n" * 10_000)
    (tmp_path / "new.txt").write_text("The dog sat on the mat.\n" * 10_000)
    dedup("diff", old, tmp_path / "new.txt", "--format", "patch", "-o", tmp_path / "changes.patch")
    with (small_disk / "filler").open("wb", 0) as filler, pytest.raises(OSError, match="No space"):
        filler.writelines([bytes(4096)] * 1024)
    before = list_files(small_disk)
    done = dedup("apply", tmp_path / "changes.patch", old, "-o", old)
    assert (done.code, done.stderr.split(".")[0]) == (2, f"error: {str(old).split('.')[0]}")
    assert "disk is full" in done.stderr
    assert list_files(small_disk) == before


def test_standard_output_named_as_a_file_goes_on_where_it_is(tmp_path, inputs):
    command = f"echo before; {sys.executable} -m dedup diff old.txt new.txt --format patch -o /dev/stdout; echo after"
    with (tmp_path / "out").open("wb") as out:
        subprocess.run(["sh", "-c", command], cwd=inputs, stdout=out, check=True)
    assert (tmp_path / "out").read_text() == f"before\n{(inputs / 'changes.patch').read_text()}after\n"


def test_a_descriptor_is_written_to_though_its_file_has_no_name(inputs):
    with (inputs / "gone").open("w+b") as file:
        (inputs / "gone").unlink()
        before = sorted(inputs.iterdir())
        for name in ("/dev/stderr", "/dev/fd/2"):
            command = [sys.executable, "-m", "dedup", "diff", "old.txt", "new.txt", "-o", name]
            subprocess.run(command, cwd=inputs, stderr=file, check=False)
        assert sorted(inputs.iterdir()) == before
        file.seek(0)
        assert file.read().count(b"old.txt") == 2


def test_standard_input_from_a_file_is_an_input(inputs):
    with (inputs / "in.jsonl").open("rb") as source:
        command = [sys.executable, "-m", "dedup", "passages", "-", "-o", "in.jsonl", "-q"]
        done = subprocess.run(command, cwd=inputs, stdin=source, capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode().partition(". ")[0]) == (2, "error: in.jsonl: is an input")


def test_an_output_inside_the_run_that_is_compared_is_refused(dedup, inputs):
    assert dedup("clean", "in.jsonl", "-o", "out", "-q", cwd=inputs).code == 0
    before = list_files(inputs)
    done = dedup("compare", "--run", "out", "--cluster", "1", "-o", "out/story.html", cwd=inputs)
    assert_refused(done, "out/story.html: is an input.")
    assert list_files(inputs) == before
    assert json.loads((inputs / "out/summary.json").read_text())["counts"]["documents"] == 4


def make_folder(path, name="mine.txt"):
    """Make a folder of the user's with a file."""
    path.mkdir(parents=True)
    (path / name).write_text("mine")


@pytest.fixture(scope="module")
def finished(prepared, tmp_path_factory, dedup):
    """A folder with `in.jsonl`, a finished run `out` and its report `pages`."""
    folder = tmp_path_factory.mktemp("finished")
    shutil.copy(prepared / "in.jsonl", folder)
    assert dedup("clean", "in.jsonl", "-o", "out", "-q", cwd=folder).code == 0
    assert dedup("report", "out", "-o", "pages", "-q", cwd=folder).code == 0
    return folder


@pytest.fixture
def cleaned(finished, tmp_path):
    """A copy of the finished folder that a test may change."""
    return shutil.copytree(finished, tmp_path, dirs_exist_ok=True)


REPLACING = {"clean": ("clean", "in.jsonl", "-q", "-o"), "report": ("report", "out", "-q", "-o")}
FLAGS = {"clean": [[], ["--overwrite"], ["--resume"]], "report": [[], ["--overwrite"]]}
CASES = [(command, flags) for command in REPLACING for flags in FLAGS[command]]


@pytest.mark.parametrize("name", ["summary.json", "index.html", ".dedup.json", "fingerprint"])
@pytest.mark.parametrize(("command", "flags"), CASES, ids=str)
def test_a_folder_of_the_user_is_refused_by_name(cleaned, dedup, command, flags, name):
    make_folder(cleaned / "users", name)
    before = list_files(cleaned)
    assert_refused(dedup(*REPLACING[command], "users", *flags, cwd=cleaned), "users: ")
    assert list_files(cleaned) == before


@pytest.mark.parametrize("name", ["mine.txt", "fingerprint", "lock", ".dedup.json", "segments/mine.txt"])
@pytest.mark.parametrize(("command", "flags"), CASES, ids=str)
def test_a_folder_of_the_user_where_we_would_work_is_refused_by_name(cleaned, dedup, command, flags, name):
    make_folder((cleaned / "users.partial" / name).parent)
    (cleaned / "users.partial" / name).write_text("mine")
    before = list_files(cleaned)
    assert_refused(dedup(*REPLACING[command], "users", *flags, cwd=cleaned), "users.partial: ")
    assert list_files(cleaned) == before


def test_resume_of_a_finished_run_leaves_a_folder_of_the_user_beside_it(cleaned, dedup):
    make_folder(cleaned / "out.partial")
    before = list_files(cleaned)
    dedup("clean", "in.jsonl", "-q", "-o", "out", "--resume", cwd=cleaned)
    assert list_files(cleaned) == before


def test_passages_leave_a_folder_of_the_user_where_they_would_work(cleaned, dedup):
    make_folder(cleaned / ".twice.work.partial")
    before = list_files(cleaned)
    assert_refused(dedup("passages", "in.jsonl", "-o", "twice", cwd=cleaned), ".twice.work.partial: ")
    assert list_files(cleaned) == before


@pytest.mark.parametrize(("command", "flags"), CASES, ids=str)
def test_a_symbolic_link_to_a_folder_is_refused_by_name(cleaned, dedup, command, flags):
    made = "out" if command == "clean" else "pages"
    for name, target in (("to empty", "empty"), ("to ours", made), ("to nothing", "nothing")):
        (cleaned / name).symlink_to(target)
    (cleaned / "empty").mkdir()
    before = list_files(cleaned)
    for name in ("to empty", "to ours", "to nothing"):
        done = dedup(*REPLACING[command], name, *flags, cwd=cleaned)
        assert_refused(done, f"{name}: is a symbolic link.")
    assert list_files(cleaned) == before


@pytest.mark.parametrize(("command", "made", "other"), [("clean", "out", "pages"), ("report", "pages", "out")])
def test_overwrite_replaces_what_is_ours_and_of_its_kind(cleaned, dedup, command, made, other):
    before = list_files(cleaned / made)
    assert dedup(*REPLACING[command], made, "--overwrite", cwd=cleaned).code == 0
    assert set(list_files(cleaned / made)) == set(before)
    assert list_files(cleaned / made) != before
    assert dedup(*REPLACING[command], other, "--overwrite", cwd=cleaned).code == 2
    assert not list(cleaned.glob("*.partial"))


def test_a_run_with_a_file_of_the_user_is_not_replaced(cleaned, dedup):
    (cleaned / "out/notes.txt").write_text("mine")
    before = list_files(cleaned)
    done = dedup(*REPLACING["clean"], "out", "--overwrite", cwd=cleaned)
    assert_refused(done, "out/notes.txt: is not of the run that would be replaced.")
    assert list_files(cleaned) == before


def test_a_run_of_an_earlier_version_is_refused_with_a_way_out(cleaned, dedup):
    (cleaned / "out/.dedup.json").unlink()
    done = dedup(*REPLACING["clean"], "out", "--overwrite", cwd=cleaned)
    assert_refused(done, "Move it away or remove it by hand")


@pytest.mark.parametrize("left", [[], [".dedup.json"]], ids=str)
def test_a_run_killed_at_its_first_step_is_gone_on_with(cleaned, dedup, left):
    (cleaned / "new.partial").mkdir()
    for name in left:
        (cleaned / "new.partial" / name).touch()
    assert dedup(*REPLACING["clean"], "new", cwd=cleaned).code == 0
    assert not (cleaned / "new.partial").exists()


# --------------------------------------------------------------------------------- names that an OUT folder brings


def rename_input(out, change):
    """Change the inputs of a summary."""
    change_summary(out, lambda summary: change(summary["inputs"]))


NAMES = ["../escaped", "/escaped", "a/../../escaped", "", ".", "..", "a//b", "a/", "nul\0", "./in.jsonl"]


@pytest.mark.parametrize("command", ["restore", "report"])
@pytest.mark.parametrize("name", [*NAMES, "{folder}/escaped"], ids=repr)
def test_a_name_that_leads_out_of_its_folder_is_refused(cleaned, dedup, command, name):
    rename_input(cleaned / "out", lambda inputs: inputs[0].update(name=name.format(folder=cleaned)))
    (cleaned / "out/kept/escaped").write_text("{}\n")
    (cleaned / "out/escaped").write_text("{}\n")
    before = list_files(cleaned)
    assert_refused(dedup(command, "out", "-o", "back", cwd=cleaned), "out/summary.json: names ")
    assert list_files(cleaned) == before


@pytest.mark.parametrize("other", ["in.jsonl", "in.jsonl/below"])
def test_two_files_at_one_place_are_refused(cleaned, dedup, other):
    rename_input(cleaned / "out", lambda inputs: inputs.append({**inputs[0], "name": other, "path": "other"}))
    assert_refused(dedup("restore", "out", "-o", "back", cwd=cleaned), "names one place for two files")
    assert not (cleaned / "back").exists()


@pytest.mark.parametrize("linked", ["kept/in.jsonl", "kept", "removed.jsonl", "edited.jsonl", "rejected.jsonl"])
@pytest.mark.parametrize("command", ["restore", "report"])
def test_a_link_in_a_run_is_not_followed(cleaned, dedup, command, linked):
    (cleaned / "out" / linked).rename(cleaned / "elsewhere")
    (cleaned / "out" / linked).symlink_to(cleaned / "elsewhere")
    before = list_files(cleaned)
    done = dedup(command, "out", "-o", "back", cwd=cleaned)
    assert_refused(done, f"out/{linked}: is a symbolic link")
    after = list_files(cleaned)
    assert not [name for name in set(after) - set(before) if (cleaned / name).is_file()]
    assert {name: after[name] for name in before} == before


def test_a_pipe_in_a_run_is_not_waited_for(cleaned, dedup):
    (cleaned / "out/kept/in.jsonl").unlink()
    os.mkfifo(cleaned / "out/kept/in.jsonl")
    assert_refused(dedup("restore", "out", "-o", "back", cwd=cleaned), "out/kept/in.jsonl: is no regular file")


@pytest.mark.parametrize("change", [{"format": "exe"}, {"compression": "rar"}], ids=str)
def test_an_unknown_format_in_a_summary_is_one_line(cleaned, dedup, change):
    rename_input(cleaned / "out", lambda inputs: inputs[0].update(change))
    assert_refused(dedup("restore", "out", "-o", "back", cwd=cleaned), "has no format that is known")


@pytest.mark.parametrize(
    "line",
    ["{}", "[]", "no JSON", '{"path": "other", "line": 1, "offset": 0, "error": "e", "raw": "x", "encoding": "utf-8"}'],
)
def test_a_record_of_another_run_is_one_line(cleaned, dedup, line):
    (cleaned / "out/rejected.jsonl").write_text(line + "\n")
    sign(cleaned / "out")
    assert_refused(dedup("restore", "out", "-o", "back", cwd=cleaned), "out/rejected.jsonl, line 1: is no record")


def test_files_named_as_temporary_files_used_to_be_are_restored(dedup, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.jsonl", "a.jsonl.part"):
        write_jsonl(tmp_path / "in" / name, [{"id": name, "text": make_text(name)}])
    files = ("in/a.jsonl", "in/a.jsonl.part")
    assert dedup("clean", *files, "-o", "out", "--input-format", "jsonl", "-q", cwd=tmp_path).code == 0
    assert dedup("restore", "out", "-o", "back", "-q", cwd=tmp_path).code == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "back").iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "in").iterdir()
    }


# ------------------------------------------------------------------------------------------- hints, damaged patches


@pytest.mark.parametrize("command", sorted(set(WITHOUT_BENCH) - {"stories"}))  # it writes nothing: there are none
def test_a_full_device_is_named_and_no_option_that_the_command_lacks(dedup, inputs, command):
    done = dedup(*COMMANDS[command], "-o", "/dev/full", cwd=inputs)
    assert_refused(done, "error: /dev/full: the disk is full. Free some space or choose another place with -o.")
    assert "--resume" not in done.stderr


DAMAGES = {
    "empty lines": lambda raw: b"\n\n" + raw,
    "truncated": lambda raw: raw[: len(raw) // 2],
    "no head": lambda raw: raw.partition(b"\n")[2],
    "huge": lambda raw: raw.replace(b"@@ -1", b"@@ -" + b"9" * 5000),
    "negative": lambda raw: raw.replace(b"@@ -1", b"@@ --1"),
    "twice": lambda raw: raw * 2,
    "bad escape": lambda raw: raw.replace(b"dog", b"%FF%ZZ"),
    "NUL": lambda raw: raw + b"\0",
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "not UTF-8": lambda raw: raw + b"\xff",
    "other sign": lambda raw: raw.replace(b"\n+", b"\n*"),
    "JSON": lambda _: b"{}",
    "surrogate": lambda raw: raw.replace(b"dog", b"%ED%A0%80"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_patch_is_one_line(dedup, inputs, damage):
    patch = inputs / "changes.patch"
    patch.write_bytes(DAMAGES[damage](patch.read_bytes()))
    before = list_files(inputs)
    assert_refused(dedup("apply", "changes.patch", "old.txt", "-o", "old.txt", cwd=inputs), "error: ")
    assert list_files(inputs) == before


@pytest.mark.parametrize(
    "command", ["compare one.txt two.txt --engine lexical", "diff one.txt two.txt", "history one.txt two.txt"]
)
def test_the_ending_of_an_output_chooses_its_format(dedup, tmp_path, command):
    """Text for a terminal would be a page that runs the scripts of others."""
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(f"<script>alert({len(name)})</script> Word {name} here.\n")
    for output in ("page.html", "page.htm", "told.json", "told.txt", "json", "asked.html"):
        asked = ["--format", "json"] if output == "asked.html" else []
        assert dedup(*command.split(), "-o", output, *asked, cwd=tmp_path).code in {0, 1}
    for name in ("page.html", "page.htm"):
        assert (tmp_path / name).read_text().lower().startswith("<!doctype html>")
    assert [bool(json.loads((tmp_path / name).read_text())) for name in ("told.json", "asked.html")] == [True, True]
    for name in ("told.txt", "json"):
        assert not (tmp_path / name).read_text().startswith(("<!", "{"))
