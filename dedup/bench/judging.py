"""What was found of the planted copies and passages, and what more documents would take."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from dedup.bench.pan import Case, score
from dedup.bench.planting import PlantedCopy
from dedup.bench.rates import measure_mean, measure_rate
from dedup.model.bench_results import Band, Kind, NearPair, PassageScore, Projection
from dedup.model.documents import Removal
from dedup.model.run import Summary
from dedup.near.sketcher import measure_similarity

BAND_EDGES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
MIN_MEMORY = 64e-6  # MB that every further document takes, where the difference of two small runs is lost in noise
FOLDS = 10
PAIRS_PER_SIDE = 2
OPENING = 160  # characters
MISSED, REMOVED = "missed", "removed"  # fates of planted copies, beside the relations for which they stay


@dataclass(frozen=True)
class TimedRun:
    """A clean run with what it took; `peak_mb` is None if the system does not say."""

    summary: Summary
    seconds: float
    peak_mb: float | None

    @property
    def documents(self) -> int:
        """Return how many documents it read."""
        return self.summary.counts.documents


def project(whole: TimedRun, part: TimedRun) -> list[Projection]:
    """Return what 10 and 100 times the corpus would take: the difference of two runs, for each further document."""
    further = max(1, whole.documents - part.documents)
    cost = max(0.0, whole.seconds - part.seconds) / further
    memory = None
    if whole.peak_mb is not None and part.peak_mb is not None:
        memory = max(MIN_MEMORY, (whole.peak_mb - part.peak_mb) / further)
    return [
        Projection(
            factor=factor,
            documents=factor * whole.documents,
            seconds=whole.seconds + cost * (factor - 1) * whole.documents,
            peak_mb=None if memory is None else (whole.peak_mb or 0) + memory * (factor - 1) * whole.documents,
        )
        for factor in (10, 100)
    ]


def judge_bands(copies: Sequence[PlantedCopy], fates: Sequence[str]) -> list[Band]:
    """Return how many copies of each range of similarity were found: removed, or told apart by the rule of relations.

    A fate is MISSED, REMOVED, or the relation for which a copy stays.
    """
    bands = []
    for low, high in zip(BAND_EDGES, (*BAND_EDGES[1:], 1.01), strict=True):
        inside = [fate != MISSED for copy, fate in zip(copies, fates, strict=True) if low <= copy.similarity < high]
        if inside:
            bands.append(Band(low, min(high, 1.0), measure_rate(sum(inside), len(inside))))
    return bands


def judge_kinds(copies: Sequence[PlantedCopy], fates: Sequence[str], threshold: float) -> list[Kind]:
    """Return, for each kind, how many of the copies at the threshold were found, and how many of these stay."""
    kinds = []
    for kind in dict.fromkeys(copy.kind for copy in copies):
        here = [(copy, fate) for copy, fate in zip(copies, fates, strict=True) if copy.kind == kind]
        due = [fate for copy, fate in here if copy.similarity >= threshold]
        mean = sum(copy.similarity for copy, _ in here) / len(here)
        found = measure_rate(len(due) - due.count(MISSED), len(due))
        kinds.append(Kind(kind, len(here), mean, found, found.hits - due.count(REMOVED)))
    return kinds


def is_right(removal: Removal, kept: set[str], threshold: float, shingle_size: int) -> bool:
    """Return whether a removal has a kept witness, and their similarity, counted anew, is at the threshold."""
    if removal.relation == "exact" or removal.witness.id not in kept:
        return removal.witness.id in kept
    similarity = measure_similarity(removal.document.text, removal.witness.text, shingle_size)
    return similarity >= threshold - 1e-9


def judge_passages(cases: Sequence[Case], found: Sequence[Case], edit_rate: float) -> PassageScore:
    """Return the PAN measures of planted passages, the interval of plagdet over folds of the documents.

    Passages between two documents that nothing was planted in are repeats of the corpus itself, and not counted.
    """
    pairs = {(case.copy.document, case.source.document) for case in cases}
    due = [case for case in found if (case.copy.document, case.source.document) in pairs]
    names = list(dict.fromkeys(case.copy.document for case in cases))
    folds = []
    for fold in range(FOLDS):
        inside = set(names[fold::FOLDS])
        sides = [[case for case in side if case.copy.document in inside] for side in (cases, due)]
        folds += [score(*sides).plagdet] if sides[0] else []
    low, high = measure_mean(folds)
    every = asdict(score(cases, due))
    return PassageScore(len(cases), edit_rate, **every, plagdet_low=low, plagdet_high=min(1.0, high))


def choose_pairs(removed: Sequence[Removal], thresholds: Sequence[float]) -> Iterator[NearPair]:
    """Yield the removals nearest to each threshold, on both sides."""
    removals = sorted(removed, key=lambda removal: (removal.similarity, removal.document.id))
    for threshold in thresholds:
        below = [r for r in removals if r.similarity < threshold][-PAIRS_PER_SIDE:]
        above = [r for r in removals if r.similarity >= threshold][:PAIRS_PER_SIDE]
        for removal in (*below, *above):
            a, b = removal.document, removal.witness
            yield NearPair(threshold, removal.similarity, (a.id, b.id), (open_text(a.text), open_text(b.text)))


def open_text(text: str) -> str:
    """Return how a text begins, in one line."""
    return " ".join(text[: 2 * OPENING].split())[:OPENING]
