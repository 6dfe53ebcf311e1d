"""The largest stories of `dedup sources` as its page shows them: which of their articles are one text."""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.report.wording import clip
from dedup.sources.found_sources import FoundSources, StoryCount, TextGroup

MAX_STORIES, MAX_TITLE = 50, 200


@dataclass(frozen=True)
class PageText:
    """A text that several articles of a story are, by its outlets."""

    num_articles: int
    outlets: tuple[str, ...]
    kind: str
    source: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class PageStory:
    """A story with the headline of its largest text, and the texts that several of its articles are."""

    name: str
    headline: str
    num_articles: int
    num_texts: int
    texts: tuple[PageText, ...]


def show_stories(found: FoundSources, stories: Sequence[StoryCount]) -> list[PageStory]:
    """Return the stories with most articles, those of one article left out."""
    several = [story for story in sorted(stories, key=lambda story: -story.num_articles) if story.num_articles > 1]
    return [
        PageStory(
            story.name,
            clip(" ".join(found.articles[story.groups[0].documents[0]].title.split()), MAX_TITLE),
            story.num_articles,
            len(story.groups),
            tuple(show_text(found, group) for group in story.groups if group.kind),
        )
        for story in several[:MAX_STORIES]
    ]


def show_text(found: FoundSources, group: TextGroup) -> PageText:
    """Return a text of several articles."""
    outlets = dict.fromkeys(found.articles[document].outlet or "no outlet" for document in group.documents)
    return PageText(len(group.documents), tuple(outlets), str(group.kind), group.source, group.evidence)
