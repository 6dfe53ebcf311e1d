"""The page of the pairs nearest the threshold, compared and to be judged: removals just above, kept pairs below."""

from collections.abc import Sequence

import msgspec

from dedup.diff.model import Diff
from dedup.report.corpus.corpus_diff import ComparedPair, describe_diff
from dedup.report.corpus.corpus_model import CorpusFindings, TextPair
from dedup.report.corpus.corpus_page import render_corpus_page
from dedup.report.page import encode_data

PAGE_BYTES, PAIR_BYTES = 1_400_000, 60_000


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
