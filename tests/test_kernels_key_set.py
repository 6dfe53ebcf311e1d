"""The keys of an index streamed past those of new documents, against the naive twin."""

from fractions import Fraction

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels.buffers import as_read_only
from dedup.kernels.key_set import MAX_HOLDERS, add_keys, find_hits, make_hits, make_key_set, match_hits
from dedup.kernels.leader_table import Limits

BANDS, AGREEMENT, MAX_BUCKET = 3, 62, 3

# Keys that share their low bits (by which the bitmap goes), their high bits (by which the slots go), or neither.
keys = st.sampled_from([*range(1, 6), *(1 << 40 | i for i in range(5)), *(i << 61 | 7 for i in range(8))])
documents = st.lists(
    st.tuples(
        st.lists(keys, min_size=BANDS, max_size=BANDS),
        st.integers(0, 3),
        st.integers(1, 12),
        st.integers(0, 4).map(lambda ones: bytes([1] * ones + [0] * (64 - ones))),
    ),
    max_size=20,
)


def as_arrays(rows):
    """Return documents as the kernels take them."""
    band_keys = np.array([row[0] for row in rows], np.uint64).reshape(-1, BANDS)
    signatures = np.frombuffer(b"".join(row[3] for row in rows), np.uint64).reshape(-1, 8)
    sizes = [np.array([row[i] for row in rows], np.int32) for i in (1, 2)]
    return [as_read_only(column) for column in (band_keys, signatures, *sizes)]


def find(new, stored, threshold, batches=1):
    """Return what the kernels say, in the shape of the naive twin, and the set."""
    key_set = make_key_set(len(new), BANDS)
    for part in cut(new, batches):
        add_keys(key_set, *as_arrays(part))
    found, first = [], 0
    for part in cut(stored, batches):
        keys, signatures, num_tokens, num_shingles = as_arrays(part)
        hits = make_hits(len(part), BANDS)
        num_rows, num_hits = find_hits(key_set.bits, key_set.slots, keys, num_tokens, hits)
        rows, (owner, band, slot) = hits.rows[:num_rows], (column[:num_hits] for column in hits[1:])
        is_compared = np.ones(num_rows, np.bool_)
        columns = map(as_read_only, (owner, slot, signatures[rows], num_shingles[rows]))
        match_hits(key_set, *columns, Limits(float(threshold), AGREEMENT), MAX_BUCKET, is_compared)
        shared = np.zeros((num_rows, BANDS), np.uint64)
        shared[owner, band] = key_set.slots[slot, 0]
        found += zip((rows + first).tolist(), shared.tolist(), is_compared.tolist(), strict=True)
        first += len(part)
    return found, key_set


def cut(rows, count):
    """Return a list in so many parts."""
    return [rows[len(rows) * i // count : len(rows) * (i + 1) // count] for i in range(count)]


@given(documents, documents, st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1)]))
@pytest.mark.parametrize("batches", [1, 3])
def test_stored_documents_are_found_as_the_naive_twin_finds_them(batches, new, stored, threshold):
    expected = naive.match_keys(new, stored, (threshold, AGREEMENT), MAX_BUCKET)
    assert find(new, stored, threshold, batches)[0] == expected


def test_many_stored_documents_are_found_in_their_order():
    """More than are looked up together."""
    signature = bytes(64)
    new = [([i, i + 1, i + 2], 1, 5, signature) for i in range(1, 60, 3)]
    stored = [([i % 90 + 1] * BANDS, i % 7, 5, signature) for i in range(300)]
    assert find(new, stored, 0.5)[0] == naive.match_keys(new, stored, (0.5, AGREEMENT), MAX_BUCKET)


@given(documents, documents)
def test_holders_of_a_key_are_counted_on_both_sides(new, stored):
    _, key_set = find(new, stored, 0.5)
    expected = {}
    for rows, is_new in ((new, True), (stored, False)):
        for row_keys, num_tokens, *_ in rows:
            for key in row_keys if num_tokens else ():
                if is_new or key in expected:
                    expected[key] = expected.get(key, 0) + 1
    used = key_set.slots[key_set.slots[:, 0] != 0]
    assert dict(zip(used[:, 0].tolist(), (used[:, 1] >> 32).tolist(), strict=True)) == expected
    assert key_set.counters[MAX_HOLDERS] == max(expected.values(), default=0)


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.7, 0.9, 1 / 3])
@pytest.mark.parametrize("size", range(1, 40))
def test_sizes_are_compared_as_the_cover_compares_them(threshold, size):
    new = [([1, 2, 3], 1, size, bytes(64))]
    for first in range(1, 400, MAX_BUCKET):
        sizes = range(first, first + MAX_BUCKET)
        found, _ = find(new, [([1, 2, 3], 1, other, bytes(64)) for other in sizes], threshold)
        expected = [min(size, other) / max(size, other) >= threshold for other in sizes]
        assert [is_compared for _, _, is_compared in found] == expected
