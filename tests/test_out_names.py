"""Files may be called anything that the disk takes: each has its own place in OUT, and `restore` gives it back."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from amounts import one_in
from commands import clean_quietly
from corpora import make_text, read_lines, read_summary, write_jsonl
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.config import InputConfig
from dedup.corpus.files import find_files
from dedup.corpus.output_names import NamedPath, choose_names
from dedup.output.restore_input import restore
from dedup.text.printed_paths import name_on_disk, printable


def read_bytes_tree(folder):
    """Return {path as bytes: content} of a folder."""
    root = os.fsencode(folder)
    paths = [os.path.join(at, name) for at, _, names in os.walk(root) for name in names]
    return {os.path.relpath(path, root): Path(os.fsdecode(path)).read_bytes() for path in paths}


def restore_quietly(out, target):
    restore(out, target, lambda _: None, pytest.fail)
    return read_bytes_tree(target)


ODD = [b"\xff", b"\\xff", b"\\x5c", b"\\", b"x5c", b".part", b".new", b"\n", b"\xc3\xa9", b"\xc3", b" ", b"-"]
pieces = st.one_of(st.sampled_from(ODD), st.binary(min_size=1, max_size=4))
names = st.lists(pieces, min_size=1, max_size=4).map(lambda parts: b"".join(parts).translate(None, b"/\0"))
plain_names = names.filter(lambda raw: raw not in {b"", b".", b".."})
long_names = st.tuples(st.sampled_from([b"a", b"\xff", b"\xc3\xa9"]), st.integers(251, 255)).map(
    lambda pair: (pair[0] * 255)[: pair[1]]
)


def test_files_below_a_folder_come_by_the_parts_of_their_paths(tmp_path):
    names = ["a/b.txt", "a.b/c.txt", "a/b/c.txt", "a.txt", "z.txt"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    found = [file.name for file in find_files([str(tmp_path)])]
    assert found == sorted(names, key=lambda name: name.split("/"))


@given(names, names)
def test_two_paths_have_two_printable_names(first, second):
    one, other = os.fsdecode(first), os.fsdecode(second)
    assert (printable(one) == printable(other)) == (first == second)
    assert name_on_disk(printable(one)) == one
    assert printable(one).encode().decode() == printable(one)


@one_in(5)
@given(st.lists(st.one_of(plain_names, long_names), min_size=1, max_size=5, unique=True))
@example([b"NAME", b"NAME.part", b"NAME.new", b"NAME.lock", b".dedup-0"])
@example([b"\xff", b"\\xff", b"\\x5cxff"])
@example([b"a" * n for n in range(251, 256)])
@example([b"\xff" * n for n in range(251, 256)])
def test_every_byte_of_every_file_is_restored_whatever_the_files_are_called(chosen):
    with tempfile.TemporaryDirectory() as work:
        root = Path(work)
        (root / "in").mkdir()
        for number, name in enumerate(chosen):
            record = {"id": number, "text": make_text(number, 20) if number % 2 else "the same words in both of these"}
            (root / "in" / os.fsdecode(name)).write_bytes(json.dumps(record).encode())
        paths = [str(root / "in" / os.fsdecode(name)) for name in chosen]
        clean_quietly_as_jsonl(paths, root / "out")
        assert restore_quietly(root / "out", root / "back") == read_bytes_tree(root / "in")
        assert len({file["name"] for file in read_summary(root / "out")["inputs"]}) == len(chosen)


def clean_quietly_as_jsonl(paths, out):
    from dedup.config import CleanSettings, PassageConfig
    from dedup.pipeline.clean_files import clean
    from dedup.pipeline.job import CleanRun, SilentProgress

    settings = CleanSettings(passages=PassageConfig("off"), input=InputConfig())
    clean(CleanRun(find_files(paths, "jsonl"), out, settings), SilentProgress())


@pytest.mark.parametrize(("file", "below"), [("news.txt", "news.txt/a.txt"), ("a/b.txt", "a/b.txt/c/d.txt")])
def test_a_file_and_a_folder_of_one_name_are_restored(tmp_path, file, below):
    for number, name in enumerate((f"one/{file}", f"two/{below}")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(make_text(number))
    clean_quietly([tmp_path / "one", tmp_path / "two"], tmp_path / "out")
    back = restore_quietly(tmp_path / "out", tmp_path / "back")
    assert back == {f"one/{file}".encode(): make_text(0).encode(), f"two/{below}".encode(): make_text(1).encode()}


def test_two_files_of_one_path_in_letters_are_restored(tmp_path, monkeypatch):
    """`link/../a.txt` is beside the target of the link, not beside the link."""
    (tmp_path / "far/away").mkdir(parents=True)
    (tmp_path / "link").symlink_to("far/away")
    (tmp_path / "a.txt").write_text(make_text(1))
    (tmp_path / "far/a.txt").write_text(make_text(2))
    monkeypatch.chdir(tmp_path)
    clean_quietly(["a.txt", "link/../a.txt"], Path("out"))
    assert sorted(restore_quietly(Path("out"), Path("back")).values()) == sorted(make_text(n).encode() for n in (1, 2))


def test_names_below_the_common_folder_are_kept_apart():
    found = [NamedPath("x/a.txt", "a.txt"), NamedPath("y/a.txt", "a.txt")]
    assert choose_names(found) == ["x/a.txt", "y/a.txt"]


def test_ids_of_text_files_with_names_that_print_alike_differ(tmp_path):
    (tmp_path / "in").mkdir()
    for name in (b"\xff.txt", b"\\xff.txt"):
        (tmp_path / "in" / os.fsdecode(name)).write_text("the same words in both of these files")
    clean_quietly([tmp_path / "in"], tmp_path / "out")
    removed = read_lines(tmp_path / "out/removed.jsonl")
    assert [(record["id"], record["witness"]["id"]) for record in removed] == [("\\xff.txt", "\\x5cxff.txt")]


@pytest.mark.parametrize("name", ["\\x2e\\x2e/escaped", "a\\x2fb", "\\x41", "a\\x00"])
def test_a_name_that_is_escaped_in_another_way_is_refused(dedup, tmp_path, name):
    from out_folders import change_summary

    write_jsonl(tmp_path / "in.jsonl", [{"text": "a"}])
    clean_quietly([tmp_path / "in.jsonl"], tmp_path / "out")
    change_summary(tmp_path / "out", lambda summary: summary["inputs"][0].update(name=name))
    shutil.copy(tmp_path / "out/kept/in.jsonl", tmp_path / "out/escaped")
    done = dedup("restore", "out", "-o", "back", cwd=tmp_path)
    assert (done.code, "which is no path within it" in done.stderr) == (2, True)
    assert not (tmp_path / "back").exists()
