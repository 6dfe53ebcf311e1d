"""Days and sizes of clusters -> the columns of charts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dedup.report.charts import Axis
from dedup.report.corpus.corpus_model import DayCount

MAX_BINS = 110
SIZES = ((2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, 1000), (1001, None))


def bin_days(days: Sequence[DayCount]) -> tuple[str, list[tuple[str, int, int]], Axis]:
    """Return the unit of time, (label, documents, removed) of every unit from the first to the last, and their axis.

    The unit is the smallest with which all fit beside each other.
    """
    if not days:
        return "day", [], Axis()
    unit, begins = choose_unit(*(date.fromordinal(days[place].day) for place in (0, -1)))
    documents, removed = dict.fromkeys(begins, 0), dict.fromkeys(begins, 0)
    for day in days:
        begin = unit.find_begin(date.fromordinal(day.day))
        documents[begin] += day.num_documents
        removed[begin] += day.num_removed
    bins = [(unit.name_begin(begin), documents[begin], removed[begin]) for begin in begins]
    if unit.a_year == 1 or len(bins) < 24:
        return unit.name, bins, Axis()
    january = next(number for number, begin in enumerate(begins) if begin.month == 1)
    return unit.name, bins, Axis(unit.a_year, january)


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """A unit of time: where the one of a day begins, its days at most, its name, how many labels cover a year."""

    name: str
    find_begin: Callable[[date], date]
    longest: int
    name_begin: Callable[[date], str]
    a_year: int = 1

    def list_begins(self, first: date, last: date) -> list[date] | None:
        """Return the beginnings of all units between two days, None where they are too many."""
        begins = [self.find_begin(first)]
        while begins[-1] < self.find_begin(last):
            begins.append(self.find_begin(begins[-1] + timedelta(days=self.longest)))
            if len(begins) > MAX_BINS:
                return None
        return begins


UNITS = (
    TimeUnit("day", lambda day: day, 1, lambda day: day.isoformat()),
    TimeUnit("week", lambda day: day - timedelta(days=day.weekday()), 7, lambda day: f"week of {day.isoformat()}"),
    TimeUnit("month", lambda day: day.replace(day=1), 31, lambda day: f"{day:%Y-%m}", 12),
    TimeUnit(
        "quarter",
        lambda day: day.replace(day=1, month=3 * ((day.month - 1) // 3) + 1),
        92,
        lambda day: f"{day.year} Q{(day.month + 2) // 3}",
        4,
    ),
    TimeUnit("year", lambda day: day.replace(day=1, month=1), 366, lambda day: str(day.year)),
    TimeUnit(
        "decade", lambda day: day.replace(day=1, month=1, year=day.year // 10 * 10), 3653, lambda day: f"{day.year}s"
    ),
)


def choose_unit(first: date, last: date) -> tuple[TimeUnit, list[date]]:
    """Return the smallest unit with which all days fit, and its beginnings."""
    begins = ((unit, unit.list_begins(first, last)) for unit in UNITS)
    return next((unit, fitting) for unit, fitting in begins if fitting is not None)


def bin_sizes(sizes: Sequence[tuple[int, int]]) -> list[tuple[str, int]]:
    """Return (label, clusters) of ranges of sizes, up to the largest that is met.

    >>> bin_sizes([(2, 5), (3, 1), (7, 1)])
    [('2', 5), ('3', 1), ('4', 0), ('5', 0), ('6-10', 1)]
    """
    largest = max((size for size, _ in sizes), default=0)
    bins = []
    for low, high in SIZES:
        if low > largest:
            break
        label = f"{low:,}+" if high is None else f"{low:,}" if low == high else f"{low:,}-{high:,}"
        bins.append((label, sum(count for size, count in sizes if low <= size and (high is None or size <= high))))
    return bins
