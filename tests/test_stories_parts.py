"""The parts of grouping into stories, each against a slow twin that says what it should do."""

import itertools
import math
import random
import unicodedata
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import find_stories
from dedup.kernels.linkage import SimilarPairs, link_groups
from dedup.kernels.neighbours import UNDATED
from dedup.stories.group_documents import TYPICAL_NEAREST, compare_inside, compare_topic, level_by_nearest
from dedup.stories.neighbour_pairs import order_by_day, pair_neighbours, within_window
from dedup.stories.read_terms import TermCounter, find_words, join_terms, order_terms
from dedup.stories.vectors import make_vectors, outline_story
from dedup.story_config import StoryConfig
from dedup.text.dates import parse_day

NO_OUTLET = np.full(10_000, -1, np.int32)


def make_texts(seed, count, vocabulary=60, length=12):
    source = random.Random(seed)
    return [" ".join(f"w{source.randrange(vocabulary)}" for _ in range(length)) for _ in range(count)]


def weigh(texts, config=None, outlets=None):
    outlets = NO_OUTLET[: len(texts)] if outlets is None else np.array(outlets, np.int32)
    return make_vectors(TermCounter().count(texts), outlets, config or StoryConfig())


def weigh_naively(texts, name_weight=2.0):
    """Return {word: weight} for each text, of length 1 with the words no other text holds, and without them."""
    words = [text.split() for text in texts]
    holders = {word: sum(word in each for each in words) for each in words for word in each}
    vectors = []
    for each in words:
        weights = {}
        for place, word in enumerate(each):
            count = each.count(word) + each[:60].count(word)
            is_name = any(w == word and w[0].isupper() for w in each[1:]) if place else word in each[1:]
            weight = (1 + math.log(count)) * math.log(1 + len(texts) / holders[word])
            weights[word] = weight * (name_weight if is_name and word[0].isupper() else 1)
        length = math.sqrt(sum(weight**2 for weight in weights.values()))
        vectors.append({word: weight / length for word, weight in weights.items() if holders[word] > 1})
    return vectors


def cosine(a, b):
    return sum(weight * b.get(word, 0) for word, weight in a.items())


def link_naively(count, similarity, threshold):
    """Merge the two groups with the highest mean similarity while it reaches the threshold."""
    groups = [[item] for item in range(count)]
    while len(groups) > 1:
        best, a, b = max(
            (np.mean([similarity[i, j] for i in x for j in y]), -groups.index(x), -groups.index(y))
            for x, y in itertools.combinations(groups, 2)
        )
        if best < threshold:
            break
        merged = groups[-a] + groups[-b]
        groups = [group for index, group in enumerate(groups) if index not in {-a, -b}] + [merged]
    return {frozenset(group) for group in groups}


def as_sets(group):
    return {frozenset(np.flatnonzero(group == label).tolist()) for label in np.unique(group)}


@given(st.integers(2, 12), st.integers(0, 10_000), st.floats(0.05, 0.9))
def test_groups_are_those_of_naive_average_linkage(count, seed, threshold):
    similarity = np.random.default_rng(seed).random((count, count))
    similarity = (similarity + similarity.T) / 2
    first, second = np.triu_indices(count, 1)
    pairs = SimilarPairs(first.astype(np.int32), second.astype(np.int32), similarity[first, second])
    group, _ = link_groups(count, pairs, threshold)
    assert link_naively(count, similarity, threshold) == as_sets(group)


def test_a_pair_that_is_left_out_counts_as_nothing_alike():
    chain = SimilarPairs(np.array([0, 1], np.int32), np.array([1, 2], np.int32), np.array([0.9, 0.8]))
    assert {frozenset({0, 1}), frozenset({2})} == as_sets(link_groups(3, chain, 0.5)[0])


def test_no_group_grows_over_the_bound_and_the_forbidden_merges_are_counted():
    first, second = np.triu_indices(6, 1)
    pairs = SimilarPairs(first.astype(np.int32), second.astype(np.int32), np.full(15, 0.9))
    group, forbidden = link_groups(6, pairs, 0.5, max_size=3)
    assert max(map(len, as_sets(group))) <= 3
    assert forbidden > 0


def test_equal_similarities_are_merged_in_the_order_of_the_items():
    first, second = np.triu_indices(5, 1)
    pairs = SimilarPairs(first.astype(np.int32), second.astype(np.int32), np.full(10, 0.7))
    assert {frozenset(range(5))} == as_sets(link_groups(5, pairs, 0.5)[0])


@given(st.integers(0, 10_000))
def test_vectors_are_the_naive_ones(seed):
    texts = make_texts(seed, 8)
    vectors = weigh(texts)
    for row, expected in enumerate(weigh_naively(texts)):
        here = slice(vectors.starts[row], vectors.starts[row + 1])
        assert sorted(expected.values()) == pytest.approx(sorted(vectors.weights[here].tolist()), abs=1e-6)


@given(st.integers(0, 10_000))
def test_neighbours_are_all_pairs_at_the_floor_where_no_bound_is_hit(seed):
    texts = make_texts(seed, 20)
    config = StoryConfig(copy_similarity=2.0, floor=0.1)
    found = pair_neighbours(weigh(texts), np.full(20, UNDATED, np.int32), config)
    naive = weigh_naively(texts)
    expected = {(i, j): cosine(naive[i], naive[j]) for i, j in itertools.combinations(range(20), 2)}
    close = {pair for pair, value in expected.items() if value >= 0.1001}
    pairs = {
        (int(i), int(j)): s
        for i, j, s in zip(found.pairs.first, found.pairs.second, found.pairs.similarity, strict=True)
    }
    assert close <= set(pairs)
    assert {pair: expected[pair] for pair in pairs} == pytest.approx(pairs, abs=1e-5)


@given(st.integers(0, 10_000), st.integers(0, 4))
def test_neighbours_are_never_further_apart_than_the_window(seed, window):
    texts = make_texts(seed, 20, vocabulary=20)
    days = np.array(sorted(random.Random(seed).choices([UNDATED, *range(100, 112)], k=20)), np.int32)
    config = StoryConfig(copy_similarity=2.0, floor=0.01, window=window, topic_window=0)
    found = pair_neighbours(weigh(texts), days, config).pairs
    assert within_window(days[found.first], days[found.second], window).all()
    everywhere = pair_neighbours(weigh(texts), days, StoryConfig(copy_similarity=2.0, floor=0.01, window=None)).pairs
    inside = within_window(days[everywhere.first], days[everywhere.second], window)
    assert set(zip(everywhere.first[inside].tolist(), everywhere.second[inside].tolist(), strict=True)) == set(
        zip(found.first.tolist(), found.second.tolist(), strict=True)
    )


def test_full_buckets_are_counted_and_the_nearest_documents_are_still_found():
    texts = [f"common word{i // 2} other{i // 2}" for i in range(40)]
    days = np.full(40, UNDATED, np.int32)
    found = pair_neighbours(weigh(texts), days, StoryConfig(max_bucket=4, copy_similarity=2.0))
    assert found.num_full_buckets > 0
    assert {(2 * i, 2 * i + 1) for i in range(20)} <= set(
        zip(found.pairs.first.tolist(), found.pairs.second.tolist(), strict=True)
    )


def test_copies_follow_the_first_and_are_looked_up_no_more():
    found = pair_neighbours(weigh(["a b c d e"] * 50), np.full(50, 7, np.int32), StoryConfig())
    assert [0] * 50 == found.leader.tolist()
    assert found.num_candidates == 49


def test_a_term_of_a_whole_topic_counts_less_inside_it():
    shared = "clinic rehab actress"
    texts = [f"{shared} anna{i} berg" for i in range(4)] + [f"{shared} clara{i} dahl" for i in range(4)]
    similarity = compare_topic(weigh(texts + make_texts(1, 40)), np.arange(8), StoryConfig())
    flat = compare_topic(weigh(texts + make_texts(1, 40)), np.arange(8), StoryConfig(topic_discount=0.0))
    assert similarity[0, 4] / similarity[0, 1] < flat[0, 4] / flat[0, 1]
    assert similarity[0, 4] < flat[0, 4]


@given(st.integers(2, 9), st.integers(0, 10_000), st.floats(0, 1))
def test_similarities_are_levelled_by_the_mean_of_the_nearest(count, seed, contrast):
    config = StoryConfig(contrast=contrast, num_nearest=3)
    similarity = np.random.default_rng(seed).random((count, count)).astype(np.float32)
    similarity = np.triu(similarity, 1) + np.triu(similarity, 1).T
    found = level_by_nearest(similarity, config)

    def nearest(row):
        others = sorted(similarity[row, other] for other in range(count) if other != row)[-3:]
        return max(sum(others) / len(others), config.floor)

    for a, b in itertools.permutations(range(count), 2):
        level = math.sqrt(nearest(a) * nearest(b)) / TYPICAL_NEAREST
        assert similarity[a, b] / level**contrast == pytest.approx(found[a, b], rel=1e-4)


def test_documents_of_a_topic_days_apart_are_compared_but_are_no_story():
    texts = [f"clinic rehab actress word{i} anna{i} berg" for i in range(8)] + make_texts(1, 40)
    days = np.array([100, 110] * 4 + [500] * 40, np.int32)
    config = StoryConfig(copy_similarity=2.0)
    vectors = weigh(texts)
    pairs = pair_neighbours(weigh(texts), days, config).pairs
    assert (days[pairs.first] != days[pairs.second]).any()
    inside = compare_inside(vectors, days, [np.arange(8)], config, lambda _: None)
    assert (days[inside.first] == days[inside.second]).all()


def test_what_every_document_of_an_outlet_holds_counts_less():
    texts = [f"newsletter subscribe story{i} event{i // 2}" for i in range(40)] + make_texts(2, 400)
    plain, known = weigh(texts), weigh(texts, outlets=[0] * 40 + [1] * 400)
    subscribe = int(TermCounter().count(["subscribe"]).hashes[0])

    def weight(vectors):
        here = slice(vectors.starts[0], vectors.starts[1])
        return vectors.weights[here][vectors.hashes[vectors.terms[here]] == subscribe][0]

    assert weight(known) < weight(plain) / 1.5


def test_the_first_words_count_twice():
    text = " ".join(f"w{i}" for i in range(70))
    counts = TermCounter().count([text]).counts
    assert 60 == int((counts == 2).sum())
    assert 10 == int((counts == 1).sum())


def test_three_unlike_texts_are_no_story():
    texts = [
        "The central bank of Chile left its rate at five per cent on Tuesday, as most of the analysts had expected.",
        "A fire in the harbour of Oslo was put out by the evening, and nobody was hurt, the mayor of the city said.",
        "The museum of modern art in Lima is to be closed for a year, while the roof of the old building is repaired.",
    ]
    assert [] == find_stories(texts)


def test_two_texts_on_one_event_are_a_story():
    texts = [
        "Firefighters fought a blaze in the harbour of Oslo on Monday, and nobody was hurt, the mayor said.",
        "The mayor of Oslo said that nobody was hurt when a fire broke out in the harbour on Monday.",
    ]
    assert [2] == [len(story.members) for story in find_stories(texts)]


def test_names_weigh_more_than_words():
    texts = ["they met Merz there", "they met hope there", "a Merz b", "a hope b", *make_texts(3, 20)]
    vectors = weigh(texts)
    here, there = slice(vectors.starts[0], vectors.starts[1]), slice(vectors.starts[1], vectors.starts[2])
    assert vectors.weights[here].max() > 1.2 * vectors.weights[there].max()


def test_a_story_is_described_by_what_its_documents_share():
    texts = ["quake hit Qeshm island", "Qeshm quake kills ten", "island of Qeshm shaken", *make_texts(4, 30)]
    vectors = weigh(texts)
    outline = outline_story(vectors, np.arange(3), 3)
    words = find_words(" ".join(texts[:3]), {int(vectors.hashes[term]) for term, _ in outline.terms})
    assert "Qeshm" == words[int(vectors.hashes[outline.terms[0][0]])]
    naive = weigh_naively(texts)
    expected = [np.mean([cosine(naive[i], naive[j]) for j in range(3) if j != i]) for i in range(3)]
    assert expected == pytest.approx(outline.similarities.tolist(), abs=0.02)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("東京で地震", ["東京", "京で", "で地", "地震"]),
        ("2024年", ["2024", "年"]),
        ("ภาษาไทย", None),
        ("زلزال في طهران", ["زلزال", "في", "طهران"]),
    ],
)
def test_terms_are_words_or_pairs_of_characters(text, expected):
    terms = TermCounter().count([text])
    words = find_words(text, set(terms.hashes.tolist()))
    assert len(words) == len(terms.hashes)
    if expected is not None:
        assert sorted(expected) == sorted(words.values())


def test_texts_that_are_canonically_equivalent_have_the_same_terms():
    text = "Orbán à Tōkyō: ガス พูด"
    composed, decomposed = (TermCounter().count([unicodedata.normalize(form, text)]) for form in ("NFC", "NFD"))
    assert composed.hashes.tolist() == decomposed.hashes.tolist()


def test_terms_of_blocks_are_joined_and_reordered():
    texts = make_texts(5, 9)
    whole = TermCounter().count(texts)
    joined = join_terms([TermCounter().count(texts[:4]), TermCounter().count([]), TermCounter().count(texts[4:])])
    assert joined.hashes.tolist() == whole.hashes.tolist()
    assert joined.starts.tolist() == whole.starts.tolist()
    order = np.array([3, 0, 8, 1, 2, 4, 5, 6, 7])
    expected = TermCounter().count([texts[i] for i in order])
    assert order_terms(whole, order).hashes.tolist() == expected.hashes.tolist()


def test_documents_are_ordered_by_day_and_content_whatever_their_place():
    days, content = np.array([5, UNDATED, 5, 4], np.int32), np.array([9, 1, 3, 7], np.uint64)
    assert [1, 3, 2, 0] == order_by_day(days, content).tolist()


@pytest.mark.parametrize(
    "raw",
    ['"2024-01-31"', '"2024-01-31T23:59:59+09:00"',
     '"20240131"', "20240131", '"2024/1/31"', "1706700000", "1706700000000",
     '"Wed, 31 Jan 2024 10:00:00 GMT"', '" 2024-01-31 10:00"'],
)  # fmt: skip
def test_a_day_is_read_from(raw):
    assert date(2024, 1, 31) == parse_day(raw.encode())


@pytest.mark.parametrize(
    "raw",
    ["", "null", '""', '"yesterday"', '"01/02/2024"', '"2024-13-45"', "7", "true", "[]", '{"a": 1}',
     '"0000-01-01"', "1e400",
     '"2024-02"', "99999999999999999999", '"Mon, 99 Foo 2024"', "-1", '"\\ud800"'],
)  # fmt: skip
def test_no_day_is_guessed_from(raw):
    assert parse_day(raw.encode()) is None


def test_no_copy_follows_a_document_without_a_date():
    days = np.array([UNDATED, UNDATED, 10, 11, 40], np.int32)
    found = pair_neighbours(weigh(["a b c d e"] * 5), days, StoryConfig(window=3, topic_window=3))
    assert [0, 0, 2, 2, 4] == found.leader.tolist()
