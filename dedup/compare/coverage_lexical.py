"""The lexical engine: the coverage matrix of sentences by their words."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from dedup.compare.sentence_terms import SentenceTerms
from dedup.compare.terms import Term
from dedup.errors import DedupError

Matrix = npt.NDArray[np.float32]

NUM_BUCKETS = 4096  # that trigrams are hashed into; a story has some thousand, and the thresholds were chosen with it
MIN_LIKENESS = 0.5  # words less alike than this have nothing in common
MAX_WORDS = 30_000  # different ones: minutes of work
WORDS_AT_ONCE = 512


class AlikeWords(NamedTuple):
    """The words that are like one word, itself among them, by rising likeness: int64[k] and float32[k], 0 to 1."""

    words: npt.NDArray[np.int64]
    likeness: npt.NDArray[np.float32]


class Vocabulary(NamedTuple):
    """The different words of some sentences: the number of each, its weight, and which ones are like it."""

    numbers: Mapping[str, int]
    weight: npt.NDArray[np.float32]
    alike: Sequence[AlikeWords]


def read_vocabulary(weights: Mapping[str, float]) -> Vocabulary:
    """Return the words that have weights.

    Equal words have the likeness 1, others the squared cosine of their character trigrams ("negotiating",
    "negotiations") where the cosine is MIN_LIKENESS or more. Numbers are equal or not.

    Raises `DedupError` beyond MAX_WORDS different words.
    """
    words = sorted(weights)
    if len(words) > MAX_WORDS:
        raise DedupError(
            f"{len(words):,} different words; up to {MAX_WORDS:,} can be compared. Name fewer texts, or shorter."
        )
    weight = np.array([weights[word] for word in words], np.float32)
    return Vocabulary({word: number for number, word in enumerate(words)}, weight, find_alike(words))


def find_alike(words: Sequence[str]) -> list[AlikeWords]:
    """Return what is like each of some different words. O(pairs of words that share a trigram)."""
    trigrams = [list_trigrams(word) for word in words]
    holders: dict[int, list[int]] = {}
    for number, found in enumerate(trigrams):
        for trigram in found:
            holders.setdefault(trigram, []).append(number)
    held = {trigram: np.array(numbers) for trigram, numbers in holders.items()}
    scale = 1 / np.sqrt(np.array(list(map(len, trigrams)), np.float32))
    is_number = np.array([word[0].isdecimal() for word in words], bool)
    alike = []
    for number, found in enumerate(trigrams):
        common = np.bincount(np.concatenate([held[trigram] for trigram in found]), minlength=len(words))
        cosine = (scale[number] * scale) * common.astype(np.float32)
        near = np.flatnonzero((cosine >= MIN_LIKENESS) & ~is_number & ~is_number[number])
        near = np.append(near[near != number], number)
        likeness = np.append(cosine[near[:-1]] ** 2, np.float32(1))
        order = np.argsort(likeness, kind="stable")
        alike.append(AlikeWords(near[order], likeness[order]))
    return alike


def list_trigrams(word: str) -> set[int]:
    """Return the trigrams of a word, by the numbers of NUM_BUCKETS."""
    marked = f"^{word}$"
    trigrams = (marked[i : i + 3].encode("utf-8", "surrogatepass") for i in range(max(1, len(marked) - 2)))
    return {zlib.crc32(trigram) % NUM_BUCKETS for trigram in trigrams}


@dataclass(frozen=True)
class WordTerms(SentenceTerms):
    """Terms as words of a vocabulary: int64[terms]."""

    words: npt.NDArray[np.int64]
    vocabulary: Vocabulary

    def measure_likeness(self, terms: slice, others: Self) -> Matrix:
        """Return how alike words are."""
        likeness = np.zeros((len(self.words[terms]), len(others.words)), np.float32)
        row = np.zeros(len(self.vocabulary.weight), np.float32)
        for number, word in enumerate(self.words[terms].tolist()):
            near = self.vocabulary.alike[word]
            row[near.words] = near.likeness
            likeness[number] = row[others.words]
            row[near.words] = 0
        return likeness


def read_words(sentences: Sequence[Sequence[Term]], vocabulary: Vocabulary) -> WordTerms:
    """Return the terms of sentences that have some."""
    words = np.array([vocabulary.numbers[term.key] for terms in sentences for term in terms], np.int64)
    sizes = np.array([len(terms) for terms in sentences], np.int64)
    return WordTerms(vocabulary.weight[words], np.cumsum(sizes) - sizes, words, vocabulary)


def measure_lexical_coverage(
    sentences: Sequence[Sequence[Term]], vocabulary: Vocabulary, words_at_once: int = WORDS_AT_ONCE
) -> Matrix:
    """Return float32[n, n]: the share of sentence i, by weight of its terms, that sentence j says.

    A term counts by its likest one in the other sentence. O(words * n^2), a block of words at a time.
    """
    filled = [number for number, terms in enumerate(sentences) if terms]
    coverage = np.zeros((len(sentences), len(sentences)), np.float32)
    if not filled:
        return coverage
    terms = read_words([sentences[number] for number in filled], vocabulary)
    homes = np.searchsorted(terms.starts, np.arange(len(terms.words)), side="right") - 1
    by_word = np.argsort(terms.words, kind="stable")
    edges = np.searchsorted(terms.words[by_word], np.arange(len(vocabulary.weight) + 1))
    holders = [homes[by_word[start:end]] for start, end in pairwise(edges.tolist())]
    said = np.zeros((len(filled), len(filled)), np.float32)
    for first in range(0, len(vocabulary.weight), words_at_once):
        block = range(first, min(first + words_at_once, len(vocabulary.weight)))
        best = np.zeros((len(filled), len(block)), np.float32)
        counts = np.zeros_like(best)
        for column, word in enumerate(block):
            np.add.at(counts[:, column], holders[word], 1)
            for other, likeness in zip(*vocabulary.alike[word], strict=True):
                best[holders[other], column] = likeness
        said += (counts * vocabulary.weight[block.start : block.stop]) @ best.T
    coverage[np.ix_(filled, filled)] = said / np.add.reduceat(terms.weight, terms.starts)[:, None]
    return coverage
