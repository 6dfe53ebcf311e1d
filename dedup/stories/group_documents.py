"""Documents into stories: neighbours, topics, stories inside a topic.

Inside a topic a word that all documents share says nothing. Two actresses who enter the same clinic share "rehab",
"actress" and "clinic", rare words in any corpus. Beside each other, only their names differ. So a term is discounted by
the share of the topic that holds it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.kernels.linkage import SimilarPairs, link_groups
from dedup.kernels.neighbours import UNDATED
from dedup.stories.neighbour_pairs import Neighbours, order_by_day, pair_neighbours, within_window
from dedup.stories.read_terms import Terms, order_terms
from dedup.stories.vectors import Outline, Vectors, discount, make_vectors, outline_story, take_rows
from dedup.story_config import StoryConfig

NUM_TERMS = 8
TYPICAL_NEAREST = 0.25


@dataclass(frozen=True)
class Grouping:
    """The stories of some documents, biggest first, and what was compared to find them.

    group     int64[n]: which documents are together, those of no story too
    members   positions of the documents of each story, by day
    outlines  for each story the likeness of its documents and the terms that describe it
    """

    group: npt.NDArray[np.int64]
    members: list[npt.NDArray[np.int64]]
    outlines: list[Outline]
    order: npt.NDArray[np.int64]
    vectors: Vectors
    neighbours: Neighbours
    num_forbidden: int

    def locate_terms(self) -> dict[int, set[int]]:
        """Return the hashes of the terms that describe stories, by the position of a document that holds them."""
        wanted: dict[int, set[int]] = {}
        named: set[int] = set()
        for outline in self.outlines:
            for term, row in outline.terms:
                if term not in named:
                    named.add(term)
                    wanted.setdefault(int(self.order[row]), set()).add(int(self.vectors.hashes[term]))
        return wanted

    def name_terms(self, story: int, words: Mapping[int, str]) -> list[str]:
        """Return the words of the terms that describe a story; `words` are those of their hashes."""
        hashes = [int(self.vectors.hashes[term]) for term, _ in self.outlines[story].terms]
        return [words[term_hash] for term_hash in hashes if term_hash in words]


def group_documents(
    terms: Terms,
    days: npt.NDArray[np.int32],
    outlets: npt.NDArray[np.int32],
    config: StoryConfig,
    advance: Callable[[int], None],
) -> Grouping:
    """Return the stories of some documents. Everything is done in an order that does not depend on that of the input.

    days     int32[n]  ordinals, `UNDATED` for none
    outlets  int32[n]  -1 for none
    """
    order = order_by_day(days, terms.content)
    ordered_days = days[order]
    vectors = make_vectors(order_terms(terms, order), outlets[order], config)
    neighbours = pair_neighbours(vectors, ordered_days, config)
    topic, num_forbidden = link_groups(len(vectors), neighbours.pairs, config.topic_threshold, config.max_topic)
    leaders = np.flatnonzero(neighbours.leader == np.arange(len(vectors)))
    topics = [rows for rows in split_groups(topic[leaders], leaders) if len(rows) > 1]
    pairs = compare_inside(vectors, ordered_days, topics, config, advance)
    story, _ = link_groups(len(vectors), pairs, config.threshold)
    group = np.empty(len(vectors), np.int64)
    group[order] = story[neighbours.leader]
    members = list_members(group, days, config.min_size)
    row = np.empty(len(vectors), np.int64)
    row[order] = np.arange(len(vectors))
    outlines = [outline_story(vectors, row[positions], NUM_TERMS) for positions in members]
    return Grouping(group, members, outlines, order, vectors, neighbours, num_forbidden)


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


def compare_inside(
    vectors: Vectors,
    days: npt.NDArray[np.int32],
    topics: list[npt.NDArray[np.int64]],
    config: StoryConfig,
    advance: Callable[[int], None],
) -> SimilarPairs:
    """Return the refined similarities of the documents of each topic (ascending rows); outside the window they are 0.

    They are levelled and may exceed 1. O(terms + documents^2 * shared terms) a topic, whose size `max_topic` bounds.
    """
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for rows in topics:
        similarity = compare_topic(vectors, rows, config)
        close = within_window(days[rows][:, None], days[rows], config.window) & (similarity >= config.floor)
        np.fill_diagonal(close, val=False)
        similarity = level_by_nearest(np.where(close, similarity, 0), config)
        a, b = np.nonzero(np.triu(close))
        found.append((rows[a], rows[b], similarity[a, b]))
        advance(len(rows))
    if not found:
        return SimilarPairs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    first, second, similarity = (np.concatenate(column) for column in zip(*found, strict=True))
    return SimilarPairs(first.astype(np.int32), second.astype(np.int32), similarity.astype(np.float64))


def level_by_nearest(similarity: npt.NDArray[np.float32], config: StoryConfig) -> npt.NDArray[np.float32]:
    """Return similarities (float32[k, k], diagonal 0) higher for documents that nothing is very like, lower for others.

    `s / sqrt(n_a * n_b) ** contrast`, where n is the mean similarity of the nearest documents, in units of a typical
    one (after Zelnik-Manor & Perona 2004, "Self-tuning spectral clustering"). A loose story stays whole; a document
    that has copies of its own event leaves the event that is merely like it.
    """
    num_nearest = min(config.num_nearest, len(similarity) - 1)
    nearest = np.sort(similarity, axis=1)[:, -num_nearest:].mean(1)
    scale = (np.maximum(nearest, config.floor) / TYPICAL_NEAREST) ** (-config.contrast / 2)
    return np.asarray(similarity * scale[:, None] * scale, np.float32)


def compare_topic(vectors: Vectors, rows: npt.NDArray[np.int64], config: StoryConfig) -> npt.NDArray[np.float32]:
    """Return the cosines (float32[k, k]) of the documents of one topic under weights discounted inside it."""
    count = len(rows)
    document, term, weight = take_rows(vectors, rows)
    _, column, frequency = np.unique(term, return_inverse=True, return_counts=True)
    scale = discount(frequency, count, config.topic_discount, config.topic_prior)
    weight = weight * scale[column]
    alone = float(discount(np.ones(1), count, config.topic_discount, config.topic_prior)[0])
    squares = np.bincount(document, weight**2, count) + vectors.rest[rows] * alone**2
    shared = frequency > 1  # the others add to lengths only
    places = np.cumsum(shared) - 1
    kept = shared[column]
    table = np.zeros((count, int(shared.sum())), np.float32)
    table[document[kept], places[column[kept]]] = weight[kept]
    table /= np.sqrt(np.maximum(squares, 1e-30))[:, None].astype(np.float32)
    return table @ table.T
