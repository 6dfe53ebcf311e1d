"""The keys of an index streamed past those of new documents, against the naive twin."""

from fractions import Fraction

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.kernels.key_set import add_keys, make_key_set, match_keys
from dedup.kernels.memory import as_read_only

SETTINGS = settings(deadline=None, derandomize=True, max_examples=300)
BANDS = 3

# Keys that share their low bits (by which the bitmap goes), their high bits (by which the slots go), or neither.
keys = st.sampled_from([*range(1, 6), *(1 << 40 | i for i in range(5)), *(i << 61 | 7 for i in range(8))])
documents = st.lists(
    st.tuples(st.lists(keys, min_size=BANDS, max_size=BANDS), st.integers(0, 3), st.integers(1, 12)), max_size=20
)


def as_arrays(rows):
    """Return documents as the kernels take them."""
    columns = [np.array([row[i] for row in rows], np.int32) for i in (1, 2)]
    return [as_read_only(a) for a in (np.array([row[0] for row in rows], np.uint64).reshape(-1, BANDS), *columns)]


def find(new, stored, threshold):
    """Return what the kernels say, in the shape of the naive twin, and the set."""
    key_set = make_key_set(len(new) * BANDS)
    add_keys(key_set, *as_arrays(new))
    found, shared = np.empty(len(stored), np.uint8), np.zeros((len(stored), BANDS), np.uint64)
    match_keys(key_set, *as_arrays(stored), threshold, found, shared)
    return list(zip(found.tolist(), shared.tolist(), strict=True)), key_set


@SETTINGS
@given(documents, documents, st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1)]))
def test_stored_documents_are_found_as_the_naive_twin_finds_them(new, stored, threshold):
    assert find(new, stored, float(threshold))[0] == naive.match_keys(new, stored, threshold)


@SETTINGS
@given(documents, documents)
def test_holders_of_a_key_are_counted_on_both_sides(new, stored):
    _, key_set = find(new, stored, 0.5)
    expected = {}
    for rows, is_new in ((new, True), (stored, False)):
        for row_keys, num_tokens, _ in rows:
            for key in row_keys if num_tokens else ():
                if is_new or key in expected:
                    expected[key] = expected.get(key, 0) + 1
    slots = np.flatnonzero(key_set.slots)
    assert dict(zip(key_set.slots[slots].tolist(), key_set.holders[slots].tolist(), strict=True)) == expected


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.7, 0.9, 1 / 3])
@pytest.mark.parametrize("size", range(1, 40))
def test_a_size_that_just_suffices_is_never_missed(threshold, size):
    """What the cover compares by a quotient of floats is found here by a product."""
    new = [([1, 2, 3], 1, size)]
    stored = [([1, 2, 3], 1, other) for other in range(1, 400)]
    found, _ = find(new, stored, threshold)
    missed = [
        other
        for (state, _), (_, _, other) in zip(found, stored, strict=True)
        if min(size, other) / max(size, other) >= threshold and state != 2
    ]
    assert missed == []
