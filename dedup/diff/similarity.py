"""How alike two units are: shared words, rare words counting more."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from dedup.text.words import is_word


@dataclass(frozen=True, slots=True)
class UnitWords:
    """The tokens of one unit, its white space included, and its words, case folded, with their counts."""

    tokens: tuple[str, ...]
    key: str
    counts: Mapping[str, int]
    num_words: int
    paragraph: int
    is_continuation: bool


def count_unit(tokens: Sequence[str], paragraph: int, *, is_continuation: bool) -> UnitWords:
    """Return what the alignment needs to know of a unit; `key` is its text with white space made even.

    A unit without any word ("***") is known by its marks.
    """
    words = [token.casefold() for token in tokens if is_word(token)]
    known = words or [token for token in tokens if not token.isspace()]
    return UnitWords(
        tuple(tokens), " ".join("".join(tokens).split()), Counter(known), len(words), paragraph, is_continuation
    )


class Weights:
    """The weight of each word: the logarithm of one over the share of units that hold it."""

    def __init__(self, units: Sequence[UnitWords]) -> None:
        frequency = Counter(word for unit in units for word in unit.counts)
        self._weights = {word: log(1 + len(units) / count) for word, count in frequency.items()}

    def weigh(self, counts: Mapping[str, int]) -> float:
        """Return the weight of all words of a unit."""
        weights = self._weights
        return sum([weights[word] * count for word, count in counts.items()])

    def weigh_shared(self, a: Mapping[str, int], b: Mapping[str, int]) -> float:
        """Return the weight of the words that both have."""
        weights = self._weights
        return sum([weights[word] * min(a[word], b[word]) for word in a.keys() & b.keys()])

    def sort_by_rarity(self, words: Iterable[str]) -> list[str]:
        """Return the words, the rarest first; ties in alphabetical order."""
        return sorted(words, key=lambda word: (-self._weights[word], word))
