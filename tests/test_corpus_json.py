"""JSON files: lists, single documents, several values. What is kept is JSON, and restore gives every byte back."""

import gzip
import json
from itertools import pairwise

import pytest
from corpora import encode_jsonl, make_records, read_lines, read_summary, read_tree, removed_ids
from hypothesis import given
from hypothesis import strategies as st
from naive import find_json_values
from test_clean_formats import clean_and_restore

from dedup.config import InputConfig
from dedup.corpus.document_reader import DocumentReader
from dedup.corpus.files import find_files
from dedup.corpus.json_file import list_values
from dedup.corpus.lines import BLOCK_SIZE

RECORDS = make_records("json", 8, copies=2)
LAYOUTS = {
    "compact": json.dumps(RECORDS, separators=(",", ":")),
    "indented": json.dumps(RECORDS, indent=2) + "\n",
    "a line each": "[\n" + ",\n".join(map(json.dumps, RECORDS)) + "\n]\n",
    "with a mark": "\ufeff " + json.dumps(RECORDS),
    "values one after the other": "\n".join(json.dumps(r, indent=1) for r in RECORDS),
    "json lines": encode_jsonl(RECORDS).decode(),
}


def read(path, **settings):
    """Return the documents of a file, and its values that are none, with reasons."""
    reader = DocumentReader(find_files([str(path)]), InputConfig(**settings))
    rejections = [(r.line, r.error) for _, block in reader._read_blocks() for r in block.rejections]  # noqa: SLF001
    return [(d.id, d.text) for d in reader.read_all()], rejections


def test_a_file_that_is_longer_than_a_block_is_mapped(tmp_path):
    texts = ["a " * (BLOCK_SIZE // 4), "b " * (BLOCK_SIZE // 4), "c"]
    (tmp_path / "a.json").write_text(json.dumps([{"id": text[0], "text": text} for text in texts]))
    assert read(tmp_path / "a.json") == ([(text[0], text) for text in texts], [])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_what_is_kept_of_json_is_json_and_restore_gives_it_back(dedup, tmp_path, layout, ending):
    content = LAYOUTS[layout].encode()
    pack, unpack = (gzip.compress, gzip.decompress) if ending else (bytes, bytes)
    (tmp_path / f"a.json{ending}").write_bytes(pack(content))
    clean_and_restore(dedup, tmp_path, f"a.json{ending}")
    gone = removed_ids(tmp_path / "out")
    assert len(gone) == 8
    assert {n: unpack(b) for n, b in read_tree(tmp_path / "back").items()} == {f"a.json{ending}": content}
    kept = unpack((tmp_path / "out" / "kept" / f"a.json{ending}").read_bytes()).decode("utf-8-sig")
    expected = [r for r in RECORDS if r["id"] not in gone]
    if "[" in content[:5].decode("utf-8-sig"):
        assert json.loads(kept) == expected
    else:
        decoder, found = json.JSONDecoder(), []
        while kept := kept.lstrip():
            value, end = decoder.raw_decode(kept)
            kept = kept[end:]
            found.append(value)
        assert found == expected


@pytest.mark.parametrize("indent", [None, 2])
def test_a_folder_of_one_article_a_file_keeps_files_and_restores_them(dedup, tmp_path, indent):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, record in enumerate(RECORDS):
        (folder / f"{number:02}.json").write_text(json.dumps(record, indent=indent) + "\n")
    (folder / "empty.json").write_text("")
    (folder / "list.json").write_text(json.dumps(RECORDS[:1]))
    (folder / "no text.json").write_text('{"id": 1}')
    clean_and_restore(dedup, tmp_path, "in")
    before = read_tree(folder)
    assert read_tree(tmp_path / "back") == before
    removed = read_lines(tmp_path / "out" / "removed.jsonl")
    assert sorted(r["record"]["id"] for r in removed) == sorted(removed_ids(tmp_path / "out"))
    gone = {r["source"]["path"].removeprefix("in/") for r in removed} | {"no text.json"}
    assert read_tree(tmp_path / "out" / "kept") == {n: b for n, b in before.items() if n not in gone}


def test_a_body_printed_twice_is_cut_out_of_a_json_file(dedup, tmp_path):
    body = " ".join(r["text"] for r in RECORDS[:2])
    content = json.dumps(
        [{"id": "twice", "text": body + "\n\n" + body, "n": 1}, {"id": "b", "text": "other"}], indent=1
    )
    (tmp_path / "a.json").write_text(content)
    clean_and_restore(dedup, tmp_path, "a.json")
    kept = json.loads((tmp_path / "out" / "kept" / "a.json").read_text())
    assert [(r["id"], r["text"].count(body), r.get("n")) for r in kept] == [("twice", 1, 1), ("b", 0, None)]
    assert read_tree(tmp_path / "back") == {"a.json": content.encode()}


def test_values_that_are_no_documents_are_set_aside_and_restored(dedup, tmp_path):
    content = b' [1, "two", null, [3], {"text": "a"}, {"text": 5}, {"text": "b\xff"}, {"text": "c", }, {"text": "d"} ]'
    (tmp_path / "a.json").write_bytes(content)
    clean_and_restore(dedup, tmp_path, "a.json")
    assert read_summary(tmp_path / "out")["counts"]["documents"] == 2
    assert read_tree(tmp_path / "back") == {"a.json": content}
    assert (tmp_path / "out" / "kept" / "a.json").read_bytes() == b' [{"text": "a"}, {"text": "d"} ]'
    reasons = [(r["line"], r["error"]) for r in read_lines(tmp_path / "out" / "rejected.jsonl")]
    assert [line for line, _ in reasons] == [1, 2, 3, 4, 6, 7, 8]
    assert reasons[3][1] == "the line is a list, not an object"


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"[]", b"[", b'[{"text": "a"', b"[{]", b"\xef\xbb\xbf", b"[[[[", b'[{"text": "a"}] x', b'"'],
)
def test_an_empty_or_broken_file_is_restored(dedup, tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    (tmp_path / "b.json").write_text('{"text": "good"}')
    clean_and_restore(dedup, tmp_path, "a.json", "b.json")
    assert read_tree(tmp_path / "back")["a.json"] == content


def test_a_long_value_is_set_aside_unread(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([{"text": "a" * 500}, {"text": "b"}]))
    documents, rejections = read(tmp_path / "a.json", max_record=100)
    assert [text for _, text in documents] == ["b"]
    assert rejections == [(1, "longer than 100 bytes. --max-record sets that bound")]


def test_json_lines_under_the_name_of_json_are_read_line_by_line(tmp_path):
    (tmp_path / "a.json").write_bytes(encode_jsonl(RECORDS))
    assert find_files([str(tmp_path / "a.json")])[0].format == "jsonl"
    (tmp_path / "b.json").write_text(json.dumps(RECORDS[0], indent=2))
    assert find_files([str(tmp_path / "b.json")])[0].format == "json"


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\[]{},é\n', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUE, max_size=6), st.sampled_from([None, 1]), st.booleans())
def test_the_values_of_a_file_are_those_that_a_decoder_finds(values, indent, in_list):
    plain = json.dumps(values, indent=indent) if in_list else "\n".join(json.dumps(v, indent=indent) for v in values)
    if not in_list and plain.startswith("["):
        return  # a list is taken for the file
    data = plain.encode()
    found = [(v.start, v.start + v.length) for v in list_values(0, data, 1 << 20)]
    assert found == find_json_values(data)
    assert [json.loads(data[start:end]) for start, end in found] == values


@given(st.binary(max_size=40) | st.text(alphabet='[]{}," \\1n', max_size=20).map(str.encode))
def test_any_bytes_have_values_that_do_not_overlap(data):
    found = [(v.start, v.start + v.length) for v in list_values(0, data, 1 << 20)]
    assert found == find_json_values(data)
    assert all(start < end for start, end in found)
    assert all(end <= start for (_, end), (start, _) in pairwise(found))
