"""Which range of documents has to see which document, against the naive twin."""

from fractions import Fraction

import naive
import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.kernels.routes import RANGE_BITS, find_routes

members = st.sets(st.tuples(st.integers(1, 4), st.integers(0, 40)), max_size=40).flatmap(
    lambda places: st.tuples(
        st.just(sorted(places)), st.lists(st.integers(1, 9), min_size=len(places), max_size=len(places))
    )
)


@given(members, st.integers(1, 50), st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(1)]), st.integers(1, 12))
@example(([(1, rank) for rank in range(40)], [5] * 40), 7, Fraction(1, 2), 64)  # more routes than the first array holds
@example(([(1, rank) for rank in range(40)], [5] * 40), 7, Fraction(1, 2), 2)
def test_routes_are_those_of_the_naive_twin(rows, range_size, threshold, small):
    places, sizes = rows
    keys = np.array([key for key, _ in places], np.uint64)
    ranks = np.array([rank for _, rank in places], np.int64)
    found = find_routes(keys, ranks, np.array(sizes, np.int32), range_size, float(threshold), small)
    actual = {(r >> (RANGE_BITS + 1), r >> 1 & ((1 << RANGE_BITS) - 1), r & 1) for r in found.tolist()}
    triples = [(key, rank, size) for (key, rank), size in zip(places, sizes, strict=True)]
    assert actual == naive.find_routes(triples, range_size, threshold, small)
