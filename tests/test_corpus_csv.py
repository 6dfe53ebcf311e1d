"""CSV and TSV to documents."""

import csv
import io
import tracemalloc

import naive
import numpy as np
import pytest
from corpora import make_text, read_lines
from hypothesis import given
from hypothesis import strategies as st

from dedup import DedupError
from dedup.config import InputConfig
from dedup.corpus.delimited import TableLayout, TablePlace, read_records
from dedup.corpus.files import find_files
from dedup.corpus.shards import plan_shards, read_shard
from dedup.kernels.table_records import END, START

BOM = b"\xef\xbb\xbf"


def read_table(tmp_path, data, name="x.csv", config=None, key_field=None):
    """Return (documents, rejections) of a CSV file of these bytes."""
    path = tmp_path / name
    path.write_bytes(data)
    (shard,) = plan_shards(find_files([str(path)]))
    documents, rejections = [], []
    for block in read_shard(shard, config or InputConfig(), {"key": key_field} if key_field else {}, lambda _: None):
        rows = zip(block.ids, block.texts.to_pylist(), block.lines, block.starts, block.lengths, strict=True)
        documents += [
            (i.decode(), text, int(line), data[start : start + length]) for i, text, line, start, length in rows
        ]
        rejections += [(r.line, r.error, data[r.start : r.start + r.length]) for r in block.rejections]
    return documents, rejections


def test_a_record_is_its_text_its_id_its_line_and_its_bytes(tmp_path):
    documents, _ = read_table(tmp_path, b'id,text\r\n1,"a, b"\r\n2,c\r\n')
    assert documents == [('"1"', "a, b", 2, b'1,"a, b"\r\n'), ('"2"', "c", 3, b"2,c\r\n")]


def test_a_record_may_span_lines(tmp_path):
    documents, _ = read_table(tmp_path, b'text,id\n"a\nb\n\nc",1\nd,2\n')
    assert documents == [('"1"', "a\nb\n\nc", 2, b'"a\nb\n\nc",1\n'), ('"2"', "d", 6, b"d,2\n")]


def test_a_doubled_quote_is_one(tmp_path):
    documents, _ = read_table(tmp_path, b'text\n"he said ""no"""\n')
    assert [d[1] for d in documents] == ['he said "no"']


def test_the_last_line_needs_no_end(tmp_path):
    documents, _ = read_table(tmp_path, b"text\na\nb")
    assert documents == [("", "a", 2, b"a\n"), ("", "b", 3, b"b")]


def test_blank_lines_are_no_records(tmp_path):
    documents, rejections = read_table(tmp_path, b"text\n\na\n\r\n\nb\n")
    assert ([(d[1], d[2]) for d in documents], rejections) == ([("a", 3), ("b", 6)], [])


@pytest.mark.parametrize("header", [b"text,id\n", b'"text","id"\n', b'"text",id\r\n'])
def test_a_byte_order_mark_is_no_part_of_the_first_column_name(tmp_path, header):
    documents, _ = read_table(tmp_path, BOM + header + b"a,1\n")
    assert [d[:2] for d in documents] == [('"1"', "a")]


def test_tabs_separate_a_tsv_file(tmp_path):
    documents, _ = read_table(tmp_path, b"id\ttext\n1\ta, b\n", "x.tsv")
    assert [d[:2] for d in documents] == [('"1"', "a, b")]


def test_a_file_of_nothing_has_no_documents(tmp_path):
    assert read_table(tmp_path, b"") == ([], [])


def test_a_header_alone_has_no_documents(tmp_path):
    assert read_table(tmp_path, b"id,text\n") == ([], [])


def test_surplus_fields_do_not_matter(tmp_path):
    documents, _ = read_table(tmp_path, b"id,text\n1,a,b,c\n")
    assert [d[1] for d in documents] == ["a"]


def test_records_bigger_than_a_block_are_read(tmp_path):
    text = "x" * (5 << 20)
    documents, _ = read_table(tmp_path, f'text,id\n"{text}",1\n"{text}",2\nz,3\n'.encode())
    assert [(d[0], len(d[1])) for d in documents] == [('"1"', 5 << 20), ('"2"', 5 << 20), ('"3"', 1)]


REJECTED = {
    b"1\n": 'no field "text" (1 of 2 fields)',
    b'1,"a"b\n': "malformed CSV ('\",' expected after '\"')".replace('",', ","),
    b"1,a\xff\n": "invalid UTF-8 (byte 0xff at position 3)",
    b'1,"\xff\n"\n': "invalid UTF-8 (byte 0xff at position 3)",
}


@pytest.mark.parametrize(("record", "error"), REJECTED.items(), ids=map(str, REJECTED))
def test_a_bad_record_is_set_aside_with_its_reason_and_the_others_are_read(tmp_path, record, error):
    documents, rejections = read_table(tmp_path, b"id,text\n0,first\n" + record + b"9,last\n")
    assert [d[1] for d in documents] == ["first", "last"]
    assert rejections == [(3, error, record)]


@pytest.mark.parametrize("after", [b"2,b\n", b'2,"b"\n', b'2,"b\nc"\n', b'2,b\n3,"c"\n'])
def test_a_quote_that_is_never_closed_costs_its_line_alone(tmp_path, after):
    documents, rejections = read_table(tmp_path, b'id,text\n0,first\n1,"open\n' + after)
    expected = [cells[1] for cells in csv.reader(io.StringIO(after.decode()))]
    assert [d[1] for d in documents] == ["first", *expected]
    assert rejections == [(3, "malformed CSV (unexpected end of data)", b'1,"open\n')]


def test_open_quotes_are_counted_by_their_lines_for_any_number_of_workers(dedup, tmp_path):
    rows = [f"{n},{'' if n % 5 else chr(34)}{make_text(n, 40)}\n" for n in range(30)]
    (tmp_path / "a.csv").write_text("id,text\n" + "".join(rows))
    for workers, size in ((1, 1 << 24), (2, 3000)):
        out = f"out{workers}"
        done = dedup("clean", "a.csv", "-o", out, "--workers", workers, "--shard-size", size, cwd=tmp_path)
        assert (done.code, done.stderr) == (3, "")  # more than a tenth
        assert [r["line"] for r in read_lines(tmp_path / out / "rejected.jsonl")] == list(range(2, 32, 5))
        assert dedup("restore", out, "-o", f"back{workers}", cwd=tmp_path).code == 0
        assert (tmp_path / f"back{workers}" / "a.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    kept = [(tmp_path / f"out{n}" / "kept" / "a.csv").read_bytes() for n in (1, 2)]
    assert kept[0] == kept[1]
    assert kept[0].count(b"\n") == 25


MARKED = {
    b'"So it is," he said.': '"So it is," he said.',
    b'"Fire" in town "today': '"Fire" in town "today',
    b'"never closed': '"never closed',
    b'"': '"',
    b'"whole"': "whole",
    b'"a ""b"" c"': 'a "b" c',
    b'"over\nlines\tand tabs"': "over\nlines\tand tabs",
    b'"cell"\r': "cell",
}


@pytest.mark.parametrize(("cell", "text"), MARKED.items(), ids=map(str, MARKED))
def test_a_quotation_mark_between_tabs_is_plain_unless_another_one_ends_its_cell(tmp_path, cell, text):
    data = b"id\ttext\n0\tfirst\n1\t" + cell + b'\n2\t"Why?" she asked.\n3\tlast "word"\n'
    documents, rejections = read_table(tmp_path, data, "x.tsv")
    assert ([d[1] for d in documents], rejections) == (["first", text, '"Why?" she asked.', 'last "word"'], [])
    records = [TableLayout(["id", "text"], "\t", 8, 1).parse_cells(d[3])[1] for d in documents]
    assert records == [d[1] for d in documents]


def test_more_cells_than_columns_are_rejected_where_a_mark_behind_a_space_made_them(tmp_path):
    record = b'1, "a, b"\n'
    data = b"id,text\n" + record + b'2,"She said, ""yes"", and left",\n3,c,,\n'
    documents, rejections = read_table(tmp_path, data)
    assert [d[1] for d in documents] == ['She said, "yes", and left', "c"]
    assert [(line, raw) for line, _, raw in rejections] == [(2, record)]


@pytest.mark.parametrize(("delimiter", "end"), [(",", b'"'), ("\t", b"")])
def test_many_quotation_marks_in_a_cell_take_little_memory(delimiter, end):
    layout, cell = TableLayout(["text"], delimiter, 5, 1), b'"' + b'""' * 100_000 + b"x" + end
    tracemalloc.start()
    assert len(layout.parse_cells(cell)) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * len(cell)


def test_plain_marks_between_tabs_are_cleaned_annotated_and_restored_for_any_number_of_workers(dedup, tmp_path):
    body = make_text("cut", 60)
    texts = [f'"{make_text(n, 40)}"{" he said" * (n % 3)}' for n in range(20)]
    rows = [
        f'{n}\t"Big" news\t{text}\n'
        for n, text in enumerate([*texts, texts[1], f'"A" {body}. Then {body}. Then {body}.'])
    ]
    (tmp_path / "a.tsv").write_text("id\ttitle\ttext\n" + "".join(rows))
    for workers, size in ((1, 1 << 24), (2, 1000)):
        out = f"out{workers}"
        done = dedup(
            *("clean", "a.tsv", "-o", out, "--annotate", "--workers", workers, "--shard-size", size), cwd=tmp_path
        )
        assert (done.code, done.stderr) == (0, "")
        assert dedup("restore", out, "-o", f"back{workers}", cwd=tmp_path).code == 0
        assert (tmp_path / f"back{workers}" / "a.tsv").read_bytes() == (tmp_path / "a.tsv").read_bytes()
        [removed], [edited] = (read_lines(tmp_path / out / name) for name in ("removed.jsonl", "edited.jsonl"))
        assert [removed["record"][name] for name in ("title", "text")] == ['"Big" news', texts[1]]
        assert edited["record"]["title"] == '"Big" news'
    for name in ("kept", "annotated"):
        one, two = ((tmp_path / f"out{n}" / name / "a.tsv").read_bytes() for n in (1, 2))
        assert one == two
    assert len(read_table(tmp_path, (tmp_path / "out1/annotated/a.tsv").read_bytes(), "b.tsv")[0]) == 22


def test_lines_that_each_open_a_quote_to_the_end_cost_no_square_of_their_number():
    size, rows = 7, 400_000
    data = np.frombuffer(b'x","yy\n' * rows, np.uint8)
    place, layout, steps = TablePlace(0), TableLayout(["text"], ",", 0, 0), []
    while place.begin < data.size:
        found, place = read_records(data, place, layout, np.empty(0, np.int64), data.size)
        steps += np.diff(found.records[:, [START, END]]).ravel().tolist()
        assert place.doomed == data.size  # known to every later line
    assert steps == [size] * rows


def test_malformed_lines_between_open_quotes_hide_no_end_that_is_known():
    rows = 20_000
    data = np.frombuffer(b'zz","\n""b\n' * rows, np.uint8)
    place, layout, count = TablePlace(0), TableLayout(["text"], ",", 0, 0), 0
    while place.begin < data.size:
        found, place = read_records(data, place, layout, np.empty(0, np.int64), data.size)
        count += len(found.records)
        assert place.doomed == data.size
    assert count == 2 * rows


def test_a_file_without_the_text_column_is_an_error_that_names_the_columns(tmp_path):
    with pytest.raises(DedupError) as caught:
        read_table(tmp_path, b"id,body\n1,a\n")
    assert (
        caught.value.args[0]
        == f'{tmp_path}/x.csv: no column "text" (there are: id, body). Did you mean --text-field body?'
    )


def test_a_file_without_the_column_of_the_keep_policy_is_an_error(tmp_path):
    with pytest.raises(DedupError) as caught:
        read_table(tmp_path, b"id,text\n1,a\n", key_field="date")
    assert str(caught.value) == f'{tmp_path}/x.csv: no column "date" (there are: id, text). Name it with keep.'


cells = st.lists(st.sampled_from(["a", "b", " ", ",", '"', "\n", "\r\n", "\t", "é", "漢"]), max_size=6).map("".join)


@given(st.lists(st.tuples(cells, cells), max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_records_are_those_of_the_csv_module(tmp_path_factory, rows, end, quote_all):
    file = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(file, lineterminator=end, quoting=quoting)
    writer.writerow(["text", "id"])
    writer.writerows(rows)
    folder = tmp_path_factory.getbasetemp()
    documents, rejections = read_table(folder, file.getvalue().encode())
    assert ([d[1] for d in documents], rejections) == ([text for text, _ in rows], [])
    records = [TableLayout(["text", "id"], ",", 0, 1).parse_record(d[3]) for d in documents]
    assert records == [{"text": text, "id": doc_id} for text, doc_id in rows]


PIECES = [
    '"',
    '""',
    ",",
    ";",
    "\t",
    '\t"',
    '"\t',
    "\n",
    "\r\n",
    "\r",
    "a",
    "é",
    " ",
    '"x"',
    ',"',
    '",',
    "\n\n",
    "long " * 5,
]


@given(
    st.lists(st.sampled_from([*PIECES, ', "', '; "', '\t "']), max_size=25).map("".join),
    st.sampled_from(["text,id", "id;text", "text", "id\ttext", "text\tid"]),
)
@pytest.mark.parametrize("longest", [30, 1 << 20])
@pytest.mark.parametrize("shard_size", [7, 1 << 20])
def test_any_table_is_read_as_a_slow_reader_reads_it(tmp_path_factory, shard_size, longest, body, header):
    data = f"{header}\n{body}".encode() + b"\xff" * (len(body) % 7 == 6)
    path = tmp_path_factory.getbasetemp() / f"{shard_size}-{longest}.csv"
    path.write_bytes(data)
    delimiter = next((mark for mark in ";\t" if mark in header), ",")
    names = header.split(delimiter)
    place, expected, bad = names.index("text"), [], []
    records = naive.read_tabs(data, longest) if delimiter == "\t" else naive.read_csv(data, delimiter, longest)
    for start, end, cells in records[1:]:
        if cells == []:
            continue
        is_text = cells is not None and len(cells) > place and is_utf8(data[start:end])
        is_text = is_text and not (len(cells) > len(names) and any(cell.startswith(' "') for cell in cells))
        line = data.count(b"\n", 0, start) + 1
        (expected if is_text else bad).append((line, start, end - start, *([cells[place]] if is_text else [])))
    found, rejected, lines = [], [], 0
    for shard in plan_shards(find_files([str(path)]), shard_size, longest):
        before = lines
        for block in read_shard(shard, InputConfig(max_record=longest), {}, lambda _: None):
            columns = (before + block.lines, block.starts, block.lengths, block.texts.to_pylist())
            found += [
                (int(line), int(start), int(size), text) for line, start, size, text in zip(*columns, strict=True)
            ]
            rejected += [(before + r.line, r.start, r.length) for r in block.rejections]
            lines += block.num_lines
    assert (found, rejected) == (expected, bad)


def is_utf8(raw):
    """Return whether bytes are UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_the_delimiter_is_told_by_the_header(tmp_path, delimiter, name):
    data = delimiter.join(["id", "title", "text"]) + "\n" + delimiter.join(["1", '"a;b,c"', '"one, two; three|four"'])
    documents, rejections = read_table(tmp_path, data.encode(), name)
    assert ([d[:2] for d in documents], rejections) == ([('"1"', "one, two; three|four")], [])


def test_tables_of_any_delimiter_are_cut_and_restored_for_any_number_of_workers(dedup, tmp_path):
    body = " ".join(f"w{n}" for n in range(60))
    rows = [["id", "text", "note"], ["twice", f"{body}\n\n{body}", "a;b"], *([n, f"{n} {body}", ""] for n in range(9))]
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    for workers, size in ((1, 1 << 24), (3, 200)):
        out = f"out{workers}"
        done = dedup("clean", "a.csv", "-o", out, "--workers", workers, "--shard-size", size, cwd=tmp_path)
        assert (done.code, done.stderr) == (0, "")
        assert dedup("restore", out, "-o", f"back{workers}", cwd=tmp_path).code == 0
        assert (tmp_path / f"back{workers}" / "a.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    kept = [(tmp_path / f"out{n}" / "kept" / "a.csv").read_bytes() for n in (1, 3)]
    assert kept[0] == kept[1]
    assert kept[0].count(body.encode()) == 1


def test_a_carriage_return_in_a_header_is_no_bug(tmp_path):
    with pytest.raises(DedupError, match="no column"):
        read_table(tmp_path, b"te\rxt,id\na,1\n")
