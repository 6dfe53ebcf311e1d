"""What a search for sources found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dedup.near.segments import Segments
from dedup.passages.containment import count_union
from dedup.passages.passage_table import Passages
from dedup.sources.articles import Article
from dedup.sources.families import Family, name_publisher
from dedup.sources.likely_source import FamilyKind, Verdict

DEPENDENT = 0.5  # share of its words in one family, from which an article is no text of its own


@dataclass(frozen=True)
class TextGroup:
    """Articles of a story that are one text; `family` is None for an article that is a text of its own."""

    documents: tuple[int, ...]
    family: int | None
    kind: FamilyKind | None
    source: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class StoryCount:
    """A story, and the texts that it consists of: as many as are independent."""

    name: str
    num_articles: int
    groups: tuple[TextGroup, ...]


def count_independent(
    name: str, documents: Sequence[int], assigned: Mapping[int, int], verdicts: Mapping[int, Verdict]
) -> StoryCount:
    """Return the independent texts of a story: each family counts once, and so does each article outside of any.

    Of a family with one article in the story that article is a text of its own here.
    """
    by_family: dict[int, list[int]] = {}
    for document in sorted(set(documents)):
        by_family.setdefault(assigned.get(document, -1 - document), []).append(document)
    groups = []
    for number, members in by_family.items():
        if len(members) == 1:
            groups.append(TextGroup((members[0],), None, None, "", ()))
        else:
            verdict = verdicts[number]
            groups.append(TextGroup(tuple(members), number, verdict.kind, verdict.source, verdict.evidence))
    groups.sort(key=lambda group: (-len(group.documents), group.documents))
    return StoryCount(name, sum(len(group.documents) for group in groups), tuple(groups))


@dataclass(frozen=True)
class FoundSources:
    """What was found: documents are numbered in an order that does not depend on that of the input.

    ```
    order       int64[n]  doc_index of each document
    own_tokens  int32[n]  words that are no boilerplate and no formula
    passages    those of the pairs of families
    ```
    """

    segments: Segments
    order: npt.NDArray[np.int64]
    own_tokens: npt.NDArray[np.int32]
    articles: Sequence[Article]
    passages: Passages
    families: Sequence[Family]
    verdicts: dict[int, Verdict]

    @cached_property
    def assigned(self) -> dict[int, int]:
        """Return for each article that is no text of its own the number of the family with most of its words."""
        best: dict[int, tuple[float, int]] = {}
        for family in self.families:
            for member in family.members:
                if member.share >= DEPENDENT:
                    best[member.document] = max(best.get(member.document, (0.0, 0)), (member.share, -family.number))
        return {document: -number for document, (_, number) in best.items()}

    @cached_property
    def shared_words(self) -> list[int]:
        """Return how many words of each document other outlets have; what an outlet prints again counts again."""
        passages = self.passages
        numbers: dict[str | int, int] = {}
        published = (name_publisher(document, self.articles) for document in range(len(self.articles)))
        publisher = np.array([numbers.setdefault(name, len(numbers)) for name in published], np.int64)
        is_again = publisher[passages.document] == publisher[passages.source]
        sides = ((passages.document, passages.span), (passages.source, passages.source_span))
        ends = np.zeros(len(self.articles) + 1, np.int64)
        for document, span in sides:
            np.maximum.at(ends, document + 1, span[:, 1])
        starts = np.cumsum(ends)
        is_shared = np.zeros(starts[-1], bool)  # the words of all documents
        own, other = (starts[document, np.newaxis] + span for document, span in sides)
        for row in np.flatnonzero(~is_again).tolist():
            for start, end in (own[row], other[row]):
                is_shared[start:end] = True
        for row in sorted(np.flatnonzero(is_again).tolist(), key=passages.document.__getitem__):
            (start, end), (first, last) = own[row], other[row]
            is_shared[start:end] |= is_shared[first + np.arange(end - start) * (last - first) // (end - start)]
        has_words = ends[1:] > 0
        words = np.zeros(len(self.articles), np.int64)
        words[has_words] = np.add.reduceat(is_shared, starts[:-1][has_words], dtype=np.int64)
        found: list[int] = np.minimum(words, self.own_tokens).tolist()
        return found

    @cached_property
    def known_words(self) -> dict[str, list[int]]:
        """Return how many words of each document each known source has."""
        return {source: self._measure_known(source) for source in sorted({a.known for a in self.articles if a.known})}

    def _measure_known(self, source: str) -> list[int]:
        is_known = np.array([article.known == source for article in self.articles], bool)
        chosen = self.passages.select(is_known[self.passages.source])
        names, group = np.unique(chosen.document, return_inverse=True)
        words = np.zeros(len(self.articles), np.int64)
        words[names] = count_union(group.ravel().astype(np.int64), chosen.span, len(names))
        found: list[int] = np.minimum(words, self.own_tokens).tolist()
        return found


def keep_passages(families: Sequence[Family], passages: Passages) -> tuple[list[Family], Passages]:
    """Return the families with the passages of their pairs alone, which are numbered anew."""
    rows: list[npt.NDArray[np.int64]] = []
    count = 0

    def move(place: slice) -> slice:
        nonlocal count
        rows.append(np.arange(place.start, place.stop))
        start, count = count, count + place.stop - place.start
        return slice(start, count)

    moved = [
        replace(
            family,
            members=tuple(
                replace(member, pairs=tuple(pair._replace(rows=move(pair.rows)) for pair in member.pairs))
                for member in family.members
            ),
        )
        for family in families
    ]
    return moved, passages.select(np.concatenate([np.empty(0, np.int64), *rows]))
