"""The frame of every page of a corpus report: its head, its permissions, and texts made safe and short."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from markupsafe import Markup, escape

from dedup.corpus.values import read_value
from dedup.report.corpus.corpus_model import Card, DocumentPair
from dedup.report.page import load_environment, render_page
from dedup.report.wording import clip
from dedup.text.control_characters import make_safe

Item = TypeVar("Item")

GENERATOR = "dedup corpus report"
INDEX = "index.html"
THRESHOLD_PAGE = "threshold.html"
PAGES_PER_FOLDER = 500
MAX_TITLE, MAX_NAME = 160, 80
ROW_MARKUP = 400  # bytes of tags around a row of a table, at most

_STYLES = ("diff.css", "corpus.css")


def numbered_path(kind: str, number: int) -> str:
    """Return a page of one of many things of a kind, relative to the index; no folder holds more than 500.

    >>> numbered_path("clusters", 1), numbered_path("articles", 501)
    ('clusters/000/1.html', 'articles/001/501.html')
    """
    return f"{kind}/{(number - 1) // PAGES_PER_FOLDER:03d}/{number}.html"


def cluster_path(number: int) -> str:
    """Return the page of a cluster, relative to the index."""
    return numbered_path("clusters", number)


def list_path(page: int) -> str:
    """Return a page of the list of clusters, from 1, relative to the index.

    >>> list_path(1), list_path(2)
    ('clusters.html', 'clusters-2.html')
    """
    return "clusters.html" if page == 1 else f"clusters-{page}.html"


def read_id(raw: bytes) -> str:
    """Return the id of a record of OUT as a page shows it."""
    return read_value(bytes(raw))


def link_count(count: int, path: str | None) -> str:
    """Return a count, as a link if there is a page that lists what it counts."""
    return Markup('<a href="{}">{:,}</a>').format(path, count) if path else f"{count:,}"


def render_corpus_page(template: str, values: Mapping[str, object], *, root: str = "", script: str = "") -> str:
    """Return a page: `root` leads from it to the folder of the index, `script` is the one file that it may run."""
    load_environment().globals |= {
        "cluster_path": cluster_path,
        "list_path": list_path,
        "read_id": read_id,
        "link_count": link_count,
        "longest_title": MAX_TITLE,
        "longest_name": MAX_NAME,
    }
    return render_page(template, {**values, "root": root, "generator": GENERATOR}, _STYLES, script)


def measure_row(*texts: str) -> int:
    """Return how many bytes a row of a table takes in a page, at most: its texts, and the tags around."""
    return ROW_MARKUP + sum(map(measure_text, texts))


def measure_card(card: Card) -> int:
    """Return how many bytes a document takes in a page, at most."""
    names = (clip(name, MAX_NAME) for name in (card.id, card.path, card.outlet, card.date))
    return measure_row(clip(card.title or card.opening, MAX_TITLE), card.url, *names)


def measure_pair(pair: DocumentPair) -> int:
    """Return how many bytes two documents take in a row, at most."""
    return ROW_MARKUP + measure_card(pair.first) + measure_card(pair.second)


def measure_text(text: str) -> int:
    """Return how many bytes a text takes in a page."""
    return len(escape(make_safe(text)).encode())


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
