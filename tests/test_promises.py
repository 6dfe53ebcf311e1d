"""The promises: a witness for every removal, no chains, recall, nothing lost."""

import math
import random

import naive
import pytest
from amounts import nightly_after
from commands import clean_quietly
from corpora import encode_jsonl, make_excerpts, read_lines, read_summary, removed_ids, spell, write_jsonl
from relations import know_record, relate_records

from dedup import NearConfig, PassageConfig, deduplicate
from dedup.report.terminal.clean_terminal import render_summary


def clean_corpus(dedup, path, out, *options):
    """Clean a file into a folder and return the folder."""
    done = dedup("clean", path, "-o", out, *options)
    assert done.code == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def cleaned(dedup, congress_file, tmp_path_factory):
    """The congress corpus cleaned by whole documents."""
    return clean_corpus(dedup, congress_file, tmp_path_factory.mktemp("whole") / "out", "--passages", "off")


@pytest.fixture(scope="module")
def loosely_cleaned(dedup, congress_file, tmp_path_factory):
    """The congress corpus cleaned as the silver pairs were made: word 3-shingles, Jaccard 0.5, all that is alike."""
    options = ("--passages", "off", "--shingle-size", "3", "--threshold", "0.5", "--remove", "all")
    return clean_corpus(dedup, congress_file, tmp_path_factory.mktemp("loose") / "out", *options)


@pytest.fixture(scope="module")
def with_excerpts(congress):
    """The congress corpus, and some excerpts of it."""
    return [*congress, *make_excerpts(congress)]


@pytest.fixture(scope="module")
def cleaned_by_default(dedup, with_excerpts, tmp_path_factory):
    """That cleaned with the defaults, contained documents among the removed."""
    folder = tmp_path_factory.mktemp("default")
    return clean_corpus(dedup, write_jsonl(folder / "congress.jsonl", with_excerpts), folder / "out")


def check_witnesses(records, out, shingle_size, threshold):
    """Return the removals whose similarity the naive twin has otherwise or too low, or whose witness is not kept."""
    texts = {record["id"]: record["text"] for record in records}
    removed = read_lines(out / "removed.jsonl")
    gone = {record["id"] for record in removed}
    wrong = []
    for record in removed:
        witness = record["witness"]["id"]
        similarity = naive.similarity(texts[record["id"]], texts[witness], shingle_size)
        if witness in gone or similarity < threshold or similarity != record["similarity"]:
            wrong.append((record["id"], witness, record["similarity"], similarity))
    return wrong


def test_every_removed_document_of_a_real_corpus_has_a_kept_witness_at_the_threshold(cleaned, congress):
    assert len(removed_ids(cleaned)) > 0.04 * len(congress)
    assert check_witnesses(congress, cleaned, 5, NearConfig.threshold) == []


def test_every_removed_document_has_such_a_witness_with_shorter_shingles(loosely_cleaned, congress):
    assert len(removed_ids(loosely_cleaned)) > 0.05 * len(congress)
    assert check_witnesses(congress, loosely_cleaned, 3, 0.5) == []


def test_what_is_removed_by_default_is_a_copy_or_contained_in_a_kept_document(cleaned_by_default, with_excerpts):
    """Of a contained document nine tenths of the words stand in its witness, boilerplate of its outlet left out.

    Or six tenths, where it is an edited copy of a longer one but for the threshold.
    """
    records = {record["id"]: record for record in with_excerpts}
    texts = {record["id"]: record["text"] for record in with_excerpts}
    boilerplate = [record["text"] for record in read_lines(cleaned_by_default / "boilerplate.jsonl")]
    removed = read_lines(cleaned_by_default / "removed.jsonl")
    gone = {record["id"] for record in removed}
    wrong = []
    for record in removed:
        text, witness = texts[record["id"]], texts[record["witness"]["id"]]
        if record["reason"] == "contained":
            for passage in boilerplate:
                text = text.replace(passage, " ")
            share = naive.covered(text, witness)
            right = record["covered"] >= 0.9 and share >= 0.88
            if record["covered"] < 0.9:
                relation = relate_records(records[record["id"]], records[record["witness"]["id"]])
                right = record["covered"] >= 0.6 and share >= 0.58 and relation == "edited"
        else:
            share = naive.similarity(text, witness)
            right = record.get("covered") is None and share >= NearConfig.threshold
        if record["witness"]["id"] in gone or not right:
            wrong.append((record["id"], record["witness"]["id"], record["reason"], share))
    assert {record["reason"] for record in removed} == {"exact-duplicate", "near-duplicate", "contained"}
    assert wrong == []


def test_what_is_removed_by_default_has_few_words_of_its_own(cleaned_by_default, with_excerpts):
    known = {record["id"]: know_record(record).tokens for record in with_excerpts}
    removed = [record for record in read_lines(cleaned_by_default / "removed.jsonl") if record["relation"] != "exact"]
    for record in removed:
        tokens = known[record["id"]]
        found = naive.compare_words(tokens, known[record["witness"]["id"]], {})
        assert found.num_novel <= min(0.3 * len(tokens), 100 if record["similarity"] < 0.5 else math.inf)
        assert found.longest_run <= 200
    assert sum(record["similarity"] < 0.5 for record in removed) > 10


def test_restore_gives_a_real_corpus_back(dedup, cleaned_by_default, with_excerpts, tmp_path):
    assert dedup("restore", cleaned_by_default, "-o", tmp_path / "back").code == 0
    assert (tmp_path / "back" / "congress.jsonl").read_bytes() == encode_jsonl(with_excerpts)


def test_no_copy_that_differs_in_capitals_and_white_space_is_left_in_a_real_corpus(cleaned, congress):
    """But for those that other titles tell apart."""
    gone, kept = removed_ids(cleaned), {}
    for record in congress:
        content = " ".join(record["text"].casefold().split())
        if record["id"] not in gone and naive.words(content):
            kept.setdefault(content, []).append(record)
    pairs = [(group[0], other) for group in kept.values() for other in group[1:]]
    assert [other["id"] for first, other in pairs if relate_records(other, first) == "exact"] == []
    assert all(first["title"] != other["title"] for first, other in pairs)


def test_relations_of_a_real_corpus_are_those_of_the_naive_twin(cleaned, congress):
    by_id = {record["id"]: record for record in congress}
    removed = read_lines(cleaned / "removed.jsonl")
    relations = [relate_records(by_id[record["id"]], by_id[record["witness"]["id"]]) for record in removed]
    assert [record["relation"] for record in removed] == relations
    assert set(relations) == {"exact", "edited"}


def test_of_all_pairs_at_the_threshold_one_is_removed(loosely_cleaned, congress_pairs):
    gone = removed_ids(loosely_cleaned)
    found = sum(a in gone or b in gone for a, b in congress_pairs)
    assert len(congress_pairs) > 1000
    assert found >= 0.995 * len(congress_pairs)


def test_kept_and_removed_records_of_a_real_corpus_are_its_lines(cleaned, congress):
    gone = removed_ids(cleaned)
    expected = encode_jsonl([record for record in congress if record["id"] not in gone])
    assert (cleaned / "kept" / "congress.jsonl").read_bytes() == expected
    by_id = {record["id"]: record for record in congress}
    assert all(record["record"] == by_id[record["id"]] for record in read_lines(cleaned / "removed.jsonl"))


def test_counts_of_a_real_corpus_add_up(cleaned, congress):
    counts = read_summary(cleaned)["counts"]
    removed, clusters = read_lines(cleaned / "removed.jsonl"), read_lines(cleaned / "clusters.jsonl")
    assert counts["documents"] == len(congress) == counts["kept"] + counts["removed"]
    assert counts["removed"] == len(removed) == sum(counts["removed_by_reason"].values())
    assert counts["removed"] == sum(counts["removed_by_relation"].values())
    assert counts["clusters"] == len(clusters) == len({record["witness"]["id"] for record in removed})


def test_clusters_of_a_real_corpus_are_the_witnesses_and_what_they_justify(cleaned):
    members = {}
    for record in read_lines(cleaned / "removed.jsonl"):
        members.setdefault(record["witness"]["id"], {})[record["id"]] = record["similarity"]
    clusters = read_lines(cleaned / "clusters.jsonl")
    assert [cluster["cluster"] for cluster in clusters] == list(range(1, len(clusters) + 1))
    assert {
        cluster["representative"]: {m["id"]: m["similarity"] for m in cluster["members"][1:]} for cluster in clusters
    } == members
    assert all(c["members"][0]["id"] == c["representative"] and c["members"][0]["similarity"] == 1 for c in clusters)


# ------------------------------------------------------------------------------------------------------ no chains


def drift(seed, num_stories=10, num_rewrites=12, num_words=300, changes=6):
    """Return stories that are rewritten again and again: each version near the one before, the last far from the first.

    Six words of 300 replaced leave Jaccard 0.82 to the version before, and 0.22 between the first and the last.
    """
    source = random.Random(seed)
    texts = []
    for story in range(num_stories):
        words = [spell(f"s{story}w{i}") for i in range(num_words)]
        for version in range(num_rewrites):
            texts.append(" ".join(words))
            for place in source.sample(range(num_words), changes):
                words[place] = spell(f"s{story}v{version}p{place}")
    source.shuffle(texts)
    return texts


@pytest.mark.parametrize("seed", nightly_after(2, range(5)))
def test_drifting_rewrites_are_removed_only_with_a_kept_witness_at_the_threshold(seed):
    texts = drift(seed)
    result = deduplicate(texts, NearConfig(0.7), passages=PassageConfig("off"))
    kept = {document.id for document in result.kept}
    wrong = [
        r for r in result.removed if r.witness.id not in kept or naive.similarity(r.document.text, r.witness.text) < 0.7
    ]
    assert wrong == []
    assert len(result.removed) > 30


@pytest.mark.parametrize("seed", nightly_after(2, range(5)))
def test_drifting_rewrites_that_are_kept_have_no_kept_copy(seed):
    """Recall is 0.995 at the threshold and nearly 1 above it: none of some hundred pairs is missed."""
    texts = drift(seed)
    result = deduplicate(texts, NearConfig(0.7, num_perm=1024, recall=1 - 1e-12), passages=PassageConfig("off"))
    expected = naive.cover(texts, 0.7)
    assert {int(r.document.id): int(r.witness.id) for r in result.removed} == {
        index: decision.witness for index, decision in expected.items()
    }


def test_the_drifting_corpus_breaks_what_joins_pairs_into_groups():
    """Union-find over the same verified pairs removes documents without a kept one near: the corpus tests something."""
    texts = drift(0)
    shingles = [naive.shingle(naive.words(text), 5) for text in texts]
    parent = list(range(len(texts)))

    def find(a):
        while parent[a] != a:
            a = parent[a]
        return a

    for b in range(len(texts)):
        for a in range(b):
            if naive.jaccard(shingles[a], shingles[b]) >= 0.7:
                parent[max(find(a), find(b))] = min(find(a), find(b))
    kept = [i for i in range(len(texts)) if find(i) == i]
    gone = [i for i in range(len(texts)) if find(i) != i]
    unjustified = [i for i in gone if all(naive.jaccard(shingles[i], shingles[k]) < 0.7 for k in kept)]
    assert len(unjustified) > 60


# ---------------------------------------------------------------------------------------------------- loud limits


def test_a_full_bucket_is_told_in_the_summary_and_on_the_terminal(tmp_path):
    """Texts that share 6 of 10 shingles, a little under the threshold, meet in buckets that take 20."""
    source = random.Random(4)
    common = [f"c{i}" for i in range(75)]
    texts = [" ".join([*common, *(f"u{source.random()}" for _ in range(25))]) for _ in range(300)]
    write_jsonl(tmp_path / "a.jsonl", [{"text": text} for text in texts])
    near = NearConfig(0.8, max_bucket=20)
    summary, examples = clean_quietly([tmp_path / "a.jsonl"], tmp_path / "out", near=near)
    (limit,) = read_summary(tmp_path / "out")["limits"]
    assert (limit["limit"], limit["value"]) == ("max_bucket", 20)
    assert limit["hits"] > 0
    shown = render_summary(summary, examples, tmp_path / "out")
    assert f"limit hit: max_bucket = 20, {limit['hits']:,} times." in shown


def test_no_limit_is_told_where_none_was_hit(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [{"text": "a b c"}, {"text": "a b c"}])
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert read_summary(tmp_path / "out")["limits"] == []
    assert "limit hit" not in done.stdout
