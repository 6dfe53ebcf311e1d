"""The one place that knows the order of the stages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np

from dedup.clean.decisions import Decisions
from dedup.clean.edits import count_edits
from dedup.clean.examples import choose_examples
from dedup.clean.folder import BOILERPLATE, EDITS, LOCATED, PASSAGES, SUMMARY, RunFolder
from dedup.clean.located import PassageTable, count_cuts, write_boilerplate, write_passages
from dedup.clean.summary import StageTimer, count_documents, list_versions
from dedup.clean.write import Results, join_parts, plan_offsets, prepare_files, write_clusters, write_shard
from dedup.config import InputConfig, NearConfig, PassageConfig, describe, fingerprint
from dedup.corpus.blocks import view_texts
from dedup.corpus.files import SourceFile
from dedup.corpus.segments import Segments, SegmentWriter, segment_folder
from dedup.corpus.shards import Shard, plan_shards, read_shard
from dedup.errors import DedupError, InputError
from dedup.kernels.jit import is_compiled
from dedup.model.run import Example, InputFile, Limit, PassageCounts, Summary
from dedup.near.bands import choose_bands
from dedup.near.cover import Cover, CoverResult
from dedup.near.decide import cover_batches
from dedup.near.sketch import Sketcher
from dedup.passages.boilerplate import Boilerplate, load_boilerplate_kernels
from dedup.passages.matches import TokenBlock, find_repeats, find_shared
from dedup.passages.plan import WITHIN, PassagePlan
from dedup.pipeline.passages import Findings, as_decisions, decide_passages, find_corpus_boilerplate, locate_shard
from dedup.workers import run_tasks


class Progress(Protocol):
    """What a long run tells of itself: a stage begins with so much to do, and so much more of it is done."""

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Begin a stage."""

    def advance(self, amount: int) -> None:
        """Tell that this much more is done."""

    def end(self) -> None:
        """End the stage."""

    def note(self, message: str) -> None:
        """Say something that explains a wait."""


@dataclass(frozen=True)
class CleanRun:
    """Everything a clean run is asked to do; without `out` it is a dry run, which works in `scratch`."""

    files: Sequence[SourceFile]
    out: Path
    near: NearConfig = field(default_factory=NearConfig)
    passages: PassageConfig | None = field(default_factory=lambda: PassageConfig(scope="within"))
    input: InputConfig = field(default_factory=InputConfig)
    workers: int = 1
    resume: bool = False
    overwrite: bool = False
    strict: bool = False
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.near.keep.field == self.input.text_field:
            raise DedupError(
                f"--keep {self.near.keep} names the text field. Name a field that holds a date or an outlet."
            )


def clean(run: CleanRun, progress: Progress) -> tuple[Summary, list[Example]]:
    """Remove near-duplicate documents from files: sketch, cover, write, publish. Returns what was done."""
    folder = RunFolder(run.out)
    settings = fingerprint(*(config for config in (run.near, run.passages, run.input) if config), *run.files)
    if run.resume and folder.is_finished() and Summary.read(run.out / SUMMARY).fingerprint == settings:
        progress.note(f"{run.out}: this run is complete already, nothing is left to do")
        folder.discard()  # what a run leaves that is killed while it tidies up
        return Summary.read(run.out / SUMMARY), []
    folder.refuse_overlap(file.location for file in run.files)
    with folder.begin(settings, resume=run.resume, overwrite=run.overwrite):
        try:
            return run_stages(run, settings, folder, progress)
        except InputError:
            folder.discard()  # nothing to go on with: the input has to change first
            raise


def run_stages(run: CleanRun, settings: str, folder: RunFolder, progress: Progress) -> tuple[Summary, list[Example]]:
    """Do the work of `clean` in its folder."""
    timer = StageTimer()
    load_kernels(run.near, run.passages, progress)
    shards = plan_shards(run.files)
    with timer.measure("sketch"):
        sketch_shards(run, folder, shards, progress)
    segments = Segments(folder.segments, shards)
    if run.strict:
        refuse_rejections(segments)
    boilerplate, findings = None, None
    if run.passages:
        with timer.measure("boilerplate"):
            boilerplate = find_corpus_boilerplate(segments, run.passages, folder.masked)
    with timer.measure("cover"):
        result = cover_documents(run.near, segments, progress)
    decisions = as_decisions(result)
    if run.passages and boilerplate is not None:
        with timer.measure("passages"):
            decisions, findings = find_passages(run, folder, segments, (decisions, boilerplate), progress)
    decisions.check()
    if not run.dry_run:
        with timer.measure("write"):
            write_output(run, folder, segments, (decisions, findings), progress)
    summary = summarise(run, settings, segments, (result, decisions, findings), timer)
    examples = choose_examples(segments, decisions, run.input)
    if not run.dry_run:
        summary.write(folder.output / SUMMARY)
        folder.publish()
    return summary, examples


def load_kernels(near: NearConfig, passages: PassageConfig | None, progress: Progress) -> None:
    """Load the kernels before workers are forked, so that they share them; the first run ever compiles them."""
    if not is_compiled():
        progress.note("compiling kernels, this once (about 20 s) ...")
    sketch = get_sketcher(near).sketch(np.frombuffer(b"a", np.uint8), np.array([0, 1]))
    address = np.array([sketch.tokens.ctypes.data], np.uint64)
    cover = Cover(1, get_sketcher(near).bands, near)
    cover.offer(sketch.keys, sketch.content, sketch.num_tokens, sketch.num_shingles, address)
    if passages:
        load_boilerplate_kernels(address, sketch.num_tokens)
    if passages and passages.within:
        find_repeats(sketch.tokens, sketch.num_tokens, passages)
    if passages and (passages.across or passages.contained is not None):
        find_shared([TokenBlock(address, sketch.num_tokens)], passages, lambda _: None)


def sketch_shards(run: CleanRun, folder: RunFolder, shards: Sequence[Shard], progress: Progress) -> None:
    """Sketch the shards that have no finished segment yet."""
    todo = [shard for shard in shards if not segment_folder(folder.segments, shard).exists()]
    progress.begin("sketch", sum(shard.size for shard in todo), "B")
    task = partial(sketch_shard, run=SketchRun(run.near, run.passages, run.input), root=folder.segments)
    run_tasks(task, todo, run.workers, progress.advance)
    progress.end()


@dataclass(frozen=True)
class SketchRun:
    """The settings of the sketch stage."""

    near: NearConfig
    passages: PassageConfig | None
    input: InputConfig


def sketch_shard(shard: Shard, report: Callable[[int], None], *, run: SketchRun, root: Path) -> None:
    """Read, tokenise, shingle, sign and band the documents of one shard into its segment, with their repeats."""
    sketcher = get_sketcher(run.near)
    roles = {"key": run.near.keep.field} if run.near.keep.field else {}
    if run.passages and run.passages.series_field != run.input.text_field:
        roles["series"] = run.passages.series_field
    with SegmentWriter(segment_folder(root, shard)) as writer:
        for block in read_shard(shard, run.input, roles, report):
            sketch = sketcher.sketch(*view_texts(block.texts))
            columns: dict[str, np.ndarray] = {
                "num_tokens": sketch.num_tokens,
                "num_shingles": sketch.num_shingles,
                "content": sketch.content,
                "keys": sketch.keys,
            }
            repeats = np.empty((0, 6), np.int32)
            if run.passages and run.passages.within:
                found = find_repeats(sketch.tokens, sketch.num_tokens, run.passages)
                repeats = np.column_stack([found.document, found.span, found.held, found.equal])
            writer.add(block, columns, sketch.tokens, repeats)


@cache
def get_sketcher(near: NearConfig) -> Sketcher:
    """Return the sketcher of this process: its permutations, table and buffers are made once."""
    return Sketcher(near)


def cover_documents(near: NearConfig, segments: Segments, progress: Progress) -> CoverResult:
    """Decide who is kept, over all segments."""
    progress.begin("cover", segments.num_documents, "doc")
    result = cover_batches(segments.batches, get_sketcher(near).bands, near, progress.advance)
    progress.end()
    return result


def find_passages(
    run: CleanRun,
    folder: RunFolder,
    segments: Segments,
    results: tuple[Decisions, Boilerplate],
    progress: Progress,
) -> tuple[Decisions, Findings]:
    """Decide on contained documents and on passages."""
    assert run.passages is not None
    decisions, boilerplate = results
    progress.begin("passages", segments.num_documents, "doc")
    configs = (run.near, run.passages)
    decisions, plan = decide_passages(segments, decisions, boilerplate, configs, progress.advance, run.workers)
    progress.end()
    findings = Findings(plan, keep_standing(boilerplate, decisions), run.passages)
    locate_findings(run, folder, segments, (decisions, findings), progress)
    return decisions, findings


def locate_findings(
    run: CleanRun, folder: RunFolder, segments: Segments, results: tuple[Decisions, Findings], progress: Progress
) -> None:
    """Go over the texts of the documents in which anything was found."""
    shards = segments.shards
    decisions, findings = results
    open_results.cache_clear()  # an earlier run of this process may have had the same folder
    decisions.write(folder.decisions)
    findings.plan.write(folder.passages)
    findings.boilerplate.write(folder.boilerplate)
    progress.begin("locate", sum(shard.size for shard in shards), "B")
    task = partial(locate_one, folder=folder, shards=tuple(shards), config=run.input, passages=findings.config)
    run_tasks(task, shards, run.workers, progress.advance)
    progress.end()


def write_output(
    run: CleanRun,
    folder: RunFolder,
    segments: Segments,
    results: tuple[Decisions, Findings | None],
    progress: Progress,
) -> None:
    """Write everything but the summary."""
    shards = segments.shards
    decisions, findings = results
    open_results.cache_clear()  # its decisions may be older
    decisions.write(folder.decisions)
    prepare_files(folder, shards)
    progress.begin("write", sum(shard.size for shard in shards), "B")
    task = partial(write_one, folder=folder, shards=tuple(shards), text_field=run.input.text_field)
    offsets = plan_offsets(Results(folder, segments, decisions, run.input.text_field))
    run_tasks(task, list(zip(shards, offsets, strict=True)), run.workers, progress.advance)
    progress.end()
    open_results.cache_clear()
    join_parts(folder, shards)
    write_clusters(folder, segments, decisions)
    if findings is not None:
        parts = [folder.part(shard.index, LOCATED) for shard in shards]
        write_passages(folder.output / PASSAGES, as_table(findings.plan), parts, segments)
        rows = (findings.boilerplate.document, findings.boilerplate.holders)
        write_boilerplate(folder.output / BOILERPLATE, rows, parts, segments)


def as_table(plan: PassagePlan) -> PassageTable:
    """Return the plan as the write stage takes it."""
    m = plan.matches
    return PassageTable(m.document, m.holder, m.similarity, plan.scope, plan.documents)


def locate_one(
    shard: Shard,
    report: Callable[[int], None],
    *,
    folder: RunFolder,
    shards: tuple[Shard, ...],
    config: InputConfig,
    passages: PassageConfig,
) -> None:
    """Find the passages and the boilerplate of one shard in its texts."""
    segments, _ = open_results(folder, shards)
    findings = Findings(PassagePlan.read(folder.passages), Boilerplate.read(folder.boilerplate), passages)
    locate_shard(shard, folder, segments, findings, config)
    report(shard.size)


def write_one(
    task: tuple[Shard, int],
    report: Callable[[int], None],
    *,
    folder: RunFolder,
    shards: tuple[Shard, ...],
    text_field: str,
) -> None:
    """Write one shard's share of the output."""
    shard, offset = task
    segments, decisions = open_results(folder, shards)
    write_shard(Results(folder, segments, decisions, text_field), shard, offset)
    report(shard.size)


@cache
def open_results(folder: RunFolder, shards: tuple[Shard, ...]) -> tuple[Segments, Decisions]:
    """Map the segments and decisions of a run, once in each process."""
    return Segments(folder.segments, list(shards)), Decisions.read(folder.decisions)


def refuse_rejections(segments: Segments) -> None:
    """Raise `InputError` on the first record that was set aside."""
    for shard in segments.shards:
        for rejection in segments.rejections(shard):
            path = shard.files[rejection.file].path
            raise InputError(f"{path}, line {rejection.line}: {rejection.error}. Without --strict it is set aside.")


def count_repeated_ids(segments: Segments) -> int:
    """Return how many documents have an id that an earlier document has (by 64-bit hash of the id)."""
    hashes = [
        np.fromiter((hash(raw) for raw in batch.documents.column("id").to_pylist() if raw), np.int64)
        for batch in segments.batches
    ]
    every = np.concatenate(hashes) if hashes else np.empty(0, np.int64)
    return len(every) - len(np.unique(every))


def summarise(
    run: CleanRun,
    settings: str,
    segments: Segments,
    results: tuple[CoverResult, Decisions, Findings | None],
    timer: StageTimer,
) -> Summary:
    """Return the summary of a run."""
    result, decisions, findings = results
    rejected = sum(1 for shard in segments.shards for _ in segments.rejections(shard))
    bands, rows = choose_bands(run.near.threshold, run.near.num_perm, run.near.recall)
    return Summary(
        counts=count_documents(decisions, rejected=rejected, repeated_ids=count_repeated_ids(segments)),
        inputs=[InputFile(f.path, f.name, f.format, f.compression, f.size) for f in run.files],
        config={name: describe(c) if (c := getattr(run, name)) else {} for name in ("near", "passages", "input")},
        passages=count_passages(findings, RunFolder(run.out), segments.shards) if findings else None,
        bands=bands,
        rows=rows,
        candidates=result.num_candidates,
        verified=result.num_verified,
        limits=list_limits(run.near, result, findings),
        fingerprint=settings,
        versions=list_versions(),
        stages=timer.stages,
    )


def list_limits(near: NearConfig, result: CoverResult, findings: Findings | None) -> list[Limit]:
    """Return the bounds that the run hit."""
    limits = []
    if result.num_full_buckets:
        effect = (
            f"{result.num_not_entered} band keys of kept documents were not entered into full buckets: "
            "near-copies of those documents may have been kept (text common to very many documents does this)"
        )
        limits.append(Limit("max_bucket", near.max_bucket, result.num_full_buckets, effect))
    if findings and findings.boilerplate.stride > 1:
        effect = "boilerplate was looked for in a part of the documents, evenly spread, and then marked in all"
        limits.append(Limit("max_anchors", PassageConfig.max_anchors, findings.boilerplate.stride, effect))
    return limits


def keep_standing(boilerplate: Boilerplate, decisions: Decisions) -> Boilerplate:
    """Return the ranges with those of removed documents left out, but for the first holder of each."""
    rows = (decisions.witness[boilerplate.document] < 0) | boilerplate.is_first
    return Boilerplate(
        boilerplate.document[rows],
        boilerplate.span[rows],
        boilerplate.holders[rows],
        boilerplate.is_first[rows],
        boilerplate.stride,
    )


def count_passages(findings: Findings, folder: RunFolder, shards: Sequence[Shard]) -> PassageCounts:
    """Return the counts of a run's passages."""
    plan, boilerplate = findings.plan, findings.boilerplate
    within = plan.scope == WITHIN
    return PassageCounts(
        within=int(within.sum()),
        across=int((~within).sum()),
        cut=count_cuts([folder.part(shard.index, LOCATED) for shard in shards]),
        boilerplate=int(boilerplate.is_first.sum()),
        boilerplate_documents=len(np.unique(boilerplate.document)),
        edited_documents=count_edits(folder.part(shard.index, EDITS) for shard in shards),
    )
