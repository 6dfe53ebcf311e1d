"""From sketches to decisions: exact copies, buckets, rounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.config import NearConfig
from dedup.spark.exact import find_twins, follow_twins
from dedup.spark.rounds import CoverPlan, Routes, cover_documents, find_routes

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.checkpoint import Checkpoints

RANGE_DOCUMENTS = 65_536  # most documents that one task decides: about 200 MB of tokens and keys of news
KEYS_AT_ONCE = 8_000_000  # band keys that one task sorts: about 400 MB


@dataclass(frozen=True)
class SparkDecisions:
    """The removed documents (rank, witness, similarity, relation), and how the cover went."""

    removed: "DataFrame"
    rounds: int
    counts: dict[str, int]


def plan_cover(num_documents: int, bands: int, parallelism: int, ranges: int | None = None) -> CoverPlan:
    """Return how the cover of so many documents is cut up, into `ranges` if that is given."""
    if ranges is None:
        ranges = max(-(-num_documents // RANGE_DOCUMENTS), 1)
        if num_documents > RANGE_DOCUMENTS // 8:  # so that no worker is idle
            ranges = -(-ranges // parallelism) * parallelism
    range_size = max(-(-num_documents // ranges), 1)
    parts = max(-(-num_documents * bands // KEYS_AT_ONCE), min(parallelism, ranges))
    return CoverPlan(ranges, range_size, parts)


@dataclass(frozen=True)
class Candidates:
    """The exact copies (rank, first), and which range has to see which of the others."""

    twins: "DataFrame"
    routes: Routes


def find_candidates(
    documents: "DataFrame",
    plan: CoverPlan,
    config: NearConfig,
    checkpoints: "Checkpoints",
    report: Callable[[str], None],
) -> Candidates:
    """Find who may be alike: sketches with `rank` (from 0, without gaps)."""
    report("exact copies")
    twins = checkpoints.save("twins", find_twins(documents))
    report("buckets")
    return Candidates(twins, find_routes(choose_heads(documents, twins), plan, config, checkpoints))


def choose_heads(documents: "DataFrame", twins: "DataFrame") -> "DataFrame":
    """Return the first document of each content that has a word."""
    return documents.filter("num_tokens > 0").join(twins.select("rank"), "rank", "left_anti")


def decide(
    documents: "DataFrame",
    candidates: Candidates,
    config: NearConfig,
    checkpoints: "Checkpoints",
    report: Callable[[str], None],
) -> SparkDecisions:
    """Decide on all documents: sketches with `rank` and `masked` (null: no boilerplate)."""
    twins = candidates.twins
    cover = cover_documents(choose_heads(documents, twins), candidates.routes, config, checkpoints, report)
    removed = checkpoints.save("removed", follow_twins(twins, cover.removed))
    return SparkDecisions(removed, cover.rounds, cover.counts)
