"""What a run did: `summary.json`, and a few removals to show to a person."""

from enum import StrEnum
from pathlib import Path

import msgspec


class InputFile(msgspec.Struct, frozen=True):
    """One input file: its path as given, and its name below `kept/`."""

    path: str
    name: str
    format: str
    compression: str | None
    bytes: int
    encoding: str | None = None


class Counts(msgspec.Struct, frozen=True):
    """Documents in, kept and removed, by reason and by relation; records set aside; clusters of two and more."""

    documents: int
    kept: int
    removed: int
    removed_by_reason: dict[str, int]
    removed_by_relation: dict[str, int]
    rejected: int
    repeated_ids: int
    clusters: int


class RejectionCounts(msgspec.Struct, frozen=True):
    """How many records were read, and how many of them were set aside for each reason, the commonest first."""

    read: int
    by_reason: dict[str, int]

    @property
    def rejected(self) -> int:
        """Return how many records were set aside."""
        return sum(self.by_reason.values())

    @property
    def commonest(self) -> str:
        """Return the commonest reason, "" where there is none."""
        return next(iter(self.by_reason), "")

    @property
    def are_many(self) -> bool:
        """Return whether more than a tenth was set aside: something is wrong with the input, or with a setting."""
        return self.rejected * 10 > self.read


class Losses(msgspec.Struct, frozen=True):
    """Words of the removed documents, how many of them have no match in their witness, and the most in a row.

    conflicting  removed documents that have another number or date than their witness somewhere
    """

    removed_words: int
    novel_words: int
    novel_run: int
    conflicting: int = 0


class SeriesKind(StrEnum):
    """Series of documents that deserve a look: they may be faults of a scraper, or no copies."""

    ONE_TEXT_MANY_TITLES = "one-text-many-titles"
    ONE_WITNESS_MANY_DAYS = "one-witness-many-days"
    MANY_STUBS = "many-stubs"


class PassageCounts(msgspec.Struct, frozen=True):
    """Passages found within and across documents, how many were cut out, boilerplate and the documents that hold it.

    `edited_documents` counts the kept documents with a cut.
    """

    within: int
    across: int
    cut: int
    boilerplate: int
    boilerplate_documents: int
    edited_documents: int


class Stage(msgspec.Struct, frozen=True):
    """One stage of the run: seconds, and the peak resident memory of any one process up to its end, in MB."""

    stage: str
    seconds: float
    peak_mb: float


class Limit(msgspec.Struct, frozen=True):
    """A bound that was hit: its name and value, how often, and what it did to the result."""

    limit: str
    value: int
    hits: int
    effect: str


class IndexUse(msgspec.Struct, frozen=True):
    """What a run did with its index.

    path      as given
    run       the name of the run there
    seen      documents removed for one that the index held
    compared  documents of the index that share a bucket with one of the run or hold a part of it
    added     documents that were added
    new_only  what was looked for among the documents of the run alone: boilerplate, passages
    """

    path: str
    run: str
    seen: int
    compared: int
    added: int
    new_only: list[str]


class Summary(msgspec.Struct, frozen=True):
    """The content of `summary.json`. All but `stages` and `compile_s` is the same at every run on the same input.

    rejected_by_reason  records that were set aside, by reason, the commonest first
    losses     what the removed documents had that their witnesses lack
    related    kept documents that are alike another one, by relation
    suspicious  series that deserve a look, by `SeriesKind`
    compile_s  seconds that compiling kernels took before the first stage: 0 but at the first run on a machine
    digests    digest of the file that lists those of all other files of OUT; None on Spark
    """

    counts: Counts
    passages: PassageCounts | None
    inputs: list[InputFile]
    config: dict[str, dict[str, object]]
    bands: int
    rows: int
    candidates: int
    verified: int
    limits: list[Limit]
    fingerprint: str
    versions: dict[str, str]
    stages: list[Stage]
    rejected_by_reason: dict[str, int] = {}
    losses: Losses | None = None
    related: dict[str, int] = {}
    suspicious: dict[str, int] = {}
    compile_s: float = 0.0
    index: IndexUse | None = None
    digests: str | None = None

    @property
    def rejections(self) -> RejectionCounts:
        """Return how many records were read and set aside."""
        return RejectionCounts(self.counts.documents + self.counts.rejected, self.rejected_by_reason)

    @property
    def strips_boilerplate(self) -> bool:
        """Return whether boilerplate was cut out of kept documents."""
        found = self.passages
        return bool(
            found and found.boilerplate and found.edited_documents and self.config["passages"]["strip_boilerplate"]
        )

    def write(self, path: Path) -> None:
        """Write the summary, indented for people."""
        path.write_bytes(self.to_json())

    def to_json(self) -> bytes:
        """Return the summary as JSON, indented for people."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"
