"""Plant passages of known place and known edits in articles: the truth that passage detection is measured on."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dedup.bench.pan import Case

WORD = re.compile(r"\S+")
# A word where no spaces are: a character, or a run of Latin letters and digits, with the marks behind it.
UNSPACED = re.compile(r"(?:[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+|\w)[^\w\s]*")


@dataclass(frozen=True)
class Planted:
    """A small corpus with its truth: every document by name, and the cases in them."""

    documents: dict[str, str]
    cases: list[Case]
    words: list[int]


def plant(
    articles: Sequence[str],
    rate: float,
    count: int,
    seed: int,
    words: tuple[int, int] = (20, 200),
    *,
    spaced: bool = True,
) -> Planted:
    """Copy a passage of one article into another, `count` times, with a share `rate` of its words edited.

    Half of the edits are substitutions, a quarter deletions, a quarter insertions. A third of the copies of 60 words
    and more have their halves in the other order (two cases), and line breaks fall elsewhere in all of them.
    """
    rng = random.Random(seed)  # noqa: S311 (planting, not secrets)
    unit = WORD if spaced else UNSPACED
    vocabulary = [m[0] for text in articles[:300] for m in unit.finditer(text)]
    sources = [text for text in articles if len(unit.findall(text)) > words[1] + 20]
    documents: dict[str, str] = {}
    cases: list[Case] = []
    lengths = []
    rng.shuffle(sources)
    for number in range(min(count, len(sources) // 2)):  # no article twice: its second copy would have two holders
        source, host = sources[2 * number], sources[2 * number + 1]
        places = list(unit.finditer(source))
        size = rng.randint(*words)
        start = rng.randrange(len(places) - size)
        halves = [(start, start + size)]
        if size >= 60 and rng.random() < 1 / 3:
            middle = start + size // 2
            halves = [(middle, start + size), (start, middle)]
        name, source_name = f"copy{number}", f"source{number}"
        documents[source_name] = source
        text = host
        for first, last in halves:
            edited = edit([m[0] for m in places[first:last]], rate, vocabulary, rng, spaced=spaced)
            joiners = [rng.choice((" ", " ", " ", " ", "\n", "\n\n")) if spaced else "" for _ in edited]
            passage = "".join(w + j for w, j in zip(edited, joiners, strict=True)).rstrip()
            text, where = insert(text, passage, rng, [c for c in cases if c.copy[0] == name], spaced=spaced)
            cases = [shift(c, name, where, len(passage) + 2) for c in cases]
            origin = (source_name, places[first].start(), places[last - 1].end())
            cases.append(Case((name, where, where + len(passage)), origin))
            lengths.append(last - first)
        documents[name] = text
    return Planted(documents, cases, lengths)


def insert(text: str, passage: str, rng: random.Random, before: list[Case], *, spaced: bool) -> tuple[str, int]:
    """Put a passage between two words of a text, outside other planted ones; return the text and its place."""
    while True:
        places = [m.start() for m in re.finditer(r"(?<=\s)\S", text)] if spaced else list(range(1, len(text)))
        where = rng.choice(places or [len(text)])
        if not any(c.copy[1] - 1 < where < c.copy[2] + 2 for c in before):
            break
    gap = "\n" if spaced else ""
    text = f"{text[:where]}{gap}{passage}{gap}{text[where:]}"
    return text, where + len(gap)


def shift(case: Case, name: str, where: int, size: int) -> Case:
    """Return a case of the same document moved on by an insertion before it."""
    document, start, end = case.copy
    if document != name or start < where:
        return case
    return Case((document, start + size, end + size), case.source)


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
