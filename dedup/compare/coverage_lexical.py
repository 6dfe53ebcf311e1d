"""The lexical engine: the coverage matrix of sentences by their words."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dedup.compare.terms import Term
from dedup.errors import DedupError

NUM_BUCKETS = 4096  # columns that trigrams are hashed into: a story has some thousand trigrams
MIN_LIKENESS = 0.5  # words less alike than this have nothing in common
MAX_WORDS = 30_000  # different ones: 500 MB of trigrams, minutes of work
WORDS_AT_ONCE = 512


def measure_lexical_coverage(
    sentences: Sequence[Sequence[Term]], weights: Mapping[str, float], words_at_once: int = WORDS_AT_ONCE
) -> npt.NDArray[np.float32]:
    """Return float32[n, n]: the share of sentence i, by weight of its terms, that sentence j says.

    A term that the other sentence has counts whole. Else it counts by the likest term there ("negotiating",
    "negotiations"): by the square of the cosine of their character trigrams. Numbers are equal or not. O(words^2), a
    block of words at a time: all at once would take 4 bytes for each pair of words.

    Raises `DedupError` beyond MAX_WORDS different words.
    """
    vocabulary = sorted(weights)
    if len(vocabulary) > MAX_WORDS:
        raise DedupError(
            f"{len(vocabulary):,} different words; up to {MAX_WORDS:,} can be compared. Name fewer texts, or shorter."
        )
    filled = [number for number, terms in enumerate(sentences) if terms]
    coverage = np.zeros((len(sentences), len(sentences)), np.float32)
    if not filled:
        return coverage
    place = {key: number for number, key in enumerate(vocabulary)}
    words = np.array([place[term.key] for number in filled for term in sentences[number]], np.int64)
    sizes = np.array([len(sentences[number]) for number in filled])
    starts, homes = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(filled)), sizes)
    weight = np.array([weights[key] for key in vocabulary], np.float32)
    grams, numbers = count_trigrams(vocabulary), np.array([key[0].isdecimal() for key in vocabulary], bool)
    said = np.zeros((len(filled), len(filled)), np.float32)
    for first in range(0, len(vocabulary), words_at_once):
        block = slice(first, min(first + words_at_once, len(vocabulary)))
        best = np.maximum.reduceat(measure_likeness(grams, numbers, block)[words], starts)
        inside = (words >= block.start) & (words < block.stop)
        counts = np.zeros((len(filled), block.stop - block.start), np.float32)
        np.add.at(counts, (homes[inside], words[inside] - block.start), 1)
        said += (counts * weight[block]) @ best.T
    total = np.add.reduceat(weight[words], starts)
    coverage[np.ix_(filled, filled)] = said / total[:, None]
    return coverage


def count_trigrams(words: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return float32[n, NUM_BUCKETS]: which trigrams each word has, scaled to length 1."""
    grams = np.zeros((len(words), NUM_BUCKETS), np.float32)
    for number, word in enumerate(words):
        marked = f"^{word}$"
        for start in range(max(1, len(marked) - 2)):
            grams[number, zlib.crc32(marked[start : start + 3].encode("utf-8", "surrogatepass")) % NUM_BUCKETS] = 1
    grams /= np.linalg.norm(grams, axis=1, keepdims=True)
    return grams


def measure_likeness(
    grams: npt.NDArray[np.float32], numbers: npt.NDArray[np.bool_], block: slice
) -> npt.NDArray[np.float32]:
    """Return float32[n, block]: 1 for equal words, else the squared trigram cosine where it is MIN_LIKENESS or more.

    grams    float32[n, NUM_BUCKETS]   `count_trigrams` of n different words
    numbers  bool[n]                   whether the word is written in digits: those are equal or not
    """
    likeness = grams @ grams[block].T
    likeness[likeness < MIN_LIKENESS] = 0
    likeness **= 2
    likeness[numbers] = 0
    likeness[:, numbers[block]] = 0
    place = np.arange(block.start, block.stop)
    likeness[place, place - block.start] = 1
    return likeness
