"""What was in another year or month is not what was on a day of this week."""

import numpy as np
import pytest

from dedup.compare.sentence_facts import read_dates
from dedup.compare.sentence_times import part_times


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("A quake hit the town in February.", "A quake hit the island on Sunday.", 0),
        ("The bill passed in 2006.", "The bill passed in April 2012.", 1),
        ("It met on January 22.", "It met on 22 January 2024.", 1),
        ("Drones came on December 28-29.", "Drones came on Sunday night.", 1),
        ("He said on Monday that it began in 2006.", "It began in 2006.", 1),
        ("It met on Monday.", "It met.", 1),
    ],
)
def test_a_sentence_of_the_week_is_not_like_one_of_earlier_times(one, other, share):
    score = np.float32([[0, 0.2], [0.2, 0]])
    assert np.array_equal(part_times(score, [one, other]), score * np.float32(share))


@pytest.mark.parametrize(
    ("text", "is_of_saying"),
    [
        ("Colombo, Feb 12 (Daily Mirror) - Unions went on strike.", True),
        ("LONDON, January 5, 2024 \u2013 Unions went on strike.", True),
        ("Unions went on strike on Feb 12 (Monday).", False),
        ("Unions in Colombo, Feb 12 or not, went on strike.", False),
    ],
)
def test_the_day_of_a_dateline_is_that_of_the_report(text, is_of_saying):
    assert is_of_saying == any(date.is_of_saying for date in read_dates(text))
