"""Seeds, runs, chains and their extension, against naive twins over small token lists."""

import math
import random
from dataclasses import replace
from itertools import pairwise

import naive
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from inner_kernels import alone
from token_layouts import as_tokens, lay_out_numbers

from dedup import PassageConfig
from dedup.config import CleanSettings
from dedup.kernels import align, repeats_within
from dedup.kernels.fingerprints import Winnowing
from dedup.kernels.repeats_within import MinShare, drop_small_pairs
from dedup.kernels.shingles import table_size
from dedup.passages import search
from dedup.passages.containment import WORTH_ALIGNING, WORTH_COMPARING, choose_pairs, compare_whole, find_contained
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.fingerprint_links import filter_repeated
from dedup.passages.search import WORTH_EXTENDING, compare_pairs, find_repeats, find_shared

find_repeated = alone(repeats_within.find_repeated)

count_common = alone(align.count_common)
extend_end = alone(align.extend_end)
extend_run = alone(align.extend_run)

CONFIG = PassageConfig()
words = st.lists(st.integers(0, 3), max_size=30)


def rows_of(passages):
    columns = (passages.document, passages.source, passages.span, passages.source_span, passages.equal)
    return [(d, h, *s, *t, e) for d, h, s, t, e in zip(*(c.tolist() for c in columns), strict=True)]


# ------------------------------------------------------------------------------------------------------------ seeds


@given(st.lists(st.integers(1, 9), max_size=60))
def test_seeds_are_the_first_place_and_every_later_one_of_a_shingle(values):
    seeds = np.empty((len(values) + 1, 2), np.int32)
    places = np.empty(table_size(len(values) + 1), np.int32)
    count = find_repeated(np.array(values, np.uint64), len(values), places, seeds)
    assert list(map(tuple, seeds[:count].tolist())) == naive.find_repeated(values)


@given(words, words)
def test_a_run_is_the_longest_of_equal_tokens_around_its_seed(a, b):
    runs = naive.find_common_runs(a, b, 1)
    for start_a, start_b, length in runs:
        for step in range(length):
            found = extend_run(as_tokens(a), as_tokens(b), start_a + step, start_b + step, False, 0)
            assert found == (start_a, start_b, length)


@given(words)
def test_a_run_inside_one_document_never_reaches_into_its_own_copy(a):
    for start_a, start_b, length in naive.find_common_runs(a, a, 1):
        if start_b < start_a:
            for step in range(length):
                first, second, run = extend_run(as_tokens(a), as_tokens(a), start_a + step, start_b + step, True, 0)
                assert second + run <= first
                assert run >= 1
                assert a[first : first + run] == a[second : second + run]
                assert first <= start_a + step <= first + run


@given(words, words)
def test_what_two_slices_have_in_common_is_their_longest_common_subsequence(a, b):
    assert count_common(as_tokens(a), 0, len(a), as_tokens(b), 0, len(b)) == naive.count_common(a, b)


# -------------------------------------------------------------------------------------------------------- extension


def extend(a, b, step=1):
    start = 0 if step == 1 else (len(a) - 1)
    other = 0 if step == 1 else (len(b) - 1)
    return extend_end(as_tokens(a), as_tokens(b), start, other, step, len(a), len(b))


@given(st.lists(st.integers(0, 2), max_size=6), st.lists(st.integers(0, 2), max_size=6))
@example([], [1])
@example([0, 1], [1])
def test_the_end_of_short_texts_is_the_best_of_the_full_table(a, b):
    """With six tokens a side nothing is far enough below the best to be dropped, and all diagonals are in the band."""
    taken_a, taken_b, _ = extend(a, b)
    table, best = naive.align_ends(a, b)
    assert table[taken_a][taken_b] == best


@given(words, words)
def test_an_end_is_never_better_than_the_best_and_never_worse_than_none(a, b):
    taken_a, taken_b, equal = extend(a, b)
    table, best = naive.align_ends(a, b)
    assert 0 <= table[taken_a][taken_b] <= best
    assert equal <= naive.count_common(a[:taken_a], b[:taken_b])
    assert table[taken_a][taken_b] <= equal


@given(words, words)
def test_an_end_stands_after_an_equal_token_or_nowhere(a, b):
    taken_a, taken_b, equal = extend(a, b)
    if equal:
        assert a[taken_a - 1] == b[taken_b - 1]
    else:
        assert (taken_a, taken_b) == (0, 0)


@given(st.lists(st.integers(0, 5), max_size=60), st.lists(st.integers(0, 5), max_size=60))
@example([0] * 40, [1] * 14 + [0] * 40)
@example([0] * 40, [0] * 20)
def test_an_end_is_that_of_the_band_cell_by_cell(a, b):
    assert tuple(extend(a, b)) == naive.extend_end(a, b, align.MAX_DRIFT, align.X_DROP)


@given(words, words)
def test_backwards_is_forwards_in_the_mirror(a, b):
    assert extend(a, b, -1) == extend(a[::-1], b[::-1], 1)


@given(st.integers(0, 2**32 - 1), st.integers(0, 10), st.integers(10, 80))
def test_a_lightly_edited_copy_is_extended_as_far_as_the_full_table_says(seed, changes, length):
    source = random.Random(seed)
    a = [source.randrange(1000) for _ in range(length)]
    b = list(a)
    for place in sorted(source.sample(range(length), min(changes, length // 8)), reverse=True):
        b[place : place + 1] = source.choice(([], [5000 + place], [a[place], 5000 + place]))
    tail_a, tail_b = [2000 + i for i in range(40)], [3000 + i for i in range(40)]
    taken_a, taken_b, equal = extend(a + tail_a, b + tail_b)
    table, best = naive.align_ends(a + tail_a, b + tail_b)
    assert table[taken_a][taken_b] == best
    assert equal == naive.count_common(a[:taken_a], b[:taken_b])


# ------------------------------------------------------------------------------------------- repeats in one document

# Blocks of unlike tokens; a document prints some of them again.
BLOCKS = [[1000 * block + i for i in range(length)] for block, length in enumerate((3, 8, 19, 20, 21, 30, 55), 1)]


@st.composite
def layouts(draw, *, unique=False):
    """Return tokens and (block, start, end) rows: blocks in any order, fresh tokens between some of them."""
    rows, at, fresh = [], 0, 100_000
    numbers = []
    for block in draw(st.lists(st.integers(0, len(BLOCKS) - 1), max_size=8, unique=unique)):
        gap = draw(st.sampled_from((0, 1, 40)))
        numbers += range(fresh, fresh + gap)
        fresh, at = fresh + gap, at + gap
        rows.append((block, at, at + len(BLOCKS[block])))
        numbers += BLOCKS[block]
        at += len(BLOCKS[block])
    return numbers, rows


def find_within(numbers, config=CONFIG):
    tokens, address, counts = lay_out_numbers([numbers])
    found = find_repeats(DocumentTokens.unmasked(address, counts), config)
    assert tokens.size == len(numbers) + 1  # still there: the kernel reads it by address
    return [
        (*s, *h, e)
        for s, h, e in zip(found.span.tolist(), found.source_span.tolist(), found.equal.tolist(), strict=True)
    ]


def covered(spans, start, end):
    return sum(any(a <= i < b for a, b in spans) for i in range(start, end))


@given(layouts())
def test_every_block_of_twenty_tokens_that_is_printed_again_is_covered(layout):
    numbers, rows = layout
    spans = [row[:2] for row in find_within(numbers)]
    seen = set()
    for block, start, end in rows:
        if block in seen and end - start >= CONFIG.min_tokens:
            assert covered(spans, start, end) == end - start
        seen.add(block)


@given(layouts())
def test_passages_inside_a_document_are_sorted_apart_and_behind_what_they_copy(layout):
    numbers, _ = layout
    reached = 0
    for start, end, held_start, held_end, equal in find_within(numbers):
        assert reached <= start < end <= len(numbers)
        assert 0 <= held_start < held_end <= start
        assert end - start >= CONFIG.min_tokens * 0.75
        assert equal <= naive.count_common(numbers[start:end], numbers[held_start:held_end])
        assert 2 * equal >= CONFIG.min_similarity * (end - start + held_end - held_start)
        reached = end


@given(layouts())
def test_a_document_whose_tokens_are_all_different_repeats_nothing(layout):
    numbers, _ = layout
    assert find_within(list(range(len(numbers)))) == []


@pytest.mark.parametrize("gap", [0, 1, 500])
@pytest.mark.parametrize("length", [20, 21, 100, 3000])
def test_an_exact_repeat_has_its_exact_ends(length, gap):
    head, body, between = range(50), range(1000, 1000 + length), range(10_000, 10_000 + gap)
    numbers = [*head, *body, *between, *body, *range(20_000, 20_050)]
    second = 50 + length + gap
    assert find_within(numbers) == [(second, second + length, 50, 50 + length, length)]


@pytest.mark.parametrize("length", [5, 12, 14])
def test_what_is_shorter_than_an_edited_passage_may_be_is_no_passage(length):
    body = range(1000, 1000 + length)
    assert find_within([*range(50), *body, *range(2000, 2050), *body]) == []


def test_three_copies_are_two_passages_of_the_first():
    body = list(range(1000, 1040))
    assert find_within(body * 3) == [(40, 80, 0, 40, 40), (80, 120, 0, 40, 40)]


def test_one_token_over_and_over_is_covered_by_passages_that_do_not_overlap():
    found = find_within([7] * 1000)
    assert 0 < len(found) <= 1000 // 15
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    assert all(held_end <= start for start, _, _, held_end, _ in found)


# ------------------------------------------------------------------------------------------------- across documents


def compare(a, b):
    tokens, address, counts = lay_out_numbers([b, a])
    rows = rows_of(compare_pairs(np.array([[1, 0]], np.int32), DocumentTokens.unmasked(address, counts), CONFIG))
    assert tokens.size
    return [row[2:] for row in rows]


def share(*documents, config=CONFIG, threads=1, min_share=0.0):
    tokens, address, counts = lay_out_numbers(documents)
    rows = rows_of(find_shared(DocumentTokens.unmasked(address, counts), config, lambda _: None, threads, min_share))
    assert tokens.size
    return rows


def shared_blocks(rows_a, rows_b):
    """Return (start, end) in a of the blocks of min_tokens and more that b holds too."""
    held = {block for block, _, _ in rows_b}
    return [(start, end) for block, start, end in rows_a if block in held and end - start >= CONFIG.min_tokens]


@st.composite
def pairs_of_layouts(draw):
    """Return two documents of blocks, each once in the second; what stands between the blocks is unlike in both.

    Where the holder has a block twice, two edited passages may claim the same tokens, and the better one takes them.
    """
    (a, rows_a), (b, rows_b) = draw(layouts()), draw(layouts(unique=True))
    return a, rows_a, [n + 50_000 if n >= 100_000 else n for n in b], rows_b


@given(pairs_of_layouts())
def test_every_block_of_twenty_tokens_that_two_documents_share_is_covered_in_the_later_one(pair):
    a, rows_a, b, rows_b = pair
    spans = [row[:2] for row in compare(a, b)]
    for start, end in shared_blocks(rows_a, rows_b):
        assert covered(spans, start, end) == end - start


@given(pairs_of_layouts())
def test_fingerprints_lead_to_the_same_cover_as_all_shingles(pair):
    """Of two documents: each run of 20 tokens has a fingerprint in both, so what winnowing leaves out loses nothing."""
    a, rows_a, b, rows_b = pair
    spans = [row[2:4] for row in share(b, a)]
    for start, end in shared_blocks(rows_a, rows_b):
        assert covered(spans, start, end) == end - start


@given(pairs_of_layouts())
def test_passages_of_two_documents_are_apart_in_the_later_one_and_alike(pair):
    a, _, b, _ = pair
    reached = 0
    for start, end, held_start, held_end, equal in compare(a, b):
        assert reached <= start < end <= len(a)
        assert 0 <= held_start < held_end <= len(b)
        assert equal <= naive.count_common(a[start:end], b[held_start:held_end])
        assert 2 * equal >= CONFIG.min_similarity * (end - start + held_end - held_start)
        reached = end


def test_moved_passages_are_found_in_any_order():
    x, y, z = (list(range(k, k + 40)) for k in (1000, 2000, 3000))
    fresh = [list(range(k, k + 60)) for k in (5000, 6000, 7000, 8000)]
    b = fresh[0] + x + fresh[1] + y + z
    a = z + fresh[2] + y + fresh[3] + x
    assert compare(a, b) == [(0, 40, 200, 240, 40), (100, 140, 160, 200, 40), (200, 240, 60, 100, 40)]


def test_a_copy_with_words_changed_in_it_is_one_passage():
    b = list(range(100))
    a = [9000 + i if i % 12 == 6 else i for i in range(100)]
    assert compare([*range(200, 250), *a, *range(300, 350)], b) == [(50, 150, 0, 100, 100 - 8)]


def test_a_passage_that_loses_its_end_to_a_better_one_keeps_the_rest():
    x, y, z = (list(range(k, k + length)) for k, length in ((1000, 30), (2000, 10), (3000, 60)))
    b = [*x, *y, *range(5000, 5060), *y, *z]
    spans = [row[:2] for row in compare([*x, *y, *z], b)]
    assert covered(spans, 0, 100) == 100


def test_an_edited_passage_that_overlaps_with_a_better_one_by_a_word_keeps_the_rest():
    x, y, added = list(range(1000, 1100)), list(range(2000, 2195)), list(range(3000, 3050))
    a = [9000 + n if n % 12 == 6 else n for n in (*x, *y)]
    b = [*x, y[0], *added, *y]  # what was added begins as y does
    found = compare(a, b)
    assert [row[:2] for row in found] == [(0, 100), (100, 295)]
    for start, end, source_start, source_end, equal in found:
        assert 0 <= naive.count_common(a[start:end], b[source_start:source_end]) - equal <= 1


def test_chance_in_a_long_text_does_not_end_a_passage():
    """Of chance: four words of the copy that the source has elsewhere too, and there first."""
    source = list(range(5000))
    chance = [word for k in range(2, 24) for word in source[200 * k : 200 * k + 4]]
    a = [9000 + i if i % 1000 == 500 else n for i, n in enumerate(source)]
    assert compare(a, [*chance, *source]) == [(0, 5000, 88, 5088, 4995)]


def test_a_passage_belongs_to_the_first_document_that_holds_it():
    body = list(range(1000, 1050))
    documents = [[*range(10_000 * k, 10_000 * k + 30), *body] for k in range(2, 7)]
    assert share(*documents) == [(k, 0, 30, 80, 30, 80, 50) for k in range(1, 5)]


@pytest.mark.parametrize("max_fingerprints", [10, 100, 1000])
def test_a_small_table_takes_several_passes_and_finds_the_same(max_fingerprints):
    source = random.Random(max_fingerprints)
    bodies = [[source.randrange(10**6) for _ in range(60)] for _ in range(6)]
    documents = [
        [number for _ in range(3) for number in (*source.choice(bodies), *(source.randrange(10**6) for _ in range(30)))]
        for _ in range(20)
    ]
    found = share(*documents)
    assert len(found) > 20
    assert share(*documents, config=PassageConfig(max_fingerprints=max_fingerprints)) == found
    assert share(*documents, config=PassageConfig(max_fingerprints=max_fingerprints), threads=3) == found


def test_more_fingerprints_than_expected_take_a_larger_table(monkeypatch):
    source = random.Random(3)
    body = [source.randrange(10**6) for _ in range(20_000)]
    documents = [body, [*range(30), *body], body[:9_000]]
    found = share(*documents)
    assert len(found) == 2

    def expect_hardly_any(*arguments):
        return replace(filter_repeated(*arguments), expected=1)

    monkeypatch.setattr(search, "filter_repeated", expect_hardly_any)
    assert share(*documents) == found
    assert share(*documents, threads=3) == found


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 9), st.integers(0, 60)), max_size=30),
    st.lists(st.integers(0, 60), min_size=3, max_size=3),
    st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_pairs_are_dropped_whose_fingerprints_reach_over_too_little(rows, own_tokens, share_of_shorter):
    """An anchor of 5 tokens reaches over these and, with a window of 4, 3 more on either side."""
    links = np.array(sorted(rows, key=lambda row: (row[0], row[1], row[3])), np.int32).reshape(-1, 4)
    expected = []
    for row in links.tolist():
        reached = {at for d, h, _, i in rows if [d, h] == row[:2] for at in range(i - 3, i + 8)}
        if len(reached) >= share_of_shorter * min(own_tokens[row[0]], own_tokens[row[1]]):
            expected.append(row)
    left = drop_small_pairs(links, Winnowing(5, 4), MinShare(share_of_shorter, np.array(own_tokens, np.int32)))
    assert links[:left].tolist() == expected


LONGEST_STOCK = 40


def make_copies(seed, max_edits):
    """Return documents and edited parts of them inside others; many share a stock passage, and nothing else."""
    source = random.Random(seed)

    def make(count):
        return [source.randrange(10**7) for _ in range(count)]

    stock = [make(size) for size in (20, 30, LONGEST_STOCK)]
    documents = []
    for _ in range(12):
        whole = make(source.randint(60, 700))
        documents.append([*whole, *source.choice([[], *stock])])
        for _ in range(source.randint(1, 3)):
            size = source.randint(20, len(whole))
            start = source.randint(0, len(whole) - size)
            part = whole[start : start + size]
            for _ in range(source.randint(0, max_edits) * size // 100):
                part[source.randrange(size)] = source.randrange(10**7)
            own = [*make(source.choice((0, 0, 4, 60, 900))), *source.choice([[], [], *stock])]
            documents.append([*own, *part] if source.random() < 0.5 else [*part, *own])
    return documents


def test_of_pairs_worth_aligning_only_passages_of_little_in_common_are_left_out():
    """Of exact copies any fingerprint in an equal run tells of all of it; a stock passage has other first holders."""
    left_out = 0
    for seed in range(8):
        documents = make_copies(seed, max_edits=0)
        everything, found = share(*documents), share(*documents, min_share=WORTH_ALIGNING)
        assert share(*documents, min_share=WORTH_ALIGNING, threads=3) == found
        assert set(found) <= set(everything)
        left_out += len(everything) - len(found)
        for document, holder, *_ in set(everything) - set(found):
            equal = sum(row[-1] for row in everything if row[:2] == (document, holder))
            assert equal <= WORTH_EXTENDING * min(len(documents[document]), len(documents[holder])) + LONGEST_STOCK
    assert left_out > 10


@pytest.mark.parametrize("min_similarity", [0.5, 0.7])
def test_pairs_whose_passages_are_not_extended_are_chosen_as_if_they_were(min_similarity):
    config, short = PassageConfig(min_similarity=min_similarity), 0
    for seed in range(8):
        tokens, address, counts = lay_out_numbers(make_copies(seed, max_edits=20))
        documents = DocumentTokens.unmasked(address, counts)
        whole, part = (
            find_shared(documents, config, lambda _: None, 2, WORTH_ALIGNING, enough)
            for enough in (math.inf, WORTH_COMPARING)
        )
        assert np.array_equal(choose_pairs(part, counts), choose_pairs(whole, counts))
        short += int(whole.equal.sum() - part.equal.sum())
        assert tokens.size
    assert short > 1000 if min_similarity == 0.5 else short == 0


@pytest.mark.parametrize(("contained", "least_found"), [(0.9, 1.0), (0.7, 0.98), (0.5, 0.98)])
def test_what_is_not_aligned_is_hardly_ever_contained(contained, least_found):
    """Of edited copies of parts of several documents, whose fingerprints lead to other sources, a few are missed."""
    config = PassageConfig(contained=contained)
    settings = CleanSettings(passages=config)
    expected, found = set(), set()
    for seed in range(8):
        documents = make_copies(seed, max_edits=20)
        tokens, address, counts = lay_out_numbers(documents)
        all_tokens = DocumentTokens.unmasked(address, counts)
        for min_share, removed in ((0.0, expected), (WORTH_ALIGNING, found)):
            shared = find_shared(all_tokens, config, lambda _: None, 2, min_share)
            pairs = choose_pairs(shared, counts)
            compared = compare_whole(pairs, all_tokens, settings, 2)
            removed |= {(seed, one.contained) for one in find_contained(compared, all_tokens, settings, 2)}
        assert tokens.size
    assert len(expected) > 30
    assert found <= expected
    assert len(found) >= least_found * len(expected)
