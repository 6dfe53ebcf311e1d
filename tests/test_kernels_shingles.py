"""Shingle sets and their overlap against the naive twins."""

import naive
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from inner_kernels import alone

from dedup.kernels import shingles
from dedup.kernels.shingles import keep_distinct, roll_shingles, table_size
from dedup.kernels.tokens import HAS_NUMBER, IS_NAME, TOKEN_SHIFT

count_shared = alone(shingles.count_shared)
count_shared_rolling = alone(shingles.count_shared_rolling)
count_shared_shingles = alone(shingles.count_shared_shingles)

# Few words, so that shingles repeat; all flags, which are no part of a token's identity.
tokens = st.lists(st.integers(0, 3), max_size=40)
sizes = st.integers(1, 8)


def to_array(words, flags=0):
    """Return words (small integers) as stored tokens."""
    return np.array([(word << TOKEN_SHIFT) | flags for word in words], np.uint32)


def roll(words, shingle_size, flags=0):
    """Return the shingle hashes of some words, in order."""
    shingles = np.empty(max(len(words), 1), np.uint64)
    return shingles[: roll_shingles(to_array(words, flags), shingle_size, shingles)].tolist()


@given(tokens, sizes)
@example([], 5)
@example([0], 5)
@example([0, 0, 0, 0, 0], 5)
def test_distinct_shingles_are_those_of_the_naive_twin(words, shingle_size):
    shingles = np.array([*roll(words, shingle_size), 0], np.uint64)
    count = shingles.size - 1
    distinct = keep_distinct(shingles, count, np.empty(table_size(count), np.uint64))
    assert distinct == len(naive.shingle(words, shingle_size))
    assert shingles[:distinct].tolist() == list(dict.fromkeys(roll(words, shingle_size)))


@given(tokens, tokens, sizes)
@example([], [], 5)
@example([1, 2], [1, 2], 5)
@example([1, 2], [1, 2, 1, 2], 5)
def test_the_overlap_of_two_texts_is_that_of_the_naive_twin(words_a, words_b, shingle_size):
    a, b = naive.shingle(words_a, shingle_size), naive.shingle(words_b, shingle_size)
    actual = count_shared_shingles(to_array(words_a), to_array(words_b), shingle_size)
    assert tuple(actual) == (len(a & b), len(a), len(b))


@given(tokens, sizes, st.integers(0, HAS_NUMBER | IS_NAME))
def test_how_a_token_stood_in_the_text_is_no_part_of_a_shingle(words, shingle_size, flags):
    assert roll(words, shingle_size, flags) == roll(words, shingle_size)


@given(st.lists(st.integers(0, 3), min_size=5, max_size=5), tokens, tokens)
def test_a_rolled_shingle_depends_on_its_own_tokens_alone(window, before, after):
    rolled = roll(before + window + after, 5)
    assert rolled[len(before)] == roll(window, 5)[0]


def test_no_shingle_hash_is_zero_which_means_empty_in_the_table():
    assert 0 not in roll(list(range(4)) * 5000, 3)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1000, 65_537])
def test_a_table_is_a_power_of_two_at_most_half_full(count):
    size = table_size(count)
    assert size & (size - 1) == 0
    assert size >= max(2 * count, 16)
    assert size == 16 or size < 4 * count


@given(
    st.sets(st.integers(1, 50), max_size=30),
    st.lists(st.integers(1, 50), max_size=40),
    st.integers(0, 32),
)
def test_shared_values_are_counted_once_and_given_up_only_when_out_of_reach(a, b, needed):
    values = np.array([*a, 0], np.uint64)
    size = table_size(len(a))
    table = np.empty(size, np.uint64)
    keep_distinct(values, len(a), table)
    shared = len(a & set(b))
    actual = count_shared(table, size, np.zeros(size, np.uint32), 1, np.array([*b, 0], np.uint64), len(b), needed)
    assert actual == (shared if shared >= needed else -1)


@given(tokens.filter(len), tokens.filter(len), sizes, st.integers(0, 40))
def test_shared_shingles_are_counted_as_they_are_rolled(words_a, words_b, shingle_size, needed):
    a = np.array([*roll(words_a, shingle_size), 0], np.uint64)
    size = table_size(len(a) - 1)
    table = np.empty(size, np.uint64)
    keep_distinct(a, len(a) - 1, table)
    rolled = count_shared_rolling(table, size, np.zeros(size, np.uint32), 1, to_array(words_b, 3), shingle_size, needed)
    shared = len(set(roll(words_a, shingle_size)) & set(roll(words_b, shingle_size)))
    assert rolled == (shared if shared >= needed else -1)


def test_stamps_of_an_earlier_comparison_do_not_count():
    values = np.array([1, 2, 3], np.uint64)
    table = np.empty(16, np.uint64)
    keep_distinct(values, 3, table)
    stamps = np.zeros(16, np.uint32)
    assert [count_shared(table, 16, stamps, stamp, values, 3, 0) for stamp in (1, 2, 3)] == [3, 3, 3]
