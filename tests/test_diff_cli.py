import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from news_data import SEEDS

COMMAND = Path(sys.executable).parent / "dedup"


def run(*arguments, **environment):
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, check=False, env={**os.environ, **environment}
    )


@pytest.fixture
def pair(tmp_path):
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_bytes("The cat sat.\r\nNo end 👩‍🚀".encode())
    new.write_bytes("The dog sat.\nNo end 👩‍🚀 2023\n".encode())
    return old, new


def test_the_exit_code_tells_same_from_different_from_error(pair, tmp_path):
    old, new = pair
    codes = [
        run("diff", old, old).returncode,
        run("diff", old, new).returncode,
        run("diff", old, tmp_path / "no").returncode,
    ]
    assert [0, 1, 2] == codes


@pytest.mark.parametrize("output_format", ["terminal", "json", "html", "patch"])
def test_every_format_goes_to_a_file_as_to_the_screen(pair, tmp_path, output_format):
    shown = run("diff", *pair, "--format", output_format)
    run("diff", *pair, "--format", output_format, "-o", tmp_path / "out")
    assert (1, shown.stdout) == (shown.returncode, (tmp_path / "out").read_bytes())


@pytest.mark.parametrize("output_format", ["terminal", "json", "html", "patch"])
def test_a_name_that_is_not_utf8_is_escaped(pair, tmp_path, output_format):
    odd = tmp_path / os.fsdecode(b"caf\xe9.txt")
    odd.write_bytes(pair[1].read_bytes())
    done = run("diff", pair[0], odd, "--format", output_format, "--width", 500, "-o", tmp_path / "out")
    assert (1, b"") == (done.returncode, done.stderr)
    assert (output_format != "patch") == (r"caf\xe9.txt" in (tmp_path / "out").read_text().replace("\\\\", "\\"))


def test_a_patch_applied_gives_the_new_file_byte_for_byte(pair, tmp_path):
    old, new = pair
    run("diff", old, new, "--format", "patch", "-o", tmp_path / "p")
    assert 0 == run("apply", tmp_path / "p", old, "-o", tmp_path / "made").returncode
    assert new.read_bytes() == (tmp_path / "made").read_bytes()


def test_a_patch_for_another_file_writes_nothing(pair, tmp_path):
    old, new = pair
    run("diff", old, new, "--format", "patch", "-o", tmp_path / "p")
    done = run("apply", tmp_path / "p", new, "-o", tmp_path / "made")
    assert (2, False) == (done.returncode, (tmp_path / "made").exists())
    assert done.stderr.startswith(b"error: the patch does not fit")


def test_a_patch_and_a_text_that_changed_places_are_told_in_a_line_without_the_text(pair, tmp_path):
    old, new = pair
    run("diff", old, new, "--format", "patch", "-o", tmp_path / "p")
    done = run("apply", old, tmp_path / "p", "-o", tmp_path / "made")
    said = b"error: the patch is damaged, or none: it begins without @@. The call is dedup apply PATCH OLD.\n"
    assert (2, said) == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"caf\xe9", "is not UTF-8"),
        (b"a\0b", "a NUL byte"),
        ("é".encode("utf-16"), "looks like UTF-16"),
        (gzip.compress(b"text", mtime=0), "looks like gzip"),
    ],
)
def test_a_file_that_is_no_text_is_a_clear_error(tmp_path, raw, said):
    bad, good = tmp_path / "bad", tmp_path / "good"
    bad.write_bytes(raw)
    good.write_text("text")
    done = run("diff", bad, good)
    message = done.stderr.decode()
    assert 2 == done.returncode
    assert said in message
    assert message.startswith(f"error: {bad}")
    assert 1 == message.count("\n")


def write_parquet(raw):
    rows = [json.loads(line) for line in raw.splitlines()]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": [str(row["id"]) for row in rows], "text": [row["text"] for row in rows]}), sink)
    return sink.getvalue().to_pybytes()


def write_csv(raw):
    return b"id,text\n" + b"".join(
        b"%s,%s\n" % (str(r["id"]).encode(), r["text"].encode()) for r in map(json.loads, raw.splitlines())
    )


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz", "jsonl.zst", "csv", "parquet"])
def test_documents_of_a_corpus_are_compared_by_id(tmp_path, suffix):
    rows = [{"id": 7, "text": "The cat sat."}, {"id": "b", "text": "The dog sat.", "x": [1]}]
    raw = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    pack = {
        "jsonl": bytes,
        "jsonl.gz": gzip.compress,
        "jsonl.zst": zstandard.compress,
        "csv": write_csv,
        "parquet": write_parquet,
    }
    (tmp_path / f"corpus.{suffix}").write_bytes(pack[suffix](raw))
    done = run("diff", "--from", tmp_path / f"corpus.{suffix}", "7", "b", "--format", "json")
    found = json.loads(done.stdout)
    assert ["cat", "dog"] == [
        next(c[key] for c in found["changes"] if c["kind"] == "replace") for key in ("old_text", "new_text")
    ]


@pytest.mark.parametrize(
    ("line", "ids", "said"),
    [
        ('{"id": "a", "text": "x"}', ("a", "z"), 'no document has "id": "z"'),
        ('{"id": "a", "text": 12}', ("a", "a"), 'line 1 was not read: field "text" is a number (12), not a text'),
        ("not json", ("a", "b"), "line 1 was not read: malformed JSON"),
    ],
)
def test_a_corpus_that_does_not_hold_the_document_is_a_clear_error(tmp_path, line, ids, said):
    (tmp_path / "c.jsonl").write_text(f"{line}\n")
    done = run("diff", "--from", tmp_path / "c.jsonl", *ids)
    assert 2 == done.returncode
    assert said in done.stderr.decode()


def test_colour_is_used_when_asked_for_and_not_in_a_pipe(pair):
    assert b"\x1b[" in run("diff", *pair, "--color", "always").stdout
    assert b"\x1b[" not in run("diff", *pair).stdout
    assert b"\x1b[" not in run("diff", *pair, "--color", "never").stdout


def test_no_color_is_respected(monkeypatch):
    from dedup.cli.options import is_coloured

    monkeypatch.setattr(sys, "stdout", type("Terminal", (), {"isatty": lambda _: True})())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert is_coloured("auto")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not is_coloured("auto")
    assert is_coloured("always")


def test_the_width_decides_between_one_column_and_two(pair):
    assert "│" in run("diff", *pair, COLUMNS="140").stdout.decode()
    assert "│" in run("diff", *pair, COLUMNS="9" * 30).stdout.decode()
    assert "│" not in run("diff", *pair, COLUMNS="90").stdout.decode()
    assert "│" in run("diff", *pair, "--layout", "side-by-side", COLUMNS="90").stdout.decode()


HEAVY = """
import atexit
import sys
from dedup.cli.main import main
heavy = {"numba", "pyarrow", "numpy", "datasketch"}
atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr))
main()
"""


@pytest.mark.parametrize("output_format", ["terminal", "json", "html", "patch"])
def test_the_command_loads_neither_numba_nor_pyarrow(output_format):
    command = [sys.executable, "-c", HEAVY, "diff", str(SEEDS[0]), str(SEEDS[2]), "--format", output_format]
    assert "[]\n" == subprocess.run(command, capture_output=True, text=True, check=False).stderr


IGNORED = [
    ("space", "One two.\n", "One  two.\n"),
    ("case", "One Two.\n", "one two.\n"),
    ("typography", "He said “no” – 3…\n", 'He said "no" - 3...\n'),
]


@pytest.mark.parametrize(("kind", "old", "new"), IGNORED)
def test_what_is_ignored_is_no_difference(tmp_path, dedup, kind, old, new):
    (tmp_path / "old.txt").write_text(old)
    (tmp_path / "new.txt").write_text(new)
    paths = str(tmp_path / "old.txt"), str(tmp_path / "new.txt")
    assert [dedup("diff", *paths).code, dedup("diff", *paths, "--ignore", kind).code] == [1, 0]


def test_beside_what_is_ignored_words_are_compared(tmp_path, dedup):
    (tmp_path / "old.txt").write_text("The Cat sat.\n")
    (tmp_path / "new.txt").write_text("The cat Sat down.\n")
    done = dedup("diff", str(tmp_path / "old.txt"), str(tmp_path / "new.txt"), "--ignore", "case", "--color", "never")
    assert "The cat Sat{+ down+}." in done.stdout


def test_a_patch_ignores_nothing(pair, dedup):
    done = dedup("diff", *map(str, pair), "--ignore", "space", "--format", "patch")
    assert (done.code, "Leave --ignore out" in done.stderr) == (2, True)


def test_stat_is_json_where_that_is_asked_for_and_no_page(pair, dedup):
    done = dedup("diff", *map(str, pair), "--stat", "--format", "json")
    assert [file["state"] for file in json.loads(done.stdout)["files"]] == ["changed"]
    assert dedup("diff", *map(str, pair), "--stat", "--format", "html").code == 2


def test_a_patch_without_context_fits_an_empty_text_alone(dedup, tmp_path):
    for name, text in (("empty", ""), ("full", "old text here"), ("other", "another text")):
        (tmp_path / name).write_text(text)
    (tmp_path / "p").write_text(dedup("diff", "empty", "full", "--format", "patch", cwd=tmp_path).stdout)
    assert dedup("apply", "p", "empty", "-o", "made", cwd=tmp_path).code == 0
    assert (tmp_path / "made").read_text() == "old text here"
    assert dedup("apply", "p", "other", "-o", "made", cwd=tmp_path).code == 2
    (tmp_path / "p").write_text("@@ -99999999999,0 +99999999999,2 @@\n+ab\n")
    assert [dedup("apply", "p", name, "-o", "made", cwd=tmp_path).code for name in ("empty", "other")] == [2, 2]


def test_stat_counts_words(pair, dedup):
    done = dedup("diff", *map(str, pair), "--stat")
    assert done.code == 1
    assert done.stdout.splitlines()[0].split()[1:4] == ["+2", "-1", "~0"]


@pytest.fixture
def folders(tmp_path):
    for side, files in (
        ("old", {"a.txt": "One.", "sub/b.txt": "Two.", "c.txt": "Gone."}),
        ("new", {"a.txt": "One.", "sub/b.txt": "Three.", "d.txt": "New."}),
    ):
        for name, text in files.items():
            path = tmp_path / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (tmp_path / "old/e.bin").write_bytes(b"\0")
    (tmp_path / "new/e.bin").write_bytes(b"\0\0")
    (tmp_path / "new/link.txt").symlink_to("/etc/passwd")
    return str(tmp_path / "old"), str(tmp_path / "new")


def test_folders_are_compared_file_by_file(folders, dedup):
    found = json.loads(dedup("diff", *folders, "--format", "json").stdout)
    states = {file["name"]: file["state"] for file in found["files"]}
    assert states == {
        "a.txt": "same",
        "sub/b.txt": "changed",
        "c.txt": "dropped",
        "d.txt": "added",
        "e.bin": "unreadable",
    }


def test_the_terminal_shows_counts_and_changes_of_folders(folders, dedup):
    done = dedup("diff", *folders, "--color", "never")
    assert done.code == 1
    assert "5 texts: 1 changed, 1 same, 1 added, 1 dropped, 1 unreadable" in done.stdout
    assert "[-Two-]{+Three+}." in done.stdout


def test_folders_have_no_page(folders, dedup):
    assert dedup("diff", *folders, "--format", "html").code == 2


def test_same_folders_are_no_difference(folders, dedup):
    assert dedup("diff", folders[0], folders[0]).code == 0


def test_context_is_that_of_the_option(tmp_path, dedup):
    sentences = [f"Sentence number {word} is here." for word in ["one", "two", "three", "four", "five", "six", "seven"]]
    (tmp_path / "old.txt").write_text("\n\n".join(sentences))
    (tmp_path / "new.txt").write_text("\n\n".join([*sentences[:-1], "Sentence number eight is here."]))
    paths = str(tmp_path / "old.txt"), str(tmp_path / "new.txt")
    counts = [dedup("diff", *paths, "-U", str(n), "--color", "never").stdout.count("is here") for n in (0, 1, 3)]
    assert counts == [1, 2, 4]


def test_a_moved_block_with_other_space_at_its_end_is_not_edited():
    from dedup.diff.engine import diff_texts

    first, second = "The first paragraph has some words of its own.", "The second one has other words than these."
    third = "A third one closes the text with a few more words."
    diff = diff_texts(f"{first}\n\n{second}\n\n{third}", f"{second}\n\n{third}\n\n{first}\n")
    assert [move.is_edited for move in diff.moves] == [False]
