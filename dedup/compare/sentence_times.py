"""When a sentence is set: what was in another year is not what was on Sunday."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.compare.sentence_facts import MAX_FACTS
from dedup.text.date_phrases import DateValue, join_dates, read_date

Matrix = npt.NDArray[np.float32]


def part_times(score: Matrix, texts: Sequence[str]) -> Matrix:
    """Return the scores, 0 where one sentence is set in the week of the news and the other before; symmetric.

    A quake "in February" is not the one "on Sunday". Two years or two days may be a disagreement about one event, so
    their scores stay.
    """
    times = [read_times(text) for text in texts]
    week, past = (
        np.array([bool(found) and all(map(is_so, found)) for found in times], bool) for is_so in (is_of_week, is_past)
    )
    parted = score.copy()
    for one, other in ((week, past), (past, week)):
        parted[np.ix_(one, other)] = np.minimum(0, parted[np.ix_(one, other)])
    return parted


def read_times(text: str) -> list[DateValue]:
    """Return the dates of a sentence that name a year, a month or a weekday."""
    found = (read_date(span.cut(text)) for span in join_dates(text)[:MAX_FACTS])
    return [date for date in found if date.years or date.months or date.weekdays]


def is_of_past(text: str) -> bool:
    """Return whether all that a sentence says of its time is a month or a year without a day."""
    times = read_times(text)
    return bool(times) and all(map(is_past, times))


def is_past(date: DateValue) -> bool:
    """Return whether a date is a month or a year without a day: news names the day of what is new.

    >>> is_past(read_date("December 2003")), is_past(read_date("December 28"))
    (True, False)
    """
    return bool(date.years or date.months) and not (date.days or date.weekdays)


def is_of_week(date: DateValue) -> bool:
    """Return whether a date is a weekday alone."""
    return bool(date.weekdays) and not (date.years or date.months)
