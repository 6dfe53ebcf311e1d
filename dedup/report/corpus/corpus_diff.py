"""A comparison as one of several on a page, as many rows as fit; the page of the pairs nearest the threshold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from dedup.diff.model import Diff
from dedup.report.corpus.corpus_model import CorpusFindings, DocumentPair, TextPair
from dedup.report.corpus.corpus_page import fit, measure_text, render_corpus_page
from dedup.report.diff.diff_html import DiffRow, describe_rows, measure_shares
from dedup.report.diff.diff_rows import list_facts, name_anchor
from dedup.report.diff.diff_text import describe_fact, summarise
from dedup.report.page import encode_data

MAX_FACTS = 12
MAX_BYTES = 250_000  # of the rows of a comparison; a cluster page has room for several of the largest
MARKUP, PIECE_MARKUP = 300, 40  # bytes of tags around a row, and around a run of text
PAGE_BYTES, PAIR_BYTES = 1_400_000, 60_000


@dataclass(frozen=True, slots=True)
class PageDiff:
    """A comparison as a template takes it; `num_left_out` rows and `num_more_facts` facts did not fit.

    `headline` is "" where the bar and its legend say all: the share of equal words beside the Jaccard similarity of the
    pair would be two figures of one name.
    """

    summary: str
    headline: str
    shares: list[tuple[str, int, float]]
    limits: tuple[str, ...]
    facts: list[tuple[str, str]]
    num_more_facts: int
    rows: tuple[DiffRow, ...]
    num_left_out: int
    num_bytes: int


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """A pair with its comparison; None where pair number `same_as` has the very same texts."""

    number: int
    pair: DocumentPair
    diff: PageDiff | None
    same_as: int = 0


def describe_diff(diff: Diff, prefix: str, most_bytes: int = MAX_BYTES) -> PageDiff:
    """Return a comparison whose anchors begin with `prefix`, cut to so many bytes."""
    every = describe_rows(diff, prefix)
    rows = tuple(fit(every, measure_row, most_bytes))
    anchors = set(list_anchors(rows))
    found, summary = list_facts(diff), summarise(diff)
    facts = [(describe_fact(fact), f"{prefix}{name_anchor(fact.block)}") for fact in found]
    facts = [fact for fact in facts if fact[1] in anchors][:MAX_FACTS]
    return PageDiff(
        summary=summary,
        headline="" if summary.startswith("Similarity") else summary,
        shares=measure_shares(diff),
        limits=tuple(diff.limits),
        facts=facts,
        num_more_facts=len(found) - len(facts),
        rows=tuple(drop_dead_link(row, anchors) for row in rows),
        num_left_out=len(every) - len(rows),
        num_bytes=sum(map(measure_row, rows)),
    )


def drop_dead_link(row: DiffRow, anchors: set[str]) -> DiffRow:
    """Return a row without a link to what was left out."""
    inner = tuple(drop_dead_link(each, anchors) for each in row.rows)
    return replace(row, link=row.link if row.link.removeprefix("#") in anchors else "", rows=inner)


def list_anchors(rows: Iterable[DiffRow]) -> Iterable[str]:
    """Yield the names of the rows that are shown."""
    for row in rows:
        yield from (row.anchor, row.move_anchor)
        yield from list_anchors(row.rows)


def measure_row(row: DiffRow) -> int:
    """Return how many bytes a row takes in a page, about."""
    texts = (piece.text for piece in (*row.inline, *row.old, *row.new))
    return MARKUP + sum(measure_text(text) + PIECE_MARKUP for text in texts) + sum(map(measure_row, row.rows))


def render_threshold(findings: CorpusFindings, compared: Sequence[tuple[TextPair, Diff]]) -> str:
    """Return the page; pairs are taken until it is full, those of kept documents first."""
    pairs, used = [], 0
    for number, (miss, diff) in enumerate(compared, start=1):
        described = describe_diff(diff, f"pair-{number}-", PAIR_BYTES)
        used += described.num_bytes
        if used > PAGE_BYTES:
            break
        pairs.append(ComparedPair(number, miss.pair, described))
    num_kept = len(findings.below or ()) + len(findings.yet_kept or ())
    judged = [
        {
            "removed": item.pair.second.id,
            "kept": item.pair.first.id,
            "similarity": item.pair.similarity,
            "gone": item.number > num_kept,
        }
        for item in pairs
    ]
    values = {
        "threshold": findings.threshold,
        "run": findings.summary.fingerprint,
        "pairs": pairs,
        "num_pairs": len(compared),
        "num_kept": num_kept,
        "data": encode_data(msgspec.json.encode(judged)),
    }
    return render_corpus_page("corpus_threshold.html", values, script="corpus_verdicts.js")
