"""What OUT says of a finished run before its documents are read, and pairs of kept ones near the threshold."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.model.run import Summary
from dedup.near.decisions import Decisions
from dedup.output.finished_run import check_run, read_records
from dedup.output.records import Witness
from dedup.output.related_records import RelatedRecord
from dedup.output.run_folder import RELATED
from dedup.report.corpus.removal_table import Clusters, RemovalTable, find_witness
from dedup.report.corpus.survey import Wanted

MAX_COPIES = 1000  # of a cluster on its page; clusters.jsonl has all
MAX_NEAREST = 25  # pairs on each side of the threshold
MAX_LOSING = 100  # removals whose novel words are shown
MAX_ALIKE = 100  # pairs of each relation that stay


@dataclass(frozen=True)
class NearMisses:
    """The pairs nearest below the threshold, and those that reach it: kept on purpose, or missed.

    Documents go by their place among the kept. A lower threshold removes the one for the other.
    """

    below: RemovalTable
    yet_kept: RemovalTable

    @classmethod
    def of(cls, decisions: Decisions, threshold: float, most: int) -> "NearMisses":
        """Return the first pairs on each side of the threshold, by the decisions of a lower one on kept documents."""
        rows = np.flatnonzero(~decisions.kept)
        rows = rows[np.argsort(-decisions.similarity[rows], kind="stable")]
        some, uncovered = decisions.take(rows), np.full(len(rows), np.nan)
        columns = (some.similarity, some.relation, uncovered, some.difference["novel"], np.zeros_like(rows))
        pairs = RemovalTable(rows, some.witness, *columns)
        reaches = pairs.similarity >= threshold
        return cls(pairs.take(np.flatnonzero(~reaches)[:most]), pairs.take(np.flatnonzero(reaches)[:most]))

    @property
    def documents(self) -> npt.NDArray[np.int64]:
        """Return the places of all documents, ascending."""
        tables = (self.below, self.yet_kept)
        return np.unique(np.concatenate([side for table in tables for side in (table.witness, table.removed)]))


@dataclass(frozen=True)
class RunTables:
    """A finished run: its summary, its removals, its clusters, and what pages show one by one.

    nearest  removals nearest above the threshold
    losing   removals with most novel words
    places   of the input files, by path
    alike    {relation: the most similar pairs that stay}
    """

    out: Path
    summary: Summary
    removals: RemovalTable
    clusters: Clusters
    nearest: RemovalTable
    losing: RemovalTable
    alike: dict[str, list[RelatedRecord]]
    places: dict[str, int]

    @classmethod
    def read(cls, out: Path, max_clusters: int, tell: Callable[[str], None]) -> "RunTables":
        """Read the run that a folder holds, checked by `check_run`; at most `max_clusters` are shown."""
        summary = check_run(out, tell)
        places = number_files(summary)
        removals = RemovalTable.collect(out, places)
        clusters = Clusters.group(removals, max_clusters)
        nearest, losing = removals.nearest(MAX_NEAREST), removals.losing(MAX_LOSING)
        return cls(out, summary, removals, clusters, nearest, losing, read_alike(out), places)

    def list_wanted(self, misses: NearMisses | None) -> Wanted:
        """Return the documents that pages show."""
        clusters = self.clusters
        copies = [clusters.copies(place).removed[:MAX_COPIES] for place in clusters.shown.tolist()]
        pairs = [side for table in (self.nearest, self.losing) for side in (table.removed, table.witness)]
        keys = np.unique(np.concatenate([clusters.witness[clusters.shown], *copies, *pairs]))
        alike = [self.find_key(side) for pairs in self.alike.values() for pair in pairs for side in pair.sides]
        named = np.concatenate([self.removals.removed, self.removals.witness, np.array(alike, np.int64)])
        return Wanted(keys, misses.documents if misses else np.empty(0, np.int64), np.unique(named))

    def find_key(self, document: Witness) -> int:
        """Return the key of a document that a record names, NO_WITNESS where it is in no input file of the run."""
        return find_witness(document, self.places)


def number_files(summary: Summary) -> dict[str, int]:
    """Return the places of the input files by path."""
    return {file.path: place for place, file in enumerate(summary.inputs)}


def read_alike(out: Path) -> dict[str, list[RelatedRecord]]:
    """Return the most similar pairs of each relation that are alike and stay."""
    nearest: dict[str, list[tuple[float, int, RelatedRecord]]] = {}
    for number, record in enumerate(read_records(out, RELATED, RelatedRecord, may_lack=True)):
        heap = nearest.setdefault(record.relation, [])
        (heapq.heappush if len(heap) < MAX_ALIKE else heapq.heappushpop)(heap, (record.similarity, -number, record))
    return {relation: [record for *_, record in sorted(heap, reverse=True)] for relation, heap in nearest.items()}
