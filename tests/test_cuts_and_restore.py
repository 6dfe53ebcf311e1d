"""What `clean` cuts out of texts: what is left, that its original stays, and that restore gives the input back."""

import csv
import gzip
import io
import json
import random
from pathlib import Path

import naive
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import regex
import zstandard
from commands import clean_quietly
from corpora import encode_jsonl, make_text, read_lines, read_summary, read_tree, write_jsonl

from dedup import PassageConfig
from dedup.corpus.files import find_files
from dedup.corpus.shards import SHARD_SIZE, plan_shards

PACK = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
UNPACK = {
    "": bytes,
    ".gz": gzip.decompress,
    ".zst": lambda data: zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read(),
}
MODES = ("within", "all")


def make_paragraph(source, sentences=3):
    """Return sentences of made-up words, with marks, accents and emoji in them."""
    made = []
    for _ in range(sentences):
        words = [f"w{source.randrange(10**6)}" for _ in range(source.randint(9, 14))]
        words[0] = words[0].upper()
        words[4] += source.choice((",", ";", " –", "", "é\u0301", " 👩\u200d👧"))
        made.append(" ".join(words) + source.choice((".", "!", "?", ".”")))
    return " ".join(made)


def make_article(seed, paragraphs=5):
    source = random.Random(f"article {seed}")
    return [f"Headline h{source.randrange(10**6)}", *(make_paragraph(source) for _ in range(paragraphs))]


def print_twice(parts, source):
    """Return a text that prints its body, or a part of it, again."""
    head, *body = parts
    kind = source.choice(("body", "glued", "paragraph", "halves"))
    text = "\n\n".join([head, *body])
    if kind == "paragraph":
        place = source.randrange(len(body))
        return "\n\n".join([head, *body[:place], body[place], *body[place:]])
    if kind == "halves":
        return "\n\n".join([head, *body, *body[len(body) // 2 :]])
    return text + ("\n\n" if kind == "body" else "") + "\n\n".join(body)


def make_corpus(seed, count=60):
    """Return records: plain articles, articles that repeat themselves, that share a paragraph, and cut-off copies."""
    source = random.Random(f"corpus {seed}")
    shared = [make_paragraph(source) for _ in range(5)]
    records = []
    for number in range(count):
        parts = make_article(f"{seed} {number}")
        kind = number % 5
        if kind == 1:
            text = print_twice(parts, source)
        elif kind == 2:
            parts.insert(source.randint(1, len(parts)), source.choice(shared))
            text = "\n\n".join(parts)
        elif kind == 3:
            whole = make_article(f"{seed} {number - 3}")
            text = "\n\n".join(whole[: source.randint(2, 4)])
        else:
            text = "\n\n".join(parts)
        records.append({"id": f"r{number}", "text": text, "n": number})
    return records


RECORDS = make_corpus("formats")


@pytest.fixture(scope="module")
def cleaned(dedup, tmp_path_factory):
    """{mode: folder of a run with in.jsonl and out/}."""
    folders = {}
    for mode in MODES:
        folder = folders[mode] = tmp_path_factory.mktemp(mode)
        write_jsonl(folder / "in.jsonl", RECORDS)
        done = dedup("clean", "in.jsonl", "-o", "out", "--passages", mode, cwd=folder)
        assert (done.code, done.stderr) == (0, ""), done.stderr
    return folders


def kept_texts(out):
    return {r["id"]: r["text"] for path in (Path(out) / "kept").glob("*.jsonl") for r in read_lines(path)}


def cuts_of(out):
    """Return the removed passages of a run, one row for each cut."""
    rows = read_lines(out / "passages.jsonl")
    return [row | {"cut": cut} for row in rows if row["action"] == "removed" for cut in row["cuts"]]


# --------------------------------------------------------------------------------------------------------- restore


def check_restored(dedup, folder, name, mode, unpack=bytes):
    before = (folder / name).read_bytes()
    done = dedup("clean", name, "-o", "out", "--passages", mode, cwd=folder)
    assert (done.code, done.stderr) == (0, ""), done.stderr
    assert len(read_lines(folder / "out" / "edited.jsonl")) >= 12
    assert {row["scope"] for row in cuts_of(folder / "out")} == (
        {"within"} if mode == "within" else {"within", "across"}
    )
    assert unpack((folder / "out" / "kept" / name).read_bytes()) != unpack(before)
    done = dedup("restore", "out", "-o", "back", cwd=folder)
    assert (done.code, done.stderr) == (0, ""), done.stderr
    assert list(read_tree(folder / "back")) == [name]
    assert unpack((folder / "back" / name).read_bytes()) == unpack(before)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("compression", PACK)
def test_edited_json_lines_are_restored(dedup, tmp_path, compression, mode):
    name = f"news.jsonl{compression}"
    (tmp_path / name).write_bytes(PACK[compression](encode_jsonl(RECORDS)))
    check_restored(dedup, tmp_path, name, mode, UNPACK[compression])


def encode_table(delimiter, end):
    """Return the records as a table; the texts span lines and hold quotes and delimiters."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerow(["id", "n", "text", "last"])
    for record in RECORDS:
        text = record["text"].replace(" ", ', "', 2)
        writer.writerow([record["id"], record["n"], text.replace("\n", "\r\n" if end == "\r\n" else "\n"), "x\ny"])
    return file.getvalue().encode()


TABLES = {"commas.csv": (",", "\r\n"), "commas unix.csv": (",", "\n"), "tabs.tsv": ("\t", "\n")}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("compression", ["", ".gz"])
@pytest.mark.parametrize("table", TABLES)
def test_edited_tables_are_restored(dedup, tmp_path, table, compression, mode):
    name = table + compression
    (tmp_path / name).write_bytes(PACK[compression](encode_table(*TABLES[table])))
    check_restored(dedup, tmp_path, name, mode, UNPACK[compression])


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_an_edited_row_of_a_table_keeps_its_other_cells(dedup, tmp_path, end):
    (tmp_path / "news.csv").write_bytes(encode_table(",", end))
    assert dedup("clean", "news.csv", "-o", "out", cwd=tmp_path).code == 0
    before = {row["id"]: row for row in csv.DictReader(io.StringIO(encode_table(",", end).decode(), newline=""))}
    kept = (tmp_path / "out" / "kept" / "news.csv").read_bytes().decode()
    after = {row["id"]: row for row in csv.DictReader(io.StringIO(kept, newline=""))}
    edited = {row["id"] for row in read_lines(tmp_path / "out" / "edited.jsonl")}
    assert edited
    for name, row in after.items():
        assert (row["n"], row["last"]) == (before[name]["n"], before[name]["last"])
        assert (row["text"] != before[name]["text"]) == (name in edited)


@pytest.mark.parametrize("mode", MODES)
def test_edited_texts_are_restored(dedup, tmp_path, mode):
    for index, record in enumerate(RECORDS):
        path = tmp_path / "in" / f"{'sub/' * (index % 2)}{index:03}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xef\xbb\xbf" * (index % 3 == 0) + record["text"].replace("\n", "\r\n").encode())
    assert dedup("clean", "in", "-o", "out", "--passages", mode, cwd=tmp_path).code == 0
    before, kept = read_tree(tmp_path / "in"), read_tree(tmp_path / "out" / "kept")
    changed = [name for name in kept if kept[name] != before[name]]
    assert len(changed) == len(read_lines(tmp_path / "out" / "edited.jsonl")) >= 12
    assert all(kept[name].startswith(b"\xef\xbb\xbf") == before[name].startswith(b"\xef\xbb\xbf") for name in changed)
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert read_tree(tmp_path / "back") == before


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("row_group_size", [7, 1000])
def test_edited_parquet_rows_are_restored(dedup, tmp_path, mode, row_group_size):
    texts = [None if i == 4 else r["text"] for i, r in enumerate(RECORDS)]
    lists = [[i, None] for i in range(len(RECORDS))]
    table = pa.table({"n": [r["n"] for r in RECORDS], "text": pa.array(texts, pa.large_string()), "tags": lists})
    pq.write_table(table, tmp_path / "news.parquet", row_group_size=row_group_size)
    assert dedup("clean", "news.parquet", "-o", "out", "--passages", mode, cwd=tmp_path).code == 0
    kept = pq.read_table(tmp_path / "out" / "kept" / "news.parquet")
    edited = sum(row["text"] not in set(texts) for row in kept.to_pylist())
    assert edited == len(read_lines(tmp_path / "out" / "edited.jsonl")) >= 12
    assert kept.schema == table.schema
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert pq.read_table(tmp_path / "back" / "news.parquet").equals(table)


def test_an_edited_json_record_keeps_its_other_fields_as_they_stood(dedup, tmp_path):
    body = "\n\n".join(make_article(1))
    text = json.dumps(f"{body}\n\n{body}")
    fields = '"id": 7, "big": 123456789012345678901234567890, "float": 1.50, "huge": 1e999, "deep": [{"a": "\\u00e9"}]'
    (tmp_path / "a.jsonl").write_bytes(f'{{{fields}, "text": {text}, "z": "last"}}\n'.encode())
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    kept = (tmp_path / "out" / "kept" / "a.jsonl").read_bytes().decode()
    (line,) = kept.splitlines()
    for item in ("123456789012345678901234567890", "1.50", "1e999", '[{"a": "\\u00e9"}]', '"last"'):
        assert item in line
    assert list(json.loads(line)) == ["id", "big", "float", "huge", "deep", "text", "z"]
    assert json.loads(line)["text"] == body


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_line_end_of_an_edited_record_stays(dedup, tmp_path, end):
    body = "\n\n".join(make_text(i, 40) for i in range(4))
    (tmp_path / "a.jsonl").write_bytes(json.dumps({"text": f"{body}\n\n{body}"}).encode() + end.encode())
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    kept = (tmp_path / "out" / "kept" / "a.jsonl").read_bytes().decode()
    assert kept == json.dumps({"text": body}) + end


def test_with_passages_off_no_text_is_touched(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", RECORDS)
    assert dedup("clean", "a.jsonl", "-o", "out", "--passages", "off", cwd=tmp_path).code == 0
    before = {r["id"]: r["text"] for r in RECORDS}
    assert all(before[name] == text for name, text in kept_texts(tmp_path / "out").items())
    assert read_summary(tmp_path / "out")["passages"] is None


# ------------------------------------------------------------------------------------- shards, workers, determinism


def run_clean(folder, name, out, workers=1, scope="all", shard_size=SHARD_SIZE):
    passages = PassageConfig(scope)
    clean_quietly([folder / name], folder / out, passages=passages, workers=workers, shard_size=shard_size)
    return read_tree(folder / out)


@pytest.mark.parametrize("scope", MODES)
@pytest.mark.parametrize("shard_size", [2_000, 20_000])
def test_shards_of_any_size_write_the_same_bytes_and_restore(dedup, tmp_path, shard_size, scope):
    write_jsonl(tmp_path / "in.jsonl", RECORDS)
    whole = run_clean(tmp_path, "in.jsonl", "whole", scope=scope)
    assert run_clean(tmp_path, "in.jsonl", "cut", scope=scope, shard_size=shard_size) == whole
    assert dedup("restore", "cut", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back" / "in.jsonl").read_bytes() == encode_jsonl(RECORDS)


@pytest.fixture(scope="module")
def with_one_worker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workers")
    write_jsonl(folder / "in.jsonl", make_corpus("workers", 100))
    return folder, run_clean(folder, "in.jsonl", "one", shard_size=30_000)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers_writes_the_same_bytes(with_one_worker, workers):
    folder, expected = with_one_worker
    assert len(plan_shards(find_files([str(folder / "in.jsonl")]), 30_000)) >= 4
    assert expected["edited.jsonl"].count(b"\n") >= 20
    assert run_clean(folder, "in.jsonl", f"out{workers}", workers, shard_size=30_000) == expected


# ---------------------------------------------------------------------------------------------------- what is left


@pytest.mark.parametrize("mode", MODES)
def test_what_is_left_of_a_text_is_its_words_without_those_that_were_cut(cleaned, mode):
    out = cleaned[mode] / "out"
    before = {r["id"]: r["text"] for r in RECORDS}
    cuts = {}
    for row in cuts_of(out):
        cuts.setdefault(row["doc_id"], []).append(row["cut"])
    kept = kept_texts(out)
    assert cuts.keys() <= kept.keys()
    for name, text in kept.items():
        expected, place = [], 0
        for start, end in [*sorted(cuts.get(name, [])), (len(before[name]),) * 2]:
            assert place <= start
            expected += naive.words(before[name][place:start])
            place = end
        assert naive.words(text) == expected
        assert (text == before[name]) == (name not in cuts)


@pytest.mark.parametrize("mode", MODES)
def test_a_passage_is_where_it_says(cleaned, mode):
    before = {r["id"]: r["text"] for r in RECORDS}
    rows = read_lines(cleaned[mode] / "out" / "passages.jsonl")
    assert rows
    for row in rows:
        assert before[row["doc_id"]][row["start"] : row["end"]] == row["text"]
        witness = row["witness"]
        first = before[witness["doc_id"]][witness["start"] : witness["end"]]
        if row["relation"] == "exact":
            assert naive.words(first) == naive.words(row["text"])
        assert (row["relation"] == "exact") == (row["similarity"] == 1)
        assert (row["scope"] == "within") == (row["doc_id"] == witness["doc_id"])


@pytest.mark.parametrize("mode", MODES)
def test_a_cut_lies_in_its_passage_but_for_marks_and_cuts_no_grapheme(cleaned, mode):
    before = {r["id"]: r["text"] for r in RECORDS}
    for row in cuts_of(cleaned[mode] / "out"):
        text, (start, end) = before[row["doc_id"]], row["cut"]
        outside = text[start : row["start"]] + text[row["end"] : end]
        assert naive.words(outside) == []
        assert {start, end} <= {0, len(text)} | {m.start() for m in regex.finditer(r"\X", text)}


@pytest.mark.parametrize("mode", MODES)
def test_the_words_of_every_cut_stay_in_the_document_that_it_names(cleaned, mode):
    out = cleaned[mode] / "out"
    before = {r["id"]: r["text"] for r in RECORDS}
    kept = kept_texts(out)
    rows = cuts_of(out)
    assert rows
    for row in rows:
        cut = naive.words(before[row["doc_id"]][slice(*row["cut"])])
        assert row["relation"] == "exact" or row["scope"] == "within"
        assert f" {' '.join(cut)} " in f" {' '.join(naive.words(kept[row['witness']['doc_id']]))} "


@pytest.mark.parametrize("mode", MODES)
def test_a_seam_has_one_paragraph_break_and_no_doubled_mark(cleaned, mode):
    kept = kept_texts(cleaned[mode] / "out")
    edited = {row["doc_id"] for row in cuts_of(cleaned[mode] / "out")}
    for name in edited:
        assert "\n\n\n" not in kept[name]
        assert not regex.search(r"[.!?]\s*[.!?]", kept[name])
        assert kept[name] == kept[name].strip()


@pytest.mark.parametrize("mode", MODES)
def test_a_planted_repeat_is_gone(cleaned, mode):
    """Every fifth article printed a part of itself twice: what is left is the article."""
    kept = kept_texts(cleaned[mode] / "out")
    repeated = {f"r{n}": "\n\n".join(make_article(f"formats {n}")) for n in range(1, 60, 5)}
    assert {name: kept[name] for name in repeated} == repeated


def test_a_paragraph_that_many_share_stays_in_the_first_of_them_alone(cleaned):
    kept = kept_texts(cleaned["all"] / "out")
    everything = "\n\n".join(kept.values()).split("\n\n")
    long = [p for p in everything if len(p.split()) >= 20]
    assert len(long) == len(set(long))
    alone = kept_texts(cleaned["within"] / "out")
    assert len([p for text in alone.values() for p in text.split("\n\n") if len(p.split()) >= 20]) > len(set(long))


@pytest.mark.parametrize("mode", MODES)
def test_a_cleaned_corpus_cleans_to_itself(dedup, cleaned, mode, tmp_path):
    (tmp_path / "in.jsonl").write_bytes((cleaned[mode] / "out" / "kept" / "in.jsonl").read_bytes())
    assert dedup("clean", "in.jsonl", "-o", "out", "--passages", mode, cwd=tmp_path).code == 0
    assert (tmp_path / "out" / "kept" / "in.jsonl").read_bytes() == (tmp_path / "in.jsonl").read_bytes()


# With "all" what is cut changes which passages there are: one that another had claimed a word of is now found whole.
CUTS_MAKE_PASSAGES = pytest.param("all", marks=pytest.mark.xfail(reason="one further cut in the second run"))


@pytest.mark.parametrize("mode", ["within", CUTS_MAKE_PASSAGES])
def test_a_cleaned_slice_of_the_news_cleans_to_itself(dedup, corpus_name, congress, tmp_path, mode):
    """Where no boilerplate becomes so rare that it is none: it is counted anew."""
    part = congress[:1500] if corpus_name == "examples" else congress[5000:6500]
    first = write_jsonl(tmp_path / "in.jsonl", part)
    assert dedup("clean", first, "-o", "out", "--passages", mode, cwd=tmp_path).code == 0
    assert mode == "within" or len(read_lines(tmp_path / "out" / "edited.jsonl")) > 10
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "in.jsonl").write_bytes((tmp_path / "out" / "kept" / "in.jsonl").read_bytes())
    assert dedup("clean", "in.jsonl", "-o", "out", "--passages", mode, cwd=tmp_path / "again").code == 0
    summary = read_summary(tmp_path / "again" / "out")
    assert summary["counts"]["removed"] == 0
    assert summary["passages"]["cut"] == 0


@pytest.mark.parametrize("mode", MODES)
def test_news_that_were_cut_are_restored_and_keep_what_was_cut_elsewhere(dedup, corpus_name, congress, tmp_path, mode):
    check_cuts(dedup, congress[: 1450 if corpus_name == "examples" else 2000], tmp_path, mode)


@pytest.mark.parametrize("corpus_name", ["examples"], indirect=True)
def test_all_examples_keep_what_was_cut_elsewhere(dedup, congress, tmp_path):
    check_cuts(dedup, congress, tmp_path, "all")


def check_cuts(dedup, records, tmp_path, mode):
    """Clean and restore records; assert that a line of an exact copy that was cut stays in its witness."""
    write_jsonl(tmp_path / "in.jsonl", records)
    assert dedup("clean", "in.jsonl", "-o", "out", "--passages", mode, "--workers", 2, cwd=tmp_path).code == 0
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back" / "in.jsonl").read_bytes() == (tmp_path / "in.jsonl").read_bytes()
    before, kept = {r["id"]: r["text"] for r in records}, kept_texts(tmp_path / "out")
    for row in cuts_of(tmp_path / "out"):
        assert before[row["doc_id"]][row["start"] : row["end"]] == row["text"]
        if row["relation"] == "exact":
            stays = f" {' '.join(naive.words(kept[row['witness']['doc_id']]))} "
            lines = before[row["doc_id"]][slice(*row["cut"])].splitlines()  # of a list printed four times one stays
            assert all(f" {' '.join(naive.words(line))} " in stays for line in lines if naive.words(line))


# --------------------------------------------------------------------------------------------------------- hostile

SENTENCE = "The minister said on Monday that the talks would go on in spite of what had happened over night."


@pytest.mark.parametrize("gap", [" ", "\n\n", ""])
def test_one_sentence_fifty_thousand_times_is_cut_to_a_few(dedup, tmp_path, gap):
    text = gap.join([SENTENCE] * 50_000)
    write_jsonl(tmp_path / "in.jsonl", [{"id": "a", "text": text}])
    assert dedup("clean", "in.jsonl", "-o", "out", cwd=tmp_path).code == 0
    assert len(read_lines(tmp_path / "out" / "passages.jsonl")) <= 100
    (kept,) = kept_texts(tmp_path / "out").values()
    assert 1 <= kept.count(SENTENCE) <= 4
    assert set(naive.words(kept)) == set(naive.words(SENTENCE))
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back" / "in.jsonl").read_bytes() == (tmp_path / "in.jsonl").read_bytes()


@pytest.mark.parametrize("character", ["a", "語"])
def test_one_character_a_million_times_is_cleaned_and_restored(dedup, tmp_path, character):
    write_jsonl(tmp_path / "in.jsonl", [{"id": "a", "text": character * 1_000_000}])
    assert dedup("clean", "in.jsonl", "-o", "out", "--passages", "all", cwd=tmp_path).code == 0
    assert len(read_lines(tmp_path / "out" / "passages.jsonl")) <= 100
    (kept,) = kept_texts(tmp_path / "out").values()
    assert set(kept) == {character}
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back" / "in.jsonl").read_bytes() == (tmp_path / "in.jsonl").read_bytes()


def test_a_passage_in_thousands_of_documents_stays_in_the_first_alone_or_is_boilerplate(dedup, tmp_path):
    source = random.Random(8)
    passage = make_paragraph(source)
    own = [" ".join(f"w{source.randrange(10**7)}" for _ in range(30)) for _ in range(3_000)]
    write_jsonl(tmp_path / "in.jsonl", [{"id": i, "text": f"{text}.\n\n{passage}"} for i, text in enumerate(own)])
    assert dedup("clean", "in.jsonl", "-o", "out", "--passages", "all", cwd=tmp_path).code == 0
    out = tmp_path / "out"
    assert read_summary(out)["counts"]["removed"] == 0
    assert len(read_lines(out / "passages.jsonl")) <= 2_999
    holding = sum(passage in text for text in kept_texts(out).values())
    boilerplate = read_lines(out / "boilerplate.jsonl")
    assert holding == 1 or [row["documents"] for row in boilerplate] == [3_000]
    assert all(text.startswith(first) for text, first in zip(kept_texts(out).values(), own, strict=True))
