import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import count_common, find_heaviest_increasing_sum

from dedup.diff.adapter import find_runs
from dedup.diff.compare_words import compare_words
from dedup.diff.patience import find_anchors, find_heaviest_increasing

TOKENS = st.lists(st.sampled_from(["the", "cat", "of", ",", "dog", "2013"]), max_size=14)
SPACED = st.lists(st.sampled_from(["the", "cat", "of", ",", " ", "\n"]), max_size=14)


@given(st.permutations(range(8)), st.lists(st.integers(1, 9), min_size=8, max_size=8))
def test_the_heaviest_increasing_chain_is_increasing_and_as_heavy_as_can_be(values, weights):
    chain = find_heaviest_increasing(values, weights)
    assert sorted(values[index] for index in chain) == [values[index] for index in chain]
    assert find_heaviest_increasing_sum(values, weights) == sum(weights[index] for index in chain)


@given(TOKENS, TOKENS)
def test_runs_without_cleanup_are_a_longest_common_subsequence(old, new):
    runs = find_runs(old, new, is_cleaned=False)
    assert count_common(old, new) == sum(run.old_end - run.old_start for run in runs if run.is_equal)


def assert_runs_tile(runs, old, new):
    position = (0, 0)
    for run in runs:
        assert position == (run.old_start, run.new_start)
        position = (run.old_end, run.new_end)
        is_same = old[run.old_start : run.old_end] == new[run.new_start : run.new_end]
        assert is_same or not run.is_equal
    assert (len(old), len(new)) == position


@given(TOKENS, TOKENS)
def test_runs_tile_both_sequences(old, new):
    assert_runs_tile(find_runs(old, new), old, new)


@given(SPACED, SPACED)
def test_runs_of_words_tile_both_sequences(old, new):
    runs = compare_words(old, new).runs
    assert_runs_tile(runs, old, new)
    assert all(first.is_equal != second.is_equal for first, second in pairwise(runs))


@given(TOKENS, TOKENS)
def test_anchors_hold_the_same_tokens_and_rise_on_both_sides(old, new):
    anchors = find_anchors(old, new, 2)
    assert all(old[a : a + 2] == new[b : b + 2] for a, b in anchors)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(anchors))


def test_more_distinct_tokens_than_letters_of_one_plane_are_encoded():
    old = [f"w{number}" for number in range(70_000)]
    runs = find_runs(old, [*old[:50_000], "new", *old[50_001:]], is_cleaned=False)
    assert [True, False, True] == [run.is_equal for run in runs]
    assert 50_000 == runs[1].old_start


def test_a_text_of_more_distinct_words_than_there_are_characters_is_compared():
    old = [f"w{number}" for number in range(sys.maxunicode)]
    assert [True, False] == [run.is_equal for run in find_runs(old, ["w0", "other"])]


@pytest.mark.parametrize("token", ["\ud800", "㐀", "\U0010ffff", "," * 3])
def test_odd_tokens_are_encoded(token):
    assert [True] == [run.is_equal for run in find_runs([token, "a"], [token, "a"])]
