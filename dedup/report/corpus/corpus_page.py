"""The frame of every page of a corpus report: where it stands, what it may do, how texts become safe and short."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from jinja2 import Environment
from markupsafe import escape

from dedup.report.corpus.corpus_model import Card
from dedup.report.page import hash_source, inline, load_environment, read_template
from dedup.report.wrapping import make_safe
from dedup.version import __version__

Item = TypeVar("Item")

GENERATOR = "dedup corpus report"
THRESHOLD_PAGE = "threshold.html"
CLUSTERS_PER_FOLDER = 500
LONGEST_TITLE, LONGEST_NAME = 160, 80
ROW_MARKUP = 400  # bytes of tags around a row of a table, at most

_TEMPLATES = (
    "corpus_cluster.html",
    "corpus_clusters.html",
    "corpus_frame.html",
    "corpus_index.html",
    "corpus_parts.html",
    "corpus_threshold.html",
    "diff_parts.html",
)
_STYLES = ("diff.css", "corpus.css")


def cluster_path(number: int) -> str:
    """Return the page of a cluster, relative to the index; no folder holds more than 500.

    >>> cluster_path(1), cluster_path(501)
    ('clusters/000/1.html', 'clusters/001/501.html')
    """
    return f"clusters/{(number - 1) // CLUSTERS_PER_FOLDER:03d}/{number}.html"


def list_path(page: int) -> str:
    """Return a page of the list of clusters, from 1, relative to the index.

    >>> list_path(1), list_path(2)
    ('clusters.html', 'clusters-2.html')
    """
    return "clusters.html" if page == 1 else f"clusters-{page}.html"


def render_page(template: str, values: Mapping[str, object], *, root: str = "", script: str = "") -> str:
    """Return a page: `root` leads from it to the folder of the index, `script` is the one file that it may run."""
    style = _read_styles()
    code = read_template(script) if script else ""
    return (
        _load_environment()
        .get_template(template)
        .render(
            values,
            root=root,
            version=__version__,
            generator=GENERATOR,
            style=inline(style),
            style_hash=hash_source(style),
            script=inline(code),
            script_hash=hash_source(code) if code else "",
        )
    )


@cache
def _read_styles() -> str:
    return "".join(read_template(name) for name in _STYLES)


@cache
def _load_environment() -> Environment:
    """Return Jinja with the filters of these pages."""
    environment = load_environment(_TEMPLATES)
    environment.filters |= {"number": "{:,}".format, "similarity": "{:.3f}".format, "clip": clip, "share": format_share}
    environment.globals |= {"cluster_path": cluster_path, "list_path": list_path}
    environment.globals |= {"longest_title": LONGEST_TITLE, "longest_name": LONGEST_NAME}
    return environment


def clip(text: str, most: int) -> str:
    """Return at most so many characters of a text; what was cut shows as an ellipsis.

    >>> clip("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def format_share(part: int, whole: int) -> str:
    """Return a part of a whole in per cent; never 0 or 100 of what is not none or all.

    >>> format_share(884, 16147), format_share(1, 10**6), format_share(0, 0)
    ('5.5 %', '<0.1 %', '0 %')
    """
    if part == 0:
        return "0 %"
    percent = 100 * part / whole
    if percent < 0.1:
        return "<0.1 %"
    return ">99.9 %" if 99.9 < percent < 100 else f"{percent:.1f} %".replace("100.0", "100")


def measure_text(text: str) -> int:
    """Return how many bytes a text takes in a page."""
    return len(escape(make_safe(text)).encode())


def measure_card(card: Card) -> int:
    """Return how many bytes a document takes in a page, at most."""
    names = (card.id, card.path, card.outlet, card.date)
    title = clip(card.title or card.opening, LONGEST_TITLE)
    return ROW_MARKUP + measure_text(title) + sum(measure_text(clip(name, LONGEST_NAME)) for name in names)


def fit(items: Sequence[Item], measure: Callable[[Item], int], budget: int) -> Sequence[Item]:
    """Return the first items that fit into so many bytes together.

    >>> fit([3, 4, 5], lambda item: item, 8)
    [3, 4]
    """
    used = 0
    for number, item in enumerate(items):
        used += measure(item)
        if used > budget:
            return items[:number]
    return items
