"""Documents into stories: neighbours, topics, stories inside a topic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.kernels.linkage import link_groups
from dedup.kernels.neighbours import UNDATED
from dedup.stories.neighbour_pairs import Neighbours, order_by_day, pair_neighbours
from dedup.stories.read_terms import Terms, order_terms
from dedup.stories.refine import compare_inside
from dedup.stories.vectors import Outline, Vectors, make_vectors, outline_story
from dedup.story_config import StoryConfig

NUM_TERMS = 8


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
