"""The terms that describe a story, and the likeness of each document to the rest of it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.stories.vectors import Vectors, take_rows


@dataclass(frozen=True)
class Outline:
    """A story in numbers: the similarity of each row to the rest, the heaviest terms with a row that holds each."""

    similarities: npt.NDArray[np.float64]
    terms: list[tuple[int, int]]  # (row of `Vectors.hashes`, document)


def outline_story(vectors: Vectors, rows: npt.NDArray[np.int64], num_terms: int) -> Outline:
    """Return the mean cosine of each document with the others, and the terms of the greatest weight.

    A term counts by its mean weight times the share of the documents that hold it, so that the obsession of one
    article does not describe the story.
    """
    document, term, weight = take_rows(vectors, rows)
    distinct, column, frequency = np.unique(term, return_inverse=True, return_counts=True)
    sums = np.bincount(column, weight, len(distinct))
    own = np.bincount(document, weight.astype(np.float64) ** 2, len(rows))
    common = np.bincount(document, weight * sums[column], len(rows)) - own
    score = sums * frequency
    score[frequency < 2] = 0
    best = np.lexsort((vectors.hashes[distinct], -score))[:num_terms]
    holding_rows = np.full(len(distinct), len(rows))
    np.minimum.at(holding_rows, column, document)
    terms = [(int(distinct[i]), int(rows[holding_rows[i]])) for i in best.tolist() if score[i] > 0]
    return Outline(np.clip(common / max(len(rows) - 1, 1), 0, 1), terms)
