"""What the page of each cluster is made of: documents and passages by where they are on disk."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

import numpy as np
import numpy.typing as npt

from dedup.output.finished_run import read_placed
from dedup.output.passage_records import PassageRecord
from dedup.output.run_folder import PASSAGES
from dedup.report.corpus.corpus_model import Card, ClusterEntry
from dedup.report.corpus.removal_table import NO_WITNESS, Keys, RemovalTable, make_key
from dedup.report.corpus.run_tables import MAX_COPIES, RunTables, number_files
from dedup.report.corpus.survey import Survey, read_shown

MAX_PASSAGES = 200
MAX_SEARCHED = 20_000  # removed documents that the search of the list may know
SEARCHED_COPIES = (MAX_COPIES, 100, 20, 5, 1)  # of each cluster


@dataclass(frozen=True)
class ClusterPlan:
    """All that a worker needs to write the page of a cluster.

    offset            of the representative in the file of shown documents
    copies, offsets   the first removed documents, and where that file has them
    passages          where `passages.jsonl` has the first passages of these documents
    before, after     numbers of the neighbours in the list
    """

    number: int
    offset: int
    num_copies: int
    num_outlets: int
    lowest: float
    copies: RemovalTable
    offsets: npt.NDArray[np.int64]
    passages: list[int]
    num_passages: int
    before: int | None = None
    after: int | None = None

    def name(self, representative: Card, copies: tuple[Card, ...] = ()) -> ClusterEntry:
        """Return the cluster as lists show it; a search finds `copies` too."""
        return ClusterEntry(self.number, representative, self.num_copies, self.num_outlets, self.lowest, copies)


def plan_clusters(run: RunTables, survey: Survey) -> list[ClusterPlan]:
    """Return the plans of the shown clusters in the order of the list, largest first, each with its neighbours."""
    plans = sorted(make_plans(run, survey), key=lambda plan: (-plan.num_copies, plan.number))
    numbers = [None, *(plan.number for plan in plans), None]
    return [
        replace(plan, before=before, after=after)
        for plan, before, after in zip(plans, numbers, numbers[2:], strict=False)
    ]


def list_entries(plans: list[ClusterPlan], documents: IO[bytes]) -> list[ClusterEntry]:
    """Return the clusters as lists show them, with as many copies of each as a search can hold."""
    bounds = (most for most in SEARCHED_COPIES if sum(min(len(p.offsets), most) for p in plans) <= MAX_SEARCHED)
    most = next(bounds, 0)
    return [
        plan.name(
            read_shown(documents, plan.offset).card,
            tuple(read_shown(documents, offset).card for offset in plan.offsets[:most].tolist()),
        )
        for plan in plans
    ]


def make_plans(run: RunTables, survey: Survey) -> Iterator[ClusterPlan]:
    """Yield the plan of each shown cluster."""
    passages = find_passages(run, survey.shown.wanted.keys)
    for place in run.clusters.shown.tolist():
        witness = run.clusters.witness[place : place + 1]
        copies = run.clusters.copies(place)
        shown = copies.take(np.arange(min(len(copies), MAX_COPIES)))
        found = [o for key in (*witness.tolist(), *shown.removed.tolist()) for o in passages.get(key, ())]
        yield ClusterPlan(
            number=place + 1,
            offset=int(survey.shown.find(witness)[0]),
            num_copies=len(copies),
            num_outlets=len(np.unique(survey.find_outlets(np.append(copies.removed, witness)))),
            lowest=float(copies.similarity.min()),
            copies=shown,
            offsets=survey.shown.find(shown.removed),
            passages=found[:MAX_PASSAGES],
            num_passages=len(found),
        )


def find_passages(run: RunTables, wanted: Keys) -> dict[int, list[int]]:
    """Return where `passages.jsonl` has the passages of the wanted documents, by key."""
    keys, places = set(wanted.tolist()), number_files(run.summary)
    found: dict[int, list[int]] = {}
    for passage, offset in read_placed(run.out, PASSAGES, PassageRecord, may_lack=True):
        key = make_key(places[passage.path], passage.line) if passage.path in places else NO_WITNESS
        if key in keys and key != NO_WITNESS:
            found.setdefault(key, []).append(offset)
    return found
