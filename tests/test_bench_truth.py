"""The truth that benchmarks judge by: exact pairs, planted copies, and the figures made of them."""

import doctest
import importlib
import random
from itertools import combinations

import naive
import pytest
from amounts import nightly_after
from news_data import require_shared_data

LANGUAGES = ("ar", "en", "ja", "ru", "si", "ta", "zh")
TEXTS = (
    "Don’t STOP: the “first” 1,000 of naïve CO\u00adOPS.",
    "2011年4月7日午後11時32分頃、コーヒーを飲む。ﾊﾛｰ",
    "ශ්‍රී ලංකාවේ ආණ්ඩුව",
    "தமிழ் செய்திகள்",
    "cafe\u0301 ﬁnal Ⅷ ②",
    "ภาษาไทย",
    "",
)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["bench_judgement", "exact_pairs", "quality"])
def test_the_examples_of_benchmarks_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def brute_pairs(texts, least, size=5):
    """Return {(first, second): similarity} by comparing all sets with all."""
    sets = []
    for text in texts:
        tokens = [token.text for token in naive.tokenise(text)]
        width = min(size, len(tokens))
        sets.append({tuple(tokens[i : i + width]) for i in range(len(tokens) - width + 1)} if tokens else set())
    found = {}
    for i, j in combinations(range(len(texts)), 2):
        union = len(sets[i] | sets[j])
        similarity = len(sets[i] & sets[j]) / union if union else 0.0
        if similarity >= least:
            found[i, j] = similarity
    return found


def make_texts(count, seed):
    """Return short texts over few words, with edited copies, so that similarities of all sizes occur."""
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        words = [rng.choice("abcdefghijklmnop") for _ in range(rng.randrange(40))]
        if texts and rng.random() < 0.6:
            words = rng.choice(texts).split()
            for _ in range(rng.randrange(4)):
                words[rng.randrange(len(words)) : 0] = [rng.choice("xyz")] if words else []
        texts.append(" ".join(words) or ".")
    return texts


@pytest.mark.nightly
@pytest.mark.parametrize("text", TEXTS)
def test_tokens_of_the_truth_are_those_of_the_specification(text):
    import unicodedata

    from exact_pairs import split_tokens

    expected = [unicodedata.normalize("NFC", token.text) for token in naive.tokenise(text)]
    assert expected == [unicodedata.normalize("NFC", token) for token in split_tokens(text)]


@pytest.mark.parametrize("seed", nightly_after(1, range(5)))
def test_exact_pairs_are_those_of_comparing_all_with_all(seed):
    from exact_pairs import find_pairs

    texts = make_texts(60, seed)
    pairs = find_pairs(texts, 0.3)
    found = zip(pairs.first.tolist(), pairs.second.tolist(), pairs.similarity.tolist(), strict=True)
    assert brute_pairs(texts, 0.3) == {(first, second): similarity for first, second, similarity in found}


@pytest.mark.nightly
def test_grown_copies_are_what_they_say():
    from grow import grow, take_apart

    rng = random.Random(3)
    words = ["".join(rng.choices("abcdefghij", k=6)) for _ in range(3000)]  # no digit: templates stay as they are
    texts = [". ".join("T" + " ".join(rng.choices(words, k=18)) for _ in range(8)) for _ in range(60)]
    articles = list(grow(take_apart(texts), 150, seed=1, copy_share=0.5))
    places = {article.id: index for index, article in enumerate(articles)}
    similar = brute_pairs([article.text for article in articles], 0.0)
    kinds = set()
    for article in articles:
        if article.of:
            pair = tuple(sorted((places[article.of], places[article.id])))
            kinds.add(article.kind)
            if article.kind in {"exact", "layout"}:
                assert similar[pair] == 1.0
            else:
                assert 0.3 < similar[pair] <= 1.0
    assert kinds >= {"exact", "edited", "layout", "corrected", "truncated"}


@pytest.fixture(scope="module")
def planted():
    """A small planted corpus."""
    require_shared_data()
    from planted_copies import plant_corpus

    return plant_corpus(originals=5)


@pytest.mark.nightly
@pytest.mark.shared
def test_planted_copies_come_after_what_they_were_made_of_and_in_its_group(planted):
    places = {document.id: index for index, document in enumerate(planted)}
    assert len(places) == len(planted)
    for document in planted:
        if document.of:
            assert places[document.of] < places[document.id]
            assert document.group == planted[places[document.of]].group


@pytest.mark.nightly
@pytest.mark.shared
@pytest.mark.parametrize("language", LANGUAGES)
def test_planted_copies_have_the_similarity_of_their_kind(planted, language):
    documents = [document for document in planted if document.lang == language and document.kind != "hot"]
    texts = {document.id: document.text for document in documents}
    for document in documents:
        if document.of:
            similarity = brute_pairs([texts[document.of], document.text], 0.0).get((0, 1), 0.0)
            if document.kind in {"exact", "layout", "short"}:
                assert (document.id, similarity) == (document.id, 1.0)
            elif document.kind.startswith("edited"):
                assert 0.5 < similarity < 1.0, document.id


@pytest.mark.nightly
@pytest.mark.shared
@pytest.mark.parametrize("language", LANGUAGES)
def test_planted_documents_of_two_groups_are_unlike(planted, language):
    documents = [document for document in planted if document.lang == language and document.kind != "hot"]
    pairs = brute_pairs([document.text for document in documents], 0.3)
    assert [] == [(documents[a].id, documents[b].id) for a, b in pairs if documents[a].group != documents[b].group]


def judge_texts(texts, kept, clusters, threshold=0.5):
    """Return the figures of keeping some of these texts."""
    from exact_pairs import find_pairs
    from quality import Truth, judge

    ids = [str(index) for index in range(len(texts))]
    rows = [{"id": name} for name in ids]
    return judge(Truth(ids, rows, find_pairs(texts)), kept, clusters, threshold)


CHAIN = ["a b c d e f g h i j", "a b c d e f g h x y", "z w c d e f g h x y"]  # 0 ~ 1 ~ 2 at 0.5, 0 and 2 are not


@pytest.mark.nightly
def test_a_removal_through_a_chain_is_wrong():
    figures = judge_texts(CHAIN, ["0"], [["0", "1", "2"]])
    assert (1, 0) == (figures.wrong, figures.lost_groups)


@pytest.mark.nightly
def test_the_end_of_a_chain_may_stay():
    figures = judge_texts(CHAIN, ["0", "2"], [["0", "1"]])
    assert (0, 0, 1.0) == (figures.wrong, figures.lost_groups, figures.recall.value)


@pytest.mark.nightly
def test_a_pair_that_is_kept_whole_is_not_found():
    figures = judge_texts(CHAIN, ["0", "1", "2"], [])
    assert (0, 0.0, 2) == (figures.recall.hits, figures.recall.value, figures.recall.total)


@pytest.mark.nightly
def test_a_group_of_which_nothing_is_kept_is_lost():
    figures = judge_texts([*CHAIN, "k l m n o p"], ["3"], [])
    assert (3, 1) == (figures.wrong, figures.lost_groups)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(5))
def test_pairwise_f1_counts_pairs(seed):
    from quality import compare_partitions

    rng = random.Random(seed)
    truth, found = ([rng.randrange(4) for _ in range(30)] for _ in range(2))
    both = true = told = 0
    for i, j in combinations(range(30), 2):
        true += truth[i] == truth[j]
        told += found[i] == found[j]
        both += truth[i] == truth[j] and found[i] == found[j]
    assert 2 * both / (true + told) == compare_partitions(truth, found)[1]


@pytest.mark.nightly
def test_adjusted_rand_index_of_the_textbook():
    from quality import compare_partitions

    # Six objects: 2 pairs in common, 3 and 6 pairs of 15, so 3 * 6 / 15 = 1.2 by chance.
    ari, _ = compare_partitions([0, 0, 0, 1, 2, 3], [0, 0, 1, 1, 1, 1])
    assert (1 - 3 * 7 / 15) / ((3 + 7) / 2 - 3 * 7 / 15) == pytest.approx(ari)
