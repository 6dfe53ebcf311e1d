"""The parts of a corpus report that draw and count: charts, matrix, the list for the script, bounds."""

import json
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.diff.engine import diff_texts
from dedup.report.charts import Caption, Column, choose_values, draw_columns
from dedup.report.corpus.chart_bins import MAX_BINS, bin_days, bin_sizes
from dedup.report.corpus.corpus_clusters import encode_entries, render_lists
from dedup.report.corpus.corpus_diff import describe_diff
from dedup.report.corpus.corpus_index import draw_matrix
from dedup.report.corpus.corpus_model import Card, ClusterEntry, DayCount, OutletPair
from dedup.report.page import encode_data
from dedup.text.dates import number_day

DAYS = st.integers(date(1500, 1, 1).toordinal(), date(2199, 12, 31).toordinal())


@given(st.dictionaries(DAYS, st.integers(0, 50), min_size=1, max_size=30))
def test_every_day_is_in_one_bin_and_the_bins_fit_the_chart(days):
    counts = [DayCount(day, number + 1, number) for day, number in sorted(days.items())]
    _, bins, _ = bin_days(counts)
    assert len(bins) <= MAX_BINS
    assert len({label for label, _, _ in bins}) == len(bins)
    assert (sum(c.num_documents for c in counts), sum(c.num_removed for c in counts)) == (
        sum(documents for _, documents, _ in bins),
        sum(removed for _, _, removed in bins),
    )


@pytest.mark.parametrize(
    ("span", "unit"),
    [(30, "day"), (300, "week"), (2000, "month"), (9000, "quarter"), (30000, "year"), (99999, "decade")],
)
def test_the_unit_of_time_grows_with_the_span(span, unit):
    first = date(1900, 1, 1)
    days = [DayCount(day.toordinal(), 1, 0) for day in (first, first + timedelta(days=span))]
    assert unit == bin_days(days)[0]


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=2, max_size=2), min_size=1, max_size=40))
def test_bars_stay_inside_their_chart_and_are_as_high_as_their_counts(stacks):
    columns = [Column(str(number), (("a", stack[0]), ("b", stack[1]))) for number, stack in enumerate(stacks)]
    chart = draw_columns(Caption("c", "C", "A chart.", ("x", "y")), columns, [])
    most = max(column.total for column in columns)
    shown = [count for stack in stacks for count in stack if count]
    assert len(shown) == len(chart.bars)
    for bar, count in zip(chart.bars, shown, strict=True):
        assert 0 <= bar.x < bar.x + bar.width <= 100.01
        assert bar.y > 0
        assert bar.height == pytest.approx(max(132 * count / most, 1), abs=0.02)


@given(st.integers(0, 10**9))
def test_lines_are_drawn_at_few_round_values(most):
    values = choose_values(most)
    assert len(values) <= 4
    assert all(0 < value <= most for value in values)


@given(st.dictionaries(st.integers(2, 5000), st.integers(1, 9), max_size=20))
def test_every_size_is_in_one_bin(sizes):
    assert sum(sizes.values()) == sum(count for _, count in bin_sizes(sorted(sizes.items())))


@pytest.mark.parametrize(
    "text", ["", "soon", "2024-13-01", "0000-01-01", "99999999", "2024-02-30", "x" * 10_000, "1 2 3", "\0"]
)
def test_what_is_no_date_is_no_day(text):
    assert number_day(json.dumps(text).encode()) is None


def test_the_matrix_prefers_outlets_that_share_with_others():
    pairs = [OutletPair(f"own {number}", f"own {number}", 99) for number in range(20)] + [OutletPair("a", "b", 1)]
    matrix = draw_matrix(pairs)
    assert (("a", "b"), 22) == (matrix.names[:2], matrix.num_outlets)
    assert [1, 0] == [matrix.cells[0][1].count, matrix.cells[1][0].count]


def make_entry(number, title):
    return ClusterEntry(number, Card(f"id {number}", "n.jsonl", number, "Outlet", "2024-01-01", title, ""), 1, 1, 0.5)


def test_long_titles_are_shortened_until_all_clusters_can_be_searched():
    data, num, longest = encode_entries([make_entry(number, "\u4e2d" * 200) for number in range(10_000)], 1_700_000)
    assert (10_000, True) == (num, len(data) <= 1_700_000)
    assert all(len(row[2]) == longest for row in msgspec.json.decode(data)["rows"])


def test_a_search_that_cannot_hold_all_clusters_says_how_many_it_holds():
    entries = [make_entry(number, "<\0" * 100) for number in range(10_000)]
    data, num, _ = encode_entries(entries, 1_700_000)
    assert 1000 < num < 10_000
    assert num == len(msgspec.json.decode(data)["rows"])
    assert len(encode_data(data)) <= 1_700_000
    assert all(len(page.encode()) < 2_000_000 for _, page in render_lists(entries, 10_000))


def test_a_comparison_that_does_not_fit_is_cut_and_links_nowhere_else():
    old = " ".join(f"Sentence {number} stands here." for number in range(300))
    new = " ".join(f"Sentence {number} was here." for number in range(300))
    described = describe_diff(diff_texts(old, new), "copy-1-", 20_000)
    anchors = {row.anchor for row in described.rows}
    assert 0 < described.num_left_out < 300
    assert described.num_bytes <= 20_000
    assert {anchor for _, anchor in described.facts} <= anchors
