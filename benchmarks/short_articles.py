"""Make short articles by the million: a quarter of them are copies of known kinds, the others are alike by chance only.

Real sentences drawn again and again, as in `grow.py`, would make every short text share a sentence with hundreds of
others. Here each next word is drawn from those that follow the word in real articles, so that shared runs of words are
about as rare as between the articles of different outlets.
"""

import random
from pathlib import Path

import msgspec
import numpy as np
from grow import COPY_SHARE, Article, Stock, draw_cluster_size, write_copy
from news import read_lines

AT_ONCE = 50_000  # texts
MIN_WORDS, MAX_WORDS = 60, 100
APART = 10_000  # documents at most between an original and its copies


class Follower:
    """Which words follow a word in real articles, as often as they do."""

    def __init__(self, source: Path) -> None:
        numbers: dict[str, int] = {}
        words = (word for row in read_lines(source) for word in row["text"].split())
        ids = np.array([numbers.setdefault(word, len(numbers)) for word in words])
        self.words = np.array(list(numbers), object)
        order = np.argsort(ids[:-1], kind="stable")
        self._next = ids[1:][order]
        self._starts = np.searchsorted(ids[:-1][order], np.arange(len(self.words) + 1))
        self._ids = ids

    def write(self, rng: np.random.Generator, count: int) -> list[str]:
        """Return texts of MIN_WORDS to MAX_WORDS words."""
        sizes = rng.integers(MIN_WORDS, MAX_WORDS, count)
        columns = [self._ids[rng.integers(0, len(self._ids), count)]]
        for _ in range(MAX_WORDS):
            first, past = self._starts[columns[-1]], self._starts[columns[-1] + 1]
            place = first + (rng.random(count) * (past - first)).astype(np.int64)
            columns.append(np.where(past > first, self._next[np.minimum(place, len(self._next) - 1)], 0))
        rows = self.words[np.stack(columns, axis=1)].tolist()
        return [" ".join(row[:size]) for row, size in zip(rows, sizes.tolist(), strict=True)]


def write_short(source: Path, target: Path, count: int, seed: int = 1) -> None:
    """Write `count` short articles as JSON lines, in a folder that is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    follower, rng, numbers = Follower(source), random.Random(seed), np.random.default_rng(seed)
    stock = Stock([], [], follower.words[:: len(follower.words) // 5000].tolist())
    stock.sentences.extend(follower.write(numbers, 500))
    encode, pending, made = msgspec.json.Encoder().encode, list[Article](), 0
    with target.open("wb", buffering=1 << 20) as file:
        while made < count:
            for text in follower.write(numbers, min(AT_ONCE, count - made)):
                while pending and made < count and rng.random() < COPY_SHARE:
                    place = rng.randrange(len(pending))
                    pending[place], pending[-1] = pending[-1], pending[place]
                    file.write(encode(pending.pop()) + b"\n")
                    made += 1
                if made == count:
                    break
                article = Article(f"a{made}", text, "article")
                file.write(encode(article) + b"\n")
                made += 1
                if len(pending) < APART and rng.random() < COPY_SHARE * 0.7:
                    size = draw_cluster_size(rng)
                    pending += [write_copy(stock, rng, article, f"{article.id}.{number}") for number in range(size)]
