"""Which documents of some files an index knows: compared with what it holds, each by itself, and nothing is added."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
import numpy as np

from dedup.config import NearConfig
from dedup.index.store import IndexFile
from dedup.index.stored_tokens import read_seed
from dedup.index.tables import read_runs, read_settings, refuse_other_settings, settings_of
from dedup.model.documents import CopyRelation
from dedup.model.run import RejectionCounts
from dedup.near.decide_documents import decide_alone
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.output.records import Witness, encode_line, witness_of
from dedup.passages.remove_contained import add_stored, gather_kept, remove_contained
from dedup.pipeline.confirm_removals import confirm
from dedup.pipeline.cut_passages import mask_boilerplate
from dedup.pipeline.index_session import IndexSession
from dedup.pipeline.job import CleanRun, Progress, make_job
from dedup.pipeline.sketch_shards import sketch


class KnownRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `dedup index check`: a document that the index knows, and the document there that it is a copy of."""

    id: msgspec.Raw
    path: str
    line: int
    relation: str
    witness: Witness
    similarity: float
    covered: float | None = None


@dataclass(frozen=True)
class KnownDocuments:
    """How many documents there are, a JSON line for each that the index knows, and what could not be read."""

    count: int
    lines: Sequence[bytes]
    rejections: RejectionCounts


def check_documents(run: CleanRun, progress: Progress) -> KnownDocuments:
    """Return which documents the index knows; `run.out` is for scratch."""
    assert run.index is not None
    job = make_job(run, progress, open_for_look(IndexFile(run.index), run.settings.near))
    for folder in (job.folder.segments, job.folder.parts):
        folder.mkdir(parents=True)
    job = job.unpack()
    sketches = sketch(job)
    sketches, boilerplate = mask_boilerplate(sketches, job)
    sketches = sketches.with_stored(job.index.look_up(sketches, job))
    decisions = decide_alone(sketches, job.settings)
    kept = gather_kept(sketches, ~decisions.is_seen, boilerplate)
    containers = job.index.find_containers(sketches, kept, job)
    sketches = sketches.with_stored(containers.stored)
    if job.settings.passages.finds_contained:
        candidates = add_stored(sketches, kept, np.empty((0, 2), np.int32), containers.pairs)
        order = partial(np.arange, len(sketches))  # none is compared with another one
        decisions = remove_contained(sketches, decisions, candidates, job.settings, job.workers, order)
    decisions = confirm(sketches, decisions, job)
    segments = sketches.segments
    return KnownDocuments(len(sketches), [*describe_known(segments, decisions)], segments.count_rejections())


def open_for_look(index: IndexFile, near: NearConfig) -> IndexSession:
    """Return a session that only reads; an index that is not there, or has other settings, is an error."""
    with index.reading() as connection:
        refuse_other_settings(index.path, read_settings(connection), settings_of(near))
        next_ordinal = max((row.next_ordinal for row in read_runs(connection)), default=0)
        return IndexSession(index, 0, "", next_ordinal, seed=read_seed(connection))


def describe_known(segments: Segments, decisions: Decisions) -> Iterator[bytes]:
    """Yield a line for each document that the index knows, in input order."""
    rows = np.flatnonzero(decisions.is_seen)
    names, witnesses = segments.names(rows), segments.names(decisions.witness[rows])
    for row, name, witness in zip(rows.tolist(), names, witnesses, strict=True):
        relation = CopyRelation(decisions.relation[row])
        yield encode_line(
            KnownRecord(
                msgspec.Raw(name.raw_id),
                name.path,
                name.line,
                relation.label,
                witness_of(witness),
                float(decisions.similarity[row]),
                float(decisions.covered[row]) if relation is CopyRelation.CONTAINED else None,
            )
        )
