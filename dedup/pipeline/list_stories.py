"""Group a corpus into stories: read terms, group documents, name the terms in a second reading."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from dedup.config import InputConfig, check
from dedup.corpus.field_names import choose_fields
from dedup.corpus.files import SourceFile
from dedup.corpus.json_file import read_first
from dedup.corpus.rejections import refuse_no_text
from dedup.kernels.neighbours import UNDATED
from dedup.model.run import Limit
from dedup.model.story import StoryCounts, StoryDocument, StoryRecord, StoryResult
from dedup.pipeline.compile_ahead import STORIES, compile_ahead
from dedup.pipeline.job import Progress
from dedup.stories.catalogue import StoryCatalogue, number_outlets, read_titled_blocks
from dedup.stories.group_documents import Grouping, group_documents
from dedup.stories.read_terms import TermCounter, Terms, find_words, join_terms
from dedup.story_config import StoryConfig


@dataclass(frozen=True)
class StoryRun:
    """Everything that grouping into stories is asked to do."""

    files: Sequence[SourceFile]
    stories: StoryConfig = field(default_factory=StoryConfig)
    input: InputConfig = field(default_factory=InputConfig)


def list_stories(run: StoryRun, progress: Progress) -> StoryResult:
    """Return the stories of a corpus, biggest first."""
    run = replace(run, input=choose_fields(run.files, run.input, progress.note))
    for role, name in run.input.article_fields.items():
        both = f'--{role}-field and --text-field are both "{name}". Name two different fields.'
        check(name != run.input.text_field, both)
    compile_ahead(STORIES, progress)
    catalogue, terms = read_corpus(run, progress)
    progress.begin("group", len(catalogue), "doc")
    outlets = number_outlets(catalogue.outlets)
    grouping = group_documents(terms, catalogue.days, outlets, run.stories, progress.advance)
    progress.end()
    words = name_terms(run, grouping, progress)
    stories = [describe_story(number, catalogue, grouping, words) for number in range(len(grouping.members))]
    return StoryResult(count(catalogue, grouping), stories, list_limits(grouping, run.stories))


def read_corpus(run: StoryRun, progress: Progress) -> tuple[StoryCatalogue, Terms]:
    """Return the catalogue of all documents and their terms."""
    catalogue, counter = StoryCatalogue(run.input.date_order), TermCounter()
    progress.begin("sketch", sum(file.size for file in run.files), "B")
    parts = []
    for titled in read_titled_blocks(run.files, run.input, progress.advance):
        catalogue.add(titled)
        parts.append(counter.count(titled.texts))
    progress.end()
    refuse_no_text(catalogue.rejections, run.input, read_first(run.files))
    return catalogue, join_terms(parts)


def name_terms(run: StoryRun, grouping: Grouping, progress: Progress) -> dict[int, str]:
    """Return the words of the terms that describe stories, by hash, from one document each; a second reading."""
    wanted = grouping.locate_terms()
    words: dict[int, str] = {}
    position = 0
    progress.begin("name", sum(file.size for file in run.files), "B")
    for titled in read_titled_blocks(run.files, run.input, progress.advance) if wanted else ():
        for text in titled.texts:
            if position in wanted:
                words |= find_words(text, wanted[position])
            position += 1
    progress.end()
    return words


def describe_story(number: int, catalogue: StoryCatalogue, grouping: Grouping, words: dict[int, str]) -> StoryRecord:
    """Return a story as it is written; `number` counts from 0."""
    positions = grouping.members[number].tolist()
    days = [day for day in map(catalogue.day, positions) if day is not None]
    similarities = grouping.outlines[number].similarities.tolist()
    return StoryRecord(
        number + 1,
        len(positions),
        min(days).isoformat() if days else None,
        max(days).isoformat() if days else None,
        sorted({outlet for outlet in (catalogue.outlets[p] for p in positions) if outlet is not None}),
        grouping.name_terms(number, words),
        [
            StoryDocument(
                msgspec.Raw(catalogue.raw_id(p)),
                catalogue.path(p),
                catalogue.line(p),
                msgspec.Raw(catalogue.dates[p]) if catalogue.dates[p] else None,
                catalogue.outlets[p],
                catalogue.titles[p],
                round(similarity, 4),
            )
            for p, similarity in zip(positions, similarities, strict=True)
        ],
    )


def count(catalogue: StoryCatalogue, grouping: Grouping) -> StoryCounts:
    """Return what was read and compared."""
    leader = grouping.neighbours.leader
    return StoryCounts(
        documents=len(catalogue),
        rejections=catalogue.rejections,
        first_rejection=catalogue.first_rejection,
        undated=int((catalogue.days == UNDATED).sum()),
        first_unreadable=catalogue.first_unreadable,
        copies=int((leader != np.arange(len(leader))).sum()),
        candidates=grouping.neighbours.num_candidates,
    )


def list_limits(grouping: Grouping, config: StoryConfig) -> list[Limit]:
    """Return the bounds that were hit."""
    hits = [
        (
            "max_bucket",
            config.max_bucket,
            grouping.neighbours.num_full_buckets,
            "A document was looked up among the last of those that share the word, not all of them",
        ),
        (
            "max_neighbours",
            config.max_neighbours,
            grouping.neighbours.num_cut_lists,
            "A document was compared with those that have most rare words in common with it, not all that have any",
        ),
        (
            "max_topic",
            config.max_topic,
            grouping.num_forbidden,
            "A topic was not joined with a like one, because a topic is compared all against all",
        ),
    ]
    return [Limit(*hit) for hit in hits if hit[2]]
