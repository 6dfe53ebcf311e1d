"""Which documents of some files an index knows: compared with what it holds, each by itself, and nothing is added."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from dedup.corpus.shards import plan_shards
from dedup.index.schema import read_runs, read_settings
from dedup.index.settings import refuse_other_settings, settings_of
from dedup.index.store import IndexFile
from dedup.model.documents import CopyRelation
from dedup.near.decide_documents import view_batch
from dedup.near.decisions import Decisions
from dedup.near.leaders import Cover
from dedup.near.segments import Segments
from dedup.output.records import Witness, encode_line, witness_of
from dedup.output.run_folder import RunFolder
from dedup.passages.passage_table import join_passages
from dedup.pipeline.cut_passages import as_decisions
from dedup.pipeline.find_boilerplate import find_corpus_boilerplate
from dedup.pipeline.index_session import IndexSession, with_covered
from dedup.pipeline.job import CleanRun, Progress
from dedup.pipeline.remove_contained import gather_kept, remove_contained
from dedup.pipeline.sketch_shards import load_kernels, sketch_shards


class KnownRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `dedup index check`: a document that the index knows, and the document there that it is a copy of."""

    id: msgspec.Raw
    path: str
    line: int
    relation: str
    witness: Witness
    similarity: float
    covered: float | None = None


def check_documents(run: CleanRun, progress: Progress) -> tuple[int, Iterator[bytes]]:
    """Return how many documents there are, and a JSON line for each that the index knows; `run.out` is for scratch."""
    assert run.index is not None
    index = IndexFile(run.index)
    with index.reading() as connection:
        refuse_other_settings(index.path, read_settings(connection), settings_of(run.near))
        next_ordinal = max((row.next_ordinal for row in read_runs(connection)), default=0)
    folder = RunFolder(run.out)
    folder.segments.mkdir(parents=True)
    load_kernels(run.near, run.passages, progress)
    shards = plan_shards(run.files, run.shard_size)
    sketch_shards(run, folder, shards, progress)
    segments = Segments(folder.segments, shards)
    boilerplate = None
    if run.passages:
        boilerplate = find_corpus_boilerplate(segments, run.passages, folder.masked, run.workers)
    session = IndexSession(index, 0, "", next_ordinal)
    decisions = compare_with_index(session, segments, run, folder.known)
    if run.passages and run.passages.contained is not None:
        kept = gather_kept(segments, ~decisions.is_seen, boilerplate)
        holders = session.find_holders(segments, kept, run.passages, folder.holders, progress)
        configs = (run.near, run.passages)
        decisions = remove_contained(segments, decisions, kept, (join_passages([]), holders), configs, run.workers)
    return segments.num_documents, describe_known(segments, decisions)


def compare_with_index(session: IndexSession, segments: Segments, run: CleanRun, spool: Path) -> Decisions:
    """Return what the index says of each document, as if it were the only one."""
    segments.remember(session.find_known(segments, run, spool))
    cover = Cover(segments.num_documents, run.near, segments.known)
    for batch in segments.batches:
        cover.offer(view_batch(batch), enter=False)
    return with_covered(as_decisions(cover.result()), segments)


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
