"""When a sentence is set: sentences about other times seldom say the same."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.compare.sentence_facts import MAX_FACTS, join_dates
from dedup.text.date_phrases import DateValue, is_apart, read_date

Matrix = npt.NDArray[np.float32]

OTHER_TIME = np.float32(0.5)  # of a score that is left where the times differ
MIN_SCORE = 0.02  # less is far below any link


def part_times(score: Matrix, texts: Sequence[str]) -> Matrix:
    """Return the scores, those of two sentences that are set at other times halved; symmetric as they are.

    A quake "in February" is not the one "on Sunday". Where any two dates of both agree, the scores stay.
    """
    times = [read_times(text) for text in texts]
    dated = np.flatnonzero([bool(found) for found in times])
    parted = score.copy()
    for a, b in np.argwhere(np.triu(score[np.ix_(dated, dated)] >= MIN_SCORE, 1)):
        i, j = dated[a], dated[b]
        if all(is_other_time(one, other) for one in times[i] for other in times[j]):
            parted[i, j] = parted[j, i] = OTHER_TIME * score[i, j]
    return parted


def read_times(text: str) -> list[DateValue]:
    """Return the dates of a sentence that name a year, a month or a weekday."""
    found = (read_date(span.cut(text)) for span in join_dates(text)[:MAX_FACTS])
    return [date for date in found if date.years or date.months or date.weekdays]


def is_other_time(a: DateValue, b: DateValue) -> bool:
    """Return whether two dates are of other months or years; a weekday alone is of the week of the news.

    >>> is_other_time(read_date("December 2003"), read_date("Sunday"))
    True
    >>> is_other_time(read_date("December 28"), read_date("Sunday"))
    False
    """
    return (
        is_apart(a.years, b.years)
        or is_apart(a.months, b.months)
        or (is_long_ago(a) and is_this_week(b))
        or (is_this_week(a) and is_long_ago(b))
    )


def is_long_ago(date: DateValue) -> bool:
    """Return whether a date is a month or a year without a day: news names the day of what is new."""
    return bool(date.years or date.months) and not (date.days or date.weekdays)


def is_this_week(date: DateValue) -> bool:
    """Return whether a date is a weekday alone."""
    return bool(date.weekdays) and not (date.years or date.months)
