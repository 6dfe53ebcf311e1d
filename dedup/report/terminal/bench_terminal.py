"""The result of `dedup bench` for a terminal."""

from jinja2 import Environment, FunctionLoader, StrictUndefined

from dedup.model.bench_results import Bench
from dedup.report.page import read_template
from dedup.report.wrapping import Piece, wrap_pieces
from dedup.text.control_characters import make_safe, show_line

BAR = 30  # columns
MAX_WIDTH, INDENT = 120, 11  # columns of an opening, with what is before it


def render_terminal(found: Bench, width: int) -> str:
    """Return the result as lines of text."""

    def show_opening(text: str) -> str:
        """Return what fits of how a text begins."""
        first = wrap_pieces([Piece(make_safe(text))], min(width, MAX_WIDTH) - INDENT)[0]
        return "".join(piece.text for piece in first)

    loader = FunctionLoader(read_template)
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 (text)
    environment.filters |= {"as": format, "duration": format_seconds, "line": show_line, "first_line": show_opening}
    return environment.get_template("bench.txt").render(found=found, bar_width=BAR)


def format_seconds(seconds: float) -> str:
    """Return a duration as a person says it.

    >>> format_seconds(42), format_seconds(4000)
    ('42 s', '67 min')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
