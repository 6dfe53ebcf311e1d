"""What stays of a passage that stands in many documents: every cut names a place that is not cut itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.passages.matches import Matches
from dedup.passages.resolve_sources import resolve_sources

LEAST = 2


def as_matches(rows):
    """Return exact matches from rows (document, start, end, holder, held)."""
    table = np.array(rows, np.int32).reshape(-1, 5)
    document, start, end, holder, held = table.T
    span = np.stack([start, end], axis=1)
    return Matches(document, holder, span, np.stack([held, held + end - start], axis=1), end - start)


def settle(rows, within=()):
    matches = as_matches(rows)
    made, cut, source = resolve_sources(matches, np.ones(len(rows), bool), np.isin(np.arange(len(rows)), within), LEAST)
    found = zip(
        made.document.tolist(), made.span.tolist(), made.source.tolist(), made.source_span.tolist(), strict=True
    )
    parts = [(d, *span, h, held[0]) for d, span, h, held in found]
    return [part for part, goes in zip(parts, cut.tolist(), strict=True) if goes], parts, source.tolist()


def test_a_passage_whose_original_stays_is_as_it_was():
    rows = [(1, 0, 30, 0, 5), (2, 10, 40, 0, 5)]
    assert settle(rows) == (rows, rows, [0, 1])


def test_a_passage_whose_original_is_cut_names_what_that_was_a_copy_of():
    assert settle([(1, 0, 30, 0, 5), (2, 10, 30, 1, 5)])[0] == [(1, 0, 30, 0, 5), (2, 10, 30, 0, 10)]


def test_a_passage_whose_original_is_cut_in_part_falls_into_parts():
    cut, _, source = settle([(1, 10, 20, 0, 50), (2, 100, 130, 1, 0)])
    assert cut == [(1, 10, 20, 0, 50), (2, 100, 110, 1, 0), (2, 110, 120, 0, 50), (2, 120, 130, 1, 20)]
    assert source == [0, 1, 1, 1]


def test_a_passage_whose_original_is_printed_twice_names_the_first_print():
    assert settle([(1, 50, 80, 1, 10), (2, 0, 30, 1, 50)], within=[0])[0][1] == (2, 0, 30, 1, 10)


def test_an_edited_passage_whose_original_is_cut_stays():
    rows = as_matches([(1, 0, 30, 0, 5), (2, 10, 40, 1, 0)])
    rows.equal[1] = 29
    made, cut, _ = resolve_sources(rows, np.ones(2, bool), np.zeros(2, bool), LEAST)
    assert cut.tolist() == [True, False]
    assert made.span.tolist() == rows.span.tolist()


def list_matches(texts):
    """Return the longest common runs of each text with each earlier one, and within it, apart in the text."""
    rows, within = [], []
    for document, text in enumerate(texts):
        taken = set()
        for holder in (document, *range(document)):
            for start in range(len(text)):
                for held in range(start if holder == document else len(texts[holder])):
                    limit = start if holder == document else len(texts[holder])
                    size = 0
                    while (
                        start + size < len(text)
                        and held + size < limit
                        and text[start + size] == texts[holder][held + size]
                    ):
                        size += 1
                    places = {(holder == document, start + i) for i in range(size)}
                    if size >= LEAST and not places & taken:
                        taken |= places
                        if holder == document:
                            within.append(len(rows))
                        rows.append((document, start, start + size, holder, held))
    return rows, within


@given(st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=14), min_size=2, max_size=5))
def test_what_is_cut_stands_where_it_says_and_is_not_cut_there(texts):
    rows, within = list_matches(texts)
    cut, _, source = settle(rows, within)
    gone = {(document, place) for document, start, end, _, _ in cut for place in range(start, end)}
    for document, start, end, holder, held in cut:
        assert texts[document][start:end] == texts[holder][held : held + end - start]
        if holder != document:
            assert not {(holder, held + i) for i in range(end - start)} & gone
    assert source == sorted(source)
