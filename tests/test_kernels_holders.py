"""Who of the stored documents holds shingles of new ones first, against the naive twin."""

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inner_kernels import alone
from token_layouts import lay_out

from dedup.index.find_containers import WORTH_FETCHING, copy_set, count_pairs, cut_documents, enter, measure_pairs
from dedup.index.samples import take_samples
from dedup.kernels import first_sources
from dedup.kernels.buffers import as_read_only
from dedup.kernels.first_sources import (
    EVERY,
    MAX_SHINGLES,
    NOBODY,
    count_held,
    forget_noted,
    make_factors,
    note_sources,
)
from dedup.near.stored import StoredPairs
from dedup.passages.document_tokens import DocumentTokens
from dedup.threads import start_threads

drop_hidden = alone(first_sources.drop_hidden)
hash_shingles = alone(first_sources.hash_shingles)

SIZE = 3
FACTORS = make_factors(SIZE).tolist()
MASKED = 0xFFFFFFFF
LOW = np.uint64(NOBODY)
words = st.one_of(st.integers(0, 5).map(lambda word: word << 2 | word & 3), st.just(MASKED))
documents = st.lists(st.lists(words, max_size=100), max_size=6)


def lay_out_texts(texts):
    """Return the tokens of documents as one array, which the caller keeps, and as a block."""
    tokens, address, counts = lay_out(texts)
    return tokens, DocumentTokens.unmasked(address, counts)


def sample(block, most=EVERY, threads=1):
    """Return the names of the sampled shingles of documents, and where those of each end."""
    with start_threads(threads) as pool:
        return take_samples(block, SIZE, pool, most)


def find(new, stored, parts=1):
    """Return the first holder of each shingle that is looked for, by document; stored ones by 10 times their place."""
    tokens, block = lay_out_texts(new)
    asked = sample(block, MAX_SHINGLES)
    shingles, slots = enter(asked.names)
    sets = [copy_set(shingles) for _ in range(parts)]
    theirs, stored_block = lay_out_texts(stored)
    every, noted = np.arange(len(stored)), [0] * parts
    for part in reversed(range(parts)):
        for rows in np.array_split(every[part::parts], 2):
            names, ends = sample(stored_block[rows])
            noted[part] += note_sources(sets[part], *map(as_read_only, (names, ends, 10 * rows)))
            forget_noted(sets[part])
    for part, shingles in enumerate(sets):
        assert noted[part] == np.count_nonzero((shingles.table != 0) & (shingles.table & LOW != LOW))
        assert bool(shingles.bits.any()) == bool(np.any((shingles.table != 0) & (shingles.table & LOW == LOW)))
    assert tokens.size, theirs.size
    found = (np.minimum.reduce([part.table for part in sets]) & np.uint64(NOBODY)).astype(np.uint32)
    by_document = np.split(found[slots], asked.ends[:-1])
    return (
        (slots, asked.ends, found),
        [[None if holder == NOBODY else int(holder) for holder in some] for some in by_document],
    )


@given(st.lists(st.lists(words, max_size=100), min_size=1, max_size=6), documents, st.integers(1, 3))
def test_first_holders_are_those_of_the_naive_twin(new, stored, parts):
    """In whatever order sets are used; each forgets half-way of which shingles it has found a holder."""
    *_, found = find(new, stored, parts)
    first = naive.first_holders(new, stored, FACTORS, MAX_SHINGLES)
    assert found == [[None if holder is None else 10 * holder for holder in holders] for holders in first]


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40), st.integers(1, 7))
def test_hashes_are_sums_of_words_times_factors(tokens, size):
    factors = make_factors(size)
    hashes = np.zeros(len(tokens) + 1, np.uint64)
    count = hash_shingles(as_read_only(np.array(tokens, np.uint32)), factors, hashes)
    assert hashes[:count].tolist() == naive.hash_shingles(tokens, factors.tolist())


@given(documents)
def test_samples_are_those_of_the_naive_twin(texts):
    tokens, block = lay_out_texts(texts)
    names, ends = sample(block)
    assert tokens.size
    expected = [[max(value >> 32, 1) for value, _ in naive.sample_runs(text, FACTORS)] for text in texts]
    assert [part.tolist() for part in np.split(names, ends)[:-1]] == expected


def test_a_quarter_of_all_shingles_is_sampled():
    tokens, block = lay_out_texts([np.random.default_rng(3).integers(0, 2**32 - 1, 40_000).tolist()])
    assert len(sample(block)[0]) == pytest.approx(10_000, rel=0.03)
    assert tokens.size


@given(st.lists(words, max_size=60), st.integers(1, 7))
def test_what_holds_a_masked_token_is_left_out(tokens, size):
    hashes = np.arange(max(len(tokens) - size + 1, 0), dtype=np.uint64)
    left = drop_hidden(as_read_only(np.array(tokens, np.uint32)), size, hashes, hashes.size)
    assert hashes[:left].tolist() == [
        start for start in range(len(tokens) - size + 1) if MASKED not in tokens[start : start + size]
    ]


@given(st.lists(st.lists(words, max_size=100), min_size=1, max_size=6), documents)
def test_documents_that_hold_a_share_first_are_paired(new, stored):
    asked, by_document = find(new, stored)
    expected = [
        (document, holder)
        for document, holders in enumerate(by_document)
        for holder in sorted({holder for holder in holders if holder is not None})
        if holders.count(holder) >= WORTH_FETCHING * len(holders)
    ]
    pairs = count_pairs(*asked)
    assert list(zip(pairs.document.tolist(), pairs.source.tolist(), strict=True)) == expected
    assert isinstance(pairs, StoredPairs)


@given(documents, documents, st.randoms(), st.integers(1, 3))
def test_shares_are_those_of_all_that_a_document_holds(new, stored, source, threads):
    every = [(document, holder) for document in range(len(new)) for holder in range(len(stored))]
    source.shuffle(every)
    tokens, block = lay_out_texts(new)
    theirs, stored_block = lay_out_texts(stored)
    with start_threads(threads) as pool:
        asked, held = sample(block, MAX_SHINGLES, threads), sample(stored_block, EVERY, threads)
        shares = measure_pairs(np.array(every, np.int64).reshape(-1, 2), asked, held, pool)
    assert tokens.size, theirs.size
    expected = []
    for document, holder in every:
        (holders,) = naive.first_holders([new[document]], [stored[holder]], FACTORS, MAX_SHINGLES)
        expected.append(sum(found == 0 for found in holders) / max(len(holders), 1))
    assert shares.tolist() == expected


@pytest.mark.parametrize("most", [1, 32, 40, 100, 10_000])
def test_documents_are_cut_into_runs_of_so_many_shingles(most):
    counts = np.array([5, 0, 32, 31, 32, 1, 0, 30])
    parts = cut_documents(np.cumsum(counts), most)
    assert [place for part in parts for place in range(part.start, part.stop)] == list(range(len(counts)))
    for part in parts:
        assert counts[part].sum() <= most or part.stop - part.start == 1


def test_many_shingles_are_told_apart():
    """More than one cache line of bits, and a table in which look-ups run into one another."""
    source = np.random.default_rng(5)
    new = [source.integers(0, 2**32 - 1, 30).tolist() for _ in range(2000)]
    stored = [new[place][:15] + new[place - 1][15:] for place in source.permutation(2000).tolist()]
    *_, found = find(new, stored)
    first = naive.first_holders(new, stored, FACTORS, MAX_SHINGLES)
    assert found == [[None if holder is None else 10 * holder for holder in holders] for holders in first]


@given(st.lists(words, max_size=100), documents)
def test_what_is_held_is_counted_as_by_the_naive_twin(asked, stored):
    (own, text), (theirs, block) = lay_out_texts([asked]), lay_out_texts(stored)
    shingles, _ = enter(sample(text).names)
    names, ends = sample(block)
    counts = np.empty(len(stored), np.int32)
    count_held(shingles, as_read_only(names), as_read_only(ends), counts)
    assert own.size, theirs.size
    assert counts.tolist() == naive.count_held(asked, stored, FACTORS)
