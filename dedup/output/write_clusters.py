"""The lines of `clusters.jsonl`: which documents are copies of which."""

from collections.abc import Iterator

import msgspec
import numpy as np

from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.output.records import ClusterRecord, describe_member

Raw = msgspec.Raw
CLUSTERS_AT_ONCE = 1 << 14


def describe_clusters(segments: Segments, decisions: Decisions) -> Iterator[ClusterRecord]:
    """Yield one record for each kept document that covers others, in their order."""
    removed = np.flatnonzero(decisions.witness >= 0)
    removed = removed[np.argsort(decisions.witness[removed], kind="stable")]
    kept = decisions.witness[removed].astype(np.int64)
    starts = np.flatnonzero(np.diff(kept, prepend=-1))
    for first in range(0, starts.size, CLUSTERS_AT_ONCE):
        bounds = np.append(starts, removed.size)[first : first + CLUSTERS_AT_ONCE + 1]
        covered = slice(bounds[0], bounds[-1])
        representatives = segments.names(kept[bounds[:-1]])
        names, similarities = segments.names(removed[covered]), decisions.similarity[removed[covered]].tolist()
        members = list(map(describe_member, names, similarities))
        edges = (bounds - bounds[0]).tolist()
        for i, (name, start, end) in enumerate(zip(representatives, edges, edges[1:], strict=False), first + 1):
            yield ClusterRecord(i, Raw(name.raw_id), [describe_member(name, 1.0), *members[start:end]])
