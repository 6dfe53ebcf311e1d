"""What OUT says of a finished run, before its documents are read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dedup.model.run import Summary
from dedup.output.finished_run import check_run
from dedup.report.corpus.kept_pairs import NearMisses
from dedup.report.corpus.removal_table import Clusters, RemovalTable
from dedup.report.corpus.shown_documents import Wanted

MAX_COPIES = 1000  # of a cluster on its page; clusters.jsonl has all
MAX_NEAREST = 25  # pairs on each side of the threshold


@dataclass(frozen=True)
class RunTables:
    """A finished run: its summary, its removals, its clusters, and the removals nearest above the threshold."""

    out: Path
    summary: Summary
    removals: RemovalTable
    clusters: Clusters
    nearest: RemovalTable

    @classmethod
    def read(cls, out: Path, max_clusters: int, tell: Callable[[str], None]) -> "RunTables":
        """Read the run that a folder holds, checked by `check_run`; at most `max_clusters` are shown."""
        summary = check_run(out, tell)
        removals = RemovalTable.collect(out, number_files(summary))
        return cls(out, summary, removals, Clusters.group(removals, max_clusters), removals.nearest(MAX_NEAREST))

    def list_wanted(self, misses: NearMisses | None) -> Wanted:
        """Return the documents that pages show."""
        clusters = self.clusters
        copies = [clusters.copies(place).removed[:MAX_COPIES] for place in clusters.shown.tolist()]
        keys = [clusters.witness[clusters.shown], *copies, self.nearest.removed, self.nearest.witness]
        return Wanted(np.unique(np.concatenate(keys)), misses.documents if misses else np.empty(0, np.int64))


def number_files(summary: Summary) -> dict[str, int]:
    """Return the places of the input files by path."""
    return {file.path: place for place, file in enumerate(summary.inputs)}
