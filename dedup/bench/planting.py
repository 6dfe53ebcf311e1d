"""Plant copies and passages of known kind in real documents: the truth that `dedup bench` measures by."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dedup.bench.pan import Case, DocumentSpan
from dedup.near.sketcher import measure_similarity
from dedup.text.characters import is_unspaced

WORD = re.compile(r"\S+")
# A word where no spaces are: a character, or a run of Latin letters and digits, with the marks behind it.
UNSPACED = re.compile(r"(?:[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+|\w)[^\w\s]*")
EDITS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2)
MIN_WORDS = 20  # of a document that gets a planted copy
MIN_HALVED = 60  # words of a passage whose halves may change places


@dataclass(frozen=True)
class PlantedCopy:
    """A copy of one of the documents: which one, of what kind, its text, and its exact similarity to the original."""

    original: int
    kind: str
    text: str
    similarity: float


@dataclass(frozen=True)
class Planted:
    """A small corpus with its truth: every document by name, and the cases in them."""

    documents: dict[str, str]
    cases: list[Case]
    words: list[int]


def plant_copies(texts: Sequence[str], shingle_size: int, seed: int = 1) -> list[PlantedCopy]:
    """Return a copy of every text that is long enough, of each kind in turn."""
    chance = random.Random(seed)  # noqa: S311 (planting, not secrets)
    vocabulary = [word for text in texts[:300] for word in find_words(text)] or ["word"]
    copies: list[PlantedCopy] = []
    for number, text in enumerate(texts):
        if len(find_words(text)) >= MIN_WORDS:
            kind, copy = KINDS[len(copies) % len(KINDS)](text, vocabulary, chance)
            copies.append(PlantedCopy(number, kind, copy, measure_similarity(text, copy, shingle_size)))
    return copies


def find_words(text: str) -> list[str]:
    """Return the words of a text; characters where its script has no spaces."""
    return (UNSPACED if is_mostly_unspaced(text) else WORD).findall(text)


def is_mostly_unspaced(text: str) -> bool:
    """Return whether most letters of the beginning of a text are of a script without spaces."""
    letters = [character for character in text[:2000] if character.isalpha()]
    return 2 * sum(map(is_unspaced, letters)) > len(letters)


def edit_copy(rate: float) -> Callable[[str, list[str], random.Random], tuple[str, str]]:
    """Return a maker of copies with a share of their words substituted, dropped or added."""

    def make(text: str, vocabulary: list[str], chance: random.Random) -> tuple[str, str]:
        spaced = not is_mostly_unspaced(text)
        joined = (" " if spaced else "").join(edit(find_words(text), rate, vocabulary, chance, spaced=spaced))
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


def plant(
    articles: Sequence[str],
    rate: float,
    count: int,
    seed: int,
    words: range = range(20, 201),
    *,
    spaced: bool = True,
) -> Planted:
    """Copy a passage of one article into another, `count` times, with a share `rate` of its words edited.

    Half of the edits are substitutions, a quarter deletions, a quarter insertions. A third of the copies of 60 words
    and more have their halves in the other order (two cases), and line breaks fall elsewhere in all of them. `words`
    are the lengths that a passage may have.
    """
    rng = random.Random(seed)  # noqa: S311 (planting, not secrets)
    unit = WORD if spaced else UNSPACED
    vocabulary = [word for text in articles[:300] for word in unit.findall(text)]
    sources = [text for text in articles if len(unit.findall(text)) > words.stop + 19]
    documents: dict[str, str] = {}
    cases: list[Case] = []
    lengths = []
    rng.shuffle(sources)
    for number in range(min(count, len(sources) // 2)):  # no article twice: its second copy would have two sources
        source, text = sources[2 * number], sources[2 * number + 1]
        name, source_name = f"copy{number}", f"source{number}"
        places = list(unit.finditer(source))
        size = rng.randint(words.start, words.stop - 1)
        start = rng.randrange(len(places) - size)
        inside: list[Case] = []  # of this document
        for first, last in cut_halves(start, start + size, rng):
            edited = edit([m[0] for m in places[first:last]], rate, vocabulary, rng, spaced=spaced)
            joiners = [rng.choice((" ", " ", " ", " ", "\n", "\n\n")) if spaced else "" for _ in edited]
            passage = "".join(w + j for w, j in zip(edited, joiners, strict=True)).rstrip()
            text, where = insert(text, passage, rng, inside, spaced=spaced)
            inside = [shift(case, where, len(passage) + 2) for case in inside]
            origin = DocumentSpan(source_name, places[first].start(), places[last - 1].end())
            inside.append(Case(DocumentSpan(name, where, where + len(passage)), origin))
            lengths.append(last - first)
        documents |= {source_name: source, name: text}
        cases += inside
    return Planted(documents, cases, lengths)


def cut_halves(start: int, end: int, rng: random.Random) -> list[tuple[int, int]]:
    """Return a range of words, or, of every third long one, its halves in the other order."""
    if end - start < MIN_HALVED or rng.random() >= 1 / 3:
        return [(start, end)]
    middle = start + (end - start) // 2
    return [(middle, end), (start, middle)]


def insert(text: str, passage: str, rng: random.Random, before: Sequence[Case], *, spaced: bool) -> tuple[str, int]:
    """Put a passage between two words of a text, outside other planted ones; return the text and its place."""
    while True:
        places = [m.start() for m in re.finditer(r"(?<=\s)\S", text)] if spaced else list(range(1, len(text)))
        where = rng.choice(places or [len(text)])
        if not any(case.copy.start - 1 < where < case.copy.end + 2 for case in before):
            break
    gap = "\n" if spaced else ""
    return f"{text[:where]}{gap}{passage}{gap}{text[where:]}", where + len(gap)


def shift(case: Case, where: int, size: int) -> Case:
    """Return a case moved on by an insertion before it."""
    name, start, end = case.copy
    return case if start < where else Case(DocumentSpan(name, start + size, end + size), case.source)


def edit(words: list[str], rate: float, vocabulary: list[str], rng: random.Random, *, spaced: bool) -> list[str]:
    """Return the words with a share of them substituted, deleted or inserted; the first and last stay."""
    words = list(words)
    for place in rng.sample(range(1, len(words) - 1), min(round(rate * len(words)), len(words) - 2)):
        kind = rng.random()
        if kind < 0.5:
            words[place] = rng.choice(vocabulary)
        elif kind < 0.75:
            words[place] = ""
        else:
            words[place] += (" " if spaced else "") + rng.choice(vocabulary)
    return [w for w in words if w]
