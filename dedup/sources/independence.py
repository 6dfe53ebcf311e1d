"""How many of the articles of a story are independent texts, and how the others came to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dedup.sources.families import Family
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


def assign_families(families: Sequence[Family]) -> dict[int, int]:
    """Return for each article that is no text of its own the number of the family with most of its words."""
    best: dict[int, tuple[float, int]] = {}
    for family in families:
        for member in family.members:
            if member.share >= DEPENDENT:
                best[member.document] = max(best.get(member.document, (0.0, 0)), (member.share, -family.number))
    return {document: -number for document, (_, number) in best.items()}


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
