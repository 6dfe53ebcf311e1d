"""Compressed files, other encodings and archives: unpacked once, and what is kept of them is packed again."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile

import pytest
from corpora import encode_jsonl, make_records, read_lines, read_summary, read_tree, removed_ids
from test_clean_formats import clean_and_restore, encode_table

RECORDS = make_records("packed", 10, copies=2)
NUM_REMOVED = 10
LINES, TABLE = encode_jsonl(RECORDS), encode_table(RECORDS)
WIDE = {"text": "Łódź " + RECORDS[0]["text"], "id": "wide"}


def make_zip(members, compression=zipfile.ZIP_DEFLATED):
    """Return a zip archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def make_tar(members, mode="w"):
    """Return a tar archive of these files; a member that is a str is a link."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def fails(dedup, folder, *args):
    """Return the one line that a command says when it refuses its input."""
    done = dedup("clean", *args, "-o", "out", cwd=folder)
    assert (done.code, done.stdout) == (2, "")
    assert not (folder / "out").exists()
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize(
    ("ending", "pack", "unpack"), [(".bz2", bz2.compress, bz2.decompress), (".xz", lzma.compress, lzma.decompress)]
)
def test_bzip2_and_xz_are_read_written_and_restored(dedup, tmp_path, ending, pack, unpack):
    name = f"news.jsonl{ending}"
    (tmp_path / name).write_bytes(pack(LINES[:1000]) + pack(LINES[1000:]))
    clean_and_restore(dedup, tmp_path, name)
    gone = removed_ids(tmp_path / "out")
    kept = encode_jsonl([r for r in RECORDS if r["id"] not in gone])
    assert len(gone) == NUM_REMOVED
    assert unpack((tmp_path / "out" / "kept" / name).read_bytes()) == kept
    assert unpack((tmp_path / "back" / name).read_bytes()) == LINES


def test_a_large_file_is_packed_in_pieces_that_are_one_file_for_any_number_of_workers(dedup, tmp_path, monkeypatch):
    monkeypatch.setattr("dedup.output.pack_files.PIECE", 2000)
    (tmp_path / "news.jsonl.gz").write_bytes(gzip.compress(LINES))
    trees = []
    for workers in (1, 3):
        assert dedup("clean", "news.jsonl.gz", "-o", f"out{workers}", "--workers", workers, cwd=tmp_path).code == 0
        trees.append((tmp_path / f"out{workers}" / "kept" / "news.jsonl.gz").read_bytes())
    assert trees[0] == trees[1]
    assert trees[0].count(b"\x1f\x8b\x08") > 1
    gone = removed_ids(tmp_path / "out1")
    assert gzip.decompress(trees[0]) == encode_jsonl([r for r in RECORDS if r["id"] not in gone])


def test_no_compressed_file_is_an_error_that_names_it(dedup, tmp_path):
    for ending, content in (
        ("bz2", bz2.compress(LINES)[:-20]),
        ("xz", lzma.compress(LINES)[:-20]),
        ("bz2", b"nothing of the kind"),
        ("xz", b"nothing of the kind"),
        ("bz2", bz2.compress(LINES) + b"more"),
    ):
        (tmp_path / f"a.jsonl.{ending}").write_bytes(content)
        assert fails(dedup, tmp_path, f"a.jsonl.{ending}").startswith(f"error: a.jsonl.{ending}: ")


def test_compressed_texts_are_read(dedup, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, record in enumerate(RECORDS):
        (folder / f"{number}.txt.gz").write_bytes(gzip.compress(record["text"].encode()))
    clean_and_restore(dedup, tmp_path, "in")
    back = read_tree(tmp_path / "back")
    assert len(read_tree(tmp_path / "out" / "kept")) == len(RECORDS) - NUM_REMOVED
    assert {n: gzip.decompress(b).decode() for n, b in back.items()} == {
        f"{number}.txt.gz": record["text"] for number, record in enumerate(RECORDS)
    }


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_byte_order_mark_names_the_encoding(dedup, tmp_path, encoding, ending):
    text = encode_jsonl([WIDE, *RECORDS]).decode()
    mark = "\ufeff" * (encoding == "utf-16-be")
    pack, unpack = (gzip.compress, gzip.decompress) if ending else (bytes, bytes)
    name = f"news.jsonl{ending}"
    (tmp_path / name).write_bytes(pack((mark + text).encode(encoding)))
    clean_and_restore(dedup, tmp_path, name)
    assert read_summary(tmp_path / "out")["counts"]["rejected"] == 0
    assert unpack((tmp_path / "back" / name).read_bytes()) == (mark + text).encode(encoding)
    kept = unpack((tmp_path / "out" / "kept" / name).read_bytes()).decode(encoding).removeprefix("\ufeff")
    assert json.loads(kept.splitlines()[0]) == WIDE


def test_an_encoding_is_named_and_bytes_that_it_lacks_are_set_aside(dedup, tmp_path):
    table = "id,text\n1,“Über” the hills\n2,and far away\n".encode("cp1252") + b"3,no \x81 character\n"
    (tmp_path / "a.csv").write_bytes(table)
    (tmp_path / "b.txt").write_bytes("Café".encode("cp1252"))
    clean_and_restore(dedup, tmp_path, "a.csv", "b.txt", "--encoding", "Windows-1252")
    assert read_tree(tmp_path / "back") == {"a.csv": table, "b.txt": b"Caf\xe9"}
    assert read_tree(tmp_path / "out" / "kept") == {"a.csv": table[: table.index(b"3,")], "b.txt": b"Caf\xe9"}
    assert [r["line"] for r in read_lines(tmp_path / "out" / "rejected.jsonl")] == [4]


def test_the_mark_of_utf8_counts_more_than_the_encoding_that_is_named(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + '{"text": "Ein Café öffnet"}\n'.encode())
    clean_and_restore(dedup, tmp_path, "a.jsonl", "--encoding", "gb18030")
    assert (tmp_path / "out/kept/a.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_another_encoding_than_the_one_of_the_file_is_an_error(dedup, tmp_path):
    (tmp_path / "a.txt").write_bytes("Café 新聞.".encode())
    assert "--encoding" in fails(dedup, tmp_path, "a.txt", "--encoding", "utf-16-le")
    for name in ("klingon", "rot13", "base64"):
        done = dedup("clean", "a.txt", "-o", "out", "--encoding", name, cwd=tmp_path)
        assert (done.code, f'"{name}" is no encoding' in done.stderr) == (2, True)


@pytest.mark.parametrize("name", ["news.jsonl", "news.csv", "a.txt", "news.jsonl.gz"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_characters_without_a_mark_are_named(dedup, tmp_path, name, encoding):
    content = {"news.csv": TABLE, "a.txt": b"A text."}.get(name, LINES).decode().encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert fails(dedup, tmp_path, name) == (
        f"error: {name}: looks like {encoding} without a mark. Say so with --encoding {encoding}.\n"
    )
    assert dedup("clean", name, "-o", "out", "--encoding", encoding, cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    ("text", "is_likely"), [("caf\xe9", True), ("\xe9\xe8", True), ("\u044f" * 9, False), ("\xff", False)]
)
def test_the_likely_encoding_is_named_with_its_flag(dedup, tmp_path, text, is_likely):
    raw = text.encode("cp1251" if text > "\u0400" else "cp1252")
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "' + raw + b'"}\n')
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert ("1 likely cp1252: --encoding cp1252" in done.stdout) == is_likely


ARCHIVES = {
    "news.zip": make_zip,
    "news.tar": make_tar,
    "news.tgz": lambda members: make_tar(members, "w:gz"),
    "news.tar.xz": lambda members: make_tar(members, "w:xz"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_the_files_in_an_archive_are_inputs_and_restored_one_by_one(dedup, tmp_path, name):
    members = {
        "day 1/é.jsonl": encode_jsonl(RECORDS[:10]),
        "day 2.csv": encode_table(RECORDS[10:20]),
        "day 3.jsonl.gz": gzip.compress(encode_jsonl(RECORDS[20:])),
        "a.txt": b"One text of its own.",
        "README": b"not read",
        "__MACOSX/._a.txt": b"not read",
    }
    (tmp_path / name).write_bytes(ARCHIVES[name](members))
    clean_and_restore(dedup, tmp_path, name)
    back = read_tree(tmp_path / "back")
    assert len(removed_ids(tmp_path / "out")) == NUM_REMOVED
    assert gzip.decompress(back.pop(f"{name}/day 3.jsonl.gz")) == encode_jsonl(RECORDS[20:])
    assert back == {f"{name}/{member}": members[member] for member in ("day 1/é.jsonl", "day 2.csv", "a.txt")}
    paths = {r["source"]["path"] for r in read_lines(tmp_path / "out" / "removed.jsonl")}
    assert paths <= {f"{name}/{member}" for member in members}


def test_an_archive_without_a_file_to_read_or_that_is_none_is_an_error(dedup, tmp_path):
    for name, make in ARCHIVES.items():
        for content in (make({}), make({"a.doc": b"x"}), b"", b"nothing of the kind", make({"a.txt": LINES})[:2000]):
            (tmp_path / name).write_bytes(content)
            assert fails(dedup, tmp_path, name).startswith(f"error: {name}: ")


@pytest.mark.parametrize("member", ["../a.txt", "/etc/a.txt", "a/../../b.txt", "a//b.txt"])
@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_name_that_leads_out_of_an_archive_is_an_error(dedup, tmp_path, member, make):
    name = "news.zip" if make is make_zip else "news.tar"
    (tmp_path / name).write_bytes(make({member: b"text"}))
    assert "leads out of it" in fails(dedup, tmp_path, name)


def test_links_in_an_archive_are_passed_over(dedup, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "news.tar").write_bytes(make_tar({"a.txt": b"text", "b.txt": str(tmp_path / "secret.txt")}))
    clean_and_restore(dedup, tmp_path, "news.tar")
    assert read_tree(tmp_path / "back") == {"news.tar/a.txt": b"text"}
    info = zipfile.ZipInfo("b.txt")
    info.external_attr = 0o120777 << 16
    (tmp_path / "news.zip").write_bytes(make_zip({"a.txt": b"text", info: b"../secret.txt"}))
    assert dedup("clean", "news.zip", "-o", "out2", cwd=tmp_path).code == 0
    assert read_tree(tmp_path / "out2" / "kept") == {"news.zip/a.txt": b"text"}


def test_two_files_of_one_name_in_an_archive_are_an_error(dedup, tmp_path):
    (tmp_path / "a.zip").write_bytes(make_zip({"a.txt": b"one", "b.txt": b"two"}).replace(b"b.txt", b"a.txt"))
    assert "two files would have this name" in fails(dedup, tmp_path, "a.zip")


def test_a_file_and_a_folder_of_one_name_in_an_archive_are_an_error(dedup, tmp_path):
    (tmp_path / "a.tar").write_bytes(make_tar({"a.txt": b"one", "a.txt/b.txt": b"two"}))
    assert "a.tar/a.txt: two files would have this name" in fails(dedup, tmp_path, "a.tar")


def test_what_is_passed_over_in_a_compressed_archive_counts_as_unpacked(dedup, tmp_path):
    (tmp_path / "a.tgz").write_bytes(make_tar({"a.txt": b"one", "b.doc": bytes(2 << 20)}, "w:gz"))
    assert "is more than 1,048,576 bytes" in fails(dedup, tmp_path, "a.tgz", "--max-unpacked", "1MB")


def test_a_tar_in_broken_bzip2_is_named(dedup, tmp_path):
    raw = bytearray(make_tar({"a.txt": LINES}, "w:bz2"))
    raw[200] ^= 1
    (tmp_path / "a.tar.bz2").write_bytes(raw)
    assert fails(dedup, tmp_path, "a.tar.bz2").startswith("error: a.tar.bz2: ")


def test_an_archive_in_an_archive_is_an_error(dedup, tmp_path):
    (tmp_path / "a.zip").write_bytes(make_zip({"b.zip": make_zip({"a.txt": b"x"})}))
    assert "which is not opened" in fails(dedup, tmp_path, "a.zip")


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.jsonl.bz2", "a.jsonl.xz", "a.zip", "a.tar.gz"])
def test_a_bomb_stops_at_a_bound_that_is_told(dedup, tmp_path, name):
    zeros = bytes(3 << 20)
    packers = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": compress_zstd}
    if "jsonl" in name:
        content = packers[name.rpartition(".")[2]](zeros)
    else:
        content = (ARCHIVES["news.zip"] if name == "a.zip" else ARCHIVES["news.tgz"])({"a.jsonl": zeros})
    (tmp_path / name).write_bytes(content)
    message = fails(dedup, tmp_path, name, "--max-unpacked", "1MB")
    assert "is more than 1,048,576 bytes unpacked. --max-unpacked sets that bound" in message


def compress_zstd(data):
    """Return zstandard's form of some bytes."""
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


@pytest.mark.parametrize("command", ["stories", "passages", "bench"])
def test_every_command_reads_archives(dedup, tmp_path, command):
    (tmp_path / "news.zip").write_bytes(make_zip({"a.jsonl.gz": gzip.compress(LINES)}))
    output = ["-o", "found.json"] if command == "stories" else []
    done = dedup(command, "news.zip", *output, cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "found.json") == ["news.zip"]


def test_single_documents_of_an_archive_are_compared(dedup, tmp_path):
    (tmp_path / "news.zip").write_bytes(make_zip({"a.json": json.dumps(RECORDS)}))
    ids = [record["id"] for record in RECORDS[:2]]
    done = dedup("diff", "--from", "news.zip", *ids, cwd=tmp_path)
    assert (done.code, done.stderr) == (1, "")
