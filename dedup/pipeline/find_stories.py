"""Stories among documents in memory: the stages of `dedup stories` without files, with the same result."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Unpack

import msgspec
import numpy as np

from dedup.kernels.neighbours import UNDATED
from dedup.model.argument_types import require_type
from dedup.model.documents import Document, Member, Story
from dedup.pipeline.sketch_texts import to_arrow
from dedup.pipeline.take_documents import FieldNames, name_facts, take_documents
from dedup.report.result_tables import ResultList
from dedup.stories.catalogue import join_title, number_outlets
from dedup.stories.group_documents import group_documents
from dedup.stories.read_terms import TermCounter, find_words
from dedup.story_config import StoryConfig
from dedup.text.dates import parse_day

COLUMNS = {"story": "int64", "id": "string", "similarity": "float64", "terms": "string"}


def find_stories(
    documents: Iterable[object], config: StoryConfig | None = None, **names: Unpack[FieldNames]
) -> ResultList[Story]:
    """Group texts or documents into stories: the same event, in different words. The biggest comes first.

    `documents` and the names of their fields as for `deduplicate`. Date, title and outlet are used where
    they have them.

    >>> from dedup import find_stories
    >>> fire = "Firefighters fought a blaze in the harbour of {} on Monday, and nobody was hurt, the mayor said."
    >>> texts = [fire.format(place) for place in ("Oslo", "Lima", "Oslo")]
    >>> [story] = find_stories([*texts, "The central bank of Chile left its rate at five per cent."])
    >>> [member.document.id for member in story.members]
    ['0', '1', '2']
    """
    require_type("config", config, StoryConfig | None)
    config = config or StoryConfig()
    found = take_documents(documents, **names)
    named = name_facts(found)
    titled = [replace(each, text=join_title(read_field(each, "title"), each.text)) for each in named]
    texts = to_arrow(titled).to_pylist()  # refuses what is no text
    outlets = number_outlets([read_field(document, "outlet") for document in named])
    days = np.array([read_day(document.fields.get("date")) for document in named], np.int32)
    grouping = group_documents(TermCounter().count(texts), days, outlets, config, lambda _: None)
    words: dict[int, str] = {}
    for position, wanted in grouping.locate_terms().items():
        words |= find_words(texts[position], wanted)
    stories = []
    for number, (positions, outline) in enumerate(zip(grouping.members, grouping.outlines, strict=True)):
        rows = zip(positions.tolist(), outline.similarities.tolist(), strict=True)
        members = tuple(Member(found[position], similarity) for position, similarity in rows)
        stories.append(Story(members, tuple(grouping.name_terms(number, words))))
    return ResultList(stories, COLUMNS, list_rows)


def list_rows(number: int, story: Story) -> Iterator[tuple[object, ...]]:
    """Yield a row for each document of a story."""
    for member in story.members:
        yield (number, member.document.id, member.similarity, ", ".join(story.terms))


def read_field(document: Document, name: str) -> str | None:
    """Return a field of a document as text, None where it has none."""
    value = document.fields.get(name)
    return None if value is None or value == "" else str(value)


def read_day(value: object) -> int:
    """Return the day of a date as an ordinal, `UNDATED` where it has none."""
    try:
        day = parse_day(msgspec.json.encode(value, enc_hook=str))
    except (ValueError, OverflowError, RecursionError):
        return UNDATED
    return UNDATED if day is None else day.toordinal()
