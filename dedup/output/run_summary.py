"""Measure and count what a run did, for its summary."""

import platform
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.config import CleanSettings, NearConfig, PassageConfig
from dedup.kernels.leader_clustering import MAX_COMPARED, MAX_REFUSED
from dedup.kernels.leader_table import MAX_VISITED
from dedup.kernels.tokens import TOKEN_BITS
from dedup.model.documents import SEEN_IN_INDEX, CopyRelation
from dedup.model.run import Counts, InputFile, Limit, Losses, Stage, Summary
from dedup.near.bands import bands_of
from dedup.near.decisions import Decisions, WorkCounts
from dedup.passages.document_tokens import MAX_TOKENS
from dedup.version import __version__


class StageTimer:
    """Measures the stages of a run one after the other, and apart from them the seconds that compiling took."""

    def __init__(self, compile_s: float = 0.0) -> None:
        self.compile_s = round(compile_s, 3)
        self.stages: list[Stage] = []

    def add_compiling(self, seconds: float) -> None:
        """Add seconds in which kernels were compiled."""
        self.compile_s = round(self.compile_s + seconds, 3)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time what is done inside the block."""
        start = time.perf_counter()
        yield
        peak_kb = max(read_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
        self.stages.append(Stage(stage, round(time.perf_counter() - start, 3), round(peak_kb / 1024, 1)))


def make_summary(
    settings: CleanSettings, inputs: Sequence[InputFile], counts: Counts, work: WorkCounts, timer: StageTimer
) -> Summary:
    """Return the summary of a run on any engine, without what depends on the engine."""
    bands, rows = bands_of(settings.near)
    return Summary(
        counts=counts,
        passages=None,
        inputs=list(inputs),
        config=settings.describe(),
        bands=bands,
        rows=rows,
        candidates=work.num_candidates,
        verified=work.num_verified,
        limits=list_limits(settings.near, work),
        fingerprint=settings.fingerprint(),
        versions=list_versions(),
        stages=timer.stages,
        compile_s=timer.compile_s,
    )


def read_own_peak() -> int:
    """Return the peak of resident memory of this process, in KiB.

    `getrusage` also counts the memory that the parent had when it started this process; Linux tells both apart.
    """
    try:
        status = Path("/proc/self/status").read_bytes()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.partition(b"VmHWM:")[2].split()[0])


def count_distinct(values: npt.NDArray[np.integer]) -> int:
    """Return how many different values there are; `np.unique` hashes them, which takes ten times as long."""
    ordered = np.sort(values)
    return len(ordered) and 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))


def list_limits(near: NearConfig, work: WorkCounts) -> list[Limit]:
    """Return the bounds that the search for copies hit."""
    full = (
        f"{work.num_not_entered} band keys of kept documents were not entered into full buckets: "
        "near-copies of those documents may have been kept (text common to very many documents does this)"
    )
    skipped = "large buckets that documents did not look through: a copy there may have been kept"
    series = (
        f"A document that is alike very many was compared with the {MAX_COMPARED} nearest, or until "
        f"{MAX_REFUSED} of them were no copies: a copy among the rest may have been kept"
    )
    unconfirmed = "removals were not confirmed: their words differ though their hashes agree, so these documents stay"
    limits = [
        Limit("max_bucket", near.max_bucket, work.num_full_buckets, full),
        Limit("max_visited", MAX_VISITED, work.num_skipped, skipped),
        Limit("max_compared", MAX_COMPARED, work.num_series, series),
        Limit("token_bits", TOKEN_BITS, work.num_unconfirmed, unconfirmed),
    ]
    return [limit for limit in limits if limit.hits]


def list_passage_limits(stride: int, num_long: int = 0) -> list[Limit]:
    """Return the bounds of a run that looked for boilerplate in every `stride`-th document.

    In `num_long` documents it looked for no passages.
    """
    limits = []
    if stride > 1:
        effect = "boilerplate was looked for in a part of the documents, evenly spread, and then marked in all"
        limits.append(Limit("max_fingerprints", PassageConfig.max_fingerprints, stride, effect))
    if num_long:
        effect = (
            "no passages were looked for in longer documents, nor what others have of those that are mostly one word"
        )
        limits.append(Limit("max_tokens", MAX_TOKENS, num_long, effect))
    return limits


def count_losses(decisions: Decisions, num_tokens: npt.NDArray[np.int32]) -> Losses:
    """Return what removing documents loses in words (`num_tokens` of each document)."""
    removed = decisions.witness >= 0
    difference = decisions.difference[removed]
    return Losses(
        removed_words=int(num_tokens[removed].sum()),
        novel_words=int(difference["novel"].sum()),
        novel_run=int(difference["longest_run"].max(initial=0)),
        conflicting=int(np.count_nonzero(difference["facts"])),
    )


def count_related(decisions: Decisions) -> dict[str, int]:
    """Return how many kept documents are alike another one, by the relation to the most similar one."""
    relations = decisions.relative["relation"][decisions.relative["document"] >= 0]
    counts = np.bincount(relations, minlength=len(CopyRelation)).tolist()
    return {relation.label: counts[relation] for relation in CopyRelation if counts[relation]}


def count_documents(decisions: Decisions, *, rejected: int, repeated_ids: int) -> Counts:
    """Return the counts of a run."""
    removed = decisions.witness >= 0
    num_removed, num_seen = (
        np.bincount(decisions.relation[rows], minlength=len(CopyRelation)).tolist()
        for rows in (removed, removed & decisions.is_seen)
    )
    clusters = count_distinct(decisions.witness[removed])
    return sum_counts(
        len(removed), num_removed, num_seen, rejected=rejected, repeated_ids=repeated_ids, clusters=clusters
    )


def sum_counts(
    documents: int,
    num_removed: Sequence[int],
    num_seen: Sequence[int],
    *,
    rejected: int,
    repeated_ids: int,
    clusters: int,
) -> Counts:
    """Return the counts of a run: removed documents by `CopyRelation`, and those of them that an index had seen."""
    by_reason = dict.fromkeys((relation.reason for relation in CopyRelation), 0)
    for relation in CopyRelation:
        by_reason[relation.reason] += num_removed[relation] - num_seen[relation]
    if sum(num_seen):
        by_reason[SEEN_IN_INDEX] = sum(num_seen)
    removed = sum(num_removed)
    return Counts(
        documents=documents,
        kept=documents - removed,
        removed=removed,
        removed_by_reason=by_reason,
        removed_by_relation={relation.label: num_removed[relation] for relation in CopyRelation},
        rejected=rejected,
        repeated_ids=repeated_ids,
        clusters=clusters,
    )


@cache
def list_versions() -> dict[str, str]:
    """Return the versions of what the result depends on."""
    packages = ("datasketch", "msgspec", "numba", "numpy", "pyarrow")
    known = {"python": platform.python_version(), "dedup": __version__}
    return known | {name: version(name) for name in packages}
