"""Measure and count what a run did, for its summary."""

import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

import numpy as np
import numpy.typing as npt

from dedup.model.documents import SEEN_IN_INDEX, CopyRelation
from dedup.model.run import Counts, Stage
from dedup.near.decisions import Decisions


class StageTimer:
    """Measures the stages of a run one after the other; `compile_s` seconds went into kernels before the first."""

    def __init__(self, compile_s: float = 0.0) -> None:
        self.compile_s = round(compile_s, 3)
        self.stages: list[Stage] = []

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time what is done inside the block."""
        start = time.perf_counter()
        yield
        peak_kb = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        self.stages.append(Stage(stage, round(time.perf_counter() - start, 3), round(peak_kb / 1024, 1)))


def count_distinct(values: npt.NDArray[np.integer]) -> int:
    """Return how many different values there are; `np.unique` hashes them, which takes ten times as long."""
    ordered = np.sort(values)
    return len(ordered) and 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))


def count_documents(decisions: Decisions, *, rejected: int, repeated_ids: int) -> Counts:
    """Return the counts of a run."""
    removed = decisions.witness >= 0
    relations = np.bincount(decisions.relation[removed], minlength=len(CopyRelation)).tolist()
    by_relation = {relation.label: relations[relation] for relation in CopyRelation}
    own = np.bincount(decisions.relation[removed & ~decisions.is_seen], minlength=len(CopyRelation)).tolist()
    by_reason: dict[str, int] = {}
    for relation in CopyRelation:
        by_reason[relation.reason] = by_reason.get(relation.reason, 0) + own[relation]
    if decisions.is_seen.any():
        by_reason[SEEN_IN_INDEX] = int(decisions.is_seen.sum())
    return Counts(
        documents=len(removed),
        kept=int((~removed).sum()),
        removed=int(removed.sum()),
        removed_by_reason=by_reason,
        removed_by_relation=by_relation,
        rejected=rejected,
        repeated_ids=repeated_ids,
        clusters=count_distinct(decisions.witness[removed]),
    )


def list_versions() -> dict[str, str]:
    """Return the versions of what the result depends on."""
    packages = ("dedup", "datasketch", "msgspec", "numba", "numpy", "pyarrow")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}
