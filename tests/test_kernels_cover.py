"""Who is kept, and why the others are not, against the naive twin."""

from dataclasses import replace

import naive
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from relations import REMOVE_ALL, REMOVED, RULE, articles, know_article

from dedup import NearConfig, PassageConfig, deduplicate
from dedup.model.documents import CopyRelation
from dedup.pipeline.sketch_texts import SketchedTexts
from dedup.pipeline.take_documents import to_document

# Pairs at the threshold share a bucket with probability 1 - 1e-12: what the naive twin finds without bands, bands find.
NUM_PERM, RECALL = 1024, 1 - 1e-12
WHOLE = PassageConfig("off")  # what passages contain is removed afterwards

WORDS = ["a", "b", "c", "B", "Bonn", "Cork", "7", "8", "12th", "."]
texts = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
corpora = st.lists(texts, max_size=14)
thresholds = st.sampled_from([0.4, 0.5, 0.6, 2 / 3, 0.7, 0.75, 0.8, 0.9, 1.0])


def find_decisions(corpus, config):
    """Return {index: Decision} of the removed texts as the product has it."""
    return {
        int(r.document.id): naive.Decision(int(r.witness.id), r.similarity, r.relation)
        for r in deduplicate(corpus, config, passages=WHOLE).removed
    }


@given(corpora, thresholds, st.integers(1, 4))
@example(["a b c a b", "a b c a", "a b c a b"], 0.5, 2)
@example(["", "", "."], 0.5, 5)
def test_decisions_are_those_of_the_naive_twin(corpus, threshold, shingle_size):
    config = NearConfig(threshold, shingle_size, num_perm=NUM_PERM, recall=RECALL, max_bucket=65_535)
    assert find_decisions(corpus, config) == naive.cover(corpus, threshold, shingle_size, rule=RULE)


@given(st.lists(articles, max_size=12), st.sampled_from([0.3, 0.5, 0.9]), st.sampled_from(REMOVED), st.floats(0, 1))
def test_decisions_on_articles_are_those_of_the_naive_twin(corpus, threshold, removed, max_novel):
    config = NearConfig(
        threshold, 2, num_perm=NUM_PERM, recall=RECALL, max_bucket=65_535, remove=removed, max_novel=max_novel
    )
    rule = replace(RULE, removed=tuple(removed.split(",")), max_novel=max_novel)
    expected = naive.cover([know_article(article) for article in corpus], threshold, 2, rule=rule)
    assert find_decisions(corpus, config) == expected


@given(st.lists(articles, max_size=12), st.floats(0, 1))
def test_a_kept_article_knows_the_most_similar_one_that_it_is_alike(corpus, max_novel):
    relatives = {}
    rule = replace(RULE, max_novel=max_novel)
    naive.cover([know_article(article) for article in corpus], 0.4, 2, rule=rule, relatives=relatives)
    config = NearConfig(0.4, 2, num_perm=NUM_PERM, recall=RECALL, max_bucket=65_535, max_novel=max_novel)
    documents = [to_document(number, article) for number, article in enumerate(corpus)]
    found = SketchedTexts.of(documents, config).decisions.relative
    rows = np.flatnonzero(found["document"] >= 0)
    label = [CopyRelation(number).label for number in found["relation"]]
    assert {
        int(row): naive.Decision(int(found["document"][row]), float(found["similarity"][row]), label[row])
        for row in rows
    } == relatives


@given(st.data(), thresholds)
def test_decisions_on_drifting_rewrites_are_those_of_the_naive_twin(data, threshold):
    """Each text is the one before it with a word replaced: chains, which a random corpus hardly has."""
    words = data.draw(st.lists(st.integers(0, 20), min_size=8, max_size=20))
    corpus = [list(words)]
    for place in data.draw(st.lists(st.integers(0, len(words) - 1), min_size=1, max_size=15)):
        words[place] += 100
        corpus.append(list(words))
    rewrites = [" ".join(f"w{w}" for w in version) for version in corpus]
    config = NearConfig(threshold, 2, num_perm=NUM_PERM, recall=RECALL)
    assert find_decisions(rewrites, config) == naive.cover(rewrites, threshold, 2, rule=RULE)


@given(corpora, st.integers(1, 3))
def test_longest_offers_texts_by_number_of_tokens_then_by_place(corpus, shingle_size):
    from dedup import KeepPolicy

    config = NearConfig(
        0.5, shingle_size, num_perm=NUM_PERM, recall=RECALL, keep=KeepPolicy("longest"), max_bucket=65_535
    )
    order = sorted(range(len(corpus)), key=lambda i: -len(naive.words(corpus[i])))
    assert find_decisions(corpus, config) == naive.cover(corpus, 0.5, shingle_size, order, rule=RULE)


def test_a_threshold_met_exactly_is_met():
    """7 shared of 10 shingles: 0.7 in floating point is 7 / 10 in floating point, and no rounding is in between."""
    shared = "s1 s2 s3 s4 s5 s6 s7"
    removed = deduplicate(
        [f"{shared} a b", f"{shared} c"], NearConfig(0.7, 1, num_perm=NUM_PERM, recall=RECALL)
    ).removed
    assert [r.similarity for r in removed] == [0.7]


@pytest.mark.parametrize("shared", range(1, 60))
def test_every_fraction_is_found_at_a_threshold_of_itself(shared):
    """A pair of Jaccard shared / 60, at that threshold: the early stop of the comparison must not lose it."""
    both = [f"s{i}" for i in range(shared)]
    corpus = [" ".join(both + [f"a{i}" for i in range((60 - shared) // 2)])]
    corpus.append(" ".join(both + [f"b{i}" for i in range(60 - shared - (60 - shared) // 2)]))
    config = NearConfig(shared / 60, 1, num_perm=4096, recall=0.995, remove=REMOVE_ALL)
    assert [r.similarity for r in deduplicate(corpus, config).removed] == [shared / 60]


def test_the_witness_is_the_most_similar_kept_text_and_not_the_first():
    base = [f"w{i}" for i in range(40)]
    far = [*base[:32], *(f"x{i}" for i in range(8))]
    near = [*base[1:], "y"]
    corpus = [" ".join(t) for t in (far, near, base)]
    removed = deduplicate(corpus, NearConfig(0.65, 1, num_perm=NUM_PERM, recall=RECALL)).removed
    assert [(r.document.id, r.witness.id) for r in removed] == [("2", "1")]


def test_an_exact_copy_of_a_removed_text_has_the_witness_of_that_text():
    base = [f"w{i}" for i in range(40)]
    edited = " ".join([*base[:39], "y"])
    removed = deduplicate([" ".join(base), edited, edited.upper()], NearConfig(0.5, 1)).removed
    assert [(r.document.id, r.witness.id, r.relation) for r in removed] == [("1", "0", "edited"), ("2", "0", "edited")]


def test_a_bucket_that_is_full_takes_no_more_texts():
    """Two kept texts share every bucket; with room for one, what copies the second alone is not found."""
    from dedup.near.leaders import Cover, Offered
    from dedup.near.read_facts import know_nothing

    config = NearConfig(0.5, max_bucket=1)
    tokens = [np.arange(40, dtype=np.uint32) * 4 + 1000 * i for i in (0, 1, 1)]
    tokens[2] = np.append(tokens[2], np.uint32(4))
    cover = Cover(3, config)
    offered = Offered(
        np.ones((3, 40), np.uint64) * np.arange(1, 41, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15),
        np.zeros((3, 8), np.uint64),
        np.arange(6, dtype=np.uint64).reshape(3, 2) * np.uint64(0x9E3779B97F4A7C15),
        np.array([t.size for t in tokens], np.int32),
        np.array([36, 36, 37], np.int32),
        np.array([t.ctypes.data for t in tokens], np.uint64),
        np.zeros(3, np.uint64),
        know_nothing(3),
    )
    cover.offer(offered)
    result = cover.result()
    assert (result.witness.tolist(), result.counts.num_full_buckets, result.counts.num_not_entered) == (
        [-1, -1, -1],
        40,
        80,
    )


FED = (
    "The Federal Reserve Bank of {city} will conduct an overnight repurchase agreement operation on {date} in the "
    "amount of {amount} million dollars and will announce the result at the usual hour of the business day to all of "
    "the primary dealers that take part in it under the terms of the standing facility"
)


BOSTON = {"city": "Boston", "date": "March 3", "amount": "1,250"}
DALLAS = {"city": "Dallas", "date": "April 9", "amount": "2,700"}


def test_one_frame_filled_in_twice_stays_unless_all_that_is_alike_goes():
    corpus = [FED.format(**BOSTON), FED.format(**DALLAS)]
    assert deduplicate(corpus).removed == ()
    assert [r.relation for r in deduplicate(corpus, NearConfig(remove=REMOVE_ALL)).removed] == ["template"]


def test_a_text_whose_words_were_edited_is_a_copy():
    text = FED.format(**BOSTON)
    corpus = [text, text.replace("announce", "publish").replace("usual", "set")]
    assert [r.relation for r in deduplicate(corpus).removed] == ["edited"]


def test_what_an_outlet_says_again_on_another_day_with_other_words_is_an_update():
    text = FED.format(**BOSTON)
    later = text.replace("announce the result at the usual hour", "say what came of it when markets open")
    corpus = [{"text": text, "outlet": "p", "date": "2024-03-03"}, {"text": later, "outlet": "p", "date": "2024-03-04"}]
    assert deduplicate(corpus).removed == ()
    corpus[1]["outlet"] = "q"
    assert [r.relation for r in deduplicate(corpus).removed] == ["edited"]


@pytest.mark.parametrize(("date", "removed"), [("2024-04-02", ["edited"]), ("2024-04-03", [])])
def test_what_comes_a_month_later_with_other_words_is_another_piece_of_any_outlet(date, removed):
    text = FED.format(**BOSTON)
    later = text.replace("announce the result at the usual hour", "say what came of it when markets open")
    corpus = [{"text": text, "outlet": "p", "date": "2024-03-03"}, {"text": later, "outlet": "q", "date": date}]
    assert [r.relation for r in deduplicate(corpus).removed] == removed
    corpus[1]["text"] = text
    assert [r.relation for r in deduplicate(corpus).removed] == ["exact"]


def test_a_text_with_more_words_of_its_own_than_a_copy_may_have_is_extended():
    text = FED.format(**BOSTON)
    longer = f"{text} {' '.join(f'w{n}' for n in range(40))}"
    assert deduplicate([text, longer], passages=WHOLE).removed == ()
    free = NearConfig(max_novel=1.0)
    assert [r.relation for r in deduplicate([text, longer], free, passages=WHOLE).removed] == ["edited"]
    assert [r.relation for r in deduplicate([longer, text], passages=WHOLE).removed] == ["edited"]
    (removed,) = deduplicate([text, longer]).removed
    assert (removed.document.id, removed.relation) == ("0", "contained")


def test_a_series_is_compared_with_the_nearest_of_its_members_only():
    frame = "the office will hold open hours in town {0} on the {0} from nine until noon and all are welcome to come"
    rest = " ".join(f"w{n}" for n in range(40))
    series = [f"{rest} {frame.format(n)} as {n + 1} of us did" for n in range(1, 200)]
    result = SketchedTexts.of([to_document(n, text) for n, text in enumerate(series)], NearConfig()).decisions
    assert result.kept.all()
    assert result.counts.num_series > 100
    assert (result.relative["document"][1:] >= 0).all()
