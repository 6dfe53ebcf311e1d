"""Mark instead of remove: all records in their format, with what was decided on them."""

import csv
import io
import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import load_kernels
from corpora import make_records, read_lines, read_summary, write_jsonl
from test_clean_formats import PACK, UNPACK, encode_table

from dedup.corpus.compression import open_reader

RECORDS = make_records("annotate", 8, copies=3)
NAMES = ["dedup_relation", "dedup_witness", "dedup_similarity", "dedup_cluster", "dedup_novel_words"]


def clean(dedup, folder, *args, stdin=b""):
    done = dedup("clean", *args, "-o", "out", "--annotate", "-q", cwd=folder, stdin=stdin)
    assert (done.code, done.stderr) == (0, "")


def expect(out):
    """Return what has to be added, by id, from the other files of OUT; a kept document alone has nothing."""
    added = {
        r["id"]: [r["relation"], r["witness"]["id"], r["similarity"], None, r.get("novel_words", 0)]
        for r in read_lines(out / "removed.jsonl")
    }
    for cluster in read_lines(out / "clusters.jsonl"):
        for member in cluster["members"]:
            added.setdefault(member["id"], [None] * 5)[3] = cluster["cluster"]
    return added


def check_records(records, out):
    added = expect(out)
    assert len(added) > 10
    assert [[r.get(name) for name in NAMES] for r in records] == [added.get(r["id"], [None] * 5) for r in records]


@pytest.mark.parametrize("ending", PACK)
def test_json_lines_get_fields_at_their_end(dedup, tmp_path, ending):
    raw = b"".join(json.dumps(record).encode() + b" \r\n" for record in RECORDS)
    (tmp_path / f"a.jsonl{ending}").write_bytes(PACK[ending](raw))
    clean(dedup, tmp_path, f"a.jsonl{ending}", "--workers", 2, "--shard-size", 2000)
    lines = UNPACK[ending]((tmp_path / "out" / "annotated" / f"a.jsonl{ending}").read_bytes()).splitlines()
    found = list(map(json.loads, lines))
    check_records(found, tmp_path / "out")
    assert [json.dumps(r).encode()[:-1] for r in RECORDS] == [line[: line.index(b',"dedup_')] for line in lines]


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_a_table_gets_columns(dedup, tmp_path, kind):
    delimiter = {"csv": ",", "tsv": "\t"}[kind]
    (tmp_path / f"a.{kind}").write_bytes(encode_table(RECORDS, delimiter))
    clean(dedup, tmp_path, f"a.{kind}")
    text = (tmp_path / "out" / "annotated" / f"a.{kind}").read_bytes().decode()
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert ["id", "date", "text", *NAMES] == header
    added = expect(tmp_path / "out")
    cells = {key: ["" if value is None else str(value) for value in values] for key, values in added.items()}
    assert [row[3:] for row in rows] == [cells.get(row[0], [""] * 5) for row in rows]
    own = io.StringIO(encode_table(RECORDS, delimiter).decode(), newline="")
    assert list(csv.reader(own, delimiter=delimiter))[1:] == [row[:3] for row in rows]


def test_a_ragged_row_keeps_its_cells_and_the_columns_their_place(dedup, tmp_path):
    (tmp_path / "a.csv").write_text("id,text,date\n1,one two,x,surplus\n2,one two\n3,other words,y\n")
    clean(dedup, tmp_path, "a.csv", "--threshold", "0.9")
    rows = list(csv.reader((tmp_path / "out" / "annotated" / "a.csv").read_text().splitlines()))
    assert ["1", "one two", "x", "", "", "", "1", "", "surplus"] == rows[1]
    assert ["2", "one two", "", "exact", "1", "1.0", "1", "0"] == rows[2]
    assert ["3", "other words", "y", *[""] * 5] == rows[3]


def test_parquet_gets_columns_of_numbers_and_texts(dedup, tmp_path):
    table = pa.Table.from_pylist([{**record, "tags": ["a", "b"]} for record in RECORDS])
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=5)
    clean(dedup, tmp_path, "a.parquet")
    found = pq.read_table(tmp_path / "out" / "annotated" / "a.parquet")
    assert found.drop_columns(NAMES).equals(table)
    assert [pa.string(), pa.string(), pa.float64(), pa.int64(), pa.int64()] == [
        found.schema.field(n).type for n in NAMES
    ]
    check_records(found.to_pylist(), tmp_path / "out")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_what_is_annotated_is_input_again_and_its_marks_are_replaced(dedup, tmp_path, kind):
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(RECORDS), tmp_path / "a.parquet")
    elif kind == "csv":
        (tmp_path / "a.csv").write_bytes(encode_table(RECORDS, end="\n"))
    else:
        write_jsonl(tmp_path / "a.jsonl", RECORDS)
    clean(dedup, tmp_path, f"a.{kind}")
    first = (tmp_path / "out" / "annotated" / f"a.{kind}").read_bytes()
    (tmp_path / f"a.{kind}").write_bytes(first)
    clean(dedup, tmp_path, f"a.{kind}", "--overwrite")
    again = (tmp_path / "out" / "annotated" / f"a.{kind}").read_bytes()
    if kind == "parquet":
        assert pq.read_table(io.BytesIO(first)).equals(pq.read_table(io.BytesIO(again)))
    elif kind == "csv":
        assert first == again
    else:
        assert [*map(json.loads, first.splitlines())] == [*map(json.loads, again.splitlines())]


def test_records_that_cannot_be_read_are_rejected_and_not_annotated(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [*RECORDS, b"{broken\n", b"\n"])
    clean(dedup, tmp_path, "a.jsonl")
    assert len(read_lines(tmp_path / "out" / "annotated" / "a.jsonl")) == len(RECORDS)
    assert read_summary(tmp_path / "out")["counts"]["rejected"] == 1


def test_an_empty_table_is_annotated_as_one(dedup, tmp_path):
    (tmp_path / "a.tsv").write_bytes(b"")
    write_jsonl(tmp_path / "b.jsonl", RECORDS)
    clean(dedup, tmp_path, "a.tsv", "b.jsonl")
    assert (tmp_path / "out" / "annotated" / "a.tsv").read_bytes() == b""


def test_restore_resume_and_overwrite_hold_with_annotated_files(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", RECORDS)
    clean(dedup, tmp_path, "a.jsonl")
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()
    plain = dedup("clean", "a.jsonl", "-o", "out", "--resume", cwd=tmp_path)
    assert plain.code == 2, "a run without marks is another run"
    assert "complete already" in dedup("clean", "a.jsonl", "-o", "out", "--annotate", "--resume", cwd=tmp_path).stderr
    (tmp_path / "out" / "annotated" / "a.jsonl").write_text("changed")
    done = dedup("clean", "a.jsonl", "-o", "out", "--overwrite", cwd=tmp_path)
    assert done.code == 2
    assert "annotated/a.jsonl: was changed after the run" in done.stderr


def test_text_files_have_no_fields(dedup, tmp_path):
    (tmp_path / "a.txt").write_text("One text.")
    done = dedup("clean", "a.txt", "-o", "out", "--annotate", cwd=tmp_path)
    assert (done.code, (tmp_path / "out").exists()) == (2, False)
    assert "a.txt: --annotate adds fields to records" in done.stderr


def test_a_witness_in_an_index_is_named(dedup, tmp_path):
    write_jsonl(tmp_path / "day1.jsonl", RECORDS[:12])
    write_jsonl(tmp_path / "day2.jsonl", [record | {"id": f"late {record['id']}"} for record in RECORDS[:12]])
    dedup("clean", "day1.jsonl", "-o", "one", "--index", "news.duckdb", cwd=tmp_path)
    clean(dedup, tmp_path, "day2.jsonl", "--index", "news.duckdb")
    found = read_lines(tmp_path / "out" / "annotated" / "day2.jsonl")
    assert not [record for record in found if record["dedup_relation"] is None]
    check_records(found, tmp_path / "out")


# ------------------------------------------------------------------------------------------------------ --to-stdout


def test_several_files_are_passed_on_as_whole_lines_of_utf8(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"id": "a", "text": "one two three four five six"}')
    (tmp_path / "b.jsonl").write_bytes(b'\xef\xbb\xbf{"id": "b", "text": "seven eight nine ten eleven"}\n')
    (tmp_path / "c.jsonl").write_bytes('{"id": "c", "text": "twelve of these häuser are there"}\n'.encode("utf-16"))
    done = dedup("clean", "a.jsonl", "b.jsonl", "c.jsonl", "--to-stdout", "-q", cwd=tmp_path)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a", "b", "c"]


def test_what_is_kept_is_passed_on(dedup, tmp_path):
    raw = write_jsonl(tmp_path / "a.jsonl", RECORDS).read_bytes()
    dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    before = sorted(tmp_path.iterdir())
    done = dedup("clean", "-", "--to-stdout", cwd=tmp_path, stdin=raw)
    assert (done.code, done.stdout) == (0, (tmp_path / "out" / "kept" / "a.jsonl").read_text())
    assert "24 documents, 16 removed" in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_all_records_are_passed_on_with_marks(dedup, tmp_path):
    raw = write_jsonl(tmp_path / "a.jsonl", RECORDS).read_bytes()
    done = dedup("clean", "-", "--to-stdout", "--annotate", "-q", cwd=tmp_path, stdin=raw)
    assert (done.code, done.stderr) == (0, "")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [record["id"] for record in RECORDS]
    assert '"dedup_relation":"edited"' in done.stdout


def test_compressed_lines_are_passed_on_as_lines_and_a_folder_is_left_too(dedup, tmp_path):
    for name, ending in (("a", ""), ("b", ".gz")):
        raw = b"".join(json.dumps(r | {"id": name + r["id"]}).encode() + b"\n" for r in RECORDS[name == "b" :: 2])
        (tmp_path / f"{name}.jsonl{ending}").write_bytes(PACK[ending](raw))
    done = dedup("clean", "a.jsonl", "b.jsonl.gz", "--to-stdout", "-o", "out", cwd=tmp_path)
    parts = []
    for name, compression in (("a.jsonl", None), ("b.jsonl.gz", "gzip")):
        with open_reader(str(tmp_path / "out" / "kept" / name), compression) as (stream, _):
            parts.append(stream.read())
    assert (done.code, done.stdout.encode()) == (0, b"".join(parts))
    assert "Where to look next" in done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["a.parquet", "--to-stdout"], "no lines"),
        (["a.csv", "b.csv", "--to-stdout"], "one table"),
        (["a.jsonl", "a.csv", "--to-stdout"], "one table"),
        (["a.jsonl", "--to-stdout", "--dry-run"], "--dry-run"),
        (["a.jsonl", "--to-stdout", "--json"], "--json"),
        (["a.jsonl", "--to-stdout", "--index", "x.duckdb"], "-o OUT/"),
        (["a.jsonl", "--to-stdout", "--engine", "spark"], "--engine spark"),
    ],
)
def test_what_cannot_be_passed_on_is_refused_before_any_work(dedup, tmp_path, args, said):
    pq.write_table(pa.Table.from_pylist(RECORDS), tmp_path / "a.parquet")
    write_jsonl(tmp_path / "a.jsonl", RECORDS)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(encode_table(RECORDS))
    done = dedup("clean", *args, cwd=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    load_kernels()
    write_jsonl(tmp_path / "a.jsonl", make_records("many", 300, copies=1))
    command = f"{sys.executable} -m dedup clean a.jsonl --to-stdout -q | head -c 10"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr, len(done.stdout)) == (0, b"", 10)
