"""What the passage benchmarks share: articles without passages of their own, detections, and how good they are."""

from collections.abc import Sequence

from dedup import Document, Passage, PassageConfig, find_passages
from dedup.bench.pan import Case, covered, overlap
from dedup.bench.planting import Planted

CASES = 1000


def choose_quiet(texts: Sequence[str], min_tokens: int = 12) -> list[str]:
    """Return the texts that share no passage with others and print none twice: what is planted in them is all there is.

    Press releases share sentences by nature; without this they would count as false detections.
    """
    documents = [Document(str(i), text) for i, text in enumerate(texts)]
    found = find_passages(documents, PassageConfig(min_tokens=min_tokens))
    loud = {p.document.id for p in found} | {p.witness.id for p in found}
    return [text for i, text in enumerate(texts) if str(i) not in loud]


def as_case(passage: Passage) -> Case:
    """Return a passage as the measures take it."""
    return Case(
        (passage.document.id, passage.start, passage.end),
        (passage.witness.id, passage.witness_start, passage.witness_end),
    )


def detect(planted: Planted, scope: str = "across") -> list[Case]:
    """Return what is found in a planted corpus."""
    documents = [Document(name, text) for name, text in planted.documents.items()]
    return [as_case(p) for p in find_passages(documents, PassageConfig(scope=scope))]


def best_of(case: Case, found: Sequence[Case]) -> Case | None:
    """Return the detection that covers most of a case."""
    rated = [(min(overlap(case.copy, d.copy), overlap(case.source, d.source)), d) for d in found]
    best = max(rated, key=lambda r: r[0], default=(0, None))
    return best[1] if best[0] > 0 else None


def by_document(found: Sequence[Case]) -> dict[str, list[Case]]:
    """Return the detections by the document of their copy."""
    groups: dict[str, list[Case]] = {}
    for case in found:
        groups.setdefault(case.copy[0], []).append(case)
    return groups


def measure_boundaries(cases: Sequence[Case], found: Sequence[Case]) -> list[int]:
    """Return how far the four boundaries of each case that was found are off, in characters."""
    groups, errors = by_document(found), []
    for case in cases:
        best = best_of(case, groups.get(case.copy[0], []))
        if best is not None:
            for side, theirs in ((case.copy, best.copy), (case.source, best.source)):
                errors += [abs(side[1] - theirs[1]), abs(side[2] - theirs[2])]
    return errors


def share_found(cases: Sequence[Case], found: Sequence[Case], least: float = 0.5) -> float:
    """Return the share of cases of which detections cover at least so much."""
    groups = by_document(found)
    hits = sum(covered(case, groups.get(case.copy[0], [])) >= least for case in cases)
    return hits / len(cases)
