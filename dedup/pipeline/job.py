"""What a run is asked to do, and what it tells of itself on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dedup.config import InputConfig, NearConfig, PassageConfig
from dedup.corpus.files import SourceFile
from dedup.corpus.shards import SHARD_SIZE
from dedup.errors import DedupError


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


class SilentProgress:
    """A progress that tells nothing, for the library."""

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Begin a stage."""

    def advance(self, amount: int) -> None:
        """Tell that this much more is done."""

    def end(self) -> None:
        """End the stage."""

    def note(self, message: str) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class CleanRun:
    """Everything a clean run is asked to do; without `out` it is a dry run, which works in `scratch`.

    index  the index whose documents count as kept before, and that gets what this run keeps
    add    with `dry_run`: add what is kept to the index, and write nothing else
    shard_size  bytes of a file that one worker takes at a time: output is the same for any, `resume` needs the same
    """

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
    index: Path | None = None
    add: bool = False
    shard_size: int = SHARD_SIZE

    def __post_init__(self) -> None:
        if self.near.keep.field == self.input.text_field:
            raise DedupError(
                f"--keep {self.near.keep} names the text field. Name a field that holds a date or an outlet."
            )
