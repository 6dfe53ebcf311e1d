"""The page of the pairs of kept documents nearest the threshold, compared."""

from collections.abc import Sequence

from dedup.diff.model import Diff
from dedup.report.corpus.corpus_diff import ComparedPair, describe_diff
from dedup.report.corpus.corpus_model import TextPair
from dedup.report.corpus.corpus_page import render_corpus_page

PAGE_BYTES, PAIR_BYTES = 1_400_000, 120_000


def render_threshold(threshold: float, compared: Sequence[tuple[TextPair, Diff]]) -> str:
    """Return the page; pairs are taken until it is full."""
    pairs, used = [], 0
    for number, (miss, diff) in enumerate(compared, start=1):
        described = describe_diff(diff, f"pair-{number}-", PAIR_BYTES)
        used += described.num_bytes
        if used > PAGE_BYTES:
            break
        pairs.append(ComparedPair(number, miss.pair, described))
    values = {"threshold": threshold, "pairs": pairs, "num_pairs": len(compared)}
    return render_corpus_page("corpus_threshold.html", values)
