"""Similar documents by the rare terms they share, and the copies among them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import as_read_only
from dedup.kernels.linkage import SimilarPairs
from dedup.kernels.neighbours import (
    CANDIDATES,
    CUT_LISTS,
    FULL_BUCKETS,
    NUM_COUNTERS,
    UNDATED,
    NeighbourBounds,
    NeighbourState,
    SparseRows,
    find_neighbours,
)
from dedup.stories.vectors import Vectors
from dedup.story_config import StoryConfig

NO_WINDOW = 2**30


@dataclass(frozen=True)
class Neighbours:
    """Similar pairs of documents that are no copies; for every document the one it is a copy of, else itself."""

    pairs: SimilarPairs
    leader: npt.NDArray[np.int32]
    num_candidates: int
    num_full_buckets: int
    num_cut_lists: int


def order_by_day(days: npt.NDArray[np.int32], content: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the order in which documents are compared: undated ones, then by day, then by what they say.

    It does not depend on the order of the input, save for exact copies of one day, which are interchangeable.
    """
    return np.lexsort((content, days))


def within_window(a: np.ndarray, b: np.ndarray, window: int | None) -> npt.NDArray[np.bool_]:
    """Return whether two days (int32, `UNDATED` for none) are no further apart than the window."""
    apart = np.abs(a.astype(np.int64) - b)
    close: npt.NDArray[np.bool_] = apart <= (NO_WINDOW if window is None else window)
    return np.asarray(close | (a == UNDATED) | (b == UNDATED), bool)


def pair_neighbours(vectors: Vectors, days: npt.NDArray[np.int32], config: StoryConfig) -> Neighbours:
    """Return the similar pairs among documents in the order of `order_by_day`."""
    count, num_terms = len(vectors), len(vectors.hashes)
    frequency = np.bincount(vectors.terms, minlength=num_terms)
    room = count * config.max_neighbours  # untouched pages cost nothing
    pairs, similarities = np.empty((room, 2), np.int32), np.empty(room, np.float32)
    state = NeighbourState(
        bucket_starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(frequency)]),
        filled=np.zeros(num_terms, np.int32),
        undated=np.zeros(num_terms, np.int32),
        members=np.empty(len(vectors.terms), np.int32),
        shares=np.empty(len(vectors.terms), np.float32),
        row=np.zeros(num_terms, np.float32),
        sums=np.zeros(count, np.float32),
        touched=np.empty(count, np.int32),
        leader=np.arange(count, dtype=np.int32),
        counters=np.zeros(NUM_COUNTERS, np.int64),
    )
    bounds = NeighbourBounds(
        NO_WINDOW if config.window is None else max(config.window, config.topic_window),
        config.copy_similarity,
        config.floor,
        config.key_terms,
        config.max_bucket,
        config.max_neighbours,
    )
    rows = SparseRows(as_read_only(vectors.starts), as_read_only(vectors.terms), as_read_only(vectors.weights))
    size = find_neighbours(
        rows, as_read_only(vectors.num_distinct), as_read_only(days), bounds, state, pairs, similarities
    )
    first, second = np.ascontiguousarray(pairs[:size].T)
    return Neighbours(
        SimilarPairs(first, second, similarities[:size].astype(np.float64)),
        state.leader,
        int(state.counters[CANDIDATES]),
        int(state.counters[FULL_BUCKETS]),
        int(state.counters[CUT_LISTS]),
    )
