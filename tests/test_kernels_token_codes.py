"""Tokens in half-bytes, against the naive twin: what is written is read again, and nothing else is read."""

from itertools import chain

import naive
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.index.connection import DamagedIndexError
from dedup.index.dictionaries import Coder, Decoder, list_frequent
from dedup.kernels.buffers import as_read_only
from dedup.kernels.token_codes import FIRST_RANKS, MAX_WORDS, enter_codes
from dedup.kernels.tokens import MASKED

WORDS = np.random.default_rng(1).permutation(np.arange(7, 7 + 3 * MAX_WORDS, 3, dtype=np.uint32))
EDGES = [rank for first in [*FIRST_RANKS.tolist(), MAX_WORDS] for rank in (first - 1, first, first + 1)]
ranks = st.one_of(st.sampled_from(EDGES), st.integers(0, MAX_WORDS + 5))
tokens = st.one_of(ranks.map(lambda rank: int(WORDS[rank % MAX_WORDS])), st.integers(0, 2**32 - 1))
pieces = st.lists(st.lists(tokens, min_size=1, max_size=30), max_size=8)


def make_coder(words, number=0):
    """Return what writes tokens under some words."""
    slots = np.zeros(1 << int(2 * words.size + 1).bit_length(), np.uint64)
    enter_codes(as_read_only(words), slots)
    return Coder(number, slots)


FULL = make_coder(WORDS, 3)
CODES = naive.list_codes(WORDS.tolist())


def make_decoder(words, number):
    """Return what reads them."""
    bounds = np.zeros(257, np.int64)
    bounds[number + 1 :] = words.size
    return Decoder(as_read_only(words), as_read_only(bounds))


@given(pieces)
def test_pieces_are_those_of_the_naive_twin_and_are_read_again(some):
    counts, every = np.array([*map(len, some)], np.int64), np.array([*chain(*some)], np.uint32)
    coded = FULL.encode(every, counts)
    if some:
        assert coded[0].as_py() == naive.encode_piece(some[0], CODES, 3)
        assert coded[-1].as_py() == naive.encode_piece(some[-1], CODES, 3)
    assert np.array_equal(make_decoder(WORDS, 3).decode(coded, counts, "damaged"), every)


@given(st.lists(st.binary(max_size=12), min_size=1, max_size=4), st.integers(1, 9), st.integers(0, 60))
def test_bytes_that_are_no_piece_are_refused_or_hold_words_of_the_dictionary(raw, count, size):
    counts = np.full(len(raw), count, np.int64)
    coded, decoder = pa.array(raw, pa.large_binary()), make_decoder(WORDS[:size], 0)
    try:
        found = decoder.decode(coded, counts, "damaged")
    except DamagedIndexError:
        return
    for piece, tokens in zip(raw, np.split(found, np.cumsum(counts)[:-1]), strict=True):
        assert len(piece) >= 1 + (len(tokens) + 1) // 2
        assert set(tokens.tolist()) <= {*WORDS[:size].tolist(), *(raw_tokens(piece))}


def raw_tokens(piece):
    """Return every token that nine half-bytes of a piece may spell out."""
    digits = piece.hex()
    return {int(digits[i + 1 : i + 9], 16) for i in range(len(digits) - 8) if digits[i] == "f"}


@pytest.mark.parametrize(
    "change", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b"\1" + raw[1:], lambda _: b""]
)
def test_a_piece_of_another_length_or_dictionary_is_refused(change):
    counts = np.array([40])
    (raw,) = FULL.encode(WORDS[:40], counts).to_pylist()
    with pytest.raises(DamagedIndexError, match="damaged"):
        make_decoder(WORDS, 3).decode(pa.array([change(raw)], pa.large_binary()), counts, "damaged")


def test_frequent_words_come_first_and_the_mask_has_a_short_code():
    found = list_frequent(np.array([9, 8, 8, 7, 7, 7, 6, 6, 6, 6, 5, 5, 5, 5, 5, *[4] * 9], np.uint32))
    assert found.tolist() == [4, 5, 6, 7, int(MASKED), 8]
