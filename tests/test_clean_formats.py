"""Kept records are the bytes they were, removed ones are on record, and restore gives the input back."""

import csv
import gzip
import io
import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from amounts import one_in
from corpora import encode_jsonl, make_records, read_lines, read_summary, read_tree, removed_ids
from hypothesis import given
from hypothesis import strategies as st

RECORDS = make_records("formats", 12, copies=3)
NUM_KEPT, NUM_REMOVED = 12, 24

PACK = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
UNPACK = {
    "": bytes,
    ".gz": gzip.decompress,
    ".zst": lambda data: zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read(),
}


def encode_table(records, delimiter=",", end="\r\n"):
    """Return records as CSV, with every second text spanning two lines."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerow(["id", "date", "text"])
    for index, record in enumerate(records):
        text = record["text"].replace(" ", "\n", index % 2).replace(" ", ', "', 3)
        writer.writerow([record["id"], record["date"], text])
    return file.getvalue().encode()


def clean_and_restore(dedup, folder, *inputs, stdin=b"", workers=1):
    """Clean the inputs into `out`, restore them to `back`, in a folder."""
    done = dedup("clean", *inputs, "-o", "out", "--workers", workers, cwd=folder, stdin=stdin)
    counts = read_summary(folder / "out")["counts"]
    much_is_rejected = counts["rejected"] * 10 > counts["documents"] + counts["rejected"]
    assert (done.code, done.stderr) == (3 if much_is_rejected else 0, ""), done.stderr
    done = dedup("restore", "out", "-o", "back", cwd=folder)
    assert (done.code, done.stderr) == (0, ""), done.stderr


FLAT = {
    "jsonl": encode_jsonl(RECORDS),
    "ndjson": encode_jsonl(RECORDS),
    "csv": encode_table(RECORDS),
    "tsv": encode_table(RECORDS, "\t", "\n"),
}


@pytest.mark.parametrize("compression", PACK)
@pytest.mark.parametrize("file_format", FLAT)
def test_restore_gives_the_input_back(dedup, tmp_path, file_format, compression):
    name = f"news.{file_format}{compression}"
    (tmp_path / name).write_bytes(PACK[compression](FLAT[file_format]))
    clean_and_restore(dedup, tmp_path, name)
    assert read_summary(tmp_path / "out")["counts"]["removed"] == NUM_REMOVED
    assert {n: UNPACK[compression](b) for n, b in read_tree(tmp_path / "back").items()} == {name: FLAT[file_format]}


@pytest.mark.parametrize("compression", PACK)
def test_kept_jsonl_records_are_the_lines_they_were(dedup, tmp_path, compression):
    name = f"news.jsonl{compression}"
    (tmp_path / name).write_bytes(PACK[compression](FLAT["jsonl"]))
    clean_and_restore(dedup, tmp_path, name)
    gone = removed_ids(tmp_path / "out")
    expected = encode_jsonl([r for r in RECORDS if r["id"] not in gone])
    assert UNPACK[compression]((tmp_path / "out" / "kept" / name).read_bytes()) == expected


@pytest.mark.parametrize("file_format", ["csv", "tsv"])
def test_kept_csv_records_are_the_lines_they_were(dedup, tmp_path, file_format):
    """With every removed record's raw bytes taken out of the input, what is left is the kept file."""
    name = f"news.{file_format}"
    (tmp_path / name).write_bytes(FLAT[file_format])
    clean_and_restore(dedup, tmp_path, name)
    expected = FLAT[file_format].decode()
    for removed in read_lines(tmp_path / "out" / "removed.jsonl"):
        assert expected.count(removed["raw"]) == 1
        expected = expected.replace(removed["raw"], "")
    assert (tmp_path / "out" / "kept" / name).read_bytes().decode() == expected


def test_a_removed_jsonl_record_is_stored_as_it_stood(dedup, tmp_path):
    lines = [json.dumps(r, ensure_ascii=True, indent=None, separators=(", ", " :  ")).encode() for r in RECORDS]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    clean_and_restore(dedup, tmp_path, "a.jsonl")
    removed = (tmp_path / "out" / "removed.jsonl").read_bytes().splitlines()
    by_id = {json.loads(line)["id"]: line for line in lines}
    assert all(by_id[json.loads(line)["id"]] in line for line in removed)


def test_a_removed_record_says_what_around_its_line_is_unusual_only(dedup, tmp_path):
    line = encode_jsonl([RECORDS[0]])[:-1]
    (tmp_path / "a.jsonl").write_bytes(line + b"\n" + line + b"\n \t" + line + b" \r\n" + line)
    clean_and_restore(dedup, tmp_path, "a.jsonl")
    removed = read_lines(tmp_path / "out" / "removed.jsonl")
    assert [r.get("around") for r in removed] == [None, [" \t", " \r\n"], ["", ""]]


def test_a_removed_csv_record_is_stored_with_its_fields_and_its_bytes(dedup, tmp_path):
    (tmp_path / "a.csv").write_bytes(b'id,text,n\n1,"a ""b""\nc d e",x\n2,A B C D E,"y"\r\n')
    clean_and_restore(dedup, tmp_path, "a.csv")
    (removed,) = read_lines(tmp_path / "out" / "removed.jsonl")
    assert removed["record"] == {"id": "2", "text": "A B C D E", "n": "y"}
    assert removed["raw"] == '2,A B C D E,"y"\r\n'


def test_texts_are_restored_and_kept_as_files(dedup, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for index, record in enumerate(RECORDS):
        name = f"{index:02}.txt" if index % 3 else f"sub {index}/é{index}.txt"
        (folder / name).parent.mkdir(exist_ok=True)
        bom = b"\xef\xbb\xbf" * (index % 2)
        (folder / name).write_bytes(bom + record["text"].replace(" ", "\r\n", 1).encode())
    (folder / "bad.txt").write_bytes(b"\xfa\xfe")
    (folder / "empty.txt").write_bytes(b"")
    clean_and_restore(dedup, tmp_path, "in")
    before = read_tree(folder)
    gone = {r["source"]["path"].removeprefix("in/") for r in read_lines(tmp_path / "out" / "removed.jsonl")}
    assert len(gone) == NUM_REMOVED
    assert read_tree(tmp_path / "back") == before
    assert read_tree(tmp_path / "out" / "kept") == {
        name: content for name, content in before.items() if name not in gone | {"bad.txt"}
    }


TABLE = pa.table(
    {
        "id": [r["id"] for r in RECORDS],
        "text": pa.array([None if i == 5 else r["text"] for i, r in enumerate(RECORDS)]),
        "when": pa.array(range(len(RECORDS)), pa.timestamp("us", tz="Europe/Zurich")),
        "amount": pa.array(range(len(RECORDS)), pa.int32()).cast(pa.decimal128(12, 2)),
        "tags": pa.array([[f"t{i}", None] if i % 2 else None for i in range(len(RECORDS))]),
        "where": pa.array([{"city": "Bern", "points": [1.5, i]} for i in range(len(RECORDS))]),
        "outlet": pa.array([f"o{i % 3}" for i in range(len(RECORDS))]).dictionary_encode(),
        "raw": pa.array([bytes([i, 255]) for i in range(len(RECORDS))]),
        "weight": pa.array([float("nan") if i % 4 == 0 else i / 3 for i in range(len(RECORDS))]),
    }
).replace_schema_metadata({"made by": "a test"})


@pytest.mark.parametrize(
    "options", [{}, {"row_group_size": 5}, {"compression": "zstd"}, {"compression": "none"}], ids=str
)
def test_parquet_is_restored_in_schema_rows_and_order(dedup, tmp_path, options):
    pq.write_table(TABLE, tmp_path / "a.parquet", **options)
    clean_and_restore(dedup, tmp_path, "a.parquet")
    before, after = pq.read_table(tmp_path / "a.parquet"), pq.read_table(tmp_path / "back" / "a.parquet")
    assert after.schema.equals(before.schema, check_metadata=True)
    assert str(after.to_pylist()) == str(before.to_pylist())  # as text, for not-a-number is not equal to itself


def test_kept_parquet_rows_are_those_not_removed_nor_rejected(dedup, tmp_path):
    pq.write_table(TABLE, tmp_path / "a.parquet", row_group_size=7, compression="gzip")
    clean_and_restore(dedup, tmp_path, "a.parquet")
    gone = removed_ids(tmp_path / "out")
    kept = pq.ParquetFile(tmp_path / "out" / "kept" / "a.parquet")
    assert kept.schema_arrow.equals(pq.read_schema(tmp_path / "a.parquet"), check_metadata=True)
    assert kept.metadata.row_group(0).column(0).compression == "GZIP"
    expected = [r["id"] for i, r in enumerate(RECORDS) if r["id"] not in gone and i != 5]
    assert kept.read().column("id").to_pylist() == expected
    assert [r["line"] for r in read_lines(tmp_path / "out" / "rejected.jsonl")] == [6]


def test_restored_parquet_has_no_more_row_groups_than_a_few(dedup, tmp_path):
    records = make_records("groups", 100, copies=3)
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "a.parquet")
    clean_and_restore(dedup, tmp_path, "a.parquet")
    assert pq.ParquetFile(tmp_path / "back" / "a.parquet").metadata.num_row_groups <= 3


def test_several_files_of_all_formats_are_one_corpus_and_are_all_restored(dedup, tmp_path):
    parts = [RECORDS[i::6] for i in range(6)]
    (tmp_path / "in").mkdir()
    contents = {
        "a.jsonl": encode_jsonl(parts[0]),
        "b.jsonl.gz": gzip.compress(encode_jsonl(parts[1])),
        "c.csv": encode_table(parts[2]),
        "d.tsv": encode_table(parts[3], "\t"),
        "e.txt": parts[4][0]["text"].encode(),
    }
    for name, content in contents.items():
        (tmp_path / "in" / name).write_bytes(content)
    pq.write_table(pa.Table.from_pylist(parts[5]), tmp_path / "in" / "f.parquet")
    clean_and_restore(dedup, tmp_path, "in")
    back = read_tree(tmp_path / "back")
    assert pq.read_table(tmp_path / "back" / "f.parquet").to_pylist() == parts[5]
    del back["f.parquet"]
    back["b.jsonl.gz"] = gzip.compress(gzip.decompress(back["b.jsonl.gz"]), mtime=0)
    assert back == contents | {"b.jsonl.gz": gzip.compress(encode_jsonl(parts[1]), mtime=0)}
    stories = {r["id"].split("-")[0] for part in (*parts[:4], parts[4][:1], parts[5]) for r in part}
    assert read_summary(tmp_path / "out")["counts"]["kept"] == len(stories)


def test_files_of_one_name_are_restored_side_by_side(dedup, tmp_path):
    for folder, part in (("x", RECORDS[:18]), ("y", RECORDS[18:])):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jsonl").write_bytes(encode_jsonl(part))
    clean_and_restore(dedup, tmp_path, "x/a.jsonl", "y/a.jsonl")
    assert read_tree(tmp_path / "back") == {
        "x/a.jsonl": encode_jsonl(RECORDS[:18]),
        "y/a.jsonl": encode_jsonl(RECORDS[18:]),
    }
    assert sorted(read_tree(tmp_path / "out" / "kept")) == ["x/a.jsonl", "y/a.jsonl"]


def test_standard_input_is_restored_as_a_file(dedup, tmp_path):
    clean_and_restore(dedup, tmp_path, "-", stdin=FLAT["jsonl"])
    assert read_tree(tmp_path / "back") == {"stdin.jsonl": FLAT["jsonl"]}
    assert {r["source"]["path"] for r in read_lines(tmp_path / "out" / "removed.jsonl")} == {"-"}


def test_standard_input_can_be_of_another_format(dedup, tmp_path):
    clean_and_restore(dedup, tmp_path, "-", "--input-format", "csv", stdin=FLAT["csv"])
    assert read_tree(tmp_path / "back") == {"stdin.csv": FLAT["csv"]}


def test_a_format_can_be_given_to_a_file_whose_name_does_not_tell(dedup, tmp_path):
    (tmp_path / "dump.2024").write_bytes(FLAT["jsonl"])
    clean_and_restore(dedup, tmp_path, "dump.2024", "--input-format", "jsonl")
    assert read_tree(tmp_path / "back") == {"dump.2024": FLAT["jsonl"]}


PIECES = [encode_jsonl([r])[:-1] for r in RECORDS[:6]] + [b"", b"  ", b"broken", b'{"text": 1}', b"\xff\xfe", b"\x00"]


@one_in(4)
@given(
    st.lists(st.lists(st.sampled_from(PIECES), max_size=10), min_size=1, max_size=3),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(list(PACK)),
)
def test_whatever_lines_files_hold_restore_gives_them_back(tmp_path_factory, files, end, bom, final_end, compression):
    from commands import run_fork

    folder = tmp_path_factory.mktemp("lines")
    contents = {}
    for index, lines in enumerate(files):
        content = b"\xef\xbb\xbf" * bom + end.join(lines) + end * final_end
        contents[f"{index}.jsonl{compression}"] = content
        (folder / f"{index}.jsonl{compression}").write_bytes(PACK[compression](content))
    clean_and_restore(run_fork, folder, *contents)
    assert {n: UNPACK[compression](b) for n, b in read_tree(folder / "back").items()} == contents


CELLS = [
    b'1,"a b c d e f"\n',
    b"2,A B C D E F\r\n",
    b'3,"x\ny"\n',
    b"\n",
    b"4\n",
    b'5,"a"b\n',
    b"6,\xff\n",
    b"7,a b c d e f",
]


@one_in(4)
@given(st.lists(st.sampled_from(CELLS[:-1]), max_size=10), st.booleans(), st.booleans())
def test_whatever_records_a_csv_file_holds_restore_gives_them_back(tmp_path_factory, records, bom, cut_off):
    from commands import run_fork

    folder = tmp_path_factory.mktemp("records")
    content = b"\xef\xbb\xbf" * bom + b"id,text\n" + b"".join(records) + CELLS[-1] * cut_off
    (folder / "a.csv").write_bytes(content)
    clean_and_restore(run_fork, folder, "a.csv")
    assert read_tree(folder / "back") == {"a.csv": content}


def test_a_large_file_cut_into_shards_is_restored(dedup, tmp_path):
    """More than two shards, which write into one file at once; blank and bad lines among the others."""
    source = random.Random(3)
    records = make_records("large", 60, copies=3)
    filler = [{"id": f"f{i}", "text": f"f{i} " * 600} for i in range(100)]
    lines = records + filler + [b"\n", b"broken\n", b'{"text": 5}\r\n'] * 20
    source.shuffle(lines)
    content = b"\xef\xbb\xbf" + encode_jsonl(lines)
    assert len(content) > 7 * 50_000
    (tmp_path / "a.jsonl").write_bytes(content)
    clean_and_restore(dedup, tmp_path, "a.jsonl", "--passages", "off", "--shard-size", "50000", workers=2)
    assert read_summary(tmp_path / "out")["counts"]["removed"] == 120
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == content
    gone = removed_ids(tmp_path / "out")
    kept = [r for r in lines if r == b"\n" or (isinstance(r, dict) and r["id"] not in gone)]
    assert (tmp_path / "out" / "kept" / "a.jsonl").read_bytes() == b"\xef\xbb\xbf" + encode_jsonl(kept)


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda _: None], ids=["empty", "file", "missing"])
def test_restore_refuses_what_is_no_run(dedup, tmp_path, make):
    make(tmp_path / "out")
    done = dedup("restore", "out", "-o", "back", cwd=tmp_path)
    assert (done.code, done.stderr) == (
        2,
        "error: out: no summary.json here. Name the OUT folder of a finished `dedup clean` run.\n",
    )


def test_restore_refuses_a_folder_that_holds_files(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(FLAT["jsonl"])
    clean_and_restore(dedup, tmp_path, "a.jsonl")
    done = dedup("restore", "out", "-o", "back", cwd=tmp_path)
    assert (done.code, done.stderr) == (2, "error: back: is not empty. Choose an empty or new folder with -o.\n")


def test_restore_writes_nothing_into_the_run_that_it_reads(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(FLAT["jsonl"])
    clean_and_restore(dedup, tmp_path, "a.jsonl")
    done = dedup("restore", "out", "-o", "out/kept/back", cwd=tmp_path)
    assert done.stderr == "error: out/kept/back: is within out. Choose an empty or new folder elsewhere with -o.\n"
    assert (done.code, (tmp_path / "out/kept/back").exists()) == (2, False)


@pytest.mark.parametrize(
    ("force", "message"),
    [
        (
            [],
            "changed after the run. Take OUT from a copy or run `dedup clean` anew; `dedup restore` has --force.",
        ),
        (["--force"], "is shorter than summary.json says. It was changed after the run."),
    ],
)
def test_restore_says_when_a_kept_file_was_cut_short_after_the_run(dedup, tmp_path, force, message):
    (tmp_path / "a.jsonl").write_bytes(FLAT["jsonl"])
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    (tmp_path / "out" / "kept" / "a.jsonl").write_bytes(b"")
    done = dedup("restore", "out", "-o", "back", *force, cwd=tmp_path)
    assert (done.code, done.stderr.splitlines()[-1]) == (2, f"error: out/kept/a.jsonl: {message}")
    assert read_tree(tmp_path / "back").keys() & {"a.jsonl"} == set()
