"""What stays of a passage that stands in many documents: every cut names a place that is not cut itself."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.passages.passage_table import ACROSS, WITHIN, Passages
from dedup.passages.resolve_sources import resolve_sources

LEAST = 2


def as_passages(rows, within=()):
    """Return exact passages from rows (document, start, end, source, source_start); each may be cut."""
    table = np.array(rows, np.int32).reshape(-1, 5)
    document, start, end, source, source_start = table.T
    columns = np.stack([start, end, source_start, source_start + end - start, end - start], axis=1)
    passages = Passages.found(np.stack([document, source], axis=1), columns, ACROSS)
    numbers = np.arange(len(rows))
    scope = np.where(np.isin(numbers, within), WITHIN, ACROSS).astype(np.uint8)
    return replace(passages, scope=scope, may_cut=np.ones(len(rows), bool), num_documents=numbers.astype(np.int32))


def settle(rows, within=()):
    """Return the passages that are cut, all passages, and the rows that these come from."""
    made = resolve_sources(as_passages(rows, within), LEAST)
    found = zip(
        made.document.tolist(), made.span.tolist(), made.source.tolist(), made.source_span.tolist(), strict=True
    )
    parts = [(d, *span, s, source_span[0]) for d, span, s, source_span in found]
    cut = [part for part, goes in zip(parts, made.may_cut.tolist(), strict=True) if goes]
    return cut, parts, made.num_documents.tolist()


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
    rows = as_passages([(1, 0, 30, 0, 5), (2, 10, 40, 1, 0)])
    rows.equal[1] = 29
    made = resolve_sources(rows, LEAST)
    assert made.may_cut.tolist() == [True, False]
    assert made.span.tolist() == rows.span.tolist()


def list_copies(texts):
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
    rows, within = list_copies(texts)
    cut, _, source = settle(rows, within)
    gone = {(document, place) for document, start, end, _, _ in cut for place in range(start, end)}
    for document, start, end, holder, held in cut:
        assert texts[document][start:end] == texts[holder][held : held + end - start]
        if holder != document:
            assert not {(holder, held + i) for i in range(end - start)} & gone
    assert source == sorted(source)
