"""The page of a cluster: the kept document, the removed ones, what each of them changed."""

import re
from collections.abc import Iterable, Iterator

from dedup.report.corpus.corpus_diff import ComparedPair
from dedup.report.corpus.corpus_model import ClusterContent
from dedup.report.corpus.corpus_page import fit, measure_card, measure_row, render_corpus_page
from dedup.report.wording import clip

# A page stays below 2 MB: this many bytes for each of its parts.
COMPARISON_BYTES, COPIES_BYTES, PASSAGES_BYTES = 1_000_000, 300_000, 150_000
TEXT_CHARACTERS = 15_000  # of the kept document: 14 bytes each at worst, "<U+0000>" with its signs escaped
PASSAGE_CHARACTERS = 1_000
BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")


def render_cluster(content: ClusterContent, compared: Iterable[ComparedPair]) -> str:
    """Return the page; comparisons are taken until it is full."""
    documents = (content.entry.representative, *(copy.second for copy in content.copies))
    cards = {(card.path, card.line): card for card in documents}
    copies = fit(content.copies, lambda copy: measure_card(copy.second), COPIES_BYTES)
    passages = fit(
        content.passages,
        lambda passage: (
            measure_row(passage.text[:PASSAGE_CHARACTERS]) + measure_card(cards[passage.path, passage.line])
        ),
        PASSAGES_BYTES,
    )
    values = {
        "cluster": content.entry,
        "before": content.before,
        "after": content.after,
        "text": BLANK_LINES.sub("\n\n", clip(content.text, TEXT_CHARACTERS)),
        "num_characters": len(content.text),
        "is_text_cut": len(content.text) > TEXT_CHARACTERS,
        "copies": copies,
        "sections": list(take_fitting(compared)),
        "passages": passages,
        "cards": cards,
        "num_passages": content.num_passages,
        "passage_characters": PASSAGE_CHARACTERS,
    }
    return render_corpus_page("corpus_cluster.html", values, root="../../")


def take_fitting(compared: Iterable[ComparedPair]) -> Iterator[ComparedPair]:
    """Yield the comparisons that fit into the page."""
    used = 0
    for item in compared:
        used += item.diff.num_bytes if item.diff else 0
        if used > COMPARISON_BYTES:
            return
        yield item
