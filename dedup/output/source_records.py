"""The lines of `families.jsonl`, `articles.jsonl` and `stories.jsonl`, and `summary.json`, of `dedup sources`."""

import msgspec

from dedup.model.run import Limit, RejectionCounts
from dedup.sources.flows import KnownSource, OutletSummary

Raw = msgspec.Raw


class ArticlePlace(msgspec.Struct, frozen=True):
    """An article as it is called in the output."""

    id: Raw
    path: str
    line: int
    outlet: str
    date: str
    title: str


class FamilyPassage(msgspec.Struct, frozen=True):
    """A passage of an article, and where it is in a source: characters of the original texts."""

    start: int
    end: int
    source: Raw
    source_start: int
    source_end: int
    similarity: float


class MemberRecord(msgspec.Struct, frozen=True):
    """An article of a family.

    words, share  its words in the family; the share of all that are no boilerplate and no formula
    added         the others
    cut           words of the source article that it lacks; null for the first article
    lag_days      since the first dated article of the family
    passages      with each article that it shares text with and that comes before it
    """

    article: ArticlePlace
    known_source: str
    words: int
    share: float
    added: int
    cut: int | None
    lag_days: float | None
    passages: list[FamilyPassage]


class FamilyRecord(msgspec.Struct, frozen=True):
    """One line of `families.jsonl`.

    source    the likely source, "" where it is unknown
    basis     why: see docs/how/sources.md
    claim     whether the basis says where the text came from
    kind      wire, press release, outlet to outlet, common source, unknown
    evidence  what speaks for it
    members   at most MAX_MEMBERS
    """

    family: int
    source: str
    basis: str
    claim: bool
    kind: str
    evidence: tuple[str, ...]
    source_article: Raw | None
    outlets: list[str]
    num_members: int
    members: list[MemberRecord]


class ArticleFamily(msgspec.Struct, frozen=True):
    """A family that an article is in."""

    family: int
    words: int
    share: float
    source: str
    claim: bool
    kind: str


class CreditRecord(msgspec.Struct, frozen=True):
    """A source that an article names: `text[start:end]` is its name there; both are 0 for a field."""

    source: str
    kind: str
    start: int
    end: int


class ArticleRecord(msgspec.Struct, frozen=True):
    """One line of `articles.jsonl`.

    words         that are no boilerplate and no formula
    family_share  share of them that other outlets have too; own_share is the rest
    known_share   share of them that each known source has
    """

    article: ArticlePlace
    words: int
    family_share: float
    own_share: float
    known_share: dict[str, float]
    families: list[ArticleFamily]
    credits: list[CreditRecord]


class GroupRecord(msgspec.Struct, frozen=True):
    """Articles of a story that are one text; without a family it is one article."""

    articles: list[Raw]
    family: int | None
    kind: str | None
    source: str
    evidence: tuple[str, ...]


class StoryTexts(msgspec.Struct, frozen=True):
    """One line of `stories.jsonl`: how many independent texts a story has."""

    story: str
    articles: int
    independent: int
    groups: list[GroupRecord]


class SourceSummary(msgspec.Struct, frozen=True):
    """`summary.json`: what was read and found.

    first, last        the days of the articles, without those of known sources
    independent_texts  articles of the corpus less those that have half of their words in a family; each family once
    stories            of `--stories`, and the share of their articles that are independent texts
    """

    version: str
    documents: int
    known_documents: int
    undated: int
    first: str
    last: str
    known_sources: list[KnownSource]
    independent_texts: int
    families: int
    articles_in_families: int
    claims: int
    by_basis: dict[str, int]
    by_kind: dict[str, int]
    stories: int
    independent_share: float | None
    outlets: list[OutletSummary]
    limits: list[Limit]
    rejections: RejectionCounts
    seconds: dict[str, float]
