"""`dedup export`: tables of a run, an index and a comparison."""

import csv
import io
import json

import openpyxl
import pyarrow.parquet as pq
import pytest
from corpora import edit_text, make_records, make_text, read_lines, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from dedup.cli.export import NAMES
from dedup.index.admin import TABLES
from dedup.output.table_file import FORMULA, disarm
from dedup.report.compare.compare_tables import COLUMNS

RECORDS = [record | {"title": "=1+1", "outlet": "ap"} for record in make_records("export", 6, copies=3)]
OF_A_RUN = ("removed", "clusters", "related", "passages", "documents", "boilerplate", "rejected")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run in `out`, its index and a comparison."""
    from commands import run_fork

    place = tmp_path_factory.mktemp("export")
    twice = make_text("twice", 60)
    frame = make_text("frame", 200).split()
    more = [
        {"id": f"t{n}", "text": " ".join(str(n * 7 + i) if i % 50 == 0 else word for i, word in enumerate(frame))}
        for n in (3, 5)
    ]
    write_jsonl(place / "a.jsonl", [*RECORDS, {"id": 7, "text": f"{twice}.\n{twice}."}, *more, b"{broken\n"])
    assert run_fork("clean", "a.jsonl", "-o", "out", "--index", "n.duckdb", cwd=place).code == 0
    for name, number in (("a", "Nine"), ("b", "Ten"), ("c", "Nine")):
        text = f"{number} people died in the fire. " + "The mayor thanked the crews on Monday. " * (name != "c")
        (place / f"{name}.txt").write_text(text)
    args = ("a.txt", "b.txt", "c.txt", "--engine", "lexical", "--format", "json", "-o", "story.json")
    assert run_fork("compare", *args, cwd=place).code == 0
    return place


def export(dedup, folder, source, table, *args):
    done = dedup("export", source, "--table", table, *args, cwd=folder)
    assert (done.code, done.stderr) == (0, ""), done.stderr
    return done.stdout


def read_rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_removed_documents_are_those_of_the_run(dedup, folder):
    rows = read_rows(export(dedup, folder, "out", "removed"))
    lines = read_lines(folder / "out" / "removed.jsonl")
    found = [(r["id"], r["source_line"], r["relation"], r["witness_id"], r["similarity"], r["text"]) for r in rows]
    assert len(found) > 5
    assert found == [
        (
            r["id"],
            str(r["source"]["line"]),
            r["relation"],
            r["witness"]["id"],
            str(r["similarity"]),
            r["record"]["text"],
        )
        for r in lines
    ]


def test_texts_and_titles_inside_objects_are_in_the_table_of_removed_documents(dedup, tmp_path):
    article = {"body": make_text("nested", 40), "headline": "News"}
    write_jsonl(tmp_path / "a.jsonl", [{"id": str(n), "article": article} for n in range(2)])
    args = ("--text-field", "article.body", "--title-field", "article.headline")
    assert dedup("clean", "a.jsonl", "-o", "out", *args, cwd=tmp_path).code == 0
    [row] = read_rows(export(dedup, tmp_path, "out", "removed"))
    assert (row["title"], row["text"]) == ("News", article["body"])


def test_the_documents_are_all_of_the_input_in_its_order(dedup, folder):
    rows = read_rows(export(dedup, folder, "out", "documents"))
    records = [json.loads(line) for line in (folder / "a.jsonl").read_bytes().splitlines()[:-1]]
    assert [(r["id"], r["line"]) for r in rows] == [(str(r["id"]), str(n)) for n, r in enumerate(records, 1)]
    removed = {r["id"]: r["witness"]["id"] for r in read_lines(folder / "out" / "removed.jsonl")}
    assert {r["id"]: r["witness_id"] for r in rows if r["is_kept"] == "False"} == removed
    assert {r["outlet"] for r in rows} == {"ap", ""}
    clusters = {r["id"]: r["cluster"] for r in read_rows(export(dedup, folder, "out", "clusters"))}
    assert {r["id"]: r["cluster"] for r in rows if r["cluster"]} == clusters


@pytest.mark.parametrize("table", ["related", "passages", "rejected"])
def test_every_line_of_a_file_is_a_row(dedup, folder, table):
    rows, lines = read_rows(export(dedup, folder, "out", table)), read_lines(folder / "out" / f"{table}.jsonl")
    assert len(rows) == len(lines) > 0


SOURCES = [("out", OF_A_RUN), ("n.duckdb", TABLES), ("story.json", COLUMNS)]


def test_all_tables_are_named_in_the_help(folder):
    assert folder.exists()
    assert set(NAMES) == {table for _, tables in SOURCES for table in tables}


@pytest.mark.parametrize(("source", "table"), [(source, table) for source, tables in SOURCES for table in tables])
def test_all_formats_have_the_same_rows(dedup, folder, source, table):
    for kind in ("csv", "parquet", "xlsx"):
        export(dedup, folder, source, table, "-o", f"t.{kind}", "-q")
    rows = read_rows((folder / "t.csv").read_text())
    parquet = pq.read_table(folder / "t.parquet")
    book = openpyxl.load_workbook(folder / "t.xlsx")
    head, *sheet = book.active.iter_rows(values_only=True)
    assert parquet.column_names == list(head)
    assert len(rows) == len(parquet) == len(sheet)

    def show(value):
        return "" if value is None else disarm(value) if isinstance(value, str) else str(value)

    assert [list(map(show, row.values())) for row in parquet.to_pylist()] == [list(row.values()) for row in rows]
    for cells, row in zip(sheet, parquet.to_pylist(), strict=True):
        assert [cell or None for cell in cells] == [
            value if isinstance(value, bool) and value else value or None for value in row.values()
        ]


def test_a_formula_stays_text_in_every_format(dedup, folder):
    for kind in ("csv", "xlsx"):
        export(dedup, folder, "out", "removed", "-o", f"f.{kind}", "-q")
    assert {row["title"][:3] for row in read_rows((folder / "f.csv").read_text())} == {"'=1"}
    sheet = openpyxl.load_workbook(folder / "f.xlsx").active
    place = [cell.value for cell in sheet[1]].index("title") + 1
    assert {sheet.cell(row, place).data_type for row in range(2, sheet.max_row + 1)} == {"s"}


@given(st.text(st.sampled_from("=+-@\t\r\n 1a'\x1b")))
def test_no_cell_begins_as_a_formula(text):
    safe = disarm(text)
    assert not safe.lstrip(" ").startswith(FORMULA)
    assert "\x1b" not in safe


def test_the_comparison_is_told_by_name(dedup, folder):
    rows = read_rows(export(dedup, folder, "story.json", "rows"))
    assert {"a", "b", "c"} == {row["name"] for row in rows}
    [left_out] = read_rows(export(dedup, folder, "story.json", "left_out"))
    assert ("c", "a; b") == (left_out["name"], left_out["said_by"])
    facts = read_rows(export(dedup, folder, "story.json", "disagreements"))
    assert {"Nine", "Ten"} == {row["texts"] for row in facts}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("out", "--table", "links"), "out: is a run, which has no table links. It has documents, removed"),
        (("n.duckdb", "--table", "clusters"), "is an index, which has no table clusters"),
        (("story.json", "--table", "removed"), "is a comparison, which has no table removed"),
        (("a.jsonl", "--table", "rows"), "a.jsonl: is no folder of"),
        (("absent", "--table", "rows"), "absent: No such file"),
        (("out", "--format", "xlsx"), "Name a file for xlsx"),
        (("out", "--json"), "--json prints to standard output"),
        (("n.duckdb", "--table", "runs", "-o", "n.duckdb"), "is an input"),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_one_line(dedup, folder, args, said):
    done = dedup("export", *args, cwd=folder)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_comparison_that_was_changed_is_refused(dedup, folder, tmp_path):
    found = json.loads((folder / "story.json").read_text())
    changes = [("links", [{"a": 1}]), ("rows", 7), ("documents", [{"name": 3}]), ("shares", [{"doc": 99}])]
    for field, value in changes:
        (tmp_path / "s.json").write_text(json.dumps(found | {field: value}))
        assert dedup("export", "s.json", "--table", field, cwd=tmp_path).code == 2


def test_more_rows_than_a_sheet_has_are_refused(dedup, folder, monkeypatch):
    monkeypatch.setattr("dedup.output.table_file.MAX_ROWS", 3)
    done = dedup("export", "out", "--table", "documents", "-o", "many.xlsx", cwd=folder)
    assert (done.code, (folder / "many.xlsx").exists()) == (2, False)
    assert "a sheet has room for 3 rows" in done.stderr


def test_a_long_text_is_cut_in_a_sheet_alone(dedup, tmp_path):
    text = make_text("long", 9000)
    write_jsonl(tmp_path / "a.jsonl", [{"text": text}, {"text": edit_text(text, "x")}])
    dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert len(read_rows(export(dedup, tmp_path, "out", "removed"))[0]["text"]) > 40_000
    export(dedup, tmp_path, "out", "removed", "-o", "t.xlsx", "-q")
    cells = {len(str(cell.value)) for cell in openpyxl.load_workbook(tmp_path / "t.xlsx").active[2]}
    assert max(cells) == 32_767


def test_the_summary_says_how_many_rows(dedup, folder):
    done = dedup("export", "out", "--table", "rejected", "-o", "r.csv", cwd=folder)
    assert done.stdout == "wrote 1 row to r.csv\n"
    done = dedup("export", "out", "--table", "rejected", "-o", "r.csv", "--json", cwd=folder)
    assert json.loads(done.stdout) == {"output": "r.csv", "rows": 1}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("a.jsonl",), "a.jsonl: is no folder of `dedup clean`, no index, and not what `dedup compare"),
        (
            ("out", "-o", "removed.xls"),
            "removed.xls: .xls is none of csv, parquet, xlsx. Name the format with --format.",
        ),
        (("story.json",), "story.json: is a comparison, which has no table removed."),
    ],
)
def test_what_is_no_source_or_no_format_is_told(dedup, folder, args, said):
    done = dedup("export", *args, cwd=folder)
    assert (done.code, said in done.stderr) == (2, True)
    assert not (folder / "removed.xls").exists()
