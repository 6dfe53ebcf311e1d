"""Quotes of conflicts: spellings are no conflicts, and numbers come first."""

import pytest

from dedup.text.rank_quotes import rank_quotes


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("50", "fifty"),
        ("the MP's", "the MPs"),
        ("K.V. Rao", "KV Rao"),
        ("Govt", "Government"),
        ("1,200", "1200"),
        ("Sept. 3", "September 3"),
        ("mid-July", "Mid July"),
        ("two hundred and six", "206"),
    ],
)
def test_what_is_only_spelled_differently_is_no_conflict(ours, theirs):
    assert rank_quotes([(ours, theirs), (theirs, ours)]) == ()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("1.5", "15"), ("5 10", "510"), ("$5", "€5"), ("කි", "කා"), ("12:30", "1230"), ("May", "March"), ("Rao", "")],
)
def test_what_differs_in_more_stays(ours, theirs):
    assert rank_quotes([(ours, theirs)]) == ((ours, theirs),)


def test_other_numbers_and_dates_come_before_names_and_keep_their_order():
    pairs = [("Galle", "Kandy"), ("4", "5"), ("Rao", "Sen"), ("on Monday", "on Friday"), ("five dead", "six dead")]
    assert rank_quotes(pairs) == (pairs[1], pairs[3], pairs[4], pairs[0], pairs[2])
