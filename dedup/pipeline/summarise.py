"""The summary of a clean run."""

import numpy as np
from msgspec.structs import replace

from dedup.model.run import InputFile, PassageCounts, Summary
from dedup.near.segments import Segments
from dedup.output.locate_shard import count_cuts, count_edits
from dedup.output.run_folder import EDITS, LOCATED
from dedup.output.run_summary import (
    count_distinct,
    count_documents,
    count_losses,
    count_related,
    list_passage_limits,
    make_summary,
)
from dedup.output.suspicious_series import count_series
from dedup.passages.cut_documents import Findings
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.passage_table import WITHIN
from dedup.pipeline.job import Job, Outcome


def count_repeated_ids(segments: Segments) -> int:
    """Return how many documents have an id that an earlier document has (by 64-bit hash of the id)."""
    hashes = [
        np.fromiter((hash(raw) for raw in batch.documents.column("id").to_pylist() if raw), np.int64)
        for batch in segments.batches
    ]
    every = np.concatenate(hashes) if hashes else np.empty(0, np.int64)
    return len(every) - count_distinct(every)


def count_unsearched(segments: Segments) -> int:
    """Return in how many documents no passages were looked for, or none that others have."""
    parts = [DocumentTokens.unmasked(batch.token_addresses, batch.column("num_tokens")) for batch in segments.batches]
    return sum(int(part.find_unsearched().sum()) for part in parts)


def summarise(outcome: Outcome, digests: str | None, job: Job) -> Summary:
    """Return the summary of a run; `digests` is the digest of its list of digests."""
    segments, decisions = outcome.sketches.segments, outcome.decisions
    num_tokens = outcome.sketches.join("num_tokens")
    rejections = segments.count_rejections()
    documents = count_documents(decisions, rejected=rejections.rejected, repeated_ids=count_repeated_ids(segments))
    inputs = [InputFile(f.path, f.name, f.format, f.compression, f.num_bytes, f.encoding) for f in job.run.files]
    summary = make_summary(job.settings, inputs, documents, decisions.counts, job.timer)
    is_on = job.settings.passages.is_on
    num_long = count_unsearched(segments) if is_on else 0
    return replace(
        summary,
        passages=count_passages(outcome.findings, job) if is_on else None,
        limits=summary.limits + list_passage_limits(outcome.findings.boilerplate.stride, num_long),
        fingerprint=job.fingerprint,
        losses=count_losses(decisions, num_tokens),
        related=count_related(decisions),
        suspicious=count_series(outcome.series),
        rejected_by_reason=rejections.by_reason,
        index=job.index.describe(outcome, job),
        digests=digests,
    )


def count_passages(findings: Findings, job: Job) -> PassageCounts:
    """Return the counts of a run's passages."""
    within, boilerplate = findings.passages.scope == WITHIN, findings.boilerplate
    return PassageCounts(
        within=int(within.sum()),
        across=int((~within).sum()),
        cut=count_cuts(job.list_parts(LOCATED)),
        boilerplate=int(boilerplate.is_first.sum()),
        boilerplate_documents=count_distinct(boilerplate.document),
        edited_documents=count_edits(job.list_parts(EDITS)),
    )
