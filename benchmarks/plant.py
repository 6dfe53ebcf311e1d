"""Plant passages of known place and known edits in real articles: the truth that passage detection is measured on."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pan import Case

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
    rng = random.Random(seed)
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


PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")
SENTENCE_END = re.compile(r"[.!?]['\"”’)]*\s+(?=[\"“‘'(]?[A-Z])")
REPEATS = ("body", "half", "paragraph")
JOINS = {"break": "\n\n", "glued": ""}


def plant_repeat(text: str, kind: str, join: str, rng: random.Random) -> tuple[str, Case] | None:
    """Print a part of an article twice in it; None where the article has no such part of 25 words.

    The body is all after the first line; a half ends or begins with a sentence; a paragraph is any of it. The copy
    comes at the end of the text, or (a paragraph) at the end of a later one; `join` stands before it.
    """
    lines = [m for m in PARAGRAPH.finditer(text) if m.start() > 0]
    words = [m for m in WORD.finditer(text) if lines and m.start() >= lines[0].start()]
    if len(words) < 50:
        return None
    start, end, where = words[0].start(), words[-1].end(), words[-1].end()
    if kind == "half":
        starts = [m.end() for m in SENTENCE_END.finditer(text) if m.end() > start] or [words[len(words) // 2].start()]
        middle = min(starts, key=lambda place: abs(place - (start + end) // 2))
        start, end = rng.choice(((start, len(text[:middle].rstrip())), (middle, end)))
    if kind == "paragraph":
        long = [m for m in lines if len(WORD.findall(m[0])) >= 25]
        if not long:
            return None
        chosen = rng.choice(long)
        start, end = chosen.start() + len(chosen[0]) - len(chosen[0].lstrip()), chosen.start() + len(chosen[0].rstrip())
        where = rng.choice([m.start() + len(m[0].rstrip()) for m in lines if m.start() >= chosen.start()])
    passage, gap = text[start:end], JOINS[join]
    if len(WORD.findall(passage)) < 25:  # the half of a short article may be a dateline, or "Next Article"
        return None
    planted = f"{text[:where]}{gap}{passage}{text[where:]}"
    first = where + len(gap)
    return planted, Case(("", first, first + len(passage)), ("", start, end))


def truncate(text: str, rng: random.Random) -> str:
    """Return the first 30 to 80 % of an article's words."""
    words = list(WORD.finditer(text))
    return text[: words[max(int(rng.uniform(0.3, 0.8) * len(words)) - 1, 0)].end()]


def correct(text: str, others: Sequence[str], rng: random.Random) -> str:
    """Return the article as it is sent again: a "(CORRECTED)" header, and two paragraphs of other articles in it."""
    paragraphs = [m[0] for m in PARAGRAPH.finditer(text)]
    for _ in range(2):
        added = rng.choice(
            [p for p in PARAGRAPH.findall(rng.choice(others)) if len(WORD.findall(p)) >= 5] or ["Added."]
        )
        paragraphs.insert(rng.randint(1, len(paragraphs)), added)
    return "\n\n".join(["(CORRECTED)", *paragraphs])
