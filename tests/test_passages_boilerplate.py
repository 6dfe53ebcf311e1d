"""Boilerplate: what many documents hold beside a text of their own, and what is frequent for another reason."""

import random

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_layouts import lay_out_numbers

from dedup import PassageConfig
from dedup.kernels.fingerprints import Fingerprints
from dedup.kernels.frequencies import drop_rare, tally_block
from dedup.passages.boilerplate import CORPUS_MIN, CORPUS_SHARE, SERIES_MIN, WINDOW, Series, find_boilerplate
from dedup.passages.document_tokens import TOKENS_AT_ONCE, DocumentTokens

CONFIG = PassageConfig()


def make(source, count):
    return [source.randrange(10**7) for _ in range(count)]


def find(documents, series=None, counted=None, threads=2, tokens_at_once=TOKENS_AT_ONCE, **settings):
    """Return the rows (document, start, end, holders, is_first) of the boilerplate of documents, lists of numbers."""
    tokens, address, counts = lay_out_numbers(documents)
    told = Series(
        np.array(series or [0] * len(documents), np.uint64),
        np.array(counted if counted is not None else [True] * len(documents), bool),
    )
    found = find_boilerplate(
        DocumentTokens.unmasked(address, counts, tokens_at_once), told, CONFIG, threads, **settings
    )
    assert tokens.size, "they are in memory until here"
    columns = (found.document, found.span[:, 0], found.span[:, 1], found.num_documents, found.is_first)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def with_footers(source, footers, count, size=100):
    """Return documents of their own text, each followed by the footer that `footers[i]` gives, if any."""
    return [[*make(source, size), *footers.get(i, [])] for i in range(count)]


@pytest.mark.parametrize("length", [30, 45, 120])
def test_what_enough_documents_hold_is_boilerplate_in_all_of_them(length):
    source = random.Random(length)
    footer = make(source, length)
    holders = sorted(source.sample(range(200), CORPUS_MIN))
    found = find(with_footers(source, dict.fromkeys(holders, footer), 200))
    assert [row[0] for row in found] == holders
    for document, start, end, number, is_first in found:
        assert 100 <= start < end <= 100 + length
        assert end - start >= length - 2 * WINDOW
        assert number == CORPUS_MIN
        assert is_first == (document == holders[0])


def test_one_document_too_few_holds_none():
    source = random.Random(1)
    footer = make(source, 30)
    assert find(with_footers(source, dict.fromkeys(range(CORPUS_MIN - 1), footer), 200)) == []


def test_of_a_large_corpus_a_share_has_to_hold_it():
    source = random.Random(2)
    count = 4 * int(CORPUS_MIN / CORPUS_SHARE)
    needed = int(count * CORPUS_SHARE)
    rare, frequent = make(source, 30), make(source, 30)
    footers = dict.fromkeys(range(needed - 1), rare) | dict.fromkeys(range(needed, 2 * needed), frequent)
    found = find(with_footers(source, footers, count, size=20))
    assert {row[0] for row in found} == set(range(needed, 2 * needed))


def test_the_documents_of_one_outlet_are_counted_alone():
    """Ten of 100 documents of an outlet are enough; the same ten of two outlets are not."""
    source = random.Random(3)
    own, shared = make(source, 30), make(source, 30)
    series = [1 + i % 2 for i in range(200)]
    footers = {2 * i: own for i in range(SERIES_MIN)} | {100 + i: shared for i in range(SERIES_MIN)}
    found = find(with_footers(source, footers, 200), series)
    assert [row[0] for row in found] == [2 * i for i in range(SERIES_MIN)]
    assert {row[3] for row in found} == {SERIES_MIN}


def test_a_story_that_many_print_as_a_whole_is_no_boilerplate():
    source = random.Random(4)
    story = make(source, 200)
    documents = [[*make(source, 10), *story] for _ in range(3 * CORPUS_MIN)] + with_footers(source, {}, 100)
    assert find(documents) == []


def test_documents_that_do_not_count_are_marked_and_prove_nothing():
    """Exact copies count once."""
    source = random.Random(5)
    footer = make(source, 30)
    documents = with_footers(source, dict.fromkeys(range(60), footer), 200)
    assert len(find(documents, counted=[i >= 5 for i in range(200)])) == 60
    assert find(documents, counted=[i >= 20 for i in range(200)]) == []


@pytest.mark.parametrize("tallies", [1, 16, 1 << 10])
@pytest.mark.parametrize("threads", [1, 3])
def test_tallies_that_collide_and_threads_change_nothing(tallies, threads):
    source = random.Random(6)
    footers = [make(source, source.randint(14, 50)) for _ in range(6)]
    chosen = {i: source.choice(footers) for i in range(500) if source.random() < 0.8}
    documents = with_footers(source, chosen, 600)
    series = [source.choice([1, 2, 3]) for _ in documents]
    expected = find(documents, series, threads=1)
    assert len(expected) > 300
    assert find(documents, series, threads=threads, tokens_at_once=3000, max_tallies=tallies) == expected


@given(st.lists(st.lists(st.integers(0, 9), max_size=9), max_size=9), st.integers(1, 5))
def test_the_fingerprints_that_are_tallied_often_enough_are_left_in_order(documents, least):
    hashes = np.array([value for document in documents for value in document], np.uint64)
    ends = np.cumsum([len(document) for document in documents], dtype=np.int64)
    positions, tally = np.arange(len(hashes), dtype=np.int32), np.zeros(8, np.uint8)
    tally_block(tally, hashes, ends, np.zeros(len(ends), np.uint64))
    expected = naive.drop_rare(
        hashes.tolist(), positions.tolist(), ends.tolist(), lambda value: tally[naive.fmix64(value) & 7], least
    )
    left = np.empty_like(ends)
    found = drop_rare(tally, least, Fingerprints(hashes, positions, ends), left)
    assert expected == (hashes[:found].tolist(), positions[:found].tolist(), left.tolist())
