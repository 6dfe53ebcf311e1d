"""The pages of clusters, written in workers: each from its plan."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from dedup.diff.engine import diff_texts
from dedup.output.confined_paths import is_within, open_within
from dedup.output.passage_records import PassageRecord
from dedup.output.run_folder import PASSAGES
from dedup.report.corpus.cluster_plans import ClusterPlan
from dedup.report.corpus.corpus_cluster import render_cluster
from dedup.report.corpus.corpus_diff import ComparedPair, describe_diff
from dedup.report.corpus.corpus_model import ClusterContent
from dedup.report.corpus.corpus_page import cluster_path
from dedup.report.corpus.report_folder import save_page
from dedup.report.corpus.shown_documents import read_shown

MAX_COMPARED = 50  # copies of a cluster that are compared with the representative word by word
CLUSTERS_AT_ONCE = 25


@dataclass(frozen=True)
class PageFiles:
    """The file of shown documents, the run with its `passages.jsonl`, and the folder of the pages."""

    documents: Path
    out: Path
    pages: Path


def list_chunks(plans: list[ClusterPlan]) -> list[list[ClusterPlan]]:
    """Return the plans in parts, one for each task of a worker."""
    return [plans[start : start + CLUSTERS_AT_ONCE] for start in range(0, len(plans), CLUSTERS_AT_ONCE)]


def write_pages(plans: list[ClusterPlan], report: Callable[[int], None], files: PageFiles) -> None:
    """Write the pages of some clusters."""
    with files.documents.open("rb") as documents, open_passages(files.out) as notes:
        for plan in plans:
            content = read_content(plan, documents, notes)
            page = render_cluster(content, compare_copies(plan, content, documents))
            save_page(files.pages / cluster_path(plan.number), page)
            report(1)


def open_passages(out: Path) -> AbstractContextManager[IO[bytes]]:
    """Open `passages.jsonl` of a run, or nothing: there is none with `--passages off`."""
    return open_within(out, PASSAGES) if is_within(out, PASSAGES) else nullcontext(io.BytesIO())


def read_content(plan: ClusterPlan, documents: IO[bytes], notes: IO[bytes]) -> ClusterContent:
    """Return what a page shows beside the comparisons."""
    representative = read_shown(documents, plan.offset)
    return ClusterContent(
        plan.name(representative.card),
        representative.text,
        tuple(
            plan.copies.pair(row, representative.card, read_shown(documents, offset).card)
            for row, offset in enumerate(plan.offsets.tolist())
        ),
        tuple(read_passage(notes, offset) for offset in plan.passages),
        plan.num_passages,
        plan.before,
        plan.after,
    )


def compare_copies(plan: ClusterPlan, content: ClusterContent, documents: IO[bytes]) -> Iterator[ComparedPair]:
    """Yield the first copies, each compared with the representative unless an earlier one has the same text.

    Texts are read and compared as they are asked for.
    """
    seen: dict[str, int] = {}
    offsets = plan.offsets[:MAX_COMPARED].tolist()
    for number, (offset, copy) in enumerate(zip(offsets, content.copies, strict=False), start=1):
        new = read_shown(documents, offset).text
        same_as = seen.setdefault(new, number)
        diff = describe_diff(diff_texts(content.text, new), f"copy-{number}-") if same_as == number else None
        yield ComparedPair(number, copy, diff, same_as)


def read_passage(notes: IO[bytes], offset: int) -> PassageRecord:
    """Return the passage at an offset of `passages.jsonl`."""
    notes.seek(offset)
    return msgspec.json.decode(notes.readline(), type=PassageRecord)
