"""Parquet rows to documents."""

import datetime as dt
import decimal
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import make_text

from dedup import DedupError
from dedup.config import InputConfig
from dedup.corpus.files import find_files
from dedup.corpus.shards import plan_shards, read_shard


def read_table(tmp_path, table, config=None, key_field=None, **options):
    """Return (documents, rejections) of a Parquet file of this table: (id, text, line, row) and (line, error)."""
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table(table) if isinstance(table, dict) else table, path, **options)
    (shard,) = plan_shards(find_files([str(path)]))
    documents, rejections = [], []
    for block in read_shard(shard, config or InputConfig(), {"key": key_field} if key_field else {}, lambda _: None):
        rows = zip(block.ids, block.texts.to_pylist(), block.lines, block.starts, strict=True)
        documents += [(i.decode(), text, int(line), int(row)) for i, text, line, row in rows]
        rejections += [(r.line, r.error) for r in block.rejections]
    return documents, rejections


def test_a_row_is_its_id_its_text_and_its_number(tmp_path):
    documents, _ = read_table(tmp_path, {"id": ["a", "b"], "text": ["one", "two"]})
    assert documents == [('"a"', "one", 1, 0), ('"b"', "two", 2, 1)]


KINDS = [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_text_columns_of_any_kind_are_read(tmp_path, kind):
    documents, _ = read_table(tmp_path, {"text": pa.array(["漢", "b", "漢"]).cast(kind)})
    assert [d[1] for d in documents] == ["漢", "b", "漢"]


def test_rows_without_text_are_set_aside(tmp_path):
    documents, rejections = read_table(tmp_path, {"text": ["a", None, "b", None]})
    assert [d[1:] for d in documents] == [("a", 1, 0), ("b", 3, 2)]
    assert rejections == [(2, 'field "text" is null, not a text'), (4, 'field "text" is null, not a text')]


def test_rows_of_many_groups_are_numbered_through(tmp_path):
    texts = [f"t{i}" for i in range(10_000)]
    documents, _ = read_table(tmp_path, {"text": texts}, row_group_size=777)
    assert documents == [("", text, row + 1, row) for row, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (7, "7"),
        (1.5, "1.5"),
        (None, ""),
        (decimal.Decimal("1.10"), '"1.10"'),
        (dt.date(2024, 1, 2), '"2024-01-02"'),
        ("é", '"é"'),
        (["a", None], '"[\\"a\\",null]"'),
        ({"a": None}, '"{\\"a\\":null}"'),
        (True, '"true"'),
        (float("nan"), ""),
    ],
)
def test_ids_of_any_kind_are_texts_or_numbers(tmp_path, value, raw):
    documents, _ = read_table(tmp_path, {"text": ["a"], "id": [value]})
    assert [d[0] for d in documents] == [raw]


def test_a_table_of_no_rows_has_no_documents(tmp_path):
    assert read_table(tmp_path, {"text": pa.array([], pa.string())}) == ([], [])


def test_a_large_table_of_no_rows_is_one_shard(tmp_path):
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "a.parquet")
    (shard,) = plan_shards(find_files([str(tmp_path / "a.parquet")]), 100)
    assert [len(block.ids) for block in read_shard(shard, InputConfig(), {}, lambda _: None)] in ([], [0])


def test_a_file_without_the_text_column_is_an_error_that_names_the_columns(tmp_path):
    with pytest.raises(DedupError) as caught:
        read_table(tmp_path, {"body": ["a"], "id": [1]})
    assert caught.value.args[0] == (
        f'{tmp_path}/x.parquet: no column "text" (there are: body, id). Did you mean --text-field body?'
    )


def test_a_text_column_of_numbers_is_an_error(tmp_path):
    with pytest.raises(DedupError) as caught:
        read_table(tmp_path, {"text": [1]})
    assert caught.value.args[0] == (
        f'{tmp_path}/x.parquet: column "text" is int64, not text. Name the text column with --text-field.'
    )


def test_a_file_without_the_column_of_the_keep_policy_is_an_error(tmp_path):
    with pytest.raises(DedupError, match='no column "date"'):
        read_table(tmp_path, {"text": ["a"]}, key_field="date")


@pytest.mark.parametrize("content", [b"", b"no parquet", b"PAR1" + bytes(100) + b"PAR1"])
def test_what_is_no_parquet_is_an_error(tmp_path, content):
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    (shard,) = plan_shards(find_files([str(path)]))
    with pytest.raises(DedupError, match=r"x\.parquet: not a readable Parquet file \(.+\)"):
        list(read_shard(shard, InputConfig(), {}, lambda _: None))


def test_a_parquet_file_that_was_unpacked_is_called_as_the_user_knows_it(dedup, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b.parquet", "none")
    for args, stdin, name in ((("a.zip",), b"", "a.zip/b.parquet"), (("-", "--input-format", "parquet"), b"none", "-")):
        done = dedup("clean", *args, "-o", "out", stdin=stdin, cwd=tmp_path)
        assert done.code == 2
        assert done.stderr.startswith(f"error: {name}: not a readable Parquet file")


def test_row_groups_are_read_cut_and_restored_for_any_number_of_workers(dedup, tmp_path):
    body = " ".join(f"w{n}" for n in range(60))
    texts = [f"{n % 7} {make_text(str(n % 7))}" for n in range(20)] + [None, f"{body}\n\n{body}"]
    rows = [{"n": number, "text": text} for number, text in enumerate(texts)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=3)
    outputs = []
    for workers, size in ((1, 1 << 24), (3, 400)):
        out = f"out{workers}"
        arguments = ("--workers", workers, "--shard-size", size, "--annotate")
        done = dedup("clean", "a.parquet", "-o", out, *arguments, cwd=tmp_path)
        assert (done.code, done.stderr) == (0, "")
        assert dedup("restore", out, "-o", f"back{workers}", cwd=tmp_path).code == 0
        assert pq.read_table(tmp_path / f"back{workers}" / "a.parquet").to_pylist() == rows
        names = ("kept/a.parquet", "annotated/a.parquet", "removed.jsonl", "rejected.jsonl", "edited.jsonl")
        outputs.append([(tmp_path / out / name).read_bytes() for name in names])
    assert outputs[0] == outputs[1]
    assert len(outputs[0][2].splitlines()) == 13
    assert pq.read_table(tmp_path / "out3" / "kept" / "a.parquet").num_rows == 8
