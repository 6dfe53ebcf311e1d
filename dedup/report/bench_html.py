"""The result of `dedup bench` as one HTML page with plots; it runs no script."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from dedup.model.bench_results import Bench, Rate
from dedup.report.page import hash_source, inline, load_environment, read_template
from dedup.report.terminal.bench_terminal import format_seconds
from dedup.version import __version__

WIDTH, HEIGHT, LEFT, BOTTOM = 640.0, 260.0, 56.0, 34.0
MARKS = ("circle", "square", "diamond")  # lines are told apart by the shape of their points too


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plot: its name, the shape of its points, and where they are in pixels."""

    name: str
    mark: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of shares against something: lines, and (place, label) of both axes."""

    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]


def render_html(found: Bench) -> str:
    """Return the page."""
    style = read_template("diff.css") + read_template("bench.css")
    return (
        _load()
        .get_template("bench.html")
        .render(
            found=found,
            seconds=format_seconds,
            removed_share=f"{found.counts.removed / max(1, found.counts.documents):.1%}",
            stages=[(s.stage, s.seconds, round(100 * s.seconds / max(found.seconds, 1e-9), 2)) for s in found.stages],
            bands=[(f"{b.low:.2f} to {b.high:.2f}", *describe_rate(b.found)) for b in found.bands],
            kinds=[(k.kind, f"{k.mean_similarity:.2f}", *describe_rate(k.found)) for k in found.kinds],
            recall=describe_rate(found.recall) if found.recall else None,
            correct=describe_rate(found.correct) if found.correct else None,
            plot=plot_suggestions(found),
            thresholds=sorted({s.threshold for s in found.suggestions}),
            sizes=sorted({s.shingle_size for s in found.suggestions}),
            removed={(s.threshold, s.shingle_size): s for s in found.suggestions},
            geometry=(WIDTH, HEIGHT, LEFT, BOTTOM),
            version=__version__,
            style=inline(style),
            style_hash=hash_source(style),
        )
    )


@cache
def _load() -> Environment:
    return load_environment(("bench.html",))


def describe_rate(rate: Rate) -> tuple[str, str, float, float, float]:
    """Return a share as text, its interval as text, and share, low and high in hundredths for a bar."""
    if rate.total == 0:
        return ("-", "none at the threshold", 0.0, 0.0, 0.0)
    interval = f"{rate.low:.1%} to {rate.high:.1%}, {rate.hits:,} of {rate.total:,}"
    share, low, high = (round(100 * value, 2) for value in (rate.share, rate.low, rate.high))
    return (f"{rate.share:.1%}", interval, share, low, high)


def plot_suggestions(found: Bench) -> Plot | None:
    """Return how the share that goes falls with the threshold, a line for each shingle size."""
    if not found.suggestions:
        return None
    thresholds = sorted({s.threshold for s in found.suggestions})
    highest = max(s.share for s in found.suggestions) or 1.0
    across = {t: place(number, len(thresholds) - 1, LEFT, WIDTH - 20) for number, t in enumerate(thresholds)}

    def height(share: float) -> float:
        return round(place(share, highest, HEIGHT - BOTTOM, 12), 2)

    lines = [
        Line(
            f"shingles of {size} words",
            MARKS[number % len(MARKS)],
            tuple((across[s.threshold], height(s.share)) for s in found.suggestions if s.shingle_size == size),
        )
        for number, size in enumerate(sorted({s.shingle_size for s in found.suggestions}))
    ]
    ticks = [highest * part / 4 for part in range(5)]
    return Plot(
        tuple(lines),
        tuple((across[t], f"{t:.1f}") for t in thresholds),
        tuple((height(value), f"{value:.1%}") for value in ticks),
    )


def place(value: float, highest: float, start: float, end: float) -> float:
    """Return where a value from 0 to `highest` stands between two places.

    >>> place(5, 10, 0, 200)
    100.0
    """
    return round(start + (end - start) * value / (highest or 1), 2)
