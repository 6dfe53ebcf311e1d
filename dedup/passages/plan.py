"""What is done with each passage: cut out of the later copy, or only reported."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import PassageConfig
from dedup.kernels.repeats_within import mark_covered
from dedup.passages.matches import Matches, join_matches
from dedup.passages.resolve_sources import resolve_sources

WITHIN, ACROSS = 0, 1
COLUMNS = (
    "document",
    "source",
    "start",
    "end",
    "source_start",
    "source_end",
    "equal",
    "scope",
    "cut",
    "num_documents",
)


@dataclass(frozen=True)
class PassagePlan:
    """All passages of a run, sorted by document and place; documents by doc_index.

    ```
    matches    the passages, n rows
    scope      uint8[n]  WITHIN or ACROSS
    cut        bool[n]   whether the copy may be cut out of its document
    documents  int32[n]  how many documents hold the passage
    ```
    """

    matches: Matches
    scope: npt.NDArray[np.uint8]
    cut: npt.NDArray[np.bool_]
    num_documents: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.matches)

    def write(self, path: Path) -> None:
        """Write the plan as an Arrow IPC file."""
        m = self.matches
        columns = (m.document, m.source, *m.span.T, *m.source_span.T, m.equal, self.scope, self.cut, self.num_documents)
        arrays = [pa.array(np.ascontiguousarray(column)) for column in columns]
        batch = pa.RecordBatch.from_arrays(arrays, names=list(COLUMNS))
        with pa.ipc.new_file(str(path), batch.schema) as writer:
            writer.write_batch(batch)

    @classmethod
    def read(cls, path: Path) -> "PassagePlan":
        """Map the plan that `write` left."""
        batch = pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
        c = [np.asarray(column.to_numpy(zero_copy_only=False)) for column in batch.columns]
        matches = Matches(c[0], c[1], np.stack(c[2:4], axis=1), np.stack(c[4:6], axis=1), c[6])
        return cls(matches, c[7], c[8], c[9])


def plan_passages(within: Matches, across: Matches, config: PassageConfig, *, cut_across: bool) -> PassagePlan:
    """Return what is done with the passages: later copies that are alike enough may go, if their original stays.

    What goes in the end is decided on the text: whole sentences only, see `dedup.text.boundaries`.
    """
    across = drop_covered(across)
    matches = join_matches([within, across])
    scope = np.repeat(np.array([WITHIN, ACROSS], np.uint8), [len(within), len(across)])
    order = np.lexsort((matches.span[:, 0], scope, matches.document))
    matches, scope = matches.select(order), scope[order]
    long = matches.span[:, 1] - matches.span[:, 0] >= config.cut_edited
    # Inside a document the exact part goes, see `dedup.passages.repeated_runs`: an edited copy is a restatement.
    alike = (matches.similarity == 1.0) | (long & (matches.similarity >= config.cut_similarity))
    cut = (scope == WITHIN) | (alike & cut_across)
    if cut_across:
        matches, cut, rows = resolve_sources(matches, cut, scope == WITHIN, config.min_tokens)
        scope = scope[rows]
    return PassagePlan(matches, scope, cut, count_documents(matches, scope))


def drop_covered(matches: Matches) -> Matches:
    """Return the matches, sorted by document and place, without those that another one of the document says better."""
    matches = matches.select(np.lexsort((matches.source, matches.span[:, 0], matches.document)))
    covered = np.zeros(len(matches), bool)
    mark_covered(matches.document, matches.source, matches.span, matches.equal, covered)
    return matches.select(~covered)


def count_documents(matches: Matches, scope: np.ndarray) -> npt.NDArray[np.int32]:
    """Return for each passage how many documents have it: its own, its source, and others with the same source span.

    Counted at the middle of the original: the passages of other documents that cover it.
    """
    counts = np.ones(len(matches), np.int32)
    across = np.flatnonzero(scope == ACROSS)
    source = matches.source[across].astype(np.int64) << 32
    spans = matches.source_span[across]
    middles = source + spans.sum(axis=1) // 2
    begun, ended = (np.searchsorted(np.sort(source + spans[:, side]), middles, "right") for side in (0, 1))
    counts[across] = 1 + begun - ended  # passages of earlier sources have both begun and ended
    return counts
