"""The fingerprints of winnowing, and who holds them first."""

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inner_kernels import alone
from token_layouts import as_tokens, lay_out_numbers

from dedup.kernels import fingerprints
from dedup.kernels.fingerprints import (
    FIRST_SOURCE,
    Fingerprints,
    Part,
    Winnowing,
    count_marks,
    link_block,
    list_repeated,
    mark_fingerprints,
    merge_seen,
)
from dedup.kernels.shingles import roll_shingles
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.fingerprint_links import filter_repeated, join_links, order_links
from dedup.threads import start_threads

winnow = alone(fingerprints.winnow)

WINNOWING = Winnowing(shingle_size=5, window=4)
WHOLE = Part(0, 1)
few_values = st.lists(st.integers(1, 6), max_size=60)  # ties are frequent
token_lists = st.lists(st.lists(st.integers(0, 12), max_size=40), min_size=1, max_size=6)


def winnow_values(values, window):
    positions = np.full(len(values) + 1, -1, np.int32)
    count = winnow(np.array(values, np.uint64), len(values), window, positions)
    return positions[:count].tolist()


def roll(numbers):
    shingles = np.empty(len(numbers) + 1, np.uint64)
    return shingles[: roll_shingles(as_tokens(numbers), WINNOWING.shingle_size, shingles)].tolist()


def expected_links(documents):
    """The naive links over the shingle hashes of the kernel; a text shorter than a shingle has none."""
    rolled = [roll(numbers) if len(numbers) >= WINNOWING.shingle_size else [] for numbers in documents]
    return naive.link_anchors(rolled, WINNOWING.window)


EVERYTHING = np.full(64, 0b10101010, np.uint8)  # marks that say of any fingerprint that it stands more than once


def make_table(size=4096):
    return np.zeros(size, FIRST_SOURCE)


def link(documents, part=WHOLE, table=None, first=0, seen=EVERYTHING, most_steps=10_000):
    """Return the links of documents as rows, None if the table is too small."""
    tokens, address, counts = lay_out_numbers(documents)
    table = make_table() if table is None else table
    listed = Fingerprints.list(
        len(tokens), len(documents), lambda *arrays: list_repeated(address, counts, WINNOWING, seen, part, *arrays)
    )
    links = np.empty((len(tokens), 4), np.int32)
    found = link_block(table, most_steps, first, *listed, links)
    return list(map(tuple, links[:found].tolist())) if found >= 0 else None


@given(few_values, st.integers(1, 8))
def test_the_fingerprints_are_the_rightmost_smallest_of_every_window(values, window):
    assert winnow_values(values, window) == naive.winnow(values, window)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=60), st.integers(1, 8))
def test_values_of_all_64_bits_are_compared_as_unsigned(values, window):
    assert winnow_values(values, window) == naive.winnow(values, window)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=60), st.integers(1, 8))
def test_values_with_one_high_half_are_told_apart_by_the_low_one(halves, window):
    values = [high << 32 | low for high, low in halves]
    assert winnow_values(values, window) == naive.winnow(values, window)


@given(few_values, few_values, few_values, few_values, st.lists(st.integers(1, 6), min_size=4, max_size=30))
def test_a_shared_run_as_long_as_the_window_has_the_same_fingerprints_in_both(
    before_a, after_a, before_b, after_b, shared
):
    """What the paper guarantees, here for a run of shingles: at least one anchor stands at the same place of it."""

    def fingerprints_inside(before, after):
        positions = winnow_values(before + shared + after, 4)
        return {p - len(before) for p in positions if 0 <= p - len(before) < len(shared)}

    assert fingerprints_inside(before_a, after_a) & fingerprints_inside(before_b, after_b)


def test_no_shingle_has_no_fingerprint():
    assert winnow_values([], 4) == []


@given(token_lists)
def test_links_lead_to_the_first_holder_in_order(documents):
    assert link(documents) == expected_links(documents)


@given(token_lists, st.integers(2, 5))
def test_several_passes_give_the_links_of_one(documents, parts):
    several = [row for which in range(parts) for row in link(documents, Part(which, parts))]
    assert sorted(several) == sorted(expected_links(documents))


@given(token_lists, st.integers(0, 6))
def test_blocks_one_after_the_other_give_the_links_of_all_together(documents, cut):
    table = make_table()
    in_blocks = link(documents[:cut] or [[]], table=table)
    in_blocks += link(documents[cut:] or [[]], table=table, first=len(documents[:cut]))
    assert in_blocks == expected_links(documents)


def mark(documents, room):
    tokens, address, counts = lay_out_numbers(documents or [[]])
    seen = np.zeros(room, np.uint8)
    total, met = mark_fingerprints(address, counts, WINNOWING, seen)
    assert len(tokens) == sum(map(len, documents)) + 1  # still there: the kernel reads it by address
    return seen, total, met


@given(token_lists, st.sampled_from([1, 3, 1000]), st.integers(0, 6))
def test_marks_say_what_may_stand_more_than_once(documents, room, cut):
    """With hardly any room all is said to; links are the same; marks in two parts, merged, are those of one."""
    seen, total, met = mark(documents, room)
    assert total == sum(len(naive.winnow(roll(numbers), WINNOWING.window)) for numbers in documents)
    once, more = count_marks(seen)
    assert total - met == once + more  # the first of each slot met no mark
    assert link(documents, table=make_table(int(1.5 * (met + more)) + 2), seen=seen) == expected_links(documents)
    merged, _, met_first = mark(documents[:cut], room)
    other, _, met_second = mark(documents[cut:], room)
    assert met_first + met_second + merge_seen(merged, other) == met
    assert merged.tolist() == seen.tolist()


@given(token_lists)
def test_a_table_that_is_nearly_full_finds_the_same(documents):
    size = len({shingle for numbers in documents for shingle in roll(numbers)}) + 1
    assert link(documents, table=make_table(size)) == expected_links(documents)


def count_fingerprints(documents):
    rolled = [roll(numbers) for numbers in documents if len(numbers) >= WINNOWING.shingle_size]
    return len({shingles[place] for shingles in rolled for place in naive.winnow(shingles, WINNOWING.window)})


@given(token_lists)
def test_a_table_that_is_too_small_is_told(documents):
    size = max(count_fingerprints(documents) - 1, 1)
    found = link(documents, table=make_table(size), most_steps=size)
    assert found == (None if count_fingerprints(documents) > size else expected_links(documents))


def mark_documents(documents, threads=2, **settings):
    tokens, address, counts = lay_out_numbers(documents)
    with start_threads(threads) as pool:
        marks = filter_repeated(DocumentTokens.unmasked(address, counts, **settings), WINNOWING, pool)
    assert tokens.size
    return marks


@pytest.mark.parametrize("copies", [1, 2, 5])
@pytest.mark.parametrize("threads", [1, 2])
def test_how_many_fingerprints_are_repeated_is_known_before_they_are_counted(copies, threads):
    """A fifth of the tokens stands `copies` times, the rest once; slots that two share by chance count too."""
    source = np.random.default_rng(copies)
    shared = source.integers(0, 2**28, (20, 400)).tolist()
    own = source.integers(0, 2**28, (20 * copies, 1600)).tolist()
    documents = [[*shared[i % 20], *numbers] for i, numbers in enumerate(own)]
    marks = mark_documents(documents, threads, tokens_at_once=20_000)
    listed = [mixed for numbers in documents for mixed in list_mixed(numbers, marks.seen)]
    assert len(set(listed)) == pytest.approx(marks.expected, rel=0.05, abs=20)
    assert marks.expected <= marks.at_most


def list_mixed(numbers, seen):
    tokens, address, counts = lay_out_numbers([numbers])
    listed = Fingerprints.list(
        len(tokens), 1, lambda *arrays: list_repeated(address, counts, WINNOWING, seen, WHOLE, *arrays)
    )
    return listed.hashes.tolist()


def test_items_are_worked_on_ahead_in_order_and_not_all_at_once():
    taken = []

    def items():
        for number in range(20):
            taken.append(number)
            yield number

    with start_threads(2) as pool:
        for number, result in enumerate(pool.ahead(str, items())):
            assert result == str(number)
            assert len(taken) <= number + 4


@pytest.mark.parametrize("documents", [1, 50, 100_000])
@pytest.mark.parametrize("count", [0, 1, 2_000, 20_000])
def test_links_are_ordered_by_document_holder_and_token(documents, count):
    source = np.random.default_rng(7)
    links = source.integers(0, 2**31 - 1, (count, 4)).astype(np.int32)
    links[:, 0] = 1_000_000 + source.integers(0, documents, count)
    links[::2, 1] = 5
    links[:, 3] = source.permutation(count)
    ascending = links[np.lexsort((links[:, 3], links[:, 0]))]
    wanted = links[np.lexsort((links[:, 3], links[:, 1], links[:, 0]))]
    assert np.array_equal(order_links(ascending), wanted)
    which = source.integers(0, 3, count)  # as if they had been found in three passes
    assert np.array_equal(join_links([ascending[which == i] for i in range(3)]), ascending)
