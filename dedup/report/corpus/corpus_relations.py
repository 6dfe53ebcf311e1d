"""The pages of what the relations decided: what was lost, what is alike and stays, series that deserve a look."""

from collections.abc import Iterator, Sequence

from dedup.report.corpus.corpus_model import AlikePair, CorpusFindings, LosingPair, SeriesEntry
from dedup.report.corpus.corpus_page import (
    ROW_MARKUP,
    fit,
    measure_card,
    measure_pair,
    measure_text,
    render_corpus_page,
)
from dedup.report.wording import clip

LOST_PAGE, ALIKE_PAGE, SERIES_PAGE = "lost.html", "alike.html", "series.html"
PAGE_BYTES = 1_400_000
PIECE_BYTES = 40  # of tags around a run of text
MAX_QUOTE = 120  # characters of a conflicting slot
RELATIONS = {
    "exact": "the same words as a kept document",
    "edited": "other words, at most a few other numbers, dates or names",
    "contained": "passages of one kept document have most of its words",
    "template": "one frame filled with other numbers, dates or names",
    "update": "one outlet or address again, with other or more facts; or a month later, in other words",
    "extended": "more words of its own than a copy may have",
}
STAYING = ("update", "template", "extended", "edited", "contained", "exact")
SERIES = {
    "one-text-many-titles": "One text under many titles",
    "one-witness-many-days": "One document for a series of days",
    "many-stubs": "Many texts of a few words",
}


def render_relations(findings: CorpusFindings) -> Iterator[tuple[str, str]]:
    """Yield (path, page) of the three pages."""
    losing = fit(findings.losing, measure_losing, PAGE_BYTES)
    yield LOST_PAGE, render_corpus_page("corpus_lost.html", {"run": findings, "losing": losing})
    budget = PAGE_BYTES // max(len(findings.alike), 1)
    alike = [(name, fit(findings.alike[name], measure_alike, budget)) for name in STAYING if name in findings.alike]
    values = {"run": findings, "alike": alike, "meanings": RELATIONS, "longest_quote": MAX_QUOTE}
    yield ALIKE_PAGE, render_corpus_page("corpus_alike.html", values)
    series = [(title, fit_series(findings, kind)) for kind, title in SERIES.items()]
    yield SERIES_PAGE, render_corpus_page("corpus_series.html", {"run": findings, "series": series})


def fit_series(findings: CorpusFindings, kind: str) -> Sequence[SeriesEntry]:
    """Return the series of a kind that fit."""
    some = [each for each in findings.series if each.kind == kind]
    return fit(some, lambda each: ROW_MARKUP + sum(map(measure_card, each.members)), PAGE_BYTES // len(SERIES))


def measure_losing(losing: LosingPair) -> int:
    """Return how many bytes a removal takes in its page, at most."""
    texts = sum(measure_text(piece.text) + PIECE_BYTES for piece in losing.pieces)
    return texts + measure_pair(losing.pair)


def measure_alike(alike: AlikePair) -> int:
    """Return how many bytes a pair takes in its page, at most."""
    slots = sum(measure_text(clip(quote, MAX_QUOTE)) + PIECE_BYTES for slot in alike.conflicts for quote in slot)
    return slots + measure_pair(alike.pair)
