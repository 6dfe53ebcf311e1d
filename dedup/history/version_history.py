"""What the versions of one article show: versions, steps, and the lives of sentences."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from dedup.diff.model import Diff
from dedup.text.spans import Span


class StepFactKind(StrEnum):
    """What a changed fact is."""

    HEADLINE = "headline"
    NUMBER = "number"
    DATE = "date"
    QUOTE = "quote"
    NAME = "name"


class StepKind(StrEnum):
    """What a step is, as a whole."""

    EDITED = "edited"
    TRIVIAL = "trivial"
    SAME = "same"
    REVERTED = "reverted"
    EMPTIED = "emptied"


class Version(NamedTuple):
    """One state of an article: its time as given, and as a moment if that can be read.

    `called` is what a clean run calls it, "" for nothing.
    """

    name: str
    text: str
    title: str = ""
    time: str = ""
    moment: datetime | None = None
    outlet: str = ""
    called: str = ""


class StepFact(NamedTuple):
    """A fact that a step changed; `old` or `new` is empty where one was added or dropped."""

    kind: StepFactKind
    old: str
    new: str
    old_span: Span
    new_span: Span


@dataclass(frozen=True)
class Step:
    """What changed from version `old` to version `new`, both counted from 0.

    `diff` compares their texts. A reverted step goes back to the version `back_to`. A step is silent if it changes
    facts and adds no note that says so.
    """

    old: int
    new: int
    kind: StepKind
    diff: Diff
    facts: tuple[StepFact, ...]
    back_to: int | None = None
    is_silent: bool = False

    @property
    def num_changed(self) -> int:
        """Return how many words were added or dropped."""
        return self.diff.stats.num_added + self.diff.stats.num_dropped

    @property
    def headline_changed(self) -> bool:
        """Return whether the headline is another one."""
        return any(fact.kind is StepFactKind.HEADLINE for fact in self.facts)


class Standing(NamedTuple):
    """Where a sentence is in one version, in characters of its text."""

    version: int
    span: Span


@dataclass(frozen=True)
class SentenceLife:
    """A sentence through the versions: one that was edited or moved is the same sentence.

    `first` is the version that it, or the sentence it was split from, came in with. `standings` are in the order of
    the versions.
    """

    text: str
    first: int
    standings: tuple[Standing, ...]

    @property
    def last(self) -> int:
        """Return the last version that has the sentence."""
        return self.standings[-1].version


@dataclass(frozen=True)
class VersionHistory:
    """The versions of one article in their order, the steps between them, and the lives of their sentences.

    `notes` say in words what is odd: an empty version, the same version twice, times out of order.
    """

    name: str
    versions: tuple[Version, ...]
    steps: tuple[Step, ...]
    sentences: tuple[SentenceLife, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"VersionHistory({self.name!r:.60}, {len(self.versions):,} versions, {self.num_changed:,} words changed)"

    @property
    def num_changed(self) -> int:
        """Return how many words all steps added or dropped."""
        return sum(step.num_changed for step in self.steps)

    @cached_property
    def gone(self) -> tuple[SentenceLife, ...]:
        """Return the sentences that the last version lacks."""
        return tuple(life for life in self.sentences if life.last < len(self.versions) - 1)

    @cached_property
    def present(self) -> tuple[SentenceLife, ...]:
        """Return the sentences of the last version, in its order."""
        return tuple(sorted(set(self.sentences) - set(self.gone), key=lambda life: life.standings[-1].span))
