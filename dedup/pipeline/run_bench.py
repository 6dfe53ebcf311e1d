"""Benchmark a corpus: a clean run that is timed, copies and passages planted in a sample, thresholds tried."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from dedup.bench.pan import Case, score
from dedup.bench.peak_memory import MemorySampler
from dedup.bench.plant_copies import Copy, judge_bands, judge_kinds, plant_copies
from dedup.bench.plant_passages import plant
from dedup.bench.rates import measure_mean, measure_rate
from dedup.bench.sample import draw
from dedup.config import InputConfig, KeepPolicy, NearConfig, PassageConfig
from dedup.corpus.document_reader import CorpusDocument, read_articles
from dedup.corpus.files import SourceFile, find_files
from dedup.kernels.shingles import count_shared_shingles
from dedup.model.bench_results import Bench, NearPair, PassageScore, Projection, Rate, Suggestion
from dedup.model.documents import Document, Removal
from dedup.model.run import Summary
from dedup.near.sketcher import tokenise_text
from dedup.output.run_summary import list_versions
from dedup.pipeline.clean_files import clean
from dedup.pipeline.deduplicate import Deduplication, deduplicate
from dedup.pipeline.find_passages import find_passages
from dedup.pipeline.job import CleanRun, Progress

SAMPLE = 2_000  # documents in which copies are planted
CONTIGUOUS = 20_000  # documents on which thresholds are tried: neighbours, because copies are sent within days
QUARTER = 4  # every fourth document makes the smaller run, whose difference to the whole is the marginal cost
MIN_PROJECTED = 4_000  # documents from which two runs differ by more than noise
LEAST_MEMORY = 64e-6  # MB that every further document takes, where the difference of two small runs is lost in noise
PASSAGE_EDITS = 0.1
PASSAGE_CASES = 200
MIN_CASES = 20
FOLDS = 10
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SHINGLE_SIZES = (3, 5, 7)
PAIRS_PER_SIDE = 2
OPENING = 160  # characters


@dataclass(frozen=True)
class BenchRun:
    """What a benchmark is asked to do."""

    files: Sequence[SourceFile]
    near: NearConfig
    passages: PassageConfig | None
    input: InputConfig
    workers: int
    suggest: bool = False


@dataclass(frozen=True)
class Timed:
    """A clean run with what it took."""

    summary: Summary
    seconds: float
    peak_mb: float | None


def bench(run: BenchRun, progress: Progress) -> Bench:
    """Measure a corpus. Everything is worked out in a temporary folder; the corpus is only read."""
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="dedup-bench-") as folder:
        warm_up(run, Path(folder), progress)
        whole = time_clean(run, run.files, Path(folder) / "whole", progress)
        documents = whole.summary.counts.documents
        projections: list[Projection] = []
        if documents >= MIN_PROJECTED:
            part = time_clean(run, write_part(run, Path(folder) / "part.jsonl"), Path(folder) / "part", progress)
            projections = project(whole, part)
        else:
            notes.append(f"{documents:,} documents are too few to project from; {MIN_PROJECTED:,} are enough")
    sample = draw(read_articles(run.files, run.input, {}), SAMPLE)
    copies = plant_copies([article.text for article in sample], run.near.shingle_size)
    if not copies:
        notes.append("no document is long enough to plant a copy of")
    found, correct = find_copies(sample, copies, run.near)
    due = [hit for copy, hit in zip(copies, found, strict=True) if copy.similarity >= run.near.threshold]
    passages = score_passages([article.text for article in sample])
    if passages is None:
        notes.append(f"fewer than {MIN_CASES} pairs of documents are long enough to plant passages in")
    suggestions, pairs = suggest(run) if run.suggest else ([], [])
    return Bench(
        documents=documents,
        bytes=sum(file.size for file in run.files),
        seconds=whole.seconds,
        peak_mb=whole.peak_mb,
        counts=whole.summary.counts,
        stages=whole.summary.stages,
        limits=whole.summary.limits,
        projections=projections,
        threshold=run.near.threshold,
        shingle_size=run.near.shingle_size,
        sample=len(sample),
        recall=measure_rate(sum(due), len(due)) if due else None,
        correct=correct,
        bands=judge_bands(copies, found),
        kinds=judge_kinds(copies, found, run.near.threshold),
        passages=passages,
        suggestions=suggestions,
        pairs=pairs,
        notes=notes,
        versions=list_versions(),
    )


def warm_up(run: BenchRun, folder: Path, progress: Progress) -> None:
    """Clean a few documents, so that no kernel is compiled or loaded while the clock runs."""
    shared = " ".join(f"word{number}" for number in range(80))
    texts = []
    for number in range(12):  # copies, bodies printed twice, and a passage in documents that are no copies
        own = " ".join(f"own{number // 2 if number < 4 else number}x{place}" for place in range(200))
        texts.append(f"The first line.\n{own}\n{shared}\n{own if number % 3 == 0 else ''}")
    path = folder / "warm-up.jsonl"
    records = [{run.input.id_field: str(n), run.input.text_field: text} for n, text in enumerate(texts)]
    path.write_bytes(b"\n".join(map(msgspec.json.encode, records)))
    time_clean(run, find_files([str(path)]), folder / "warm-up", progress)


def time_clean(run: BenchRun, files: Sequence[SourceFile], out: Path, progress: Progress) -> Timed:
    """Clean the files, and return what it took; the memory is that of this process and its workers."""
    sampler = MemorySampler()
    sampler.start()
    start = time.perf_counter()
    task = CleanRun(files, out, near=run.near, passages=run.passages, input=run.input, workers=run.workers)
    summary, _ = clean(task, progress)
    seconds = time.perf_counter() - start
    sampler.stop()
    return Timed(summary, seconds, sampler.peak_kb / 1024 or None)


def write_part(run: BenchRun, path: Path) -> Sequence[SourceFile]:
    """Write every fourth document to a file, and return it as input."""
    with path.open("wb") as target:
        for article in islice(read_articles(run.files, run.input, {}), 0, None, QUARTER):
            record = {run.input.id_field: article.doc_id, run.input.text_field: article.text}
            target.write(msgspec.json.encode(record) + b"\n")
    return find_files([str(path)])


def project(whole: Timed, part: Timed) -> list[Projection]:
    """Return what 10 and 100 times the corpus would take: the difference of two runs, for each further document."""
    documents = whole.summary.counts.documents
    further = max(1, documents - part.summary.counts.documents)
    cost = max(0.0, whole.seconds - part.seconds) / further
    memory = None
    if whole.peak_mb is not None and part.peak_mb is not None:
        memory = max(LEAST_MEMORY, (whole.peak_mb - part.peak_mb) / further)
    return [
        Projection(
            factor=factor,
            documents=factor * documents,
            seconds=whole.seconds + cost * (factor - 1) * documents,
            peak_mb=None if memory is None else (whole.peak_mb or 0) + memory * (factor - 1) * documents,
        )
        for factor in (10, 100)
    ]


def find_copies(
    sample: Sequence[CorpusDocument], copies: Sequence[Copy], near: NearConfig
) -> tuple[list[bool], Rate | None]:
    """Return which copies were found (the copy or its original was removed), and how many removals are right.

    A removal is right if its witness is kept and their similarity, counted anew, is at the threshold.
    """
    originals = [Document(f"o{number}", article.text) for number, article in enumerate(sample)]
    planted = [Document(f"c{number}", copy.text) for number, copy in enumerate(copies)]
    result = deduplicate([*originals, *planted], replace(near, keep=KeepPolicy()))
    removed = {removal.document.id for removal in result.removed}
    found = [f"c{number}" in removed or f"o{copy.original}" in removed for number, copy in enumerate(copies)]
    kept = {document.id for document in result.kept}
    right = sum(is_right(removal, kept, near) for removal in result.removed)
    return found, measure_rate(right, len(result.removed)) if result.removed else None


def is_right(removal: Removal, kept: set[str], near: NearConfig) -> bool:
    """Return whether a removal has a kept witness at the threshold."""
    texts = (tokenise_text(removal.document.text), tokenise_text(removal.witness.text))
    if removal.relation == "exact" or removal.witness.id not in kept:
        return removal.witness.id in kept
    shared, own, others = count_shared_shingles(*texts, near.shingle_size)
    return bool(shared / max(1, own + others - shared) >= near.threshold - 1e-9)


def score_passages(texts: Sequence[str]) -> PassageScore | None:
    """Return the PAN measures of planted passages, None where too few documents are long enough.

    Passages between two documents that nothing was planted in are repeats of the corpus itself, and not counted.
    """
    planted = plant(texts, PASSAGE_EDITS, PASSAGE_CASES, seed=1)
    if len(planted.cases) < MIN_CASES:
        return None
    documents = [Document(name, text) for name, text in planted.documents.items()]
    pairs = {(case.copy[0], case.source[0]) for case in planted.cases}
    found = [
        Case((p.document.id, p.start, p.end), (p.witness.id, p.witness_start, p.witness_end))
        for p in find_passages(documents, PassageConfig(scope="across"))
        if (p.document.id, p.witness.id) in pairs
    ]
    every = score(planted.cases, found)
    folds = []
    for fold in range(FOLDS):
        names = {f"copy{number}" for number in range(fold, len(documents), FOLDS)}
        cases = [case for case in planted.cases if case.copy[0] in names]
        folds += [score(cases, [case for case in found if case.copy[0] in names]).plagdet] if cases else []
    low, high = measure_mean(folds)
    return PassageScore(
        cases=len(planted.cases),
        edit_rate=PASSAGE_EDITS,
        precision=every.precision,
        recall=every.recall,
        granularity=every.granularity,
        plagdet=every.plagdet,
        plagdet_low=low,
        plagdet_high=min(1.0, high),
    )


def suggest(run: BenchRun) -> tuple[list[Suggestion], list[NearPair]]:
    """Return what each threshold and shingle size would remove, and pairs around each threshold to judge it by."""
    documents = [Document(a.doc_id, a.text) for a in islice(read_articles(run.files, run.input, {}), CONTIGUOUS)]
    near = replace(run.near, keep=KeepPolicy())
    suggestions = []
    lowest: Deduplication | None = None
    for shingle_size in SHINGLE_SIZES:
        for threshold in THRESHOLDS:
            result = deduplicate(documents, replace(near, threshold=threshold, shingle_size=shingle_size))
            share = len(result.removed) / max(1, len(documents))
            suggestions.append(Suggestion(threshold, shingle_size, len(result.removed), share))
            if shingle_size == run.near.shingle_size and threshold == THRESHOLDS[0]:
                lowest = result
    return suggestions, list(choose_pairs(lowest)) if lowest else []


def choose_pairs(result: Deduplication) -> Iterator[NearPair]:
    """Yield the pairs nearest to each threshold, on both sides."""
    removals = sorted(result.removed, key=lambda removal: (removal.similarity, removal.document.id))
    for threshold in THRESHOLDS[1:]:
        below = [r for r in removals if r.similarity < threshold][-PAIRS_PER_SIDE:]
        above = [r for r in removals if r.similarity >= threshold][:PAIRS_PER_SIDE]
        for removal in (*below, *above):
            yield NearPair(
                threshold,
                removal.similarity,
                (removal.document.id, removal.witness.id),
                (open_text(removal.document.text), open_text(removal.witness.text)),
            )


def open_text(text: str) -> str:
    """Return how a text begins, in one line."""
    return " ".join(text[: 2 * OPENING].split())[:OPENING]
