"""A record longer than --max-record is set aside unread, and `restore` gives it back."""

import gzip
import io
import tracemalloc
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from corpora import make_text, read_lines, read_summary, write_jsonl
from hypothesis import given
from hypothesis import strategies as st
from test_bad_input import error_of

from dedup.config import InputConfig
from dedup.corpus.delimited import TableReader, take_layout
from dedup.corpus.jsonl import RecordReader
from dedup.corpus.lines import LineRun, read_whole_lines, seek_line
from dedup.output.records import MAX_RAW

FIRST = b'{"id": "g1", "text": "a good record"}\n'
LAST = b'{"id": "g2", "text": "another good one"}\n'
LONG = b'{"id": "long", "text": "' + b"word " * 300 + b'"}\n'
BOUND = ["--max-record", "1KB"]
LONGER = "longer than 1,024 bytes. --max-record sets that bound"
PACKERS = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
HUGE = b"x" * (MAX_RAW + 1) + b"\n"


def round_trip(dedup, folder, name, *options):
    """Clean a file and restore it, whatever the number of workers; return its rejected records."""
    small_shards = ["--shard-size", "700", "--workers", "2"] if options else []
    done = dedup("clean", name, "-o", "out", *small_shards, *options, cwd=folder)
    assert (done.code, done.stderr) == (3, "")  # more than a tenth is set aside
    restored = dedup("restore", "out", "-o", "back", cwd=folder)
    assert (restored.code, restored.stderr) == (0, "")
    raw, back = (folder / name).read_bytes(), (folder / "back" / name).read_bytes()
    if name.endswith(".zst"):
        raw, back = (zstandard.ZstdDecompressor().stream_reader(io.BytesIO(b)).read() for b in (raw, back))
    elif name.endswith(".gz"):
        raw, back = gzip.decompress(raw), gzip.decompress(back)
    assert raw == back
    assert dedup("report", "out", "-o", "report", cwd=folder).code == 0
    return read_lines(folder / "out/rejected.jsonl")


@pytest.mark.parametrize("ending", PACKERS)
def test_a_long_line_is_set_aside_unread(dedup, tmp_path, ending):
    (tmp_path / f"a.jsonl{ending}").write_bytes(PACKERS[ending](FIRST + LONG + LAST))
    (rejected,) = round_trip(dedup, tmp_path, f"a.jsonl{ending}", *BOUND)
    assert (rejected["line"], rejected["offset"], rejected["error"]) == (2, len(FIRST), LONGER)
    assert rejected["raw"] == LONG.decode()
    assert read_summary(tmp_path / "out")["counts"]["kept"] == 2


def test_a_long_text_of_a_parquet_file_is_set_aside(dedup, tmp_path):
    texts = ["a good text", "word " * 300, None, "another good one"]
    pq.write_table(pa.table({"id": ["a", "b", "c", "d"], "text": texts}), tmp_path / "a.parquet")
    done = dedup("clean", "a.parquet", "-o", "out", *BOUND, cwd=tmp_path)
    assert (done.code, done.stderr) == (3, "")
    errors = [(row["line"], row["error"]) for row in read_lines(tmp_path / "out/rejected.jsonl")]
    assert errors == [(2, LONGER), (3, 'field "text" is null, not a text')]
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert pq.read_table(tmp_path / "back/a.parquet").column("text").to_pylist() == texts


@pytest.mark.parametrize("ending", PACKERS)
def test_the_bytes_of_a_very_long_one_are_in_a_file_of_their_own(dedup, tmp_path, ending):
    (tmp_path / f"a.jsonl{ending}").write_bytes(PACKERS[ending](HUGE + FIRST + HUGE.upper() + LAST + HUGE))
    rejected = round_trip(dedup, tmp_path, f"a.jsonl{ending}")
    assert [(r["line"], r["set_aside"], r.get("raw")) for r in rejected] == [(n, len(HUGE), None) for n in (1, 3, 5)]
    assert (tmp_path / f"out/set_aside/a.jsonl{ending}").is_file()


def test_an_open_quote_costs_no_more_than_the_bound(dedup, tmp_path):
    rows = [f"{n},{make_text(n, 40)}\r\n" for n in range(12)]
    rows[3] = '3,"never closed ' + "and on " * 20 + "\r\n"
    (tmp_path / "a.csv").write_bytes(("id,text\r\n" + "".join(rows)).encode())
    rejected = round_trip(dedup, tmp_path, "a.csv", *BOUND)
    assert rejected[0]["line"] == 5
    assert rejected[0]["error"] == LONGER
    assert all(len(r["raw"]) < 2 * 1024 for r in rejected)
    assert read_summary(tmp_path / "out")["counts"]["kept"] >= 3 + 4


def test_a_long_row_of_csv_is_set_aside(dedup, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,good one\n2," + b"w " * 1000 + b"\n3,good two\n")
    (rejected,) = round_trip(dedup, tmp_path, "a.csv", *BOUND)
    assert (rejected["line"], rejected["error"]) == (3, LONGER)


def test_a_header_that_is_too_long_is_an_error(dedup, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,text," + b"w" * 2000 + b"\n1,a\n")
    message = error_of(dedup("clean", "a.csv", "-o", "out", *BOUND, cwd=tmp_path))
    assert message == f"a.csv: its header is {LONGER}."


@pytest.mark.parametrize("size", [2000, MAX_RAW + 1])
def test_a_long_text_file_is_set_aside(dedup, tmp_path, size):
    (tmp_path / "a.txt").write_bytes(b"w" * size)
    (rejected,) = round_trip(dedup, tmp_path, "a.txt", *BOUND)
    assert rejected["error"] == LONGER


def test_a_bound_that_is_no_size_is_refused(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [{"text": "a"}])
    for value in ("much", "-1", "0", "1TB", "8GB"):
        done = dedup("clean", "a.jsonl", "-o", "out", "--max-record", value, cwd=tmp_path)
        assert done.code == 2, value
        assert "--max-record" in done.stderr


def test_other_commands_have_the_same_bound(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(FIRST + LONG + LAST)
    done = dedup("stories", "a.jsonl", "-o", "out.jsonl", *BOUND, cwd=tmp_path)
    assert f"a.jsonl, line 2: {LONGER}" in done.stdout
    assert dedup("passages", "a.jsonl", "-o", "p.jsonl", *BOUND, cwd=tmp_path).code == 3


# ------------------------------------------------------------------------------------------------------------- memory


class Zeros(io.RawIOBase):
    """A stream of zeros that have no end for a long time."""

    def __init__(self, size):
        self._left = size

    def read(self, size):
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


@pytest.mark.parametrize("reader", [RecordReader(InputConfig(max_record=8 << 20), {})])
def test_a_line_without_end_costs_the_bound_and_no_more(reader):
    tracemalloc.start()
    try:
        (block,) = reader.read(Zeros(200 << 20), 0, None, "zeros")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(r.start, r.length) for r in block.rejections] == [(0, 200 << 20)]
    assert peak < 24 << 20


def test_a_bad_line_costs_a_few_times_its_length():
    line = b'{"text": 12, "more": [' + b"[]," * 100_000 + b"[]]}\n"
    tracemalloc.start()
    try:
        (block,) = RecordReader(InputConfig(), {}).read(io.BytesIO(line), 0, None, "bad")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert block.rejections[0].error == 'field "text" is a number (12), not a text'
    assert peak < 8 * len(line)


def test_an_open_quote_is_no_text_in_memory():
    stream = io.BytesIO(b'text\n"' + b"and on\n" * 100_000)
    layout = take_layout(stream, "csv", "open.csv", 1000)
    blocks = list(TableReader(InputConfig(max_record=1000), {}, layout, "open.csv").read(stream, layout.size, None))
    rejections = [r for block in blocks for r in block.rejections]
    assert max(r.length for r in rejections) <= 1000 + 7
    assert sum(r.length for r in rejections) + sum(int(b.lengths.sum()) for b in blocks) == 1 + 7 * 100_000


class Counting(io.BytesIO):
    """A stream that counts the bytes read from it."""

    count = 0

    def readline(self, size=-1):
        line = super().readline(size)
        self.count += len(line)
        return line


def test_of_a_long_line_only_the_part_of_a_shard_is_read_to_find_its_end():
    stream = Counting(b"x" * 100_000_000)
    assert seek_line(stream, 1_000_000, 2_000_000) == 2_000_000
    assert stream.count < 10_000_000


@given(
    data=st.lists(st.sampled_from([b"a", b"bb", b"\n", b"c" * 30, b"\n\n"]), max_size=12).map(b"".join),
    longest=st.integers(1, 40),
    cuts=st.lists(st.integers(0, 200), max_size=3),
)
def test_whole_lines_are_the_lines_of_the_data(data, longest, cuts):
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(data)}), max(len(data), 1)]
    found = []
    for start, stop in pairwise(edges):
        stream = io.BytesIO(data)
        first = seek_line(stream, start, stop)
        found += read_whole_lines(stream, first, stop, "p", longest) if first < stop else []
    assert b"".join(data[run.start : run.start + run.length] for run in found) == data
    for run in found:
        check_run(run, data, longest)


def check_run(run, data, longest):
    """Check that a run is whole lines, or one that is longer than the bound."""
    whole = data[run.start : run.start + run.length]
    assert whole.endswith(b"\n") or run.start + run.length == len(data)
    if run.data:
        assert run == LineRun(run.start, whole, len(whole))
    else:
        assert len(whole) > longest
        assert whole.count(b"\n", 0, -1) == 0
