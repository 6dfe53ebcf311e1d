"""Plant repeats, truncations and corrections in real articles; passages with edits are planted by `dedup.bench`."""

import random
import re
from collections.abc import Sequence

from dedup.bench.pan import Case
from dedup.bench.planting import WORD

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
