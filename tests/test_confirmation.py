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

from dedup import deduplicate
from dedup.corpus.files import find_files
from dedup.near.sketcher import measure_similarity, tokenise_text
from dedup.near.text_proofs import Proofs, Prover
from dedup.output.conflicts import quote_signs
from dedup.pipeline import clean_files, confirm_removals
from dedup.pipeline.clean_files import clean
from dedup.pipeline.job import CleanRun, SilentProgress

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


def prove(seed, *given_texts):
    """Return what is known of texts under a seed, with their tokens."""
    batch = Prover.of(seed).prove([text.encode() for text in given_texts], np.ones(len(given_texts), bool))
    return Proofs(np.arange(len(given_texts)), [batch])


def measure(proofs, shingle_size, num_shingles):
    """Return what is known of the first text in the second one: share of words, similarity."""
    (known,) = proofs.measure(np.array([0]), np.array([1]), shingle_size, np.array([num_shingles], np.int32)).tolist()
    return known


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
    assert related["conflicts"] != []
    (in_memory,) = deduplicate(records).related
    assert list(map(list, in_memory.conflicts)) == related["conflicts"]


@pytest.mark.parametrize(
    ("text", "other", "conflicts"),
    [
        ("it rose 5 percent", "it rose −5 percent", (("5", "−5"),)),
        ("C++ and C#", "c# and C++", (("C++", "c#"), ("C#", "C++"))),
        ("at 5 %, he said", "At 5%, he said", ()),
        ("5 € and $ 3", "€ 5 and 3", (("$ 3", "3"),)),
        ("in 5–6 days, well-known", "in 5-6 days, well known", ()),
    ],
)
def test_the_signs_that_differ_are_quoted_with_their_words(text, other, conflicts):
    assert quote_signs(text, other) == conflicts


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


def test_what_is_printed_twice_is_cut_of_a_document_that_is_not_confirmed_too(tmp_path):
    bodies = [f"It {LONG} {percent} percent." for percent in ("5", "-5")]
    summary, out = run(tmp_path, as_records(*(f"{body}\n\n{body}" for body in bodies)))
    assert (summary.counts.kept, summary.passages.within, summary.passages.cut) == (2, 2, 2)
    assert [record["text"] for record in read_lines(out / "kept" / "a.jsonl")] == bodies


def test_other_signs_go_as_a_template_where_templates_go(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", as_records(f"{LONG} 5 percent", f"{LONG} -5 percent"))
    done = dedup("clean", "a.jsonl", "-o", "out", "--remove", "all", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    (record,) = read_lines(tmp_path / "out" / "removed.jsonl")
    assert (record["relation"], record["similarity"]) == ("template", 1.0)
    assert (record["conflicts"], record["num_conflicts"]) == ([["-5", "5"]], 1)


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
    words = naive.words(text)
    tokens = np.frombuffer(prove(seed, text).get(0).tokens, np.uint32).tolist()
    assert [token & 3 for token in tokens] == [int(token) & 3 for token in tokenise_text(text)]
    hashes = {}
    assert [hashes.setdefault(word, token >> 2) for word, token in zip(words, tokens, strict=True)] == [
        token >> 2 for token in tokens
    ]
    assert len(set(hashes.values())) == len(hashes)


pieces = st.sampled_from([*"5-–−$€aC+#%％٪,.—½é ", "1990-95", " -", "\u0301", "﷼", "東", "\u00ad", "ﬁ"])


@given(st.lists(st.lists(pieces, max_size=8).map("".join), min_size=2, max_size=8))
@settings(max_examples=300)
def test_signs_are_equal_where_those_of_the_twin_are(some):
    proofs, number_of, signs_of = prove(7, *some), {}, {}
    for row, text in enumerate(some):
        number, signs = proofs.get(row).signs, naive.list_signs(text)
        assert number_of.setdefault(repr(signs), number) == number
        assert signs_of.setdefault(number, signs) == signs


@given(texts, texts, st.integers(1, 6))
@settings(max_examples=60)
def test_a_filter_never_knows_less_than_the_words(text, other, shingle_size):
    words, theirs = naive.words(text), naive.words(other)
    num_shingles = len(naive.shingle(theirs, shingle_size))
    known, similarity = measure(prove(3, text, other), shingle_size, num_shingles)
    share = sum(word in theirs for word in words) / max(len(words), 1)
    assert share <= known <= 1
    assert naive.similarity(text, other, shingle_size) <= similarity <= 1


def test_a_filter_knows_few_other_words():
    known, similarity = measure(prove(3, *FORGED), 5, 80)
    assert known < 0.4
    assert similarity < 0.05


def test_a_text_without_signs_has_none():
    assert naive.list_signs(json.dumps("nothing - here, 1990-95")) == []
    proofs = prove(5, "nothing - here, 1990-95", "")
    signs = {proofs.get(row).signs for row in range(2)}
    assert len(signs) == 1


def test_texts_in_memory_are_confirmed_too():
    texts = [*FORGED, FORGED[1].upper(), f"{LONG} 5 percent", f"{LONG} -5 percent", f"{LONG} -5 percent!"]
    result = deduplicate(texts)
    assert [(each.document.id, each.witness.id) for each in result.removed] == [("2", "1"), ("5", "4")]
    assert [(each.document.id, each.other.id, each.relation) for each in result.related] == [("4", "3", "template")]


def index_run(folder, name, records):
    """Clean records with an index in this process; return the summary and OUT."""
    write_jsonl(folder / f"{name}.jsonl", records)
    given_options = {"index": folder / "news.duckdb", "overwrite": True}
    files = find_files([str(folder / f"{name}.jsonl")])
    summary, _ = clean(CleanRun(files, folder / name, **given_options), SilentProgress())
    return summary, folder / name


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        (FORGED[0], FORGED[1]),
        (f"{FORGED[0]} now", f"{FORGED[1]} then"),
        (f"{LONG} {FORGED[0]} {LONG[::-1]}", FORGED[1]),
    ],
    ids=["exact", "edited", "contained"],
)
def test_texts_that_only_collide_with_those_of_an_index_are_kept_and_told(tmp_path, stored, new):
    index_run(tmp_path, "day1", [{"id": "a", "text": stored}])
    summary, _ = index_run(tmp_path, "day2", [{"id": "b", "text": new}])
    assert (summary.counts.kept, [limit.limit for limit in summary.limits]) == (1, ["token_bits"])
    assert summary.index.added == 1


def test_the_same_words_with_other_signs_as_in_an_index_are_a_template(tmp_path):
    index_run(tmp_path, "day1", [{"id": "a", "text": f"{LONG} 5 percent"}])
    records = [{"id": "b", "text": f"{LONG} -5 percent"}, {"id": "c", "text": f"{LONG} 5 percent!"}]
    summary, out = index_run(tmp_path, "day2", records)
    assert (removed_ids(out), summary.limits) == ({"c": "a"}, [])
    (related,) = read_lines(out / "related.jsonl")
    assert (related["id"], related["other"]["id"], related["relation"]) == ("b", "a", "template")


def test_a_copy_of_a_stored_document_goes_where_that_differs_from_a_stored_one_in_signs_alone(tmp_path):
    for day, text in enumerate(("5 percent", "-5 percent")):
        summary, _ = index_run(tmp_path, f"day{day}", [{"id": f"d{day}", "text": f"{LONG} {text}"}])
        assert summary.index.added == 1
    records = [{"id": "copy", "text": f"{LONG} -5 percent!"}, {"id": "other", "text": f"{LONG} $5 percent"}]
    _, out = index_run(tmp_path, "day2", records)
    assert removed_ids(out) == {"copy": "d1"}
    assert read_lines(out / "removed.jsonl")[0]["reason"] == "seen-in-index"


@pytest.mark.parametrize("seed", range(2))
def test_honest_copies_of_an_index_go_as_without_the_stage(tmp_path, monkeypatch, seed):
    records = make_corpus(f"stored {seed}")
    for folder in ("with", "without"):
        (tmp_path / folder).mkdir()
        for name, some in (("day1", records[::2]), ("day2", records[1::2])):
            _, out = index_run(tmp_path / folder, name, some)
        monkeypatch.setattr(clean_files, "confirm", lambda _, decisions, __: decisions)
    confirmed = removed_ids(tmp_path / "with" / "day2")
    assert len(confirmed) > 5
    assert removed_ids(out) == confirmed


def test_a_check_of_an_index_names_no_text_that_only_collides(tmp_path, dedup):
    index_run(tmp_path, "day1", [{"id": "a", "text": FORGED[0]}, {"id": "l", "text": LONG}])
    write_jsonl(tmp_path / "new.jsonl", as_records(FORGED[1], LONG))
    done = dedup("index", "check", "new.jsonl", "--index", "news.duckdb", cwd=tmp_path)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["b"]
