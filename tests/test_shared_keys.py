"""Which band keys may find something: the kernels against their twins, decisions against those with all keys."""

from dataclasses import fields, replace

import naive
import numpy as np
import pytest
from corpora import edit_text, make_text
from hypothesis import example, given
from hypothesis import strategies as st

from dedup import NearConfig
from dedup.config import CleanSettings
from dedup.kernels.buffers import as_read_only, locate_rows
from dedup.kernels.leader_table import Limits
from dedup.kernels.shared_buckets import find_marked, mark_shared, sort_buckets
from dedup.near.decide_documents import decide_documents
from dedup.near.leaders import Cover
from dedup.near.relation_rule import rule_of
from dedup.near.shared_keys import SharedKeys
from dedup.near.sketches import sketches_of
from dedup.near.stored import NO_STORED
from dedup.pipeline.sketch_texts import SketchedTexts
from dedup.pipeline.take_documents import to_document

word = st.integers(0, 2**64 - 1)
member = st.tuples(st.integers(1, 4), st.integers(0, 9), st.lists(st.integers(0, 2), min_size=64, max_size=64))


@given(st.lists(word | st.integers(0, 3).map(lambda high: high << 32)))
def test_buckets_are_sorted_as_numpy_sorts_them(words):
    packed = np.array(words, np.uint64)
    expected = packed[np.argsort(packed >> np.uint64(32), kind="stable")]
    sort_buckets(packed, np.empty_like(packed))
    assert packed.tolist() == expected.tolist()


@given(st.lists(st.lists(word, min_size=3, max_size=3), max_size=20), st.lists(st.booleans(), min_size=8, max_size=8))
def test_documents_with_a_marked_key_are_those_of_the_naive_twin(keys, marks):
    found = np.empty(len(keys), np.bool_)
    find_marked(as_read_only(np.array(keys, np.uint64).reshape(-1, 3)), as_read_only(np.array(marks)), found)
    assert found.tolist() == naive.find_marked(keys, marks)


@given(st.lists(member, max_size=40), st.sampled_from([0.25, 0.5, 1.0]), st.integers(15, 30), st.integers(0, 12))
@example([(1, 5, [0] * 64)] * 100, 0.5, 20, 200)
def test_marked_are_those_of_the_naive_twin(members, threshold, agreement, most):
    signatures = np.array([values for _, _, values in members], np.uint8).reshape(-1, 64)
    packed = np.array([key << 32 | number for number, (key, _, _) in enumerate(members)], np.uint64)
    packed.sort()
    marks = np.full(len(members), 2, np.uint8)
    addresses = locate_rows(signatures, np.full(len(members), 64))
    sizes = np.array([size for _, size, _ in members], np.int32)
    mark_shared(packed, addresses, sizes, Limits(threshold, agreement), most, np.uint8(1), marks)
    rows = [(key, number, size, bytes(values)) for number, (key, size, values) in enumerate(members)]
    expected = naive.mark_shared(rows, threshold, agreement, most)
    assert marks.tolist() == [3 if number in expected else 2 for number in range(len(members))]


@pytest.fixture(scope="module")
def offered():
    """Return sketches: near-copies of ten stories, a long series, and texts that share a footer and nothing else."""
    footer = make_text("footer", 40)
    texts = [edit_text(make_text(number % 10, 120), number, 25) for number in range(80)]
    texts += [edit_text(make_text("series", 80), number, 22) for number in range(200)]
    texts += [f"{make_text(f'own {number}', 400)} {footer}" for number in range(100)] + ["", "", "a b", "a b"]
    documents = [to_document(number, text) for number, text in enumerate(texts)]
    return SketchedTexts.of(documents, NearConfig()).offered


@pytest.mark.parametrize("changed", [{}, {"max_bucket": 1}, {"max_bucket": 3}, {"max_bucket": 90}, {"max_novel": 0.05}])
def test_a_document_is_decided_as_with_all_of_its_keys(offered, changed):
    settings = CleanSettings(near=replace(NearConfig(), **changed))
    cover = Cover(len(offered.keys), settings.near, rule=rule_of(settings))
    cover.offer(offered)
    expected, found = cover.result(), decide_documents(sketches_of(offered), settings, lambda _: None, threads=2)
    for column in fields(expected)[:-1]:
        np.testing.assert_array_equal(getattr(found, column.name), getattr(expected, column.name))
    work = replace(expected.counts, num_candidates=found.counts.num_candidates)
    if settings.near.max_bucket == 1:  # then a bucket of one document is full, and of those few are entered
        work = replace(work, num_full_buckets=found.counts.num_full_buckets)
    assert found.counts == work
    assert found.counts.num_candidates <= expected.counts.num_candidates


def test_texts_alike_in_a_footer_alone_hardly_enter_the_table(offered):
    alike_by_chance = offered.take(np.arange(280, 380))
    size = SharedKeys.find(sketches_of(alike_by_chance), NearConfig(), 1).table_size
    assert size.keys < 100 * 41 / 20


def test_keys_that_no_document_of_the_run_has_take_no_room(offered):
    """Of a stored document they are 0: so many of them are one large bucket."""
    some, count = offered.take(np.arange(280, 300)), 200
    stored = replace(
        NO_STORED,
        ordinals=np.arange(count),
        keys=np.zeros((count, some.keys.shape[1]), np.uint64),
        signature=np.zeros((count, 8), np.uint64),
        num_shingles=np.full(count, 400, np.int32),
    )
    stored.keys[0] = some.keys[0]
    sketches = sketches_of(some)
    alone = SharedKeys.find(sketches, NearConfig(), 1).table_size
    size = SharedKeys.find(replace(sketches, stored=stored), NearConfig(), 1).table_size
    assert size.keys <= alone.keys + 2 * some.keys.shape[1]
    assert size.owners <= alone.owners + 2
