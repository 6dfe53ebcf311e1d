"""Removals are confirmed on the words themselves: equal hashes and equal words apart from their signs are no proof."""

import json
import random

import naive
import numpy as np
import pytest
from corpora import make_records, make_text, read_lines, read_summary, read_tree, removed_ids, write_jsonl
from forged_words import FORGED
from hypothesis import given, settings
from hypothesis import strategies as st
from test_kernels_tokens import texts

from dedup.corpus.files import find_files
from dedup.near.sketcher import measure_similarity, tokenise_text
from dedup.output.texts_again import hash_words
from dedup.pipeline import clean_files, confirm_removals
from dedup.pipeline.clean_files import clean
from dedup.pipeline.job import CleanRun, SilentProgress
from dedup.text.folding import load_folding_table
from dedup.text.signs import list_signs

LONG = make_text("long", 300)
ROWS = "abcdefgh"


def run(folder, records, **options):
    """Clean records in this process; return the summary and OUT."""
    if not (folder / "a.jsonl").exists():
        write_jsonl(folder / "a.jsonl", records)
    out = folder / "out"
    given_options = {"overwrite": True, **options}
    summary, _ = clean(CleanRun(find_files([str(folder / "a.jsonl")]), out, **given_options), SilentProgress())
    return summary, out


def as_records(*texts_given):
    """Return records of texts."""
    return [{"id": ROWS[i], "text": text} for i, text in enumerate(texts_given)]


def test_the_forged_texts_have_equal_tokens_and_no_common_word():
    assert np.array_equal(*(tokenise_text(text) >> 2 for text in FORGED))
    assert naive.similarity(*FORGED) == 0.0
    assert measure_similarity(*FORGED, 5) == 1.0


@pytest.mark.parametrize(
    "records",
    [
        as_records(*FORGED),
        as_records(f"{FORGED[0]} now", f"{FORGED[1]} then"),
        as_records(f"{LONG} {FORGED[0]} {LONG[::-1]}", FORGED[1]),
    ],
    ids=["exact", "edited", "contained"],
)
def test_texts_that_only_collide_are_kept_and_told(tmp_path, records):
    summary, out = run(tmp_path, records)
    assert summary.counts.kept == 2
    assert (out / "kept" / "a.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()
    (limit,) = read_summary(out)["limits"]
    assert (limit["limit"], limit["value"], limit["hits"]) == ("token_bits", 30, 1)
    assert "were not confirmed: their words differ though their hashes agree" in limit["effect"]


def test_without_the_stage_the_forged_texts_would_be_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(clean_files, "confirm", lambda _, decisions, __: decisions)
    assert run(tmp_path, as_records(*FORGED))[0].counts.removed == 1


def test_a_copy_of_a_refused_document_goes_with_it(tmp_path):
    _, out = run(tmp_path, as_records(*FORGED, FORGED[1].upper()))
    assert removed_ids(out) == {"c": "b"}


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("profits rose 5 percent", "profits rose -5 percent"),
        ("profits rose 5 percent", "profits rose −5 percent"),
        ("it fell by 5 and rose by -6", "it fell by -5 and rose by 6"),
        ("written in C++ today", "written in C# today"),
        ("written in C++ today", "written in C today"),
        ("it costs $5 today", "it costs €5 today"),
        ("it costs -$5 today", "it costs $5 today"),
        ("it rose by 5 today", "it rose by 5% today"),
    ],
)
def test_the_same_words_with_other_signs_are_a_template(tmp_path, text, other):
    records = as_records(f"{LONG} {text} {LONG}", f"{LONG} {other} {LONG}")
    summary, out = run(tmp_path, records)
    assert (summary.counts.kept, summary.limits) == (2, [])
    (related,) = read_lines(out / "related.jsonl")
    assert (related["id"], related["other"]["id"], related["relation"]) == ("b", "a", "template")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("it rose -5 percent", "it rose –5 percent"),
        ("from 5-6 of May", "from 5–6 of May"),
        ("a well-known case", "a well known case"),
        ("at 5%, he said", "at 5 %, he said"),
        ("at 5€, he said", "at € 5 he said"),
        ("see #5", "see 5"),
        ("US and", "us and"),
    ],
)
def test_marks_that_change_no_fact_do_not_matter(tmp_path, text, other):
    _, out = run(tmp_path, as_records(f"{LONG} {text} {LONG}", f"{LONG} {other} {LONG}"))
    assert removed_ids(out) == {"b": "a"}


def test_other_signs_go_as_a_template_where_templates_go(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", as_records(f"{LONG} 5 percent", f"{LONG} -5 percent"))
    done = dedup("clean", "a.jsonl", "-o", "out", "--remove", "all", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    (record,) = read_lines(tmp_path / "out" / "removed.jsonl")
    assert (record["relation"], record["similarity"]) == ("template", 1.0)


def test_documents_with_the_same_signs_are_copies_of_each_other(tmp_path):
    _, out = run(tmp_path, as_records(f"{LONG} 5 percent", f"{LONG} -5 percent", f"{LONG} -5 percent."))
    assert removed_ids(out) == {"c": "b"}


def test_no_document_with_the_same_signs_goes_for_one_that_goes(dedup, tmp_path):
    texts = [f"{LONG} 5 percent", f"{LONG} -5 percent", f"{LONG} -5 percent.", f"{LONG} -5 percent!"]
    write_jsonl(tmp_path / "a.jsonl", as_records(*texts))
    done = dedup("clean", "a.jsonl", "-o", "out", "--remove", "all", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert removed_ids(tmp_path / "out") == {"b": "a", "c": "a", "d": "a"}


def make_corpus(seed):
    """Return documents, many of them exact, edited or contained copies of others."""
    source, records = random.Random(seed), make_records(f"confirm {seed}", 12, copies=2)
    for number in range(12):
        words = source.choice(records)["text"].split()
        start = source.randrange(len(words) // 2)
        records.append({"id": f"part {number}", "text": " ".join(words[start : start + len(words) // 2 + 9])})
    source.shuffle(records)
    return records


@pytest.mark.parametrize("seed", range(3))
def test_honest_corpora_are_decided_as_without_the_stage_and_under_any_seed(tmp_path, monkeypatch, seed):
    records = make_corpus(seed)
    summary, out = run(tmp_path, records)
    assert summary.counts.removed > 5
    tree = read_tree(out)
    monkeypatch.setattr(confirm_removals.os, "urandom", lambda size: bytes([seed + 1] * size))
    assert read_tree(run(tmp_path, records)[1]) == tree
    monkeypatch.setattr(clean_files, "confirm", lambda _, decisions, __: decisions)
    assert read_tree(run(tmp_path, records)[1]) == tree


def test_shards_workers_and_compression_make_no_difference(tmp_path, dedup):
    records = [*make_corpus("split"), *as_records(*FORGED)]
    tree = read_tree(run(tmp_path, records)[1])
    other = read_tree(run(tmp_path, records, workers=2, shard_size=4000)[1])
    assert {name: content for name, content in other.items() if name not in {"summary.json", "B3SUMS"}} == {
        name: content for name, content in tree.items() if name not in {"summary.json", "B3SUMS"}
    }
    assert dedup("clean", "a.jsonl", "--dry-run", "-o", "dry", cwd=tmp_path).stdout.count("were not confirmed") == 1


@given(texts, st.integers(0, 2**64 - 1))
@settings(max_examples=60)
def test_a_seed_changes_hashes_and_no_word(text, seed):
    words, (_, tokens) = naive.words(text), hash_words(text.encode(), load_folding_table().with_seed(seed))
    assert [int(token) & 3 for token in tokens] == [int(token) & 3 for token in tokenise_text(text)]
    hashes = {}
    assert [hashes.setdefault(word, int(token) >> 2) for word, token in zip(words, tokens, strict=True)] == [
        int(token) >> 2 for token in tokens
    ]
    assert len(set(hashes.values())) == len(hashes)


def test_a_text_without_signs_has_none():
    assert list(list_signs(json.dumps("nothing - here, 1990-95"))) == []
