"""Group a corpus into stories: terms, vectors, neighbours, topics, stories."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig, StoryConfig
from dedup.corpus.files import SourceFile
from dedup.kernels.jit import is_compiled
from dedup.kernels.neighbours import UNDATED
from dedup.model.run import Limit
from dedup.model.story import Story, StoryCounts, StoryDocument, StoryResult
from dedup.pipeline.job import Progress
from dedup.pipeline.read_articles import ArticleFields, Catalogue, enter_block, read_articles
from dedup.stories.candidates import Neighbours, find_candidates, order_documents
from dedup.stories.describe import Outline, outline_story
from dedup.stories.linkage import link_groups
from dedup.stories.read_terms import TermCounter, Terms, find_words, join_terms, order_terms
from dedup.stories.refine import compare_inside
from dedup.stories.vectors import Vectors, weigh_terms

NUM_TERMS = 8


@dataclass(frozen=True)
class StoryRun:
    """Everything that grouping into stories is asked to do."""

    files: Sequence[SourceFile]
    stories: StoryConfig = field(default_factory=StoryConfig)
    input: InputConfig = field(default_factory=InputConfig)
    fields: ArticleFields = field(default_factory=ArticleFields)


@dataclass(frozen=True)
class Grouping:
    """The group of every document (by position), and what was compared to find it."""

    group: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]
    vectors: Vectors
    neighbours: Neighbours
    num_forbidden: int


def find_stories(run: StoryRun, progress: Progress) -> StoryResult:
    """Return the stories of a corpus, biggest first."""
    run.fields.check(run.input)
    if not is_compiled():
        progress.note("compiling kernels, this once (about 10 s) ...")
    catalogue, terms = read_corpus(run, progress)
    progress.begin("group", len(catalogue), "doc")
    days = np.array(catalogue.days, np.int32)
    grouping = group_documents(terms, days, catalogue.number_outlets(), run.stories, progress)
    progress.end()
    members = list_members(grouping.group, days, run.stories.min_size)
    place = np.empty(len(catalogue), np.int64)
    place[grouping.order] = np.arange(len(catalogue))
    outlines = [outline_story(grouping.vectors, place[rows], NUM_TERMS) for rows in members]
    words = name_terms(run, grouping, outlines, progress)
    stories = [
        describe_story(number, catalogue, rows, outline, words)
        for number, (rows, outline) in enumerate(zip(members, outlines, strict=True), 1)
    ]
    return StoryResult(count(catalogue, grouping), stories, list_limits(grouping, run.stories))


def read_corpus(run: StoryRun, progress: Progress) -> tuple[Catalogue, Terms]:
    """Return the catalogue of all documents and their terms."""
    catalogue, counter = Catalogue(), TermCounter()
    progress.begin("sketch", sum(file.size for file in run.files), "B")
    parts = []
    for article in read_articles(run.files, run.input, run.fields, progress.advance):
        enter_block(catalogue, article)
        parts.append(counter.count(article.texts))
    progress.end()
    return catalogue, join_terms(parts)


def group_documents(
    terms: Terms,
    days: npt.NDArray[np.int32],
    outlets: npt.NDArray[np.int32],
    config: StoryConfig,
    progress: Progress,
) -> Grouping:
    """Return the story of every document. Everything is done in an order that does not depend on that of the input."""
    order = order_documents(days, terms.content)
    days = days[order]
    vectors = weigh_terms(order_terms(terms, order), outlets[order], config)
    neighbours = find_candidates(vectors, days, config)
    topic, num_forbidden = link_groups(len(vectors), neighbours.pairs, config.topic_threshold, config.max_topic)
    leaders = np.flatnonzero(neighbours.leader == np.arange(len(vectors)))
    topics = [rows for rows in split_groups(topic[leaders], leaders) if len(rows) > 1]
    pairs = compare_inside(vectors, days, topics, config, progress.advance)
    story, _ = link_groups(len(vectors), pairs, config.threshold)
    group = np.empty(len(vectors), np.int64)
    group[order] = story[neighbours.leader]
    return Grouping(group, order, vectors, neighbours, num_forbidden)


def split_groups(group: np.ndarray, items: np.ndarray) -> list[npt.NDArray[np.int64]]:
    """Return the items of each group, in their order."""
    order = np.argsort(group, kind="stable")
    if len(order) == 0:
        return []
    return np.split(items[order], np.flatnonzero(np.diff(group[order])) + 1)


def list_members(group: np.ndarray, days: np.ndarray, min_size: int) -> list[npt.NDArray[np.int64]]:
    """Return the documents of each story by day and position; the biggest story first, then by day and position."""
    last = np.where(days == UNDATED, np.iinfo(np.int32).max, days)
    stories = [rows for rows in split_groups(group, np.arange(len(group))) if len(rows) >= min_size]
    stories = [rows[np.argsort(last[rows], kind="stable")] for rows in stories]
    return sorted(stories, key=lambda rows: (-len(rows), int(last[rows[0]]), int(rows[0])))


def name_terms(run: StoryRun, grouping: Grouping, outlines: list[Outline], progress: Progress) -> dict[int, str]:
    """Return the words of the terms that stories are described with, from one document each; a second reading."""
    wanted: dict[int, set[int]] = {}
    named: set[int] = set()
    for outline in outlines:
        for term, row in outline.terms:
            if term not in named:
                named.add(term)
                term_hash = int(grouping.vectors.hashes[term])
                wanted.setdefault(int(grouping.order[row]), set()).add(term_hash)
    words: dict[int, str] = {}
    position = 0
    progress.begin("name", sum(file.size for file in run.files), "B")
    for article in read_articles(run.files, run.input, run.fields, progress.advance) if wanted else ():
        for text in article.texts:
            if position in wanted:
                words |= find_words(text, wanted[position])
            position += 1
    progress.end()
    return {term: words[term_hash] for term in named if (term_hash := int(grouping.vectors.hashes[term])) in words}


def describe_story(
    number: int, catalogue: Catalogue, rows: npt.NDArray[np.int64], outline: Outline, words: dict[int, str]
) -> Story:
    """Return a story as it is written."""
    positions = rows.tolist()
    days = [day for day in map(catalogue.day, positions) if day is not None]
    return Story(
        number,
        len(positions),
        min(days).isoformat() if days else None,
        max(days).isoformat() if days else None,
        sorted({outlet for outlet in (catalogue.outlets[p] for p in positions) if outlet is not None}),
        [words[term] for term, _ in outline.terms if term in words],
        [
            StoryDocument(
                msgspec.Raw(catalogue.raw_id(p)),
                catalogue.paths[catalogue.files[p]],
                catalogue.lines[p],
                msgspec.Raw(catalogue.dates[p]) if catalogue.dates[p] else None,
                catalogue.outlets[p],
                catalogue.titles[p],
                round(similarity, 4),
            )
            for p, similarity in zip(positions, outline.similarities.tolist(), strict=True)
        ],
    )


def count(catalogue: Catalogue, grouping: Grouping) -> StoryCounts:
    """Return what was read and compared."""
    leader = grouping.neighbours.leader
    return StoryCounts(
        documents=len(catalogue),
        rejected=catalogue.num_rejected,
        first_rejection=catalogue.first_rejection,
        undated=int((np.array(catalogue.days) == UNDATED).sum()),
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
