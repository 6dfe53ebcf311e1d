"""Terms to vectors: what a rare word, a name or a number says about a document, against the whole corpus."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dedup.stories.read_terms import TermCounter, Terms, gather_entries
from dedup.story_config import StoryConfig
from dedup.text.lexicon import FUNCTION_WORDS

AT_LARGE = 20  # documents that are added to know common words by: of 500 and more they change next to nothing
MIN_COMMON = 3  # function words by which the language of a document is known


@dataclass(frozen=True)
class Vectors:
    """Documents as vectors of length 1, without the terms that no other document holds.

    ```
    starts   int64[n + 1]  document i has the entries [starts[i], starts[i + 1])
    terms    int32[m]      rows of `hashes`
    weights  float32[m]
    rest     float32[n]    squared length of what was left out: a word of its own is a difference too
    hashes   uint32[v]     the terms
    num_distinct  int32[n]  distinct terms of each document, those left out as well
    ```
    """

    starts: npt.NDArray[np.int64]
    terms: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    rest: npt.NDArray[np.float32]
    hashes: npt.NDArray[np.uint32]
    num_distinct: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rest)


def discount(count: np.ndarray, among: float | np.ndarray, share: float, prior: float) -> npt.NDArray[np.float64]:
    """Return by how much a term counts that `count` of `among` documents hold: 1 for none, about 1 - share for all.

    `prior` documents without it are added, so that few documents prove little.
    """
    return 1 - share * (count / (among + prior))


def make_vectors(terms: Terms, outlets: npt.NDArray[np.int32], config: StoryConfig) -> Vectors:
    """Return the vectors of all documents; `outlets` (int32[n]) numbers their outlets, -1 where none is known.

    The weight of a term is (1 + ln count) * `measure_rarity`. A name weighs more. A term that
    the documents of an outlet have in common weighs less: the outlet's name, the line under every article.
    """
    num_documents = len(terms)
    hashes, term = np.unique(terms.hashes, return_inverse=True)
    term = term.astype(np.int32)
    frequency = np.bincount(term, minlength=len(hashes))
    document = np.repeat(np.arange(num_documents), np.diff(terms.starts))
    weights = (1 + np.log(np.maximum(terms.counts, 1))) * measure_rarity(
        hashes, frequency, term, document, num_documents
    )[term]
    weights *= np.where(terms.names, config.name_weight, 1.0)
    sizes = np.bincount(outlets[outlets >= 0], minlength=1)
    weights = weights * discount_outlets(term, outlets[document], sizes, config)
    squares = np.bincount(document, weights**2, num_documents)
    weights /= np.sqrt(squares)[document]
    shared = frequency[term] > 1
    rest = np.bincount(document[~shared], weights[~shared] ** 2, num_documents)
    kept = frequency > 1
    rows = np.cumsum(kept) - 1
    ends = np.cumsum(np.bincount(document[shared], minlength=num_documents))
    return Vectors(
        np.concatenate([np.zeros(1, np.int64), ends]),
        rows[term[shared]].astype(np.int32),
        weights[shared].astype(np.float32),
        rest.astype(np.float32),
        hashes[kept],
        np.diff(terms.starts).astype(np.int32),
    )


def measure_rarity(
    hashes: npt.NDArray[np.uint32], frequency: np.ndarray, term: np.ndarray, document: np.ndarray, num_documents: int
) -> npt.NDArray[np.float64]:
    """Return for every term ln(1 + documents / documents that hold it), float64[v].

    Few documents do not tell which words are common: in three texts "the" is as rare as what the three tell. So
    AT_LARGE documents are added that hold the function words and nothing else, for as large a share of the documents
    as is in a language whose function words are known.
    """
    is_common = np.isin(hashes, hash_function_words())
    num_common = np.bincount(document, is_common[term], num_documents)
    added = AT_LARGE * np.count_nonzero(num_common >= MIN_COMMON) / max(1, num_documents)
    return np.asarray(np.log1p((num_documents + added) / (frequency + added * is_common)))


@cache
def hash_function_words() -> npt.NDArray[np.uint32]:
    """Return the hashes of function words, as `Terms` has them."""
    return TermCounter().count([" ".join(sorted(FUNCTION_WORDS))]).hashes


def discount_outlets(
    term: np.ndarray, outlet: np.ndarray, sizes: np.ndarray, config: StoryConfig
) -> npt.NDArray[np.float64]:
    """Return for every entry the discount for what many documents of its outlet hold."""
    known = outlet >= 0
    pairs, entry = np.unique(term[known].astype(np.int64) * len(sizes) + outlet[known], return_inverse=True)
    counts = np.bincount(entry, minlength=len(pairs))[entry]
    factors = np.ones(len(term))
    factors[known] = discount(counts, sizes[outlet[known]], 1.0, config.outlet_prior)
    return factors


def take_rows(vectors: Vectors, rows: npt.NDArray[np.int64]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the entries of some documents: (place of the document in `rows`, term, weight)."""
    entries, starts = gather_entries(vectors.starts, rows)
    return np.repeat(np.arange(len(rows)), np.diff(starts)), vectors.terms[entries], vectors.weights[entries]


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
