"""The lexical engine: how much of each sentence stands in each other one, by its words."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dedup.compare.terms import Term

NUM_BUCKETS = 4096  # trigrams are hashed into so many columns: a story has some thousand of them
MIN_LIKENESS = 0.5  # words less alike than this have nothing in common


def cover_lexically(sentences: Sequence[Sequence[Term]], weights: Mapping[str, float]) -> npt.NDArray[np.float32]:
    """Return float32[n, n]: the share of sentence i, by weight of its terms, that sentence j has.

    A term counts whole where the other sentence has it, and by the square of the cosine of its character trigrams
    where that has one like it ("negotiating", "negotiations"). Numbers are equal or not.
    """
    vocabulary = sorted(weights)
    place = {key: number for number, key in enumerate(vocabulary)}
    likeness = compare_words(vocabulary)
    weight = np.array([weights[key] for key in vocabulary], np.float32)
    rows = [np.array([place[term.key] for term in terms], np.int64) for terms in sentences]
    best = np.zeros((len(rows), len(vocabulary)), np.float32)
    for number, row in enumerate(rows):
        if row.size:
            best[number] = likeness[:, np.unique(row)].max(1)
    cover = np.zeros((len(rows), len(rows)), np.float32)
    for number, row in enumerate(rows):
        total = weight[row].sum()
        if total > 0:
            cover[number] = best[:, row] @ weight[row] / total
    return cover


def compare_words(words: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return float32[n, n]: 1 for equal words, else the squared trigram cosine where it is MIN_LIKENESS or more."""
    grams = np.zeros((len(words), NUM_BUCKETS), np.float32)
    for number, word in enumerate(words):
        marked = f"^{word}$"
        for start in range(max(1, len(marked) - 2)):
            grams[number, zlib.crc32(marked[start : start + 3].encode("utf-8", "surrogatepass")) % NUM_BUCKETS] = 1
    grams /= np.linalg.norm(grams, axis=1, keepdims=True)
    likeness = grams @ grams.T
    likeness[likeness < MIN_LIKENESS] = 0
    likeness **= 2
    numbers = np.array([word[0].isdecimal() for word in words], bool)
    likeness[numbers] = 0
    likeness[:, numbers] = 0
    np.fill_diagonal(likeness, 1)
    return likeness
