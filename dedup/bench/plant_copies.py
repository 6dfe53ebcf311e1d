"""Plant near-copies of known kind among real documents, and see which of them are found."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dedup.bench.plant_passages import UNSPACED, WORD, edit
from dedup.bench.rates import measure_rate
from dedup.kernels.shingles import count_shared_shingles
from dedup.model.bench_results import Band, Kind
from dedup.near.sketcher import tokenise_text
from dedup.text.characters import is_unspaced

EDITS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2)
BAND_EDGES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
MIN_WORDS = 20


@dataclass(frozen=True)
class Copy:
    """A planted copy: which document it is of, of what kind, its text, and its exact similarity to the original."""

    original: int
    kind: str
    text: str
    similarity: float


def plant_copies(texts: Sequence[str], shingle_size: int, seed: int = 1) -> list[Copy]:
    """Return a copy of every text that is long enough, of each kind in turn."""
    chance = random.Random(seed)  # noqa: S311 (planting, not secrets)
    vocabulary = [word for text in texts[:300] for word in find_words(text)] or ["word"]
    copies: list[Copy] = []
    for number, text in enumerate(texts):
        words = find_words(text)
        if len(words) < MIN_WORDS:
            continue
        kind, copy = KINDS[len(copies) % len(KINDS)](text, vocabulary, chance)
        shared, own, others = count_shared_shingles(tokenise_text(text), tokenise_text(copy), shingle_size)
        copies.append(Copy(number, kind, copy, float(shared / max(1, own + others - shared))))
    return copies


def find_words(text: str) -> list[str]:
    """Return the words of a text; characters where its script has no spaces."""
    return [match[0] for match in (UNSPACED if is_mostly_unspaced(text) else WORD).finditer(text)]


def is_mostly_unspaced(text: str) -> bool:
    """Return whether most letters of the beginning of a text are of a script without spaces."""
    letters = [character for character in text[:2000] if character.isalpha()]
    return 2 * sum(map(is_unspaced, letters)) > len(letters)


def edit_copy(rate: float) -> Callable[[str, list[str], random.Random], tuple[str, str]]:
    """Return a maker of copies with a share of their words substituted, dropped or added."""

    def make(text: str, vocabulary: list[str], chance: random.Random) -> tuple[str, str]:
        spaced = not is_mostly_unspaced(text)
        words = find_words(text)
        joined = (" " if spaced else "").join(edit(words, rate, vocabulary, chance, spaced=spaced))
        return (f"{rate:.0%} of words edited" if rate else "other white space", joined)

    return make


def truncate(text: str, _vocabulary: list[str], chance: random.Random) -> tuple[str, str]:
    """Return the first 60 to 95 % of a text."""
    return "truncated", text[: max(1, int(len(text) * chance.uniform(0.6, 0.95)))]


def correct(text: str, vocabulary: list[str], chance: random.Random) -> tuple[str, str]:
    """Return a text as it is sent again: with a head, and a new paragraph at its end."""
    added = " ".join(chance.choices(vocabulary, k=max(5, len(find_words(text)) // 10)))
    return "sent again, corrected", f"(CORRECTED) {text}\n\n{added}"


KINDS = (*(edit_copy(rate) for rate in EDITS), truncate, correct)


def judge_bands(copies: Sequence[Copy], found: Sequence[bool]) -> list[Band]:
    """Return how many copies of each range of similarity were found."""
    bands = []
    for low, high in zip(BAND_EDGES, (*BAND_EDGES[1:], 1.01), strict=True):
        inside = [hit for copy, hit in zip(copies, found, strict=True) if low <= copy.similarity < high]
        if inside:
            bands.append(Band(low, min(high, 1.0), measure_rate(sum(inside), len(inside))))
    return bands


def judge_kinds(copies: Sequence[Copy], found: Sequence[bool], threshold: float) -> list[Kind]:
    """Return, for each kind, how many of the copies at the threshold were found."""
    kinds = []
    for kind in dict.fromkeys(copy.kind for copy in copies):
        here = [(copy, hit) for copy, hit in zip(copies, found, strict=True) if copy.kind == kind]
        due = [hit for copy, hit in here if copy.similarity >= threshold]
        mean = sum(copy.similarity for copy, _ in here) / len(here)
        kinds.append(Kind(kind, len(here), mean, measure_rate(sum(due), len(due))))
    return kinds
