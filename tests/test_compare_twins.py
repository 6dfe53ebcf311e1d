"""The arithmetic of `dedup compare` against slow twins."""

from dataclasses import replace

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.compare import coverage_lexical, coverage_semantic, rows, scores, shares
from dedup.compare.links import Wordings
from dedup.compare.model import Cell, Place, Row
from dedup.compare.read_units import split_document
from dedup.compare.terms import Term, weigh_terms
from dedup.model.documents import Document
from dedup.text.spans import Span

WORDS = ["negotiating", "negotiations", "negotiator", "drone", "drones", "91", "911", "kyiv", "a", "モス", "\ud800x"]


def make_case(seed, most=9):
    """Return (cover, outlets): shares between up to `most` sentences, float32, outlets ascending."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, most))
    outlets = np.sort(rng.integers(0, int(rng.integers(1, 6)), count))
    cover = rng.random((count, count)).astype(np.float32)
    return np.where(outlets[:, None] == outlets[None], np.float32(0), cover), outlets.astype(np.int64)


def make_scores(seed, most=9):
    cover, outlets = make_case(seed, most)
    return (cover + cover.T) / 2, outlets


def make_terms(words):
    return [[Term(Span(0, 1), word) for word in sentence] for sentence in words]


def cover_by_words(terms, weights, **options):
    vocabulary = coverage_lexical.read_vocabulary(weights)
    return coverage_lexical.measure_lexical_coverage(terms, vocabulary, **options)


seeds = st.integers(0, 10**6)
sentences = st.lists(st.lists(st.sampled_from(WORDS), max_size=5), min_size=1, max_size=5)


@given(seeds)
def test_hearsay_is_what_every_third_outlet_carries_over(seed):
    cover, outlets = make_case(seed)
    expected = naive.carry(cover.tolist(), outlets.tolist(), scores.HOPS, scores.WAYS, scores.HOP_FILL)
    heard = scores.support_transitively(cover, outlets)
    same = outlets[:, None] == outlets[None]
    assert np.where(same, 0, expected) == pytest.approx(np.where(same, 0, heard), abs=1e-6)


def test_hearsay_in_blocks_of_rows_is_hearsay():
    cover, outlets = make_case(4, most=40)
    whole = scores.support_transitively(cover, outlets)
    assert np.array_equal(whole, scores.support_transitively(cover, outlets, rows_at_once=3))


@given(seeds)
def test_the_background_of_a_sentence_is_its_nearest_few_in_each_other_outlet_without_the_match(seed):
    score, outlets = make_scores(seed, most=20)
    same = outlets[:, None] == outlets[None]
    expected = naive.measure_background(score.tolist(), outlets.tolist(), scores.NEAREST)
    assert np.where(same, 0, expected) == pytest.approx(
        np.where(same, 0, scores.measure_background(score, outlets)), abs=1e-5
    )


def test_the_background_in_its_own_text_leaves_the_sentence_out():
    score = np.array([[9, 0.4, 0], [0.4, 9, 0], [0, 0, 9]], np.float32)
    assert [0.1, 0.1, 0] == pytest.approx(scores.measure_own_background(score).tolist())


def test_a_headline_needs_less_to_meet_a_headline_or_a_lead():
    outlets, headings = np.array([0, 0, 1, 1, 1, 1, 1]), np.array([True, False, True, False, True, False, False])
    lift = scores.lift_headlines(outlets, headings)
    most, some = np.float32(scores.HEADLINES), np.float32(scores.HEADLINE_AND_LEAD)
    assert [most, some, 0, some, 0] == lift[0, 2:].tolist()
    assert [some, 0, 0, 0, 0] == lift[1, 2:].tolist()


@given(seeds)
def test_scores_are_symmetric_and_nothing_within_an_outlet(seed):
    cover, outlets = make_case(seed, most=20)
    score = scores.score_pairs(cover, outlets)
    assert np.array_equal(score, score.T)
    assert not score[outlets[:, None] == outlets[None]].any()


@given(seeds, st.sampled_from([0.3, 0.5, 0.7]))
def test_rows_are_average_linkage(seed, threshold):
    score, outlets = make_scores(seed)
    expected = naive.link_on_average(score.astype(float).tolist(), outlets.tolist(), threshold)
    assert expected == sorted(rows.cluster_sentences(score, outlets, threshold))


def test_two_sentences_of_an_outlet_share_a_row_through_a_third_one():
    score = np.array([[0, 0, 0.9], [0, 0, 0.8], [0.9, 0.8, 0]], np.float32)
    assert [[0, 1, 2]] == rows.cluster_sentences(score, np.array([0, 0, 1]), 0.5)
    turned = np.array([[0, 0.9, 0.8], [0.9, 0, 0], [0.8, 0, 0]], np.float32)
    assert [[0, 1, 2]] == rows.cluster_sentences(turned, np.array([0, 1, 1]), 0.5)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_tau_is_that_of_the_textbook(pairs):
    expected = naive.correlate_ranks(pairs)
    assert expected == (None if expected is None else pytest.approx(shares.measure_tau(pairs)))
    assert (expected is None) == (shares.measure_tau(pairs) is None)


@given(st.lists(st.sampled_from("abc"), max_size=15), st.lists(st.sampled_from("abc"), max_size=15))
def test_reuse_is_the_share_of_words_in_common_runs(words, others):
    runs, other_runs = shares.number_runs([words, others])
    assert naive.share_in_runs(words, others, shares.MIN_RUN) == pytest.approx(shares.measure_reuse(runs, other_runs))


@given(sentences)
def test_what_a_sentence_says_of_another_by_its_words(words):
    terms = make_terms(words)
    weights = weigh_terms(terms)
    expected = naive.cover_by_words(words, weights, coverage_lexical.MIN_LIKENESS)
    assert np.array(expected) == pytest.approx(cover_by_words(terms, weights), abs=1e-5)


def test_words_in_blocks_give_the_same_shares():
    terms = make_terms([WORDS[:6], WORDS[3:], [], WORDS[1:4] * 2])
    weights = weigh_terms(terms)
    whole = cover_by_words(terms, weights)
    cut = cover_by_words(terms, weights, words_at_once=2)
    assert whole == pytest.approx(cut, abs=1e-6)


def test_terms_in_blocks_give_the_same_shares():
    rng = np.random.default_rng(1)
    terms = make_terms([["a", "91", "b"], ["b", "c"], [], ["91", "92", "d", "e"]])
    vectors = [rng.standard_normal((len(found), 4)).astype(np.float32) for found in terms]
    vectors = [found / np.linalg.norm(found, axis=1, keepdims=True) for found in vectors]
    whole = coverage_semantic.measure_semantic_coverage(terms, vectors, weigh_terms(terms))
    cut = coverage_semantic.measure_semantic_coverage(terms, vectors, weigh_terms(terms), tile=2)
    assert whole == pytest.approx(cut, abs=1e-6)


def test_unequal_numbers_are_never_quite_alike_to_the_semantic_engine():
    terms = make_terms([["91"], ["92"], ["91"]])
    vectors = [np.ones((1, 1), np.float32)] * 3
    cover = coverage_semantic.measure_semantic_coverage(terms, vectors, weigh_terms(terms))
    assert [1, pytest.approx(coverage_semantic.NUMBER_LIKENESS), 1] == cover[0].tolist()


@given(st.lists(st.floats(-0.25, 0.5, width=32), min_size=1, max_size=30))
def test_the_threshold_of_a_story_is_where_its_links_are_best_on_the_average(values):
    odds = scores.Odds(40, 0.1)
    found = scores.find_best_threshold(np.array(values, np.float32), odds)
    least = odds.middle + np.log(scores.MIN_CHANCE / (1 - scores.MIN_CHANCE)) / odds.slope
    if found > least + 1e-6:
        best = max(naive.expect_f1(values, cut, odds) for cut in values)
        assert best == pytest.approx(naive.expect_f1(values, found, odds))
    assert least - 1e-6 <= found <= odds.middle + 1e-6


def test_thresholds_move_a_part_of_the_way_and_only_where_odds_are_known():
    score = np.array([[0, 0.4, 0.01], [0.4, 0, 0.4], [0.01, 0.4, 0]], np.float32)
    outlets = np.arange(3)
    assert scores.THRESHOLDS["lexical"] is scores.fit_thresholds(scores.THRESHOLDS["lexical"], score, outlets)
    base = scores.THRESHOLDS["semantic"]
    moved = scores.fit_thresholds(base, score, outlets)
    best = scores.find_best_threshold(np.array([0.4, 0.4, 0.01], np.float32), base.odds)
    assert base.strong + scores.SHIFT * (best - base.strong) == pytest.approx(moved.strong)
    assert moved.strong - base.strong == pytest.approx(moved.row - base.row)
    assert (base.own, base.part) == (moved.own, moved.part)


@given(seeds)
def test_the_telling_sentence_is_that_of_which_the_least_that_one_text_says_is_most(seed):
    cover, outlets = make_case(seed)
    texts = [split_document(Document("x", "A bell rang in the old tower.")) for _ in range(outlets.max() + 1)]
    texts = [replace(text, sentences=text.sentences * int((outlets == o).sum())) for o, text in enumerate(texts)]
    places = [Place(int(o), int((outlets[:n] == o).sum())) for n, o in enumerate(outlets)]
    cells = [Cell(int(o), tuple(p.sentence for p in places if p.outlet == o)) for o in np.unique(outlets)]
    others = {p: [[j for j, q in enumerate(places) if q.outlet == o] for o in {*outlets} - {p.outlet}] for p in places}
    least = [min((max(float(cover[i, j]) for j in own) for own in others[p]), default=0) for i, p in enumerate(places)]
    best = min((-round(value, 4), place) for value, place in zip(least, places, strict=True))
    found = Wordings(texts, places, cover).choose_telling(Row(tuple(cells)))
    assert best == (-found.score, found.place)
