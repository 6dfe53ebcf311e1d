"""Similarity inside a topic, where a word that all documents share says nothing.

Two actresses who enter the same clinic share "rehab", "actress" and "clinic", rare words in any corpus. Beside each
other, only their names differ. So a term is discounted by the share of the topic that holds it.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dedup.kernels.linkage import SimilarPairs
from dedup.stories.neighbour_pairs import within_window
from dedup.stories.vectors import Vectors, discount, take_rows
from dedup.story_config import StoryConfig

TYPICAL_NEAREST = 0.25


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
