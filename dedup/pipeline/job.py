"""The nouns of a run: what is asked for, what is fixed for all stages, what the stages found."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dedup.config import CleanSettings
from dedup.corpus.field_names import choose_fields
from dedup.corpus.file_mask import as_private_as
from dedup.corpus.files import STDIN, SourceFile, at_rest
from dedup.corpus.shards import SHARD_SIZE, Shard, plan_shards
from dedup.corpus.unpack import unpack
from dedup.errors import CAN_BE_RESUMED, InputError
from dedup.near.bands import bands_of
from dedup.near.decisions import Decisions
from dedup.near.sketches import Sketches
from dedup.output.finished_run import read_summary
from dedup.output.run_folder import RunFolder
from dedup.output.run_summary import StageTimer
from dedup.output.suspicious_series import SuspiciousSeries, find_series
from dedup.passages.cut_documents import Findings
from dedup.workers import Result, run_tasks

if TYPE_CHECKING:
    from dedup.pipeline.index_session import IndexSession
    from dedup.pipeline.no_index import NoIndex


class Progress(Protocol):
    """The progress of a long run: a stage begins with a total, and advances."""

    def plan(self, stages: Sequence[str]) -> None:
        """Take the stages that are to come, in their order."""

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Begin a stage."""

    def advance(self, amount: int) -> None:
        """Add to what is done."""

    def end(self) -> None:
        """End the stage."""

    def note(self, message: str) -> None:
        """Say something that explains a wait."""


class SilentProgress:
    """A progress that shows nothing, for the library."""

    def plan(self, stages: Sequence[str]) -> None:
        """Take the stages that are to come."""

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Begin a stage."""

    def advance(self, amount: int) -> None:
        """Add to what is done."""

    def end(self) -> None:
        """End the stage."""

    def note(self, message: str) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class InputState:
    """A digest of the names, places, sizes and times of all input files."""

    digest: str


@dataclass(frozen=True)
class CleanRun:
    """Everything a clean run is asked to do; a dry run works in `out` too, and leaves nothing there.

    named       the output folder that was asked for, where a dry run works elsewhere
    index       the index whose documents count as kept before, and that gets what this run keeps
    add         with `dry_run`: add what is kept to the index, and write nothing else
    annotate    write all records too, with what was decided on them: `annotated/`
    shard_size  bytes of a file that one worker takes at a time: output is the same for any, `resume` needs the same
    """

    files: Sequence[SourceFile]
    out: Path
    settings: CleanSettings = field(default_factory=CleanSettings)
    workers: int = 1
    resume: bool = False
    overwrite: bool = False
    strict: bool = False
    dry_run: bool = False
    index: Path | None = None
    add: bool = False
    annotate: bool = False
    shard_size: int = SHARD_SIZE
    named: Path | None = None

    @property
    def place(self) -> Path:
        """Return the output folder that was asked for."""
        return self.named or self.out

    @property
    def can_be_resumed(self) -> bool:
        """Return whether `--resume` can go on with what an error leaves: standard input, and a dry run, are gone."""
        return self.named is not None and not self.dry_run and all(file.path != STDIN for file in self.files)

    @property
    def fingerprint(self) -> str:
        """Return a short hash of all that the output depends on."""
        index: list[object] = []
        if self.index:
            from dedup.index.store import IndexFile  # noqa: PLC0415 (for those who have one)

            index = [IndexFile(self.index)]
        # A copy of the input is the same input: inodes do not count.
        files = [replace(file, inode=0, origin=None) for file in self.files]
        state = InputState(blake2b(repr(files).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest())
        return self.settings.fingerprint(*index, state) + "-annotated" * self.annotate


@dataclass(frozen=True)
class Job:
    """What is fixed for all stages of a run. What a stage finds is passed on as an argument.

    fingerprint  a short hash of all that the output depends on
    index        the session with the index, or `NO_INDEX`
    """

    run: CleanRun
    fingerprint: str
    shards: tuple[Shard, ...]
    folder: RunFolder
    index: "IndexSession | NoIndex"
    progress: Progress
    timer: StageTimer

    @property
    def settings(self) -> CleanSettings:
        """Return the settings of all stages."""
        return self.run.settings

    @property
    def workers(self) -> int:
        """Return the number of processes, and of threads."""
        return self.run.workers

    @property
    def size(self) -> int:
        """Return the bytes of the input on disk."""
        return sum(shard.size for shard in self.shards)

    def list_stages(self) -> list[str]:
        """Return the stages of `clean`, in their order."""
        run, passages = self.run, self.settings.passages
        wanted = {
            "unpack": any(file.is_packed for file in run.files),
            "sketch": True,
            "index": run.index is not None,
            "cover": True,
            "contained": run.index is not None and passages.finds_contained,
            "passages": passages.is_on,
            "confirm": True,
            "locate": passages.is_on,
            "compare": not run.dry_run,
            "write": not run.dry_run,
            "pack": not run.dry_run and any(file.is_packed for file in run.files),
            "commit": run.index is not None and not run.dry_run,
        }
        return [stage for stage, is_wanted in wanted.items() if is_wanted]

    def list_parts(self, name: str) -> list[Path]:
        """Return the pieces of a file that the shards write."""
        return [self.folder.part(shard.index, name) for shard in self.shards]

    def is_finished(self) -> bool:
        """Return whether this run is resumed, and its output is complete already."""
        if not (self.run.resume and self.folder.is_finished()):
            return False
        return read_summary(self.run.out).fingerprint == self.fingerprint

    @contextmanager
    def working(self) -> Iterator["Job"]:
        """Take the folder for as long as the work lasts; what is left there is gone on with, or of no use.

        Gives the job with plain files in the places of packed ones.
        """
        run = self.run
        bands_of(self.settings.near)  # refuses settings with which nothing can be found
        self.folder.refuse_overlap(file.user_file.location for file in run.files)
        with (
            as_private_as(run.files),
            self.folder.begin(f"{self.fingerprint}.{run.shard_size}", resume=run.resume, overwrite=run.overwrite),
        ):
            try:
                with at_rest(run.files):
                    ready = self.unpack()
                yield ready
            except InputError:
                self.folder.discard()  # nothing to go on with: the input has to change first
                raise
            except Exception as error:
                if run.can_be_resumed:
                    error.add_note(CAN_BE_RESUMED)
                elif self.folder.is_written():  # what --overwrite was to replace is there alone too
                    error.add_note(f"the output is complete in {self.folder.output}")
                elif run.index is None:
                    self.folder.discard()
                raise
            finally:
                if run.add:
                    self.folder.discard()

    def unpack(self) -> "Job":
        """Return the job with plain copies of packed files, the shards of these, and the fields that they have."""
        run = self.run
        if not any(file.is_packed for file in run.files):
            return self.with_fields()
        place, config = self.folder.unpacked, run.settings.input
        with self.timer.measure("unpack"), self.show("unpack", sum(f.size for f in run.files if f.is_packed), "B"):
            files = unpack(run.files, place, config, run.workers, self.progress.advance)
        shards = tuple(plan_shards(files, run.shard_size, config.max_record))
        return replace(self, run=replace(run, files=files), shards=shards).with_fields()

    def with_fields(self) -> "Job":
        """Return the job with the fields that its documents have where nobody named others; say which."""
        found = choose_fields(self.run.files, self.settings.input, self.progress.note)
        return replace(self, run=replace(self.run, settings=replace(self.settings, input=found)))

    def visit_shards(self, stage: str, work: Callable[[Shard], Result]) -> list[Result]:
        """Go over all shards once more, in worker processes; return what the work makes of each."""
        with self.show(stage, self.size, "B"):
            return run_tasks(partial(visit_shard, work=work), self.shards, self.workers, self.progress.advance)

    @contextmanager
    def show(self, stage: str, total: int, unit: str) -> Iterator[None]:
        """Show the progress of a stage."""
        self.progress.begin(stage, total, unit)
        yield
        self.progress.end()


def visit_shard(shard: Shard, report: Callable[[int], None], *, work: Callable[[Shard], Result]) -> Result:
    """Do some work on one shard; files that have changed since they were found stop the run."""
    with at_rest(shard.files):
        result = work(shard)
    report(shard.size)
    return result


def make_job(run: CleanRun, progress: Progress, index: "IndexSession | NoIndex") -> Job:
    """Return the job of a run."""
    shards = tuple(plan_shards(run.files, run.shard_size, run.settings.input.max_record))
    return Job(run, run.fingerprint, shards, RunFolder(run.out), index, progress, StageTimer())


@dataclass(frozen=True)
class Outcome:
    """What the stages of a run found: all that its output is written from."""

    sketches: Sketches
    decisions: Decisions
    findings: Findings

    @cached_property
    def series(self) -> list[SuspiciousSeries]:
        """Return the series of documents that deserve a look."""
        return find_series(self.sketches, self.decisions)
