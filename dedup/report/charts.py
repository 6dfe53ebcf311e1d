"""Charts as numbers: bars and ticks in per cent of the width and pixels of the height, with a table that says the same.

A chart has no viewBox: it takes the width of the page and its letters keep their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

PLOT_HEIGHT, TOP = 150.0, 18.0
MAX_TICKS = 6
GAP = 0.15  # of a column's width, between columns


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
class Caption:
    """What a chart is called: a name for links, a title, what it says in a sentence, the heads of its table."""

    name: str
    title: str
    description: str
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, and the table that is its text alternative."""

    caption: Caption
    bars: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    mark: Tick | None
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """How columns are labelled: where there is no room for all, every `period`-th or a multiple, column `first` first.

    On a scale a column reaches from its label to the next, else it is above its label. `mark` is a line across.
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
        caption,
        tuple(bars),
        label_columns([column.label for column in columns], axis),
        y_ticks,
        axis.mark,
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
    if num > MAX_TICKS + 6:
        every = axis.period * -(-num // (MAX_TICKS * axis.period))
    ticks = []
    for number in range(axis.first % every if every > 1 else 0, num, every):
        place = 100 * (number + (0 if axis.is_scale else 0.5)) / num
        anchor = "middle" if every == 1 or 3 < place < 97 else "start" if place <= 3 else "end"
        ticks.append(Tick(round(place, 3), labels[number], anchor))
    return tuple(ticks)
