"""What was found of the planted copies and passages, and what more documents would take."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import msgspec

from dedup.bench.pan import Case, score
from dedup.bench.planting import PlantedCopy
from dedup.bench.rates import measure_mean, measure_rate
from dedup.corpus.text_file import read_lines
from dedup.errors import InputError
from dedup.model.bench_results import Band, Fates, JudgedPairs, Kind, NearPair, PassageScore, Projection
from dedup.model.documents import Removal
from dedup.model.run import Summary
from dedup.near.sketcher import measure_similarity

BAND_EDGES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
MIN_MEMORY = 64e-6  # MB that every further document takes, where the difference of two small runs is lost in noise
FOLDS = 10
PAIRS_PER_SIDE = 2
OPENING = 160  # characters
MISSED, REMOVED = "missed", "removed"  # fates of planted copies, beside the relations for which they stay
Verdict = Literal["right", "wrong", "contested"]


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


class JudgedPair(msgspec.Struct, frozen=True):
    """A removal that was judged: both ids, and whether it is right; `verdict_2` is that of a second reader."""

    removed: str | int
    kept: str | int
    verdict: Verdict
    verdict_2: Verdict | None = None

    @property
    def ids(self) -> tuple[str, str]:
        """Return both ids as text."""
        return str(self.removed), str(self.kept)

    @property
    def agreed(self) -> str:
        """Return the verdict of all readers, contested where they differ."""
        return self.verdict if self.verdict_2 in {None, self.verdict} else "contested"


def read_judged_pairs(path: str) -> list[JudgedPair]:
    """Read the verdicts of a file of JSON lines; of a pair that is there twice the last one counts."""
    decoder = msgspec.json.Decoder(JudgedPair)
    with open(path, "rb") as file:
        rows = [(number, line) for number, line in read_lines(file, path) if line.strip()]
    found: dict[tuple[str, str], JudgedPair] = {}
    for number, line in rows:
        try:
            pair = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            form = '{"removed": ID, "kept": ID, "verdict": "right" or "wrong"}'
            raise InputError(f"{path}, line {number}: is no verdict ({error}). Give {form}.") from error
        found[pair.ids] = pair
    return list(found.values())


def follow_pairs(pairs: Sequence[JudgedPair], witnesses: Mapping[str, str], present: Iterable[str]) -> JudgedPairs:
    """Return what becomes of the pairs, given the witness of each removed id and the ids that the input has."""
    known = set(present)
    inside = [pair for pair in pairs if known.issuperset(pair.ids)]
    fates = Counter((pair.agreed, follow(pair, witnesses)) for pair in inside)
    right, wrong, contested = (
        Fates(*(fates[verdict, fate] for fate in ("goes", "stays", "other")))
        for verdict in ("right", "wrong", "contested")
    )
    gone = right.go + wrong.go
    precision = measure_rate(right.go, gone) if gone else None
    return JudgedPairs(len(pairs), len(pairs) - len(inside), right, wrong, contested, precision)


def follow(pair: JudgedPair, witnesses: Mapping[str, str]) -> str:
    """Return whether one of a pair goes because of the other, both stay, or something else is decided.

    >>> pair = JudgedPair("a", "b", "right")
    >>> follow(pair, {"b": "a"}), follow(pair, {}), follow(pair, {"a": "c"})
    ('goes', 'stays', 'other')
    """
    a, b = pair.ids
    if witnesses.get(a) == b or witnesses.get(b) == a:
        return "goes"
    return "other" if a in witnesses or b in witnesses else "stays"
