"""Every pair of documents with its exact Jaccard similarity: by brute force over the pairs that share any shingle.

Written from the definition, and nothing of `dedup` is imported. A token is a run of letters, digits and marks after
NFKC and case folding; in scripts without spaces it is one character with its marks. A shingle is five tokens in a row;
a text of fewer is one shingle; a text without tokens has none and is like no other.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import regex

SHINGLE_SIZE = 5
UNSPACED = (
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Yi}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\u3005-\u3007\u303C\u30FC]"
    r"&&[\p{L}\p{Nl}\p{No}]]"
)
TOKEN = regex.compile(rf"(?V1){UNSPACED}\p{{M}}*|[[\p{{L}}\p{{N}}\p{{M}}]--{UNSPACED}]+")
IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Pairs of documents, first < second, with their similarity; and the number of shingles of every document."""

    first: Ints
    second: Ints
    similarity: npt.NDArray[np.float64]
    sizes: Ints

    def at_least(self, threshold: float) -> "Pairs":
        """Return the pairs at or above a threshold."""
        chosen = self.similarity >= threshold
        return Pairs(self.first[chosen], self.second[chosen], self.similarity[chosen], self.sizes)


def split_tokens(text: str) -> list[str]:
    """Return the tokens of a text.

    >>> split_tokens("Don't STOP, 東京!")
    ['don', 't', 'stop', '東', '京']
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", text).casefold())
    return TOKEN.findall(IGNORABLE.sub("", folded))


class Hasher:
    """Texts to sets of 64-bit shingle hashes: every token has a random number, a shingle is a polynomial of five."""

    def __init__(self, size: int = SHINGLE_SIZE) -> None:
        self.size = size
        self._numbers: dict[str, int] = {}
        self._values = np.random.default_rng(1).integers(1, 2**63, 1 << 16, dtype=np.uint64)

    def hash_shingles(self, text: str) -> npt.NDArray[np.uint64]:
        """Return the distinct shingle hashes of a text, sorted."""
        numbers = self._numbers
        tokens = [numbers.setdefault(token, len(numbers)) for token in split_tokens(text)]
        while len(numbers) > self._values.size:
            more = np.random.default_rng(self._values.size).integers(1, 2**63, self._values.size, dtype=np.uint64)
            self._values = np.concatenate([self._values, more])
        values = self._values[tokens]
        if not tokens:
            return np.empty(0, np.uint64)
        width = min(self.size, len(tokens))
        total = np.zeros(len(tokens) - width + 1, np.uint64)
        for offset in range(width):
            total = total * MULTIPLIER + values[offset : len(tokens) - width + 1 + offset]
        return np.unique(total + np.uint64(width))


@dataclass(frozen=True)
class Postings:
    """Which documents have a shingle (`documents[starts[s] : starts[s + 1]]`), and which shingles a document has."""

    shingles: list[Ints]
    documents: npt.NDArray[np.int32]
    starts: Ints


def index_shingles(sets: Sequence[npt.NDArray[np.uint64]]) -> Postings:
    """Return the postings of the shingles that two documents or more share."""
    sizes = [one.size for one in sets]
    owners = np.repeat(np.arange(len(sets), dtype=np.int32), sizes)
    _, number, counts = np.unique(
        np.concatenate([*sets, np.empty(0, np.uint64)]), return_inverse=True, return_counts=True
    )
    order = np.argsort(number, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)])
    parts = np.split(number, np.cumsum(sizes)[:-1])
    return Postings([part[counts[part] > 1] for part in parts], owners[order], starts)


def find_pairs(texts: Sequence[str], least: float = 0.3, size: int = SHINGLE_SIZE) -> Pairs:
    """Return all pairs with similarity `least` and more."""
    hasher = Hasher(size)
    sets = [hasher.hash_shingles(text) for text in texts]
    sizes = np.array([one.size for one in sets], np.int64)
    postings = index_shingles(sets)
    found = list(compare_all(postings, sizes, least))
    first = np.repeat(np.arange(len(texts)), [second.size for second, _ in found])
    second = np.concatenate([np.empty(0, np.int64), *(second for second, _ in found)]).astype(np.int64)
    similarity = np.concatenate([np.empty(0), *(values for _, values in found)])
    return Pairs(first, second, similarity, sizes)


def compare_all(postings: Postings, sizes: Ints, least: float) -> Iterator[tuple[Ints, npt.NDArray[np.float64]]]:
    """Yield, for every document, the later ones that are similar, with the similarities."""
    for index, shingles in enumerate(postings.shingles):
        starts, ends = postings.starts[shingles], postings.starts[shingles + 1]
        lengths = ends - starts
        places = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(lengths.sum())
        sharing, shared = np.unique(postings.documents[places], return_counts=True)
        later = sharing > index
        sharing, shared = sharing[later], shared[later]
        similarity = shared / (sizes[index] + sizes[sharing] - shared)
        chosen = similarity >= least
        yield sharing[chosen].astype(np.int64), similarity[chosen]
