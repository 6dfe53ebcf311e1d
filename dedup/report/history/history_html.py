"""The history of an article as one HTML page: readable without its script, nothing loaded, safe with hostile text."""

from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from dedup.history.version_history import SentenceLife, Step, StepKind, VersionHistory
from dedup.report.diff.diff_html import DiffRow, describe_rows, measure_shares
from dedup.report.history.step_words import (
    count_facts,
    describe_call,
    describe_fact,
    describe_step,
    format_gap,
    measure_gap,
    name_version,
    summarise_history,
)
from dedup.report.page import encode_data, render_page
from dedup.text.words import count_words

MAX_BAR, MIN_BAR = 56.0, 3.0  # of the strip's height of 60
SHADES = 5  # of the sentences by age
ORDER = ("headline", "number", "name", "quote", "date")


@dataclass(frozen=True)
class PageVersion:
    """A version as the page shows it; `x` and `height` are its bar in the strip, in per cent and units of it."""

    name: str
    title: str
    time: str
    gap: str
    called: str
    num_words: int
    x: float
    height: float
    anchor: str


@dataclass(frozen=True)
class PageStep:
    """A step as the page shows it: changed rows only, unchanged ones counted."""

    anchor: str
    old: str
    new: str
    time: str
    gap: str
    note: str
    is_silent: bool
    is_folded: bool
    shares: list[tuple[str, int, float]]
    rows: list[DiffRow]


@dataclass(frozen=True)
class PageLife:
    """A sentence with the version it came in with, and the one it was last in; `shade` is 1 for the first version."""

    text: str
    came: str
    went: str
    stood: str
    shade: int
    begins_paragraph: bool


def render_html(history: VersionHistory) -> str:
    """Return the page of a history."""
    values = {
        "name": history.name,
        "summary": summarise_history(history),
        "notes": history.notes,
        "versions": describe_versions(history),
        "facts": list_facts(history),
        "steps": [describe_page_step(history, step) for step in history.steps],
        "present": [describe_sentence(history, life) for life in history.present],
        "gone": [describe_sentence(history, life) for life in history.gone],
        "data": encode_data(msgspec.json.encode(list_lives(history))),
    }
    return render_page("history.html", values, ("diff.css", "history.css"), "history.js")


def name_step(step: Step) -> str:
    """Return the anchor of a step.

    >>> from types import SimpleNamespace
    >>> name_step(SimpleNamespace(old=2, new=3))
    'v3..v4'
    """
    return f"{name_version(step.old)}..{name_version(step.new)}"


def describe_versions(history: VersionHistory) -> list[PageVersion]:
    """Return the versions with their bars: where on the axis of time, and how much each changed."""
    moments = [version.moment for version in history.versions]
    known = [moment for moment in moments if moment]
    count = len(history.versions)
    span = (known[-1] - known[0]).total_seconds() if len(known) == count and known[-1] > known[0] else 0
    most = max((step.num_changed for step in history.steps), default=0) or 1
    shown = []
    for number, version in enumerate(history.versions):
        step = history.steps[number - 1] if number else None
        moment = moments[number]
        share = (moment - known[0]).total_seconds() / span if span and moment else number / max(count - 1, 1)
        height = max(MAX_BAR * step.num_changed / most, MIN_BAR) if step else MIN_BAR
        anchor = name_step(step) if step else "versions"
        gap = measure_gap(history, step) if step else ""
        words = count_words(version.text)
        place = round(1 + 97 * min(max(share, 0), 1), 2)
        time, called = version.time or version.name, describe_call(version)
        shown.append(
            PageVersion(name_version(number), version.title, time, gap, called, words, place, round(height, 1), anchor)
        )
    return shown


def list_facts(history: VersionHistory) -> list[tuple[str, str, bool]]:
    """Return (words, anchor, is_silent) of the changed facts: headlines, numbers, names, quotations, dates."""
    found = [(fact, step) for step in history.steps for fact in step.facts]
    found.sort(key=lambda pair: ORDER.index(pair[0].kind))
    return [(f"{name_version(s.new)}: {describe_fact(fact)}", name_step(s), s.is_silent) for fact, s in found]


def describe_page_step(history: VersionHistory, step: Step) -> PageStep:
    """Return a step as the page shows it."""
    version = history.versions[step.new]
    note = "; ".join(filter(None, (describe_step(step), count_facts(step), describe_call(version))))
    anchor = name_step(step)
    return PageStep(
        anchor,
        name_version(step.old),
        name_version(step.new),
        version.time or version.name,
        measure_gap(history, step),
        note,
        step.is_silent,
        step.kind in {StepKind.SAME, StepKind.TRIVIAL},
        measure_shares(step.diff),
        # Without the unchanged sentences that a row folds: a page would hold each many times.
        [replace(row, rows=()) for row in describe_rows(step.diff, f"{anchor}-")],
    )


def describe_sentence(history: VersionHistory, life: SentenceLife) -> PageLife:
    """Return a sentence as the page shows it."""
    last = len(history.versions) - 1
    standing = life.standings[-1]
    before = history.versions[last].text[: standing.span.start] if life.last == last else ""
    gap = before[len(before.rstrip()) :]
    shade = 1 + round((SHADES - 1) * life.first / last) if last else 1
    went = name_version(life.last) if life.last < last else ""
    return PageLife(life.text, name_version(life.first), went, tell_stay(history, life), shade, "\n" in gap)


def tell_stay(history: VersionHistory, life: SentenceLife) -> str:
    """Return how long a sentence that is gone was there: until the version that lacks it."""
    after = min(life.last + 1, len(history.versions) - 1)
    came, went = history.versions[life.first].moment, history.versions[after].moment
    return format_gap(went - came) if came and went and went - came > timedelta() else ""


def list_lives(history: VersionHistory) -> dict[str, object]:
    """Return what the script needs to compare any two versions: the sentences of each, by life."""
    rows: list[list[tuple[int, int, str]]] = [[] for _ in history.versions]
    for number, life in enumerate(history.sentences):
        for version, span in life.standings:
            rows[version].append((span.start, number, span.cut(history.versions[version].text)))
    texts: dict[str, int] = {}
    versions = [[(life, texts.setdefault(text, len(texts))) for _, life, text in sorted(row)] for row in rows]
    return {"versions": versions, "texts": list(texts)}
