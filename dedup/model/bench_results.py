"""What `dedup bench` found out about a corpus."""

import msgspec

from dedup.model.run import Counts, Limit, Stage


class Rate(msgspec.Struct, frozen=True):
    """A share that was measured: hits of total, with its 95 % interval (Wilson 1927)."""

    hits: int
    total: int
    share: float
    low: float
    high: float


class Projection(msgspec.Struct, frozen=True):
    """What the same corpus would take at `factor` times its size."""

    factor: int
    documents: int
    seconds: float
    peak_mb: float | None


class Band(msgspec.Struct, frozen=True):
    """Planted copies whose exact similarity to their original lies in [low, high), and how many of them were found."""

    low: float
    high: float
    found: Rate


class Kind(msgspec.Struct, frozen=True):
    """Planted copies of one kind: their mean similarity, how many of those at the threshold were found, and stay."""

    kind: str
    copies: int
    mean_similarity: float
    found: Rate
    stay: int


class Fates(msgspec.Struct, frozen=True):
    """What becomes of judged pairs: one goes because of the other, both stay, or one goes because of a third."""

    go: int
    stay: int
    other: int


class JudgedPairs(msgspec.Struct, frozen=True):
    """What becomes of pairs that a person judged; `absent` ones are not in the input.

    `precision` is the share of right ones among the right and wrong ones that go, None where none goes.
    """

    pairs: int
    absent: int
    right: Fates
    wrong: Fates
    contested: Fates
    precision: Rate | None


class PassageScore(msgspec.Struct, frozen=True):
    """The PAN measures of planted passages; `plagdet_low` and `plagdet_high` are the 95 % interval over folds."""

    cases: int
    edit_rate: float
    precision: float
    recall: float
    granularity: float
    plagdet: float
    plagdet_low: float
    plagdet_high: float


class Suggestion(msgspec.Struct, frozen=True):
    """How many documents of the sample go at one threshold and shingle size."""

    threshold: float
    shingle_size: int
    removed: int
    share: float


class NearPair(msgspec.Struct, frozen=True):
    """A pair of documents near a threshold, for a person to judge: ids and openings."""

    threshold: float
    similarity: float
    ids: tuple[str, str]
    openings: tuple[str, str]


class Bench(msgspec.Struct, frozen=True):
    """The whole result.

    sample  documents in which copies were planted
    stay    planted copies at the threshold that are found and stay, because the settings keep their relation
    judged  what becomes of judged pairs, None where none were given
    """

    documents: int
    bytes: int
    seconds: float
    peak_mb: float | None
    counts: Counts
    stages: list[Stage]
    limits: list[Limit]
    projections: list[Projection]
    threshold: float
    shingle_size: int
    sample: int
    recall: Rate | None
    correct: Rate | None
    stay: dict[str, int]
    bands: list[Band]
    kinds: list[Kind]
    passages: PassageScore | None
    suggestions: list[Suggestion]
    pairs: list[NearPair]
    judged: JudgedPairs | None
    notes: list[str]
    versions: dict[str, str]
