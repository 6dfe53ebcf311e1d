"""`dedup bench`: what it measures is there, and right."""

import json
import random
import re
from pathlib import Path

import pytest
from corpora import make_records, write_jsonl

from dedup.bench.pan import Case, DocumentSpan, score
from dedup.bench.planting import plant_copies
from dedup.bench.rates import draw, measure_mean, measure_rate


def run_json(dedup, *arguments):
    return json.loads(dedup("bench", *arguments, "--format", "json", "-q", "--workers", "1").stdout)


def naive_jaccard(a, b, size=5):
    sets = [
        {tuple(t.casefold().split()[i : i + size]) for i in range(max(1, len(t.split()) - size + 1))} for t in (a, b)
    ]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def make_texts(count, words=120):
    chance = random.Random(3)
    vocabulary = [f"word{number}" for number in range(3000)]
    return [" ".join(chance.choices(vocabulary, k=words)) for _ in range(count)]


def test_a_corpus_is_counted_timed_and_searched(dedup, tmp_path):
    texts = make_texts(60)
    path = write_jsonl(tmp_path / "x.jsonl", [{"id": str(n), "text": t} for n, t in enumerate(texts + texts[:15])])
    found = run_json(dedup, path)
    assert (75, 15, path.stat().st_size) == (found["documents"], found["counts"]["removed"], found["bytes"])
    assert {"sketch", "cover", "write"} <= {stage["stage"] for stage in found["stages"]}
    assert (1.0, 1.0) == (found["recall"]["share"], found["correct"]["share"])


def test_a_named_field_is_not_looked_for_in_what_is_made_of_the_corpus(dedup, tmp_path):
    records = [{"id": str(n), "text": text, "headline": "A"} for n, text in enumerate(make_texts(12))]
    path = write_jsonl(tmp_path / "x.jsonl", records)
    assert 12 == run_json(dedup, path, "--title-field", "headline")["documents"]


def write_judged(tmp_path, *rows):
    """Write a corpus in which c and d are copies of a and of b; and verdicts on pairs of (removed, kept, verdict)."""
    a, b, other = make_texts(3)
    texts = {"a": a, "b": b, "c": a + " indeed", "d": b, "e": other}
    corpus = write_jsonl(tmp_path / "x.jsonl", [{"id": name, "text": text} for name, text in texts.items()])
    names = ("removed", "kept", "verdict", "verdict_2")
    verdicts = write_jsonl(tmp_path / "judged.jsonl", [dict(zip(names, row, strict=False)) for row in rows])
    return corpus, verdicts


def test_judged_pairs_go_or_stay(dedup, tmp_path):
    rows = [("c", "a", "right"), ("b", "d", "wrong"), ("e", "a", "wrong"), ("e", "c", "right"), ("x", "a", "right")]
    corpus, verdicts = write_judged(tmp_path, *rows)
    judged = run_json(dedup, corpus, "--judged", verdicts)["judged"]
    assert (5, 1) == (judged["pairs"], judged["absent"])
    assert {"go": 1, "stay": 0, "other": 1} == judged["right"]
    assert {"go": 1, "stay": 1, "other": 0} == judged["wrong"]
    assert (1, 2) == (judged["precision"]["hits"], judged["precision"]["total"])


def test_verdicts_of_two_readers_who_differ_are_contested(dedup, tmp_path):
    corpus, verdicts = write_judged(tmp_path, ("c", "a", "right", "wrong"), ("d", "b", "right", "right"))
    judged = run_json(dedup, corpus, "--judged", verdicts)["judged"]
    assert (1, 1, 0) == (judged["right"]["go"], judged["contested"]["go"], judged["wrong"]["go"])


def test_judged_pairs_stand_in_the_terminal(dedup, tmp_path):
    corpus, verdicts = write_judged(tmp_path, ("c", "a", "right"), ("e", "a", "wrong"))
    out = dedup("bench", corpus, "--judged", verdicts, "-q").stdout
    assert re.search(r"2 judged pairs\n  right +1 go, +0 stay\n  wrong +0 go, +1 stay\n.*100.0%.*1 of 1", out)


@pytest.mark.parametrize("line", ['{"removed": "a", "kept": "b", "verdict": "maybe"}', '{"removed": "a"}', "[", "\xff"])
def test_a_line_that_is_no_verdict_is_named(dedup, tmp_path, line):
    corpus, verdicts = write_judged(tmp_path, ("c", "a", "right"))
    verdicts.write_bytes(verdicts.read_bytes() + b"\n" + line.encode("latin-1") + b"\n")
    done = dedup("bench", corpus, "--judged", verdicts, "-q")
    assert (2, 1) == (done.code, done.stderr.count("\n"))
    assert "judged.jsonl, line 3: is no verdict" in done.stderr


def test_verdicts_that_are_not_there_are_one_line(dedup, tmp_path):
    corpus, _ = write_judged(tmp_path)
    done = dedup("bench", corpus, "--judged", tmp_path / "none.jsonl", "-q")
    assert (2, 1) == (done.code, done.stderr.count("\n"))


def test_a_planted_copy_that_stays_by_the_rule_is_found(dedup, tmp_path):
    path = write_jsonl(tmp_path / "x.jsonl", [{"id": str(n), "text": t} for n, t in enumerate(make_texts(60))])
    found = run_json(dedup, path, "--max-novel", "0.01")
    assert 1.0 == found["recall"]["share"]
    assert found["stay"]["extended"] > 5
    assert sum(found["stay"].values()) == sum(kind["stay"] for kind in found["kinds"])
    assert {} == run_json(dedup, path, "--max-novel", "0.01", "--remove", "all")["stay"]


def test_the_corpus_is_only_read(dedup, tmp_path):
    path = write_jsonl(tmp_path / "x.jsonl", make_records("bench", 20))
    before = path.read_bytes()
    dedup("bench", path, "-q")
    assert (before, ["x.jsonl"]) == (path.read_bytes(), [p.name for p in tmp_path.iterdir()])


@pytest.mark.parametrize(
    "records",
    [
        [],
        [{"id": "1", "text": "One."}],
        [
            {"id": str(n), "text": "The same sentence stands in all of these documents, word by word."}
            for n in range(30)
        ],
        [{"id": str(n), "text": text} for n, text in enumerate(make_texts(30))],
    ],
    ids=["empty", "one short document", "only duplicates", "no duplicate"],
)
def test_unusual_corpora_are_measured_too(dedup, tmp_path, records):
    path = write_jsonl(tmp_path / "x.jsonl", records)
    found = run_json(dedup, path, "--suggest")
    assert len(records) == found["documents"]
    assert dedup("bench", path, "-q").code == 0


def test_suggestions_name_every_threshold_and_shingle_size(dedup, tmp_path):
    path = write_jsonl(tmp_path / "x.jsonl", make_records("suggest", 40))
    found = run_json(dedup, path, "--suggest")
    assert {(t / 10, s) for t in range(3, 10) for s in (3, 5, 7)} == {
        (s["threshold"], s["shingle_size"]) for s in found["suggestions"]
    }
    removed = [s["removed"] for s in found["suggestions"] if s["shingle_size"] == 5]
    assert sorted(removed, reverse=True) == removed


def test_the_similarity_of_a_planted_copy_is_what_brute_force_counts():
    texts = make_texts(40)
    for copy in plant_copies(texts, 5):
        assert copy.similarity == pytest.approx(naive_jaccard(texts[copy.original], copy.text), abs=0.03)


def test_an_interval_holds_its_share_and_narrows_with_trials():
    for hits, total in ((0, 10), (10, 10), (5, 10), (1, 1000)):
        rate = measure_rate(hits, total)
        assert 0 <= rate.low <= rate.share <= rate.high <= 1
    assert measure_rate(500, 1000).high - measure_rate(500, 1000).low < 0.07
    assert (0.0, 1.0) == (measure_rate(0, 0).low, measure_rate(0, 0).high)


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    assert measure_mean([0.8, 0.9, 1.0]) == pytest.approx(
        (0.9 - 1.959964 * 0.1 / 3**0.5, 0.9 + 1.959964 * 0.1 / 3**0.5)
    )


def test_every_item_has_the_same_chance_to_be_drawn():
    counts = [0] * 20
    for seed in range(2000):
        for item in draw(range(20), 5, seed):
            counts[item] += 1
    assert all(400 < count < 600 for count in counts)


def test_a_passage_found_whole_scores_one_and_one_found_in_halves_less():
    case = Case(DocumentSpan("a", 0, 100), DocumentSpan("b", 50, 150))
    halves = [
        Case(DocumentSpan("a", 0, 50), DocumentSpan("b", 50, 100)),
        Case(DocumentSpan("a", 50, 100), DocumentSpan("b", 100, 150)),
    ]
    assert score([case], [case]).plagdet == 1
    assert (2.0, pytest.approx(1 / 1.584963, abs=1e-6)) == (
        score([case], halves).granularity,
        score([case], halves).plagdet,
    )


def test_the_documented_fields_are_those_that_are_written(dedup, tmp_path):
    section = (
        (Path(__file__).parent.parent / "docs" / "json.md")
        .read_text(encoding="utf-8")
        .split("## bench")[1]
        .split("\n## ")[0]
    )
    documented = {
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    path = write_jsonl(tmp_path / "x.jsonl", make_records("fields", 20))
    assert set(run_json(dedup, path)) == documented


def test_a_missing_file_is_one_line(dedup, tmp_path):
    done = dedup("bench", tmp_path / "none.jsonl")
    assert (2, 1) == (done.code, done.stderr.count("\n"))
