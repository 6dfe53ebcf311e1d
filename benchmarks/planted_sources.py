"""Articles made of known releases, edited, and of text of their own: how much of each is a release's is known."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

EDITS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.35)  # share of the words of a release that is changed
PARTS = (0.3, 1.0)  # a planted part is between these shares of its release


@dataclass(frozen=True)
class PlantedArticle:
    """A record, the share of its words that are of a release, and the share of these that were edited."""

    record: Mapping[str, str]
    share: float
    edited: float


def plant_articles(
    releases: Sequence[Mapping[str, str]], news: Sequence[Mapping[str, str]], count: int, seed: int = 28
) -> Iterator[PlantedArticle]:
    """Yield `count` articles for each share of edited words: a part of one release, and one to two parts of news."""
    source = random.Random(seed)
    by_language: dict[str, list[Mapping[str, str]]] = {}
    for row in news:
        by_language.setdefault(row["lang"], []).append(row)
    for edited in EDITS:
        for number in range(count):
            release = source.choice(releases)
            own = source.choice(by_language[release["lang"]])
            words = cut(source, release["text"].split(), PARTS)
            planted = edit(source, words, own["text"].split(), edited)
            added = cut(source, own["text"].split(), PARTS)
            at = source.randrange(len(added) + 1)
            parts = [" ".join(added[:at]), " ".join(planted), " ".join(added[at:])]
            text = "\n\n".join(part for part in parts if part)
            record = {
                "id": f"planted-{edited:.2f}-{number}",
                "text": text,
                "outlet": f"outlet {number % 7}",
                "date": release["date"],
                "lang": release["lang"],
            }
            yield PlantedArticle(record, len(planted) / max(len(planted) + len(added), 1), edited)


def cut(source: random.Random, words: list[str], shares: tuple[float, float]) -> list[str]:
    """Return consecutive words, a share of all."""
    length = max(int(len(words) * source.uniform(*shares)), min(60, len(words)))
    start = source.randrange(len(words) - length + 1)
    return words[start : start + length]


def edit(source: random.Random, words: Sequence[str], others: Sequence[str], share: float) -> list[str]:
    """Return words of which a share is replaced, dropped, or followed by another word."""
    edited: list[str] = []
    for word in words:
        if source.random() >= share:
            edited.append(word)
        else:
            kind = source.randrange(3)
            edited += [[source.choice(others)], [], [word, source.choice(others)]][kind]
    return edited
