"""The pages of clusters, written in workers: each from its plan."""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from dedup.diff.engine import diff_texts
from dedup.output.confined_paths import is_within, open_within
from dedup.output.passage_records import PassageRecord
from dedup.output.run_folder import PASSAGES
from dedup.report.corpus.cluster_plans import ClusterPlan
from dedup.report.corpus.corpus_diff import ComparedPair, describe_diff
from dedup.report.corpus.corpus_model import DocumentPair
from dedup.report.corpus.corpus_page import cluster_path, fit, measure_card, measure_row, render_corpus_page
from dedup.report.corpus.report_folder import save_page
from dedup.report.corpus.survey import ShownDocument, read_shown
from dedup.report.wording import clip

MAX_COMPARED = 50  # copies of a cluster that are compared with the representative word by word
CLUSTERS_AT_ONCE = 25
# A page stays below 2 MB: this many bytes for each of its parts.
COMPARISON_BYTES, COPIES_BYTES, PASSAGES_BYTES = 1_000_000, 300_000, 150_000
TEXT_CHARACTERS = 15_000  # of the kept document: 14 bytes each at worst, "<U+0000>" with its signs escaped
PASSAGE_CHARACTERS = 1_000
BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")


@dataclass(frozen=True)
class PageFiles:
    """The file of shown documents, the run with its `passages.jsonl`, and the folder of the pages."""

    documents: Path
    out: Path
    pages: Path


def write_pages(plans: list[ClusterPlan], report: Callable[[int], None], files: PageFiles) -> None:
    """Write the pages of some clusters."""
    has_passages = is_within(files.out, PASSAGES)  # there are none with `--passages off`
    passages = open_within(files.out, PASSAGES) if has_passages else nullcontext(io.BytesIO())
    with files.documents.open("rb") as documents, passages as notes:
        for plan in plans:
            kept = read_shown(documents, plan.offset)
            copies = [
                plan.copies.pair(row, kept.card, read_shown(documents, offset).card)
                for row, offset in enumerate(plan.offsets.tolist())
            ]
            found = []
            for offset in plan.passages:
                notes.seek(offset)
                found.append(msgspec.json.decode(notes.readline(), type=PassageRecord))
            compared = compare_copies(plan, kept.text, copies, documents)
            save_page(files.pages / cluster_path(plan.number), render_cluster(plan, kept, copies, found, compared))
            report(1)


def compare_copies(
    plan: ClusterPlan, text: str, copies: Sequence[DocumentPair], documents: IO[bytes]
) -> Iterator[ComparedPair]:
    """Yield the first copies, each compared with the representative unless an earlier one has the same text.

    Texts are read and compared as they are asked for.
    """
    seen: dict[str, int] = {}
    offsets = plan.offsets[:MAX_COMPARED].tolist()
    for number, (offset, copy) in enumerate(zip(offsets, copies, strict=False), start=1):
        new = read_shown(documents, offset).text
        same_as = seen.setdefault(new, number)
        diff = describe_diff(diff_texts(text, new), f"copy-{number}-") if same_as == number else None
        yield ComparedPair(number, copy, diff, same_as)


def render_cluster(
    plan: ClusterPlan,
    kept: ShownDocument,
    copies: Sequence[DocumentPair],
    passages: Sequence[PassageRecord],
    compared: Iterable[ComparedPair],
) -> str:
    """Return the page; comparisons are taken until it is full."""
    cards = {(card.path, card.line): card for card in (kept.card, *(copy.second for copy in copies))}
    copies = fit(copies, lambda copy: measure_card(copy.second), COPIES_BYTES)
    passages = fit(
        passages,
        lambda passage: (
            measure_row(passage.text[:PASSAGE_CHARACTERS]) + measure_card(cards[passage.path, passage.line])
        ),
        PASSAGES_BYTES,
    )
    values = {
        "cluster": plan.name(kept.card),
        "before": plan.before,
        "after": plan.after,
        "text": BLANK_LINES.sub("\n\n", clip(kept.text, TEXT_CHARACTERS)),
        "num_characters": len(kept.text),
        "is_text_cut": len(kept.text) > TEXT_CHARACTERS,
        "copies": copies,
        "sections": list(take_fitting(compared)),
        "passages": passages,
        "cards": cards,
        "num_passages": plan.num_passages,
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
