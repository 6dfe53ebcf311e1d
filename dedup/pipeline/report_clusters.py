"""The clusters of a report: which get a page, and the writing of the pages."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.corpus.values import read_value
from dedup.diff.engine import diff_texts
from dedup.model.documents import CopyRelation
from dedup.output.passage_records import PassageRecord
from dedup.pipeline.report_survey import NO_WITNESS, Keys, Removals, SpooledDocument, read_spooled
from dedup.report.corpus.corpus_cluster import ComparedCopy, render_cluster
from dedup.report.corpus.corpus_model import Card, ClusterContent, ClusterCopy, ClusterEntry, PassageNote
from dedup.report.corpus.corpus_page import cluster_path
from dedup.workers import run_tasks

MOST_COPIES = 1000  # of a cluster on its page; clusters.jsonl has all
MOST_COMPARED = 50  # copies of a cluster that are compared with the representative word by word
MOST_PASSAGES = 200
CLUSTERS_AT_ONCE = 25
OPENING = 120  # characters that stand for a title


@dataclass(frozen=True)
class Clusters:
    """All clusters of a run, in the order and with the numbers (place + 1) of `clusters.jsonl`.

    ```
    witness  int64[n]  key of the representative
    sizes    int64[n]  removed documents
    rows     rows of `Removals` with a witness in the run, by cluster; starts int64[n + 1] where each begins
    shown    int64[m]  places of the clusters that get a page, ascending: the largest
    ```
    """

    witness: Keys
    sizes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    shown: npt.NDArray[np.int64]

    @classmethod
    def group(cls, removals: Removals, most: int) -> "Clusters":
        """Group the removals by witness; the `most` largest clusters are shown."""
        known = np.flatnonzero(removals.witness != NO_WITNESS)
        witness, sizes = np.unique(removals.witness[known], return_counts=True)
        rows = known[np.argsort(removals.witness[known], kind="stable")]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        largest = np.argsort(-sizes, kind="stable")[:most]
        return cls(witness, sizes, rows, starts, np.sort(largest))

    def rows_of(self, place: int) -> npt.NDArray[np.int64]:
        """Return the rows of a cluster's removals, in input order."""
        return self.rows[self.starts[place] : self.starts[place + 1]]

    def wanted_keys(self, removals: Removals) -> Keys:
        """Return the keys of the documents that the pages show."""
        copies = [removals.removed[self.rows_of(place)[:MOST_COPIES]] for place in self.shown.tolist()]
        return np.unique(np.concatenate([self.witness[self.shown], *copies]))


class PlannedCopy(msgspec.Struct, frozen=True):
    """A removed document of a page: where the spool holds it."""

    place: int
    relation: int
    similarity: float
    covered: float | None


class ClusterPlan(msgspec.Struct, frozen=True):
    """All that a worker needs to write the page of a cluster: places in the spool and in `passages.jsonl`.

    `before` and `after` are the numbers of its neighbours in the list.
    """

    number: int
    place: int
    num_copies: int
    num_outlets: int
    lowest: float
    copies: list[PlannedCopy]
    passages: list[int]
    num_passages: int
    before: int | None = None
    after: int | None = None


def order_plans(plans: Iterable[ClusterPlan]) -> list[ClusterPlan]:
    """Return the plans in the order of the list, largest first, each with its neighbours."""
    ordered = sorted(plans, key=lambda plan: (-plan.num_copies, plan.number))
    numbers = [None, *(plan.number for plan in ordered), None]
    return [
        msgspec.structs.replace(plan, before=before, after=after)
        for plan, before, after in zip(ordered, numbers, numbers[2:], strict=False)
    ]


def make_card(document: SpooledDocument) -> Card:
    """Return how pages name a document."""
    return Card(
        document.id,
        document.path,
        document.line,
        document.outlet,
        document.date,
        document.title,
        " ".join(document.text[: 4 * OPENING].split())[:OPENING],
    )


def make_entry(plan: ClusterPlan, card: Card) -> ClusterEntry:
    """Return a cluster as lists show it."""
    return ClusterEntry(plan.number, card, plan.num_copies, plan.num_outlets, plan.lowest)


def write_cluster_pages(
    plans: list[ClusterPlan], spool: Path, passages: Path, target: Path, run: tuple[int, Callable[[int], None]]
) -> None:
    """Write the page of every plan into `target`; `run` is the number of workers and who hears of finished pages."""
    for plan in plans:
        (target / cluster_path(plan.number)).parent.mkdir(parents=True, exist_ok=True)
    chunks = [plans[start : start + CLUSTERS_AT_ONCE] for start in range(0, len(plans), CLUSTERS_AT_ONCE)]
    workers, advance = run
    run_tasks(partial(write_chunk, spool=spool, passages=passages, target=target), chunks, workers, advance)


def write_chunk(
    plans: list[ClusterPlan], report: Callable[[int], None], *, spool: Path, passages: Path, target: Path
) -> None:
    """Write some pages."""
    notes_path = passages if passages.exists() else os.devnull  # there are none with --passages off
    with spool.open("rb") as documents, open(notes_path, "rb") as notes:
        for plan in plans:
            page = render_cluster(*read_content(plan, documents, notes))
            (target / cluster_path(plan.number)).write_text(page, encoding="utf-8", newline="\n")
            report(1)


def read_content(
    plan: ClusterPlan, documents: IO[bytes], notes: IO[bytes]
) -> tuple[ClusterContent, Iterator[ComparedCopy]]:
    """Return what a page shows; texts are read and compared as they are asked for."""
    representative = read_spooled(documents, plan.place)
    copies = tuple(
        ClusterCopy(
            make_card(read_spooled(documents, c.place)), CopyRelation(c.relation).label, c.similarity, c.covered
        )
        for c in plan.copies
    )
    card = make_card(representative)
    cards = {(c.path, c.line): c for c in (card, *(copy.card for copy in copies))}
    content = ClusterContent(
        make_entry(plan, card),
        representative.text,
        copies,
        tuple(read_passage(notes, place, cards) for place in plan.passages),
        plan.num_passages,
        plan.before,
        plan.after,
    )
    return content, compare_copies(plan, representative.text, copies, documents)


def compare_copies(
    plan: ClusterPlan, old: str, copies: tuple[ClusterCopy, ...], documents: IO[bytes]
) -> Iterator[ComparedCopy]:
    """Yield the first copies, each compared with the representative unless an earlier one has the same text."""
    seen: dict[str, int] = {}
    for number, (planned, copy) in enumerate(zip(plan.copies[:MOST_COMPARED], copies, strict=False), start=1):
        new = read_spooled(documents, planned.place).text
        same_as = seen.setdefault(new, number)
        yield ComparedCopy(copy, diff_texts(old, new) if same_as == number else None, same_as)


def read_passage(notes: IO[bytes], place: int, cards: dict[tuple[str, int], Card]) -> PassageNote:
    """Return the passage that a place of `passages.jsonl` holds."""
    notes.seek(place)
    record = msgspec.json.decode(notes.readline(), type=PassageRecord)
    return PassageNote(
        cards[record.path, record.line],
        record.start,
        record.end,
        record.text,
        read_value(bytes(record.witness.doc_id)),
        record.witness.start,
        record.witness.end,
        record.similarity,
        record.scope,
        record.action == "removed",
    )
