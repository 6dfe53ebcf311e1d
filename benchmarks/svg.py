"""Line plots as SVG for light and dark pages: lines differ in colour and dash, and their names stand at their ends."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 36, 48
# Okabe & Ito: told apart by the colour-blind, legible on white and on near-black.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d3b", "#7f7f7f")
DASHES = ("", "6 3", "2 3", "8 3 2 3")
STYLE = """<style>text{font:12px sans-serif} .head{font:bold 14px sans-serif}
.ink{fill:#222} .grid{stroke:#8884;fill:none} @media(prefers-color-scheme:dark){.ink{fill:#ddd}}</style>"""


@dataclass(frozen=True)
class Line:
    """A named line."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """A named axis: its range and whether it is logarithmic."""

    name: str
    low: float
    high: float
    is_log: bool = False

    def place(self, value: float, start: float, end: float) -> float:
        """Return where a value stands between two coordinates."""
        low, high = (math.log10(self.low), math.log10(self.high)) if self.is_log else (self.low, self.high)
        at = math.log10(max(value, self.low)) if self.is_log else value
        return start + (end - start) * (at - low) / (high - low or 1)

    def ticks(self) -> list[float]:
        """Return where marks stand: powers of ten, or about five round steps."""
        if self.is_log:
            powers = range(math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9) + 1)
            return [10.0**power for power in powers]
        step = 10.0 ** math.floor(math.log10((self.high - self.low) / 2))
        step = next(s for s in (step / 5, step / 2, step, 2 * step) if (self.high - self.low) / s <= 10)
        return [round(self.low + i * step, 10) for i in range(int((self.high - self.low) / step + 1e-9) + 1)]


def fit_axis(name: str, values: Sequence[float], *, is_log: bool = True) -> Axis:
    """Return an axis that holds these values; a logarithmic one ends at 1, 2 or 5 times a power of ten."""
    low, high = min(values), max(values)
    if not is_log:
        return Axis(name, low, high)
    steps = [m * 10.0**e for e in range(-4, 12) for m in (1, 2, 5)]
    return Axis(name, max(s for s in steps if s <= low), min(s for s in steps if s >= high), is_log=True)


def format_number(value: float) -> str:
    """Return a number as a tick says it.

    >>> [format_number(v) for v in (0.25, 10.0, 40000.0, 1e6)]
    ['0.25', '10', '40k', '1M']
    """
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def draw(title: str, lines: Sequence[Line], x: Axis, y: Axis) -> str:
    """Return a plot as an SVG document."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        STYLE,
        f'<text class="ink head" x="{LEFT}" y="20">{escape(title)}</text>',
    ]
    for tick in x.ticks():
        at = x.place(tick, LEFT, right)
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{bottom}"/>')
        parts.append(
            f'<text class="ink" x="{at:.1f}" y="{bottom + 16}" text-anchor="middle">{format_number(tick)}</text>'
        )
    for tick in y.ticks():
        at = y.place(tick, bottom, TOP)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{right}"/>')
        parts.append(
            f'<text class="ink" x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{format_number(tick)}</text>'
        )
    middle = (LEFT + right) / 2
    parts.append(f'<text class="ink" x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x.name)}</text>')
    parts.append(
        f'<text class="ink" transform="translate(14 {(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(y.name)}</text>"
    )
    parts += draw_lines(lines, x, y)
    return "\n".join([*parts, "</svg>\n"])


def draw_lines(lines: Sequence[Line], x: Axis, y: Axis) -> list[str]:
    """Return the lines with their names to the right, moved apart where they would overlap."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    ends = sorted(
        (y.place(line.points[-1][1], bottom, TOP), number) for number, line in enumerate(lines) if line.points
    )
    labels: dict[int, float] = {}
    last = TOP - 16.0
    for at, number in ends:
        last = max(at, last + 15)
        labels[number] = last
    parts = []
    for number, line in enumerate(lines):
        if not line.points:
            continue
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        points = [(x.place(a, LEFT, right), y.place(b, bottom, TOP)) for a, b in line.points]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        if len(points) <= 12:
            parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
        end = points[-1]
        parts.append(
            f'<path d="M{end[0]:.1f} {end[1]:.1f}L{right + 8} {labels[number]:.1f}" stroke="{colour}" fill="none"/>'
        )
        parts.append(f'<text x="{right + 12}" y="{labels[number] + 4:.1f}" fill="{colour}">{escape(line.name)}</text>')
    return parts
