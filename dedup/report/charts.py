"""Charts as numbers: bars and ticks in per cent of the width and pixels of the height, with a table that says the same.

A chart has no viewBox: it takes the width of the page and its letters keep their size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor, log10

from dedup.report.corpus.corpus_model import DayCount

PLOT_HEIGHT, TOP = 150.0, 18.0
MOST_COLUMNS = 110
MOST_TICKS = 6
GAP = 0.15  # of a column's width, between columns
SIZES = ((2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, 1000), (1001, None))


@dataclass(frozen=True, slots=True)
class Column:
    """One place of the horizontal axis: its label, and (class, count) of what is stacked there."""

    label: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Return the height of the stack."""
        return sum(count for _, count in self.parts)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle: x and width in per cent, y and height in pixels."""

    css: str
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at a place of an axis: x in per cent or y in pixels."""

    place: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, and the table that is its text alternative."""

    name: str
    title: str
    description: str
    bars: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    mark: Tick | None
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Caption:
    """What a chart is called: a name for links, a title, what it says in a sentence, the heads of its table."""

    name: str
    title: str
    description: str
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """How columns are labelled: where there is no room for all, every `period`-th or a multiple, column `first` first.

    On a scale a column reaches from its label to the next, else it stands over its label. `mark` is a line across.
    """

    period: int = 1
    first: int = 0
    is_scale: bool = False
    mark: Tick | None = None


def draw_columns(
    caption: Caption, columns: Sequence[Column], rows: Sequence[tuple[str, ...]], axis: Axis | None = None
) -> Chart:
    """Return a chart of stacked columns; `rows` are those of the table."""
    axis = axis or Axis()
    most = max((column.total for column in columns), default=0)
    scale = (PLOT_HEIGHT - TOP) / (most or 1)
    step = 100 / (len(columns) or 1)
    bars = []
    for number, column in enumerate(columns):
        y = PLOT_HEIGHT
        for css, count in column.parts:
            height = count * scale
            y -= height
            if count:
                x, width = step * (number + GAP / 2), step * (1 - GAP)
                bars.append(Bar(css, round(x, 3), round(width, 3), round(y, 2), round(max(height, 1.0), 2)))
    y_ticks = tuple(Tick(round(PLOT_HEIGHT - value * scale, 2), f"{value:,}") for value in choose_values(most))
    return Chart(
        caption.name,
        caption.title,
        caption.description,
        tuple(bars),
        label_columns([column.label for column in columns], axis),
        y_ticks,
        axis.mark,
        caption.heads,
        tuple(rows),
    )


def choose_values(most: int) -> list[int]:
    """Return the round values, at most four, at which lines are drawn.

    >>> choose_values(884), choose_values(3), choose_values(0)
    ([200, 400, 600, 800], [1, 2, 3], [])
    """
    if most < 1:
        return []
    power = 10 ** max(floor(log10(most)) - 1, 0)
    step = next(power * factor for factor in (1, 2, 5, 10, 20, 50) if most / (power * factor) <= 4.5)
    return list(range(step, most + 1, step))


def label_columns(labels: Sequence[str], axis: Axis) -> tuple[Tick, ...]:
    """Return the labels that fit below the columns, at most seven; the outer ones stay inside the chart."""
    num = len(labels)
    every = 1
    if num > MOST_TICKS + 6:
        every = axis.period * -(-num // (MOST_TICKS * axis.period))
    ticks = []
    for number in range(axis.first % every if every > 1 else 0, num, every):
        place = 100 * (number + (0 if axis.is_scale else 0.5)) / num
        anchor = "middle" if every == 1 or 3 < place < 97 else "start" if place <= 3 else "end"
        ticks.append(Tick(round(place, 3), labels[number], anchor))
    return tuple(ticks)


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
            if len(begins) > MOST_COLUMNS:
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
    for unit in UNITS:
        begins = unit.list_begins(first, last)
        if begins is not None:
            return unit, begins
    raise AssertionError("more decades than the dates that are read can span")


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
