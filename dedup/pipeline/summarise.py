"""The summary of a clean run."""

from collections.abc import Sequence

import numpy as np

from dedup.config import describe
from dedup.corpus.shards import Shard
from dedup.model.run import InputFile, PassageCounts, Summary
from dedup.near.bands import bands_of
from dedup.near.decisions import Decisions
from dedup.near.leaders import CoverResult
from dedup.near.segments import Segments
from dedup.output.edits import count_edits
from dedup.output.located_spans import count_cuts
from dedup.output.run_folder import EDITS, LOCATED, RunFolder
from dedup.output.run_summary import StageTimer, count_distinct, count_documents, list_limits, list_versions
from dedup.passages.cut_documents import Findings
from dedup.passages.passage_table import WITHIN
from dedup.pipeline.job import CleanRun


def count_repeated_ids(segments: Segments) -> int:
    """Return how many documents have an id that an earlier document has (by 64-bit hash of the id)."""
    hashes = [
        np.fromiter((hash(raw) for raw in batch.documents.column("id").to_pylist() if raw), np.int64)
        for batch in segments.batches
    ]
    every = np.concatenate(hashes) if hashes else np.empty(0, np.int64)
    return len(every) - count_distinct(every)


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
    bands, rows = bands_of(run.near)
    stride = findings.boilerplate.stride if findings else 1
    return Summary(
        counts=count_documents(decisions, rejected=rejected, repeated_ids=count_repeated_ids(segments)),
        inputs=[InputFile(f.path, f.name, f.format, f.compression, f.size) for f in run.files],
        config={name: describe(c) if (c := getattr(run, name)) else {} for name in ("near", "passages", "input")},
        passages=count_passages(findings, RunFolder(run.out), segments.shards) if findings else None,
        bands=bands,
        rows=rows,
        candidates=result.num_candidates,
        verified=result.num_verified,
        limits=list_limits(run.near, result.num_full_buckets, result.num_not_entered, stride),
        fingerprint=settings,
        versions=list_versions(),
        stages=timer.stages,
        compile_s=timer.compile_s,
    )


def count_passages(findings: Findings, folder: RunFolder, shards: Sequence[Shard]) -> PassageCounts:
    """Return the counts of a run's passages."""
    passages, boilerplate = findings.passages, findings.boilerplate
    within = passages.scope == WITHIN
    return PassageCounts(
        within=int(within.sum()),
        across=int((~within).sum()),
        cut=count_cuts([folder.part(shard.index, LOCATED) for shard in shards]),
        boilerplate=int(boilerplate.is_first.sum()),
        boilerplate_documents=count_distinct(boilerplate.document),
        edited_documents=count_edits(folder.part(shard.index, EDITS) for shard in shards),
    )
