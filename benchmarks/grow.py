"""Grow real articles into a larger corpus, with near-copies of known kind, seeded and streamed.

New articles are made of real sentences drawn from all articles, so that vocabulary, sentence lengths and article
lengths are those of the source; copies of them are planted with Zipfian cluster sizes. Every line says what it is:
`kind` and, for a copy, `of` (the id of its original) and `rate` (the share of words edited).
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from news import read_lines

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
COPY_SHARE = 0.25
LONGEST_CLUSTER = 50


class Article(msgspec.Struct, omit_defaults=True):
    """One line of a grown corpus."""

    id: str
    text: str
    kind: str
    of: str = ""
    rate: float = 0.0


@dataclass(frozen=True)
class Stock:
    """What articles are made of: real sentences, the numbers of sentences of real articles, real words."""

    sentences: list[str]
    lengths: list[int]
    words: list[str]


def read_stock(path: Path) -> Stock:
    """Return the stock of a JSONL file, gzipped or not."""
    return take_apart([row["text"] for row in read_lines(path)])


def take_apart(texts: list[str]) -> Stock:
    """Return the sentences, article lengths and words of real texts."""
    articles = [[s for s in SENTENCE_END.split(text) if s] for text in texts]
    sentences = [sentence for article in articles for sentence in article]
    words = sorted({word for sentence in sentences[::50] for word in sentence.split()})
    return Stock(sentences, [len(article) for article in articles if article], words)


def grow(stock: Stock, count: int, seed: int, copy_share: float = COPY_SHARE) -> Iterator[Article]:
    """Yield `count` articles; about `copy_share` of them are copies of earlier ones, in clusters of Zipfian size."""
    rng = random.Random(seed)
    pending: list[tuple[int, Article]] = []  # copies wait until other articles stand between them and their original
    made = 0
    while made < count:
        if pending and rng.random() < copy_share:
            yield pending.pop(rng.randrange(len(pending)))[1]
            made += 1
            continue
        article = write_article(stock, rng, f"a{made}")
        yield article
        made += 1
        if len(pending) < 1000 and rng.random() < copy_share:
            names = [f"{article.id}.{number}" for number in range(draw_cluster_size(rng))]
            pending += [(made, write_copy(stock, rng, article, name)) for name in names]


def draw_cluster_size(rng: random.Random) -> int:
    """Return a number of copies, Zipfian with exponent 2."""
    size = 1
    while size < LONGEST_CLUSTER and rng.random() < (size / (size + 1)) ** 2:
        size += 1
    return size


def write_article(stock: Stock, rng: random.Random, name: str) -> Article:
    """Return a new article of real sentences."""
    sentences = rng.choices(stock.sentences, k=rng.choice(stock.lengths))
    paragraphs = [" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)]
    return Article(name, "\n\n".join(paragraphs), "article")


def write_copy(stock: Stock, rng: random.Random, article: Article, name: str) -> Article:
    """Return a copy of an article: exact, edited, re-laid out, truncated, corrected, or its template filled in anew."""
    kind = rng.choice(COPIERS)
    rate = rng.choice((0.005, 0.01, 0.02, 0.05))
    text, rate = kind(stock, rng, article.text, rate)
    return Article(name, text, kind.__name__.removeprefix("copy_"), article.id, rate)


def copy_exact(_stock: Stock, _rng: random.Random, text: str, _rate: float) -> tuple[str, float]:
    """Return the text as it is."""
    return text, 0.0


def copy_edited(stock: Stock, rng: random.Random, text: str, rate: float) -> tuple[str, float]:
    """Replace, drop or double words."""
    words = text.split(" ")
    for _ in range(round(rate * len(words))):
        place = rng.randrange(len(words))
        words[place] = rng.choice((rng.choice(stock.words), "", f"{words[place]} {rng.choice(stock.words)}"))
    return " ".join(words), rate


def copy_layout(_stock: Stock, rng: random.Random, text: str, _rate: float) -> tuple[str, float]:
    """Change paragraphs, quotes and capitals of the first line, not the words."""
    text = text.replace("\n\n", rng.choice((" ", "\n", "\r\n\r\n"))).replace("'", "’").replace('"', "“")
    return text, 0.0


def copy_corrected(stock: Stock, rng: random.Random, text: str, rate: float) -> tuple[str, float]:
    """Put a correction notice on top and edit a few words."""
    edited, rate = copy_edited(stock, rng, text, rate / 2)
    return f"(CORRECTED) {rng.choice(stock.sentences)}\n\n{edited}", rate


def copy_truncated(_stock: Stock, rng: random.Random, text: str, _rate: float) -> tuple[str, float]:
    """Keep the first 60 to 95 % of the words."""
    words = text.split(" ")
    share = rng.uniform(0.6, 0.95)
    return " ".join(words[: max(int(share * len(words)), 1)]), 1 - share


def copy_template(_stock: Stock, rng: random.Random, text: str, _rate: float) -> tuple[str, float]:
    """Fill in other numbers."""
    return NUMBER.sub(lambda match: str(rng.randrange(1, 10 ** len(match[0]))), text), 0.0


COPIERS = (copy_exact, copy_edited, copy_edited, copy_layout, copy_corrected, copy_truncated, copy_template)


def write_corpus(source: Path, target: Path, count: int, seed: int = 1, copy_share: float = COPY_SHARE) -> None:
    """Write a grown corpus as JSON lines."""
    stock = read_stock(source)
    encode = msgspec.json.Encoder().encode
    part = target.with_name(target.name + ".part")
    with part.open("wb", buffering=1 << 20) as file:
        for article in grow(stock, count, seed, copy_share):
            file.write(encode(article) + b"\n")
    part.replace(target)


def write_hot_story(source: Path, target: Path, count: int, seed: int = 1) -> None:
    """Write `count` near-copies of one story, each with 1 % of its words edited."""
    stock = read_stock(source)
    rng = random.Random(seed)
    story = write_article(stock, rng, "story")
    with target.open("wb") as file:
        for number in range(count):
            text, rate = copy_edited(stock, rng, story.text, 0.01)
            file.write(msgspec.json.encode(Article(f"h{number}", text, "edited", "story", rate)) + b"\n")
