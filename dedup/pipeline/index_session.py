"""A clean run with an index: what it finds there, what it adds, and what a run that was cut off left to do."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from dedup.config import PassageConfig
from dedup.errors import OutputError
from dedup.index.commit import Addition, commit, encode_inputs
from dedup.index.containers import fetch_containers
from dedup.index.find_containers import Pairs, find_holders
from dedup.index.probe import find_known
from dedup.index.samples import take_samples
from dedup.index.scan import NewSketches
from dedup.index.schema import COMMITTED, PUBLISHED, RunRow, mark_published, read_runs, read_settings
from dedup.index.settings import refuse_other_settings, settings_of
from dedup.index.store import IndexFile, count_threads
from dedup.kernels.first_sources import MAX_SHINGLES
from dedup.model.run import IndexUse, Summary
from dedup.near.decide_documents import view_comparable
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.near.stored import KnownDocuments
from dedup.output.run_folder import SUMMARY, RunFolder
from dedup.pipeline.job import CleanRun, Progress
from dedup.pipeline.remove_contained import KeptDocuments
from dedup.threads import start_threads


@dataclass(frozen=True)
class IndexSession:
    """What a run knows of its index from its beginning: it holds the lock, so that stays true until its end.

    number, run   the place and the name of this run in the index
    next_ordinal  the first ordinal that is free
    replaced      numbers of runs that this one takes the place of: their output is overwritten
    """

    index: IndexFile
    number: int
    run: str
    next_ordinal: int
    replaced: tuple[int, ...] = ()

    def find_known(self, segments: Segments, run: CleanRun, spool: Path) -> KnownDocuments:
        """Return what the index holds that documents of this run may be copies of."""
        batches = segments.batches
        content = [batch.column("content", np.uint64) for batch in batches] or [np.empty((0, 2), np.uint64)]
        new = NewSketches(np.concatenate(content), [view_comparable(batch) for batch in batches])
        with self.index.reading() as connection:
            return find_known(connection, new, run.near, self.replaced, spool)

    def find_holders(
        self, segments: Segments, kept: KeptDocuments, config: PassageConfig, spool: Path, progress: Progress
    ) -> Pairs:
        """Return which documents of the index may contain one of those given, by place; the segments know them then."""
        assert segments.known is not None
        with start_threads(count_threads()) as threads:
            asked = take_samples(kept.tokens, config.shingle_size, threads, MAX_SHINGLES)
        progress.begin("contained", self.next_ordinal, "doc")
        with self.index.reading() as connection:
            pairs = find_holders(connection, asked, config, self.replaced, progress.advance)
            new = asked, kept.tokens.own_tokens
            pairs, known = fetch_containers(connection, pairs, new, segments.known, spool)
        progress.end()
        segments.remember(known)
        return pairs

    def commit(self, segments: Segments, decisions: Decisions, run: CleanRun, progress: Progress) -> None:
        """Add the run to the index, in one transaction."""
        kept = int((decisions.witness < 0).sum())
        row = RunRow(
            number=self.number,
            run=self.run,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            out=None if run.dry_run else str(Path(run.out).absolute()),
            inputs=encode_inputs([file.path for file in run.files]),
            documents=len(decisions.witness),
            kept=kept,
            seen=int(decisions.is_seen.sum()),
            next_ordinal=self.next_ordinal + kept,
            state=PUBLISHED if run.dry_run else COMMITTED,
        )
        progress.begin("commit", kept, "doc")
        addition = Addition(segments, decisions, self.number, self.next_ordinal, progress.advance)
        commit(self.index, addition, row, run.near, self.replaced)
        progress.end()

    def mark_published(self) -> None:
        """Note that the output of this run stands in its place."""
        with self.index.writing() as connection:
            mark_published(connection, self.run)

    def describe(self, decisions: Decisions, known: KnownDocuments | None, run: CleanRun) -> IndexUse:
        """Return what the summary says of the index."""
        return IndexUse(
            path=str(self.index.path),
            run=self.run,
            seen=int(decisions.is_seen.sum()),
            compared=len(known) if known is not None else 0,
            added=int((decisions.witness < 0).sum()),
            new_only=["boilerplate", "passages"] if run.passages else [],
        )


@contextmanager
def use_index(run: CleanRun, settings: str, folder: RunFolder, progress: Progress) -> Iterator[IndexSession | None]:
    """Give the session of a run with its index, None without one; the index is locked until the end, but for a look."""
    if run.index is None:
        yield None
        return
    index = IndexFile(run.index)
    if run.dry_run and not run.add:
        yield begin_session(run, settings, [])
        return
    with index.lock():
        runs = read_index(run)
        if settle(index, runs, (run, settings, folder), progress):
            runs = read_index(run)
        yield begin_session(run, settings, runs)


def read_index(run: CleanRun) -> list[RunRow]:
    """Return the runs of the index, none where it is new; refuse one of other settings."""
    assert run.index is not None
    index = IndexFile(run.index)
    if not index.exists():
        return []
    settings = settings_of(run.near)
    with index.reading() as connection:
        refuse_other_settings(index.path, read_settings(connection), settings)
        return read_runs(connection)


def begin_session(run: CleanRun, settings: str, runs: list[RunRow]) -> IndexSession:
    """Return the session of a run that comes after those of the index."""
    assert run.index is not None
    runs = runs or read_index(run)
    replaced = [] if run.dry_run else [row for row in runs if is_replaced(row, run)]
    standing = [row for row in runs if row not in replaced]
    number = max((row.number for row in standing), default=0) + 1
    before = standing[-1].run if standing else ""
    digest = hashlib.blake2b(f"{before} {settings}".encode(), digest_size=4).hexdigest()
    return IndexSession(
        IndexFile(run.index),
        number,
        f"{number:04}-{digest}",
        max((row.next_ordinal for row in runs), default=0),
        tuple(row.number for row in replaced),
    )


def is_replaced(row: RunRow, run: CleanRun) -> bool:
    """Return whether the output of a run of the index is overwritten by this run, or never came to its place."""
    if row.out != str(Path(run.out).absolute()):
        return False
    return row.state == COMMITTED or (run.overwrite and run_of(Path(run.out) / SUMMARY) == row.run)


def run_of(summary: Path) -> str | None:
    """Return the run of an index that a summary names, None where there is none."""
    try:
        index = Summary.read(summary).index
    except (OSError, msgspec.DecodeError):
        return None
    return index.run if index else None


def settle(index: IndexFile, runs: list[RunRow], work: tuple[CleanRun, str, RunFolder], progress: Progress) -> bool:
    """Bring the runs that are in the index but not in their output folder to an end, or say who has to.

    Returns whether any was. A run commits when its output is complete beside its place, and publishes it then. So of a
    run that was killed in between the output is in one of the two places, unless somebody took it away.
    """
    here = str(Path(work[0].out).absolute())
    changed = False
    for row in runs:
        if row.out is None or (row.state == PUBLISHED and row.out != here):
            continue
        is_complete = settle_own(index, row, *work) if row.out == here else settle_other(index, row)
        if is_complete and row.state == COMMITTED:
            with index.writing() as connection:
                mark_published(connection, row.run)
            progress.note(f"{index.path}: run {row.run} is complete now ({row.out})")
            changed = True
    return changed


def settle_own(index: IndexFile, row: RunRow, run: CleanRun, settings: str, folder: RunFolder) -> bool:
    """Publish a run of the same output folder if it is resumed; return whether its output stands in its place."""
    waiting = run_of(folder.output / SUMMARY) == row.run
    published = run_of(folder.out / SUMMARY) == row.run
    if run.resume and (waiting or published):
        summary = Summary.read((folder.output if waiting else folder.out) / SUMMARY)
        if summary.fingerprint != settings:
            return False  # the folder itself refuses to go on with other settings
        if waiting:
            folder.publish()
        folder.discard()
        return True
    if not (waiting or published or run.resume or run.overwrite) and row.state == COMMITTED:
        raise OutputError(lost_output(index, row))
    return published and not waiting


def settle_other(index: IndexFile, row: RunRow) -> bool:
    """Return that the output of a run stands in its place; it is an `OutputError` if not."""
    theirs = RunFolder(Path(str(row.out)))
    if run_of(theirs.out / SUMMARY) == row.run:
        return True
    is_waiting = run_of(theirs.output / SUMMARY) == row.run
    raise OutputError(unfinished_output(index, row) if is_waiting else lost_output(index, row))


def lost_output(index: IndexFile, row: RunRow) -> str:
    """Return what is wrong with a run whose output is nowhere."""
    return (
        f"{index.path}: holds run {row.run}, whose output {row.out} is not there. "
        f"Take the run back with `dedup index remove --index {index.path} --run {row.run}`."
    )


def unfinished_output(index: IndexFile, row: RunRow) -> str:
    """Return what is wrong with a run whose output is not in its place."""
    return (
        f"{index.path}: run {row.run} was cut off before its output {row.out} was in place. Finish it with the same "
        f"command and --resume, or take it back with `dedup index remove --index {index.path} --run {row.run}`."
    )


def with_covered(decisions: Decisions, segments: Segments) -> Decisions:
    """Return the decisions with the covered share of documents that the index knew as contained in others."""
    if segments.known is None or not np.any(segments.known.fates.covered):
        return decisions
    fates = segments.known.fates
    share = dict(zip(map(tuple, fates.content.tolist()), fates.covered.tolist(), strict=True))
    content = np.concatenate([batch.column("content", np.uint64) for batch in segments.batches])
    rows = np.flatnonzero(decisions.is_seen)
    covered = decisions.covered.copy()
    covered[rows] = [share.get(tuple(pair), 0.0) for pair in content[rows].tolist()]
    return replace(decisions, covered=covered)
