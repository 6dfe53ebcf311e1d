"""Write what a search for sources found as JSON lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.corpus.values import DocumentName
from dedup.model.documents import DocumentPlace
from dedup.output.locate_shard import read_side, read_sources
from dedup.output.source_records import (
    ArticleFamily,
    ArticlePlace,
    ArticleRecord,
    CreditRecord,
    FamilyPassage,
    FamilyRecord,
    GroupRecord,
    MemberRecord,
    StoryTexts,
)
from dedup.passages.containment import count_union
from dedup.passages.cut_documents import COPY
from dedup.sources.families import Family, FamilyMember, SharedPair
from dedup.sources.found_sources import FoundSources, StoryCount
from dedup.sources.likely_source import claims_member

MAX_MEMBERS = 1000  # of a family that are listed


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

    def place(self, document: int) -> ArticlePlace:
        """Return how an article is called."""
        name, article = self.names[document], self.found.articles[document]
        return ArticlePlace(msgspec.Raw(name.raw_id), name.path, name.line, article.outlet, article.date, article.title)

    def raw_id(self, document: int) -> msgspec.Raw:
        """Return the id of an article."""
        return msgspec.Raw(self.names[document].raw_id)


def describe_families(located: LocatedSources) -> Iterator[FamilyRecord]:
    """Yield the lines of `families.jsonl`."""
    found = located.found
    for family in found.families:
        verdict = found.verdicts[family.number]
        outlets = {found.articles[member.document].outlet for member in family.members}
        yield FamilyRecord(
            family.number,
            verdict.source,
            verdict.basis.value,
            verdict.is_claim,
            verdict.kind.value,
            verdict.evidence,
            None if verdict.document is None else located.raw_id(verdict.document),
            sorted(outlets),
            len(family.members),
            list(describe_members(located, family)),
        )


def describe_members(located: LocatedSources, family: Family) -> Iterator[MemberRecord]:
    """Yield the members of a family, MAX_MEMBERS at most."""
    found = located.found
    moments = [found.articles[member.document].moment for member in family.members]
    start = min((moment for moment in moments if moment), default=0.0)
    for member, moment in zip(family.members[:MAX_MEMBERS], moments, strict=False):
        main = max(member.pairs, key=lambda pair: (pair.words, -pair.source), default=None)
        yield MemberRecord(
            located.place(member.document),
            found.articles[member.document].known,
            member.words,
            round(member.share, 4),
            max(int(found.own_tokens[member.document]) - member.words, 0),
            None if main is None else count_cut(found, main),
            round((moment - start) / 86_400, 2) if moment else None,
            list(describe_passages(located, member)),
        )


def count_cut(found: FoundSources, pair: SharedPair) -> int:
    """Return how many words of the source a pair lacks."""
    spans = found.passages.source_span[pair.rows]
    shared = int(count_union(np.zeros(len(spans), np.int64), spans, 1)[0])
    return max(int(found.own_tokens[pair.source]) - shared, 0)


def describe_passages(located: LocatedSources, member: FamilyMember) -> Iterator[FamilyPassage]:
    """Yield the passages of an article with its sources."""
    similarity = located.found.passages.similarity
    for pair in member.pairs:
        source = located.raw_id(pair.source)
        for row in range(pair.rows.start, pair.rows.stop):
            (start, end), (source_start, source_end) = located.spans[row].tolist(), located.source_spans[row].tolist()
            yield FamilyPassage(start, end, source, source_start, source_end, round(float(similarity[row]), 4))


def describe_articles(located: LocatedSources) -> Iterator[ArticleRecord]:
    """Yield the lines of `articles.jsonl`."""
    found = located.found
    shared, known = found.shared_words, found.known_words
    families: dict[int, list[ArticleFamily]] = {}
    for family in found.families:
        verdict = found.verdicts[family.number]
        for member in family.members:
            share, kind = round(member.share, 4), verdict.kind.value
            claim = claims_member(verdict, member, found.articles)
            line = ArticleFamily(family.number, member.words, share, verdict.source, claim, kind)
            families.setdefault(member.document, []).append(line)
    for document, article in enumerate(found.articles):
        words = max(int(found.own_tokens[document]), 1)
        share = round(shared[document] / words, 4)
        yield ArticleRecord(
            located.place(document),
            int(found.own_tokens[document]),
            share,
            round(1 - share, 4),
            {source: round(counts[document] / words, 4) for source, counts in known.items() if counts[document]},
            families.get(document, []),
            [CreditRecord(c.source, c.kind.value, c.start, c.end) for c in article.credits],
        )


def describe_stories(located: LocatedSources, stories: Sequence[StoryCount]) -> Iterator[StoryTexts]:
    """Yield the lines of `stories.jsonl`."""
    for story in stories:
        groups = [
            GroupRecord(
                [located.raw_id(document) for document in group.documents],
                group.family,
                group.kind.value if group.kind else None,
                group.source,
                group.evidence,
            )
            for group in story.groups
        ]
        yield StoryTexts(story.name, story.num_articles, len(groups), groups)


def find_documents(located: LocatedSources, places: Mapping[DocumentPlace, str]) -> dict[str, list[int]]:
    """Return the documents of each story: `places` are those of its articles, with its name."""
    stories: dict[str, list[int]] = {}
    for document, name in enumerate(located.names):
        story = places.get(DocumentPlace(name.path, name.line))
        if story is not None:
            stories.setdefault(story, []).append(document)
    return stories
