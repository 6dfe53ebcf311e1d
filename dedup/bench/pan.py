"""The measures of the PAN text alignment task, over characters of both sides.

Potthast, Stein, Barron-Cedeno & Rosso, "An Evaluation Framework for Plagiarism Detection", COLING 2010: macro-averaged
precision and recall, granularity, and plagdet = F1 / log2(1 + granularity).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class DocumentSpan(NamedTuple):
    """Characters `[start, end)` of a document."""

    document: str
    start: int
    end: int


@dataclass(frozen=True)
class Case:
    """A passage on two sides: the copy and its source."""

    copy: DocumentSpan
    source: DocumentSpan


@dataclass(frozen=True)
class Scores:
    """The four measures of one comparison."""

    precision: float
    recall: float
    granularity: float
    plagdet: float


def overlap(a: DocumentSpan, b: DocumentSpan) -> int:
    """Return how many characters two spans share."""
    (name, start, end), (other, first, last) = a, b
    return max(0, min(end, last) - max(start, first)) if name == other else 0


def detects(case: Case, found: Case) -> bool:
    """Return whether two cases touch each other on both sides."""
    return overlap(case.copy, found.copy) > 0 and overlap(case.source, found.source) > 0


def covered(of: Case, by: Sequence[Case]) -> float:
    """Return the share of the characters of one case that others cover."""
    total = hit = 0
    for side in ("copy", "source"):
        document, start, end = getattr(of, side)
        marks = bytearray(end - start)
        for other in by:
            name, first, last = getattr(other, side)
            if name == document:
                low, high = max(first, start) - start, min(last, end) - start
                if high > low:
                    marks[low:high] = b"\x01" * (high - low)
        total += end - start
        hit += sum(marks)
    return hit / total if total else 0.0


def match(cases: Sequence[Case], others: Sequence[Case]) -> list[list[Case]]:
    """Return for each case those of the others that touch it on both sides."""
    by_copy: dict[str, list[Case]] = {}
    for other in others:
        by_copy.setdefault(other.copy.document, []).append(other)
    return [[other for other in by_copy.get(case.copy.document, []) if detects(case, other)] for case in cases]


def score(cases: Sequence[Case], found: Sequence[Case]) -> Scores:
    """Return the measures of detections against the planted truth."""
    hits, truth = match(cases, found), match(found, cases)
    granularities = [len(each) for each in hits if each]
    precision = sum(map(covered, found, truth)) / max(len(found), 1)
    recall = sum(map(covered, cases, hits)) / max(len(cases), 1)
    granularity = sum(granularities) / len(granularities) if granularities else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Scores(precision, recall, granularity, f1 / math.log2(1 + granularity))
