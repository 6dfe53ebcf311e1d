"""Folders and files of plain text, and how inputs are found and named."""

import os

import pytest

from dedup import DedupError
from dedup.config import InputConfig
from dedup.corpus.files import find_files
from dedup.corpus.formats import split_format
from dedup.corpus.shards import plan_shards, read_shard


def read_folder(path):
    """Return (documents, rejections) of a folder of texts: (id, text) and (name, error)."""
    files = find_files([str(path)])
    documents, rejections = [], []
    for shard in plan_shards(files):
        for block in read_shard(shard, InputConfig(), {}, lambda _: None):
            documents += zip([i.decode() for i in block.ids], block.texts.to_pylist(), strict=True)
            rejections += [(shard.files[r.file].name, r.error) for r in block.rejections]
    return documents, rejections


def write_files(folder, files):
    """Write {relative path: bytes} and return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def names_of(*inputs):
    """Return the output names of the files that the inputs stand for."""
    return [file.name for file in find_files([str(i) for i in inputs])]


def test_each_file_is_a_document_called_by_its_name(tmp_path):
    write_files(tmp_path, {"b.txt": b"two", "a.txt": b"one\n", "sub/c.txt": b"three"})
    assert read_folder(tmp_path)[0] == [('"a.txt"', "one\n"), ('"b.txt"', "two"), ('"sub/c.txt"', "three")]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    assert read_folder(write_files(tmp_path, {"a.txt": b"\xef\xbb\xbfone"}))[0] == [('"a.txt"', "one")]


def test_a_file_that_is_not_utf8_is_set_aside(tmp_path):
    write_files(tmp_path, {"a.txt": "é".encode("latin-1"), "b.txt": b"b", "c.txt": b"\xff"})
    documents, rejections = read_folder(tmp_path)
    assert documents == [('"b.txt"', "b")]
    assert rejections == [
        ("a.txt", "invalid UTF-8 (byte 0xe9 at position 0), likely cp1252: --encoding cp1252"),
        ("c.txt", "invalid UTF-8 (byte 0xff at position 0)"),
    ]


def test_empty_files_and_nul_are_texts(tmp_path):
    documents, _ = read_folder(write_files(tmp_path, {"a.txt": b"", "b.txt": b"a\0b"}))
    assert documents == [('"a.txt"', ""), ('"b.txt"', "a\0b")]


def test_thousands_of_files_are_read_in_order(tmp_path):
    write_files(tmp_path, {f"{i:05}.txt": b"%d" % i for i in range(4100)})
    assert len(plan_shards(find_files([str(tmp_path)]))) == 3
    assert [text for _, text in read_folder(tmp_path)[0]] == [str(i) for i in range(4100)]


def test_a_folder_gives_all_known_formats_below_it_sorted(tmp_path):
    write_files(tmp_path, {"b.jsonl": b"", "a/z.csv.gz": b"", "a/x.txt": b"", "c.doc": b"", "c.jpg": b""})
    assert names_of(tmp_path) == ["a/x.txt", "a/z.csv.gz", "b.jsonl"]


def test_a_pattern_gives_the_files_that_match_sorted(tmp_path):
    write_files(tmp_path, {"b.txt": b"", "a.txt": b"", "c.csv": b"", "sub/d.txt": b""})
    assert names_of(tmp_path / "*.txt") == ["a.txt", "b.txt"]
    assert names_of(tmp_path / "**/*.txt") == ["a.txt", "b.txt", "d.txt"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    write_files(tmp_path, {"a[1].txt": b"", "a1.txt": b""})
    assert names_of(tmp_path / "a[1].txt") == ["a[1].txt"]


def test_files_of_the_same_name_are_told_apart_by_their_folders(tmp_path):
    write_files(tmp_path, {"x/a.txt": b"", "y/a.txt": b"", "y/b.txt": b""})
    assert names_of(tmp_path / "x/a.txt", tmp_path / "y/a.txt", tmp_path / "y/b.txt") == [
        "x/a.txt",
        "y/a.txt",
        "y/b.txt",
    ]


def test_the_order_of_inputs_is_the_order_in_which_they_were_named(tmp_path):
    write_files(tmp_path, {"b.txt": b"", "a.txt": b""})
    assert names_of(tmp_path / "b.txt", tmp_path / "a.txt") == ["b.txt", "a.txt"]


def test_a_file_named_twice_is_an_error_by_whatever_path(tmp_path):
    write_files(tmp_path, {"a.txt": b""})
    os.symlink("a.txt", tmp_path / "link.txt")
    with pytest.raises(DedupError, match="is named twice"):
        names_of(tmp_path / "a.txt", tmp_path / "link.txt")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jsonl", ("jsonl", None)),
        ("a.ndjson.gz", ("jsonl", "gzip")),
        ("A.CSV.ZST", ("csv", "zstd")),
        ("a.tsv", ("tsv", None)),
        ("a.b.parquet", ("parquet", None)),
        ("a.txt", ("txt", None)),
        ("a.doc", (None, None)),
        ("jsonl", (None, None)),
        ("a.gz", (None, "gzip")),
    ],
)
def test_format_and_compression_come_from_the_ending(name, expected):
    assert split_format(name) == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "a.doc",
            "a.doc: unknown format. Known endings: .jsonl, .ndjson, .json, .csv, .tsv, .parquet, .txt, .zip, .tar;",
        ),
        ("a.parquet.zst", "a.parquet.zst: zstd around parquet is not read. Decompress the file first."),
        ("a.zip.gz", "a.zip.gz: gzip around zip is not read. Decompress the file first."),
    ],
)
def test_a_format_that_is_not_read_is_an_error(tmp_path, name, message):
    write_files(tmp_path, {name: b""})
    with pytest.raises(DedupError) as caught:
        names_of(tmp_path / name)
    assert message in str(caught.value)
