"""Benchmark a corpus: a clean run that is timed, copies and passages planted in a sample, thresholds tried."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Self

import msgspec

from dedup.bench.judging import (
    MISSED,
    REMOVED,
    JudgedPair,
    TimedRun,
    choose_pairs,
    follow_pairs,
    is_right,
    judge_bands,
    judge_kinds,
    judge_passages,
    project,
    read_judged_pairs,
)
from dedup.bench.pan import Case, DocumentSpan
from dedup.bench.peak_memory import MemorySampler
from dedup.bench.planting import PlantedCopy, plant, plant_copies
from dedup.bench.rates import draw, measure_rate
from dedup.config import CleanSettings, KeepPolicy, NearConfig, PassageConfig
from dedup.corpus.document_reader import DocumentReader
from dedup.corpus.field_names import choose_fields
from dedup.corpus.files import SourceFile, find_files
from dedup.corpus.values import read_value
from dedup.kernels.leader_table import KEPT
from dedup.model.bench_results import Bench, JudgedPairs, PassageScore, Projection, Rate, Suggestion
from dedup.model.documents import CopyRelation, Document, Removal
from dedup.near.decisions import Decisions
from dedup.output.finished_run import read_records
from dedup.output.records import RemovedRecord
from dedup.output.run_folder import REMOVED as REMOVED_JSONL
from dedup.output.run_summary import list_versions
from dedup.pipeline.clean_files import clean
from dedup.pipeline.deduplicate import deduplicate
from dedup.pipeline.find_passages import find_passages
from dedup.pipeline.job import CleanRun, Progress
from dedup.signals import temporary_folder

SAMPLE = 2_000  # documents in which copies are planted
CONTIGUOUS = 20_000  # documents on which thresholds are tried: neighbours, because copies are sent within days
QUARTER = 4  # every fourth document makes the smaller run, whose difference to the whole is the marginal cost
MIN_PROJECTED = 4_000  # documents from which two runs differ by more than noise
PASSAGE_EDITS = 0.1
PASSAGE_CASES = 200
MIN_CASES = 20
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SHINGLE_SIZES = (3, 5, 7)


@dataclass(frozen=True)
class BenchRun:
    """What a benchmark is asked to do; `judged` is a file of pairs that a person judged."""

    files: Sequence[SourceFile]
    settings: CleanSettings
    workers: int
    suggest: bool = False
    judged: str | None = None

    @property
    def near(self) -> NearConfig:
        """Return the settings of the documents stage."""
        return self.settings.near

    @property
    def reader(self) -> DocumentReader:
        """Return what reads the documents one by one."""
        return DocumentReader(self.files, self.settings.input)

    def with_fields(self, tell: Callable[[str], None]) -> Self:
        """Return this run with the fields of its files. Made files have text and id alone: no other is asked for."""
        config = choose_fields(self.files, self.settings.input, tell)
        return replace(self, settings=replace(self.settings, input=replace(config, given=())))

    def encode(self, doc_id: str, text: str) -> bytes:
        """Return a document as a JSON line of the fields that the settings name."""
        config = self.settings.input
        return msgspec.json.encode({config.id_field: doc_id, config.text_field: text}) + b"\n"


def bench(run: BenchRun, progress: Progress) -> Bench:
    """Measure a corpus. Everything is worked out in a temporary folder; the corpus is only read."""
    notes: list[str] = []
    run = run.with_fields(notes.append)
    judged_pairs = read_judged_pairs(run.judged) if run.judged else []
    with temporary_folder("dedup-bench-") as folder:
        warm_up(run, Path(folder), progress)
        whole = time_clean(run, run.files, Path(folder) / "whole", progress)
        judged = follow_judged(run, judged_pairs, Path(folder) / "whole") if run.judged else None
        projections: list[Projection] = []
        if whole.documents >= MIN_PROJECTED:
            part = time_clean(run, write_part(run, Path(folder) / "part.jsonl"), Path(folder) / "part", progress)
            projections = project(whole, part)
        else:
            notes.append(f"{whole.documents:,} documents are too few to project from; {MIN_PROJECTED:,} are enough")
    texts = [article.text for article in draw(run.reader.read_all(), SAMPLE)]
    copies = plant_copies(texts, run.near.shingle_size)
    if not copies:
        notes.append("no document is long enough to plant a copy of")
    fates, correct = find_copies(texts, copies, run.near)
    due = [fate for copy, fate in zip(copies, fates, strict=True) if copy.similarity >= run.near.threshold]
    passages = score_passages(texts)
    if passages is None:
        notes.append(f"fewer than {MIN_CASES} pairs of documents are long enough to plant passages in")
    suggestions, removed = try_thresholds(run) if run.suggest else ([], ())
    return Bench(
        documents=whole.documents,
        bytes=sum(file.size for file in run.files),
        seconds=whole.seconds,
        peak_mb=whole.peak_mb,
        counts=whole.summary.counts,
        stages=whole.summary.stages,
        limits=whole.summary.limits,
        projections=projections,
        threshold=run.near.threshold,
        shingle_size=run.near.shingle_size,
        sample=len(texts),
        recall=measure_rate(len(due) - due.count(MISSED), len(due)) if due else None,
        correct=correct,
        stay=dict(Counter(sorted(fate for fate in due if fate not in {MISSED, REMOVED}))),
        bands=judge_bands(copies, fates),
        kinds=judge_kinds(copies, fates, run.near.threshold),
        passages=passages,
        suggestions=suggestions,
        pairs=list(choose_pairs(removed, THRESHOLDS[1:])),
        judged=judged,
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
    path.write_bytes(b"".join(run.encode(str(number), text) for number, text in enumerate(texts)))
    time_clean(run, find_files([str(path)]), folder / "warm-up", progress)


def time_clean(run: BenchRun, files: Sequence[SourceFile], out: Path, progress: Progress) -> TimedRun:
    """Clean the files, and return what it took; the memory is that of this process and its workers."""
    sampler = MemorySampler()
    sampler.start()
    start = time.perf_counter()
    summary, _ = clean(CleanRun(files, out, run.settings, run.workers), progress)
    seconds = time.perf_counter() - start
    sampler.stop()
    return TimedRun(summary, seconds, sampler.peak_kb / 1024 or None)


def write_part(run: BenchRun, path: Path) -> Sequence[SourceFile]:
    """Write every fourth document to a file, and return it as input."""
    with path.open("wb") as target:
        target.writelines(run.encode(a.id, a.text) for a in islice(run.reader.read_all(), 0, None, QUARTER))
    return find_files([str(path)])


def follow_judged(run: BenchRun, pairs: Sequence[JudgedPair], out: Path) -> JudgedPairs:
    """Return what became of judged pairs in the OUT folder of a run over all files."""
    removed = read_records(out, REMOVED_JSONL, RemovedRecord)
    witnesses = {read_value(record.id): read_value(record.witness.id) for record in removed}
    wanted = {doc_id for pair in pairs for doc_id in pair.ids}
    return follow_pairs(pairs, witnesses, run.reader.find_ids(wanted))


def find_copies(texts: Sequence[str], copies: Sequence[PlantedCopy], near: NearConfig) -> tuple[list[str], Rate | None]:
    """Deduplicate texts and copies together, the first of a cluster kept.

    Return what becomes of each copy, and how many removals of near-copies are right, None of none.
    """
    documents = [Document(f"o{number}", text) for number, text in enumerate(texts)]
    documents += [Document(f"c{number}", copy.text) for number, copy in enumerate(copies)]
    result = deduplicate(documents, replace(near, keep=KeepPolicy()))
    kept = {document.id for document in result.kept}
    alike = [removal for removal in result.removed if removal.relation != CopyRelation.CONTAINED.label]
    right = sum(is_right(removal, kept, near.threshold, near.shingle_size) for removal in alike)
    fates = [find_fate(copy, len(texts) + number, result.decisions) for number, copy in enumerate(copies)]
    return fates, measure_rate(right, len(alike)) if alike else None


def find_fate(copy: PlantedCopy, row: int, decisions: Decisions) -> str:
    """Return REMOVED if a copy or its original is, else the relation for which it stays, else MISSED."""
    if not decisions.kept[[row, copy.original]].all():
        return REMOVED
    relative = decisions.relative[row]
    is_found = relative["document"] != KEPT and relative["similarity"] >= copy.similarity - 1e-9
    return CopyRelation(relative["relation"]).label if is_found else MISSED


def score_passages(texts: Sequence[str]) -> PassageScore | None:
    """Return the PAN measures of planted passages, None where too few documents are long enough."""
    planted = plant(texts, PASSAGE_EDITS, PASSAGE_CASES, seed=1)
    if len(planted.cases) < MIN_CASES:
        return None
    documents = [Document(name, text) for name, text in planted.documents.items()]
    found = [
        Case(DocumentSpan(p.document.id, p.start, p.end), DocumentSpan(p.witness.id, p.witness_start, p.witness_end))
        for p in find_passages(documents, PassageConfig(scope="across"))
    ]
    return judge_passages(planted.cases, found, PASSAGE_EDITS)


def try_thresholds(run: BenchRun) -> tuple[list[Suggestion], Sequence[Removal]]:
    """Return how much each threshold and shingle size removes of the first documents, and what the lowest one does."""
    documents = [Document(a.id, a.text) for a in islice(run.reader.read_all(), CONTIGUOUS)]
    near = replace(run.near, keep=KeepPolicy())
    suggestions = []
    lowest: Sequence[Removal] = ()
    for shingle_size in SHINGLE_SIZES:
        for threshold in THRESHOLDS:
            removed = deduplicate(documents, replace(near, threshold=threshold, shingle_size=shingle_size)).removed
            suggestions.append(Suggestion(threshold, shingle_size, len(removed), len(removed) / max(1, len(documents))))
            if shingle_size == run.near.shingle_size and threshold == THRESHOLDS[0]:
                lowest = removed
    return suggestions, lowest
