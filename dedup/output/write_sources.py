"""The files of `dedup sources`: the fields of their lines are in docs/json.md, section "sources"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.corpus.values import DocumentName
from dedup.model.documents import DocumentPlace
from dedup.model.run import Limit, RejectionCounts
from dedup.output.locate_shard import read_side, read_sources
from dedup.passages.cut_documents import COPY
from dedup.sources.families import Family, FamilyMember, SharedPair, measure_union
from dedup.sources.flows import KnownSource, OutletSummary
from dedup.sources.found_sources import FoundSources, StoryCount
from dedup.sources.likely_source import claims_member

MAX_MEMBERS = 1000  # of a family that are listed

Record = dict[str, object]


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


@dataclass(frozen=True)
class LocatedSources:
    """What was found, with the characters of its passages (int64[n, 2] each)."""

    found: FoundSources
    spans: npt.NDArray[np.int64]
    source_spans: npt.NDArray[np.int64]

    @classmethod
    def read(cls, found: FoundSources, parts: Sequence[Path]) -> "LocatedSources":
        """Read the parts in which the places of the passages are."""
        count = len(found.passages)
        spans = np.zeros((count, 2), np.int64)
        for copies in read_side(parts, COPY):
            for copy in copies:
                spans[copy.row] = copy.start, copy.end
        return cls(found, spans, read_sources(parts, count))

    @cached_property
    def names(self) -> list[DocumentName]:
        """Return the names of all documents, in their order."""
        return self.found.segments.names(self.found.order)

    def name_article(self, document: int) -> Record:
        """Return how an article is called."""
        name, article = self.names[document], self.found.articles[document]
        place = {"id": msgspec.Raw(name.raw_id), "path": name.path, "line": name.line}
        return {**place, "outlet": article.outlet, "date": article.date, "title": article.title}

    def raw_id(self, document: int) -> msgspec.Raw:
        """Return the id of an article."""
        return msgspec.Raw(self.names[document].raw_id)


def describe_families(located: LocatedSources) -> Iterator[Record]:
    """Yield the lines of `families.jsonl`."""
    found = located.found
    for family in found.families:
        verdict = found.verdicts[family.number]
        yield {
            "family": family.number,
            "source": verdict.source,
            "basis": verdict.basis,
            "claim": verdict.is_claim,
            "kind": verdict.kind,
            "evidence": verdict.evidence,
            "source_article": None if verdict.document is None else located.raw_id(verdict.document),
            "outlets": sorted({found.articles[member.document].outlet for member in family.members}),
            "num_members": len(family.members),
            "members": list(describe_members(located, family)),
        }


def describe_members(located: LocatedSources, family: Family) -> Iterator[Record]:
    """Yield the members of a family, MAX_MEMBERS at most."""
    found = located.found
    moments = [found.articles[member.document].moment for member in family.members]
    start = min((moment for moment in moments if moment), default=0.0)
    for member, moment in zip(family.members[:MAX_MEMBERS], moments, strict=False):
        main = max(member.pairs, key=lambda pair: (pair.words, -pair.source), default=None)
        yield {
            "article": located.name_article(member.document),
            "known_source": found.articles[member.document].known,
            "words": member.words,
            "share": round(member.share, 4),
            "added": max(int(found.own_tokens[member.document]) - member.words, 0),
            "cut": None if main is None else count_cut(found, main),
            "lag_days": round((moment - start) / 86_400, 2) if moment else None,
            "passages": list(describe_passages(located, member)),
        }


def count_cut(found: FoundSources, pair: SharedPair) -> int:
    """Return how many words of the source a pair lacks."""
    return max(int(found.own_tokens[pair.source]) - measure_union([found.passages.source_span[pair.rows]]), 0)


def describe_passages(located: LocatedSources, member: FamilyMember) -> Iterator[Record]:
    """Yield the passages of an article with its sources."""
    similarity = located.found.passages.similarity
    for pair in member.pairs:
        for row in range(pair.rows.start, pair.rows.stop):
            (start, end), (source_start, source_end) = located.spans[row].tolist(), located.source_spans[row].tolist()
            there = {"source": located.raw_id(pair.source), "source_start": source_start, "source_end": source_end}
            yield {"start": start, "end": end, **there, "similarity": round(float(similarity[row]), 4)}


def describe_articles(located: LocatedSources) -> Iterator[Record]:
    """Yield the lines of `articles.jsonl`."""
    found = located.found
    shared, known = found.shared_words, found.known_words
    families: dict[int, list[Record]] = {}
    for family in found.families:
        verdict = found.verdicts[family.number]
        for member in family.members:
            line = {
                "family": family.number,
                "words": member.words,
                "share": round(member.share, 4),
                "source": verdict.source,
                "claim": claims_member(verdict, member, found.articles),
                "kind": verdict.kind,
            }
            families.setdefault(member.document, []).append(line)
    for document, article in enumerate(found.articles):
        words = int(found.own_tokens[document])
        share = round(shared[document] / max(words, 1), 4)
        yield {
            "article": located.name_article(document),
            "words": words,
            "family_share": share,
            "own_share": round(1 - share, 4),
            "known_share": {
                s: round(counts[document] / max(words, 1), 4) for s, counts in known.items() if counts[document]
            },
            "families": families.get(document, []),
            "credits": [{"source": c.source, "kind": c.kind, "start": c.start, "end": c.end} for c in article.credits],
        }


def describe_stories(located: LocatedSources, stories: Sequence[StoryCount]) -> Iterator[Record]:
    """Yield the lines of `stories.jsonl`."""
    for story in stories:
        groups = [
            {
                "articles": [located.raw_id(document) for document in group.documents],
                "family": group.family,
                "kind": group.kind,
                "source": group.source,
                "evidence": group.evidence,
            }
            for group in story.groups
        ]
        yield {"story": story.name, "articles": story.num_articles, "independent": len(groups), "groups": groups}


def find_documents(located: LocatedSources, places: Mapping[DocumentPlace, str]) -> dict[str, list[int]]:
    """Return the documents of each story: `places` are those of its articles, with its name."""
    stories: dict[str, list[int]] = {}
    for document, name in enumerate(located.names):
        story = places.get(DocumentPlace(name.path, name.line))
        if story is not None:
            stories.setdefault(story, []).append(document)
    return stories
