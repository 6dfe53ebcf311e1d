"""The index of the histories of a corpus: all articles in a table, most changed first."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from dedup.history.version_history import StepKind, VersionHistory
from dedup.report.corpus.corpus_page import numbered_path, render_corpus_page

CHANGES = {
    "headline": "headline",
    "number_facts": "number",
    "name_facts": "name",
    "quote": "quote",
    "date": "date",
    "silent": "no note",
    "reverted": "reverted",
}


class WrittenHistories(NamedTuple):
    """What was written: the first page, documents, articles, those with several versions, and with a page."""

    first_page: Path
    num_documents: int
    num_articles: int
    num_several: int
    entries: "list[ArticleEntry]"


class ArticleEntry(msgspec.Struct, frozen=True):
    """An article in the index: counts of its versions and steps, of words added and dropped, of changed facts."""

    number: int
    name: str
    page: str
    title: str
    outlet: str
    first: str
    last: str
    versions: int
    changes: int
    words: int
    headline: int
    number_facts: int
    name_facts: int
    quote: int
    date: int
    silent: int
    reverted: int

    @property
    def kinds(self) -> list[str]:
        """Return which kinds of changes the article has."""
        return [called for name, called in CHANGES.items() if getattr(self, name)]


def describe_article(number: int, history: VersionHistory) -> ArticleEntry:
    """Return what the index says of an article."""
    kinds = Counter(fact.kind.value for step in history.steps for fact in step.facts)
    first, last = history.versions[0], history.versions[-1]
    return ArticleEntry(
        number,
        history.name,
        numbered_path("articles", number),
        last.title,
        last.outlet,
        first.time,
        last.time,
        len(history.versions),
        sum(step.kind not in {StepKind.SAME, StepKind.TRIVIAL} for step in history.steps),
        history.num_changed,
        kinds["headline"],
        kinds["number"],
        kinds["name"],
        kinds["quote"],
        kinds["date"],
        sum(step.is_silent for step in history.steps),
        sum(step.kind is StepKind.REVERTED for step in history.steps),
    )


def render_history_index(entries: Sequence[ArticleEntry], num_several: int) -> str:
    """Return the page; `entries` are the articles with a page, of `num_several` with several versions."""
    values = {
        "entries": entries,
        "num_several": num_several,
        "outlets": sorted({entry.outlet for entry in entries if entry.outlet}),
        "kinds": sorted({kind for entry in entries for kind in entry.kinds}),
        "is_dated": any(entry.first or entry.last for entry in entries),
        "num_versions": sum(entry.versions for entry in entries),
    }
    return render_corpus_page("history_index.html", values, script="history_index.js" if entries else "")
