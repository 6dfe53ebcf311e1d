"""Every engine decides as the naive twin does, document by document."""

from dataclasses import replace

import naive
import pytest
from amounts import nightly_but, one_in
from corpora import edit_text, make_records, make_text
from engines import ENGINES, KEPT, QUICK, decide_locally
from hypothesis import example, given
from hypothesis import strategies as st
from relations import REMOVED, RULE, articles, know_article, mix_worlds

from dedup import NearConfig

# Pairs at the threshold share a bucket with probability 1 - 1e-12: what the naive twin finds without bands, bands find.
NUM_PERM, RECALL = 1024, 1 - 1e-12

WORDS = ["a", "b", "c", "B", "Bonn", "Cork", "7", "8", "12th", "."]
texts = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
corpora = st.lists(st.lists(texts, max_size=14), max_size=8).map(mix_worlds)  # a run through an index takes long
article_corpora = st.lists(st.lists(articles, max_size=12), min_size=1, max_size=8).map(mix_worlds)

SCRIPTS = {
    "Chinese": "俄罗斯外交部长表示莫斯科无意退出谈判进程但将根据乌克兰的行动重新评估其立场并与美国继续对话",
    "Japanese": "ロシアの外相は交渉から離脱する意図はないと述べたがウクライナの行動を踏まえて立場を見直すとした",
    "Arabic": "قال وزير الخارجية الروسي إن موسكو لا تنوي الانسحاب من عملية التفاوض",
    "Sinhala": "සාකච්ඡා ක්‍රියාවලියෙන් ඉවත් වීමට රුසියාව අදහස් නොකරන බව විදේශ අමාත්‍යවරයා පැවසීය",
    "emoji and marks": "ae\u0301 👩‍👧 cafe\u0301 🇫🇷 nai\u0308ve 👍🏽 re\u0301sume\u0301 🎉 fac\u0327ade 🌊 "
    "by the sea in a small town where all of us were",
}


@pytest.fixture(params=nightly_but(QUICK, ENGINES), ids=str)  # in make test, test_spark has all of it in one run
def engine(request):
    return ENGINES[request.param]


def decide_naively(corpus, threshold, shingle_size, rule=RULE):
    """Return the decisions of the naive twin in the shape of an engine's."""
    removed = naive.cover(corpus, threshold, shingle_size, rule=rule)
    return [(d.witness, d.similarity, d.relation) if (d := removed.get(i)) else KEPT for i in range(len(corpus))]


@pytest.mark.parametrize("name", QUICK)  # on Spark, see test_spark: many small graphs at once
@one_in(16)
@given(corpora, st.sampled_from([0.4, 0.5, 2 / 3, 0.8, 1.0]), st.integers(1, 4))
@example(["a b c a b", "a b c a", "a b c a b"], 0.5, 2)
@example(["", "", "."], 0.5, 5)
@example([], 0.5, 5)
def test_decisions_are_those_of_the_naive_twin(name, corpus, threshold, shingle_size):
    config = NearConfig(threshold, shingle_size, num_perm=NUM_PERM, recall=RECALL)
    assert QUICK[name](corpus, config) == decide_naively(corpus, threshold, shingle_size)


@pytest.mark.parametrize("name", QUICK)  # on Spark, see test_spark
@one_in(32)
@given(article_corpora, st.sampled_from(REMOVED), st.sampled_from([0.1, 0.3, 1.0]))
def test_decisions_on_articles_are_those_of_the_naive_twin(name, corpus, removed, max_novel):
    config = NearConfig(0.3, 2, num_perm=NUM_PERM, recall=RECALL, remove=removed, max_novel=max_novel)
    rule = replace(RULE, removed=tuple(removed.split(",")), max_novel=max_novel)
    known = [know_article(article) for article in corpus]
    assert QUICK[name](corpus, config) == decide_naively(known, 0.3, 2, rule=rule)


def test_an_exact_copy_of_a_removed_text_has_the_witness_of_that_text(engine):
    base = [f"w{i}" for i in range(40)]
    edited = " ".join([*base[:39], "y"])
    decisions = engine([" ".join(base), edited, edited.upper()], NearConfig(0.5, 1))
    assert [d[0] for d in decisions] == [None, 0, 0]
    assert decisions[1][1:] == decisions[2][1:] == (39 / 41, "edited")


def test_a_text_between_two_does_not_join_them(engine):
    """A chain: each is alike to the one before it, the last is not alike to the first."""
    words = [f"w{i}" for i in range(30)]
    corpus = [" ".join(words[i : i + 20]) for i in (0, 5, 10)]
    assert [d[0] for d in engine(corpus, NearConfig(0.5, 1, num_perm=NUM_PERM, recall=RECALL))] == [None, 0, None]


def test_texts_without_a_word_are_no_copies_of_one_another(engine):
    assert engine(["", "...", "", " \n", "a", "a"], NearConfig()) == [*[KEPT] * 5, (4, 1.0, "exact")]


@pytest.mark.parametrize("name", QUICK)  # on Spark, see test_spark: all scripts at once
@pytest.mark.parametrize("script", SCRIPTS)
def test_copies_are_found_in_every_script(name, script):
    text = SCRIPTS[script]
    decisions = QUICK[name](
        [text, "unrelated words in the middle", text + "。", text[: len(text) * 9 // 10]], NearConfig()
    )
    assert [d[0] for d in decisions] == [None, None, 0, 0]
    assert decisions[2][1:] == (1.0, "exact")


@pytest.mark.parametrize("max_bucket", [1, 2, 3])
def test_decisions_are_the_same_where_buckets_are_full(engine, max_bucket):
    """Templates that are kept fill buckets: what no longer fits in is the same, whoever decides."""
    common = make_text("common", 60)
    corpus = [f"{common} {make_text(i, 40)}" for i in range(12)]
    corpus += [edit_text(corpus[i], f"copy {i}") for i in (0, 3, 7, 11)]
    config = NearConfig(0.6, 3, max_bucket=max_bucket)
    expected = decide_locally(corpus, config)
    assert engine(corpus, config) == expected
    assert len({d[0] for d in expected}) > 1


def test_a_corpus_of_stories_is_decided_as_the_naive_twin_decides_it(engine):
    corpus = [record["text"] for record in make_records("engines", 40, copies=4)]
    config = NearConfig(num_perm=512, recall=1 - 1e-9)
    assert engine(corpus, config) == decide_naively(corpus, 0.5, 5)
