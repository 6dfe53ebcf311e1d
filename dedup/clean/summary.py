"""What a run did, in numbers: `summary.json`."""

import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np

from dedup import __version__
from dedup.clean.decisions import Decisions
from dedup.model import Relation


class InputFile(msgspec.Struct, frozen=True):
    """One input file: its path as given, and its name below `kept/`."""

    path: str
    name: str
    format: str
    compression: str | None
    bytes: int


class Counts(msgspec.Struct, frozen=True):
    """Documents in, kept and removed, by reason and by relation; records set aside; clusters of two and more."""

    documents: int
    kept: int
    removed: int
    removed_by_reason: dict[str, int]
    removed_by_relation: dict[str, int]
    rejected: int
    repeated_ids: int
    clusters: int


class Stage(msgspec.Struct, frozen=True):
    """One stage of the run: seconds, and the peak resident memory of any one process up to its end, in MB."""

    stage: str
    seconds: float
    peak_mb: float


class Limit(msgspec.Struct, frozen=True):
    """A bound that was hit: its name and value, how often, and what it did to the result."""

    limit: str
    value: int
    hits: int
    effect: str


class Summary(msgspec.Struct, frozen=True):
    """The content of `summary.json`. Everything but `stages` is the same at every run on the same input."""

    counts: Counts
    inputs: list[InputFile]
    config: dict[str, dict[str, object]]
    bands: int
    rows: int
    candidates: int
    verified: int
    limits: list[Limit]
    versions: dict[str, str]
    stages: list[Stage]

    def write(self, path: Path) -> None:
        """Write the summary, indented for people."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")

    @classmethod
    def read(cls, path: Path) -> "Summary":
        """Read what `write` wrote."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


class StageTimer:
    """Measures the stages of a run one after the other."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time what is done inside the block."""
        start = time.perf_counter()
        yield
        peak_kb = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        self.stages.append(Stage(stage, round(time.perf_counter() - start, 3), round(peak_kb / 1024, 1)))


def count_documents(decisions: Decisions, *, rejected: int, repeated_ids: int, clusters: int) -> Counts:
    """Return the counts of a run."""
    removed = decisions.witness >= 0
    relations = np.bincount(decisions.relation[removed], minlength=len(Relation)).tolist()
    by_relation = {relation.label: relations[relation] for relation in Relation}
    by_reason: dict[str, int] = {}
    for relation in Relation:
        by_reason[relation.reason] = by_reason.get(relation.reason, 0) + relations[relation]
    return Counts(
        documents=len(removed),
        kept=int((~removed).sum()),
        removed=int(removed.sum()),
        removed_by_reason=by_reason,
        removed_by_relation=by_relation,
        rejected=rejected,
        repeated_ids=repeated_ids,
        clusters=clusters,
    )


def list_versions() -> dict[str, str]:
    """Return the versions of what the result depends on."""
    packages = ("datasketch", "msgspec", "numba", "numpy", "pyarrow")
    return {"dedup": __version__, "python": platform.python_version()} | {name: version(name) for name in packages}
