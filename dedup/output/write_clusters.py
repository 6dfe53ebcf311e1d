"""The lines of `clusters.jsonl`: which documents are copies of which."""

import msgspec
import numpy as np

from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.output import run_folder as parts
from dedup.output.records import (
    ClusterRecord,
    describe_member,
)
from dedup.output.run_folder import RunFolder

Raw = msgspec.Raw
CLUSTERS_AT_ONCE = 1 << 14


def write_clusters(run: RunFolder, segments: Segments, decisions: Decisions) -> None:
    """Write one line for each kept document that covers others, in their order."""
    removed = np.flatnonzero(decisions.witness >= 0)
    removed = removed[np.argsort(decisions.witness[removed], kind="stable")]
    kept = decisions.witness[removed].astype(np.int64)
    starts = np.flatnonzero(np.diff(kept, prepend=-1))
    encode = msgspec.json.Encoder().encode_lines
    with (run.output / parts.CLUSTERS).open("wb") as file:
        for first in range(0, starts.size, CLUSTERS_AT_ONCE):
            bounds = np.append(starts, removed.size)[first : first + CLUSTERS_AT_ONCE + 1]
            covered = slice(bounds[0], bounds[-1])
            representatives = segments.names(kept[bounds[:-1]])
            names, similarities = segments.names(removed[covered]), decisions.similarity[removed[covered]].tolist()
            members = [describe_member(*pair) for pair in zip(names, similarities, strict=True)]
            edges = (bounds - bounds[0]).tolist()
            file.write(
                encode(
                    ClusterRecord(first + i + 1, Raw(name.raw_id), [describe_member(name, 1.0), *members[start:end]])
                    for i, (name, start, end) in enumerate(zip(representatives, edges, edges[1:], strict=False))
                )
            )
