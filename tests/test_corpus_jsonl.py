"""JSON lines to documents, whole and cut into shards."""

import json
import random

import pytest
from corpora import encode_jsonl
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.config import InputConfig
from dedup.corpus.files import find_files
from dedup.corpus.lines import BLOCK_SIZE
from dedup.corpus.shards import line_span, plan_shards, read_shard

BOM = b"\xef\xbb\xbf"


def read_file(path, *, shard_size=16 << 20, config=None, key_field=None):
    """Return (documents, rejections): (id, text, first byte, number of bytes) and (line, first byte, error, raw)."""
    documents, rejections = [], []
    lines_before, data = 0, path.read_bytes()
    for shard in plan_shards(find_files([str(path)]), shard_size):
        num_lines = 0
        for block in read_shard(
            shard, config or InputConfig(), {"key": key_field} if key_field else {}, lambda _: None
        ):
            rows = zip(block.ids, block.texts.to_pylist(), block.starts, block.lengths, strict=True)
            documents += [(i.decode(), text, int(start), int(length)) for i, text, start, length in rows]
            cut = [data[r.start : r.start + r.length] for r in block.rejections]
            places = zip(block.rejections, cut, strict=True)
            rejections += [(lines_before + r.line, r.start, r.error, raw) for r, raw in places]
            num_lines += block.num_lines
        lines_before += num_lines
    return documents, rejections


def read_bytes(tmp_path, data, **settings):
    """Return the documents and rejections of a JSONL file of these bytes."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    return read_file(path, **settings)


LINES = [
    '{"id": "a", "text": "one two"}',
    '{"text": "no id"}',
    '  {"text":"white space"}\t',
    "",
    "   ",
    '{"id": 7, "text": "漢字 é"}',
    '{"text": 5}',
    "broken",
    '{"text": "' + "long " * 30 + '"}',
]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """A folder for examples of hypothesis."""
    return tmp_path_factory.mktemp("jsonl")


@given(
    st.lists(st.sampled_from(LINES), max_size=12),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 400),
)
@example([LINES[8], LINES[0]], b"\n", False, False, 1)
def test_shards_of_any_size_give_the_documents_of_the_whole_file(scratch, lines, end, bom, final_end, shard_size):
    data = BOM * bom + end.join(line.encode() for line in lines) + end * final_end
    whole = read_bytes(scratch, data)
    cut = read_bytes(scratch, data, shard_size=shard_size)
    assert cut == whole


@given(st.lists(st.sampled_from(LINES), max_size=12), st.booleans(), st.integers(1, 400))
def test_the_line_spans_of_shards_tile_the_file(scratch, lines, final_end, shard_size):
    path = scratch / "tile.jsonl"
    path.write_text("\n".join(lines) + "\n" * final_end)
    spans = [line_span(shard) for shard in plan_shards(find_files([str(path)]), shard_size)]
    spans = [(start, stop) for start, stop in spans if start < stop]  # in some shards no line starts
    ends = [0, *(stop for _, stop in spans)]
    assert [start for start, _ in spans] == ends[:-1]
    assert ends[-1] == path.stat().st_size


@given(st.lists(st.sampled_from(LINES), max_size=12), st.booleans(), st.sampled_from([b"\n", b"\r\n"]))
def test_each_document_knows_its_bytes(scratch, lines, final_end, end):
    data = end.join(line.encode() for line in lines) + end * final_end
    documents, rejections = read_bytes(scratch, data)
    assert [json.loads(data[start : start + n])["text"] for _, _, start, n in documents] == [d[1] for d in documents]
    assert [data[start : start + len(raw)] for _, start, _, raw in rejections] == [r[3] for r in rejections]


@given(st.lists(st.sampled_from(LINES), max_size=12), st.booleans())
def test_every_line_is_a_document_or_a_rejection_or_blank(scratch, lines, final_end):
    documents, rejections = read_bytes(scratch, "\n".join(lines).encode() + b"\n" * final_end)
    texts = [json.loads(line)["text"] for line in lines if line.strip() and line != "broken" and "5}" not in line]
    assert [d[1] for d in documents] == texts
    assert [r[0] for r in rejections] == [n for n, line in enumerate(lines, 1) if line == "broken" or "5}" in line]


def make_long_records(sizes):
    """Return records of texts of these sizes, in mixed order."""
    sizes = random.Random(1).sample(sizes, len(sizes))
    return [{"id": str(number), "text": "x" * size} for number, size in enumerate(sizes)]


def test_lines_longer_than_a_block_are_read(tmp_path):
    head = len('{"id": "0", "text": ""}')
    near = [BLOCK_SIZE - head + shift for shift in (-2, -1, 0, 1)]
    records = make_long_records([1, 30, *near, 1, BLOCK_SIZE, 5 * BLOCK_SIZE // 2, 200])
    documents, rejections = read_bytes(tmp_path, encode_jsonl(records))
    assert ([d[1] for d in documents], rejections) == ([r["text"] for r in records], [])


@pytest.mark.parametrize("shard_size", [BLOCK_SIZE // 2, BLOCK_SIZE, 2 * BLOCK_SIZE - 1, 8 * BLOCK_SIZE])
def test_shards_and_blocks_of_any_size_give_every_line_once(tmp_path, shard_size):
    records = make_long_records([1, 30, 200, 1, BLOCK_SIZE // 2, BLOCK_SIZE // 3, BLOCK_SIZE, 2 * BLOCK_SIZE] * 2)
    documents, _ = read_bytes(tmp_path, encode_jsonl(records), shard_size=shard_size)
    assert [d[0] for d in documents] == [f'"{i}"' for i in range(16)]


def test_a_byte_order_mark_is_no_part_of_the_first_record(tmp_path):
    documents, _ = read_bytes(tmp_path, BOM + b'{"text": "a"}\n')
    assert documents == [("", "a", 3, 14)]


def test_a_byte_order_mark_further_on_is_an_error(tmp_path):
    _, rejections = read_bytes(tmp_path, b'{"text": "a"}\n' + BOM + b'{"text": "b"}\n')
    assert [(line, error.startswith("malformed JSON")) for line, _, error, _ in rejections] == [(2, True)]


def test_ids_stay_as_they_are_written(tmp_path):
    ids = ['"a"', "7", "-1.50", "1e3", '"\\u00e9"', "null", '""']
    data = "".join(f'{{"id": {i}, "text": "x"}}\n' for i in ids).encode()
    assert [d[0] for d in read_bytes(tmp_path, data)[0]] == ['"a"', "7", "-1.50", "1e3", '"\\u00e9"', "", '""']


def test_fields_can_have_other_names(tmp_path):
    config = InputConfig("body", "url")
    documents, _ = read_bytes(tmp_path, b'{"url": "u", "body": "b", "text": 5, "id": []}\n', config=config)
    assert [d[:2] for d in documents] == [('"u"', "b")]


REJECTED = {
    b'{"text": "a"': "malformed JSON (the line ends too early)",
    b'{"text": "a", "b": NaN}': "NaN is no value of JSON, though Python writes it: write null",
    b'{"text": "a", "b": [-Infinity]}': "Infinity is no value of JSON, though Python writes it: write null",
    b"[1]": "the line is a list, not an object",
    b'"a"': "the line is a text, not an object",
    b"12": "the line is a number, not an object",
    b"null": "the line is null, not an object",
    b"{}": 'no field "text"',
    b'{"Text": "a"}': 'no field "text"',
    b'{"text": 12}': 'field "text" is a number (12), not a text',
    b'{"text": 1.5}': 'field "text" is a number (1.5), not a text',
    b'{"text": null}': 'field "text" is null, not a text',
    b'{"text": true}': 'field "text" is a truth value, not a text',
    b'{"text": ["a"]}': 'field "text" is a list, not a text',
    b'{"text": {"a": 1}}': 'field "text" is an object, not a text',
    b'{"text": "a\xff"}': "invalid UTF-8 (byte 0xff at position 11)",
    b'{"text": "\xed\xa0\x80"}': "invalid UTF-8 (byte 0xed at position 10)",
    b'{"text": "\\ud800"}': "a lone surrogate (\\ud800 to \\udfff without its other half) is not a character",
    b'{"text": "x \\udc00 y"}': "a lone surrogate (\\ud800 to \\udfff without its other half) is not a character",
}


@pytest.mark.parametrize(("line", "error"), REJECTED.items(), ids=map(str, REJECTED))
def test_a_bad_line_is_set_aside_with_its_reason_and_the_others_are_read(tmp_path, line, error):
    documents, rejections = read_bytes(tmp_path, b'{"text": "first"}\n' + line + b'\n{"text": "last"}\n')
    assert [d[1] for d in documents] == ["first", "last"]
    assert rejections == [(2, 18, error, line + b"\n")]


@pytest.mark.parametrize(
    ("raw", "taken"),
    [
        (b'["a", 1]', '"[\\"a\\",1]"'),
        (b'{"$oid": "a"}', '"{\\"$oid\\":\\"a\\"}"'),
        (b"true", '"true"'),
        (b'{ "a" :\t[ ] }', '"{\\"a\\":[]}"'),
    ],
    ids=["list", "object", "truth value", "spaces"],
)
@pytest.mark.parametrize("other", [b"", b"broken\n"], ids=["alone", "beside a bad line"])
def test_an_id_that_is_neither_a_text_nor_a_number_is_its_json_as_text(tmp_path, raw, taken, other):
    documents, _ = read_bytes(tmp_path, b'{"text": "a", "id": ' + raw + b"}\n" + other)
    assert [d[0] for d in documents] == [taken]


MALFORMED = [
    b"broken",
    b"{'text': 'a'}",
    b'{"text": "a",}',
    b'{"text": "a"} {"text": "b"}',
    b'{"text": "a\x00b"}',
    b"\x00\x00",
    b'{"text": "a\tb"}',
    b'{"text": "\\x"}',
    b'{"text": 12, "more": ',
    b'{"text": 12, "title": "\\ud800"}',
    b'{"text": null, "n": 1e999}',
    b'{"text": "a", "more": NaN}',
    b'{"text": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    b'{"more": ' + b"[" * 20_000 + b"]" * 20_000 + b', "text": "a"}',
]


@pytest.mark.parametrize("line", MALFORMED, ids=lambda line: str(line[:40]))
def test_no_line_however_broken_stops_the_run(tmp_path, line):
    documents, rejections = read_bytes(tmp_path, b'{"text": "first"}\n' + line + b'\n{"text": "last"}\n')
    assert [d[1] for d in documents] == ["first", "last"]
    assert [(number, start, raw) for number, start, _, raw in rejections] == [(2, 18, line + b"\n")]
    assert rejections[0][2]


@given(st.binary(max_size=30) | st.text(st.sampled_from('{}[]":, \\ud8a1eE-.ntrfl\n'), max_size=30).map(str.encode))
def test_whatever_bytes_a_line_holds_the_lines_around_it_are_read(scratch, line):
    documents, _ = read_bytes(scratch, b'{"text": "first"}\n' + line + b'\n{"text": "last"}\n')
    assert [d[1] for d in documents][:1] + [d[1] for d in documents][-1:] == ["first", "last"]


@pytest.mark.parametrize("other", [b"", b"no JSON\n"], ids=["in a good block", "beside a bad line"])
def test_the_last_value_of_a_repeated_field_counts(tmp_path, other):
    documents, rejections = read_bytes(tmp_path, b'{"text": 5, "text": "a"}\n' + other)
    assert [d[1] for d in documents] == ["a"]
    assert len(rejections) == bool(other)


def test_a_repeated_field_whose_last_value_is_no_text_is_rejected(tmp_path):
    _, rejections = read_bytes(tmp_path, b'{"text": "a", "text": 5}\n')
    assert [r[2] for r in rejections] == ['field "text" is a number (5), not a text']


def test_an_escaped_nul_is_text(tmp_path):
    documents, _ = read_bytes(tmp_path, b'{"text": "a\\u0000b"}\n')
    assert [d[1] for d in documents] == ["a\0b"]


def test_an_escaped_pair_of_surrogates_is_one_character(tmp_path):
    documents, _ = read_bytes(tmp_path, b'{"text": "\\ud83d\\ude00"}\n')
    assert [d[1] for d in documents] == ["😀"]
