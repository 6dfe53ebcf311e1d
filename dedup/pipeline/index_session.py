"""A clean run with an index: what it finds there, what it adds, and what a run that was cut off left to do."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.errors import DedupError, OutputError
from dedup.index.commit import Addition, commit
from dedup.index.find_containers import Asked, fetch_containers, find_holders
from dedup.index.near_lookup import find_stored
from dedup.index.samples import take_samples
from dedup.index.store import FileState, IndexFile
from dedup.index.stored_tokens import StoredProofs, fetch_proofs, read_seed
from dedup.index.tables import (
    COMMITTED,
    PUBLISHED,
    RunRow,
    mark_published,
    read_runs,
    read_settings,
    refuse_other_settings,
    settings_of,
)
from dedup.kernels.first_sources import MAX_SHINGLES
from dedup.model.run import IndexUse
from dedup.near.sketches import Sketches
from dedup.near.stored import NO_PAIRS, NO_STORED, Containers, StoredDocuments
from dedup.output.output_file import refuse_side_file
from dedup.output.run_folder import RunFolder
from dedup.passages.containment import find_least
from dedup.passages.remove_contained import KeptDocuments
from dedup.pipeline.job import CleanRun, Job, Outcome, Progress
from dedup.pipeline.settle_runs import list_replaced, refuse_lost, settle
from dedup.threads import count_cores, start_threads


@dataclass(frozen=True)
class IndexSession:
    """What a run knows of its index from its beginning: it holds the lock, so that stays true until its end.

    number, run   the place and the name of this run in the index
    next_ordinal  the first ordinal that is free
    state         of the file when the run began, None where there was none: what the run finds later is the same
    replaced      numbers of runs that this one takes the place of: their output is overwritten
    seed          under which the index knows words, None of a new one
    """

    index: IndexFile
    number: int
    run: str
    next_ordinal: int
    state: FileState | None = None
    replaced: tuple[int, ...] = ()
    seed: int | None = field(default=None, repr=False)

    def secret(self, job: Job) -> int:
        """Return the seed under which the index knows words, and the segments of this run."""
        return job.folder.keep_seed(self.seed)

    def find_proofs(self, ordinals: npt.NDArray[np.int64]) -> StoredProofs:
        """Return what the index knows of the words of some documents."""
        with self.index.reading() as connection:
            return fetch_proofs(connection, ordinals)

    def look_up(self, sketches: Sketches, job: Job) -> StoredDocuments:
        """Return the stored documents that documents of this run may be copies of."""
        if not self.index.exists():
            return NO_STORED
        new = list(sketches.views())
        with job.timer.measure("index"), job.show("index", len(sketches), "doc"), self.index.reading() as connection:
            return find_stored(connection, new, job.settings.near, self.replaced, job.folder.known)

    def find_containers(self, sketches: Sketches, kept: KeptDocuments, job: Job) -> Containers:
        """Return which stored documents may contain a kept one, by place among these, and all stored ones."""
        config = job.settings.passages
        if not (config.finds_contained and self.index.exists()):
            return Containers(NO_PAIRS, sketches.stored)
        with job.timer.measure("contained"):
            with start_threads(count_cores()) as threads:
                samples = take_samples(kept.tokens, config.shingle_size, threads, MAX_SHINGLES)
            asked = Asked(samples, kept.tokens.own_tokens, find_least(job.settings))
            with job.show("contained", self.next_ordinal, "doc"), self.index.reading() as connection:
                pairs = find_holders(connection, samples, config, self.replaced, job.progress.advance)
                return fetch_containers(connection, pairs, asked, sketches.stored, job.folder.holders)

    def commit(self, outcome: Outcome, job: Job) -> None:
        """Add the run to the index, in one transaction; a dry run only looks, unless it is there to add."""
        run, decisions = job.run, outcome.decisions
        if run.dry_run and not run.add:
            return
        kept = int(decisions.kept.sum())
        row = RunRow(
            number=self.number,
            run=self.run,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            out=None if run.dry_run else str(Path(run.out).absolute()),
            inputs=msgspec.json.encode([file.path for file in run.files]).decode(),
            documents=len(decisions),
            kept=kept,
            seen=int(decisions.is_seen.sum()),
            next_ordinal=self.next_ordinal + kept,
            state=PUBLISHED if run.dry_run else COMMITTED,
        )
        if self.index.state() != self.state:
            raise OutputError(
                f"{self.index.path}: was changed by another program during this run. Nothing was added. Run it again."
            )
        with job.show("commit", kept, "doc"):
            addition = Addition(outcome.sketches, decisions, self.number, self.next_ordinal, job.progress.advance)
            commit(self.index, addition, row, job.settings.near, self.secret(job), self.replaced)

    def mark_published(self) -> None:
        """Note that the output of this run is in its place."""
        with self.index.writing() as connection:
            mark_published(connection, self.run)

    def describe(self, outcome: Outcome, job: Job) -> IndexUse:
        """Return what the summary says of the index."""
        return IndexUse(
            path=str(self.index.path),
            run=self.run,
            seen=int(outcome.decisions.is_seen.sum()),
            compared=len(outcome.sketches.stored),
            added=int(outcome.decisions.kept.sum()),
            new_only=["boilerplate", "passages"] if job.settings.passages.is_on else [],
        )


@contextmanager
def use_index(path: Path, run: CleanRun, progress: Progress) -> Iterator[IndexSession]:
    """Give the session of a run with its index; the index is locked until the end, but for a look."""
    index = IndexFile(path)
    refuse_places(index, run)
    if run.dry_run and not run.add:
        yield begin_session(index, run, *read_index(index, run))
        return
    with index.lock():
        runs, seed = read_index(index, run)
        if settle(index, runs, run, progress):
            runs, seed = read_index(index, run)
        refuse_lost(index, runs, run)
        yield begin_session(index, run, runs, seed)


def refuse_places(index: IndexFile, run: CleanRun) -> None:
    """Raise `OutputError` where the index would be a part of another one, or in the way of the output.

    `DedupError` where passages have another size of shingles than those that an index holds.
    """
    passages, size = run.settings.passages, PassageConfig.shingle_size
    if passages.finds_contained and passages.shingle_size != size:
        raise DedupError(f"{index.path}: holds shingles of {size} words. Give passages a shingle_size of {size} too.")
    refuse_side_file(index.path)
    folder = RunFolder(run.out)
    folder.refuse_overlap([str(index.path)])
    for place in (folder.out, folder.partial):
        if os.path.realpath(place) in index.own_places:
            raise OutputError(f"{place}: is the place of a file of the index. Choose another folder with -o.")


def read_index(index: IndexFile, run: CleanRun) -> tuple[list[RunRow], int | None]:
    """Return the runs and the seed of an index, in one look of 20 ms. One of other settings is refused."""
    if not index.exists():
        return [], None
    with index.reading() as connection:
        refuse_other_settings(index.path, read_settings(connection), settings_of(run.settings.near))
        return read_runs(connection), read_seed(connection)


def begin_session(index: IndexFile, run: CleanRun, runs: list[RunRow], seed: int | None) -> IndexSession:
    """Return the session of a run that comes after those of the index."""
    replaced = list_replaced(runs, run)
    standing = [row for row in runs if row not in replaced]
    number = max((row.number for row in standing), default=0) + 1
    before = standing[-1].run if standing else ""
    digest = hashlib.blake2b(f"{before} {run.fingerprint}".encode(), digest_size=4).hexdigest()
    return IndexSession(
        index,
        number,
        f"{number:04}-{digest}",
        max((row.next_ordinal for row in runs), default=0),
        index.state(),
        tuple(row.number for row in replaced),
        seed,
    )
