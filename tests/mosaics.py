"""Corpora of articles that hold each other: excerpts, their copies, digests, rearranged and longer versions."""

import random

SIGNED = "the bank said that its profit changed by {}5 percent in the last quarter and by {}3 percent in the year"


def make_sentence(rng, words):
    """Return a sentence of 8 to 16 words."""
    return " ".join(rng.choices(words, k=rng.randrange(8, 17))).capitalize() + "."


def edit(rng, sentences, share):
    """Return sentences with a share of the words replaced."""
    words = " ".join(sentences).split()
    for place in rng.sample(range(len(words)), int(len(words) * share)):
        words[place] = f"edit{rng.randrange(1000)}"
    return " ".join(words)


def make_mosaics(seed, num_articles):
    """Return records: articles of paragraphs, and what others made of them, mixed."""
    rng = random.Random(seed)
    vocabulary = [f"word{number}" for number in range(2000)]
    texts = []
    for number in range(num_articles):
        article = [make_sentence(rng, vocabulary) for _ in range(rng.randrange(8, 20))]
        first = rng.randrange(len(article) // 2)
        excerpt = article[first : first + max(len(article) // 3, 3)]
        moved = article[len(article) // 2 :] + article[: len(article) // 2]
        more = [make_sentence(rng, vocabulary) for _ in range(len(article) // 2)]
        made = [
            [" ".join(article)],
            [" ".join(excerpt)] * rng.choice((1, 2, 3)),
            [edit(rng, excerpt, 0.03) for _ in range(rng.choice((0, 1, 2)))],
            [" ".join(excerpt[:-1])],
            [" ".join(article + more), " ".join(more + moved)][: rng.choice((0, 1, 1, 2))],
            [edit(rng, article, rng.choice((0.01, 0.05)))],
            [" ".join(excerpt + more[:2])] if rng.random() < 0.4 else [],
        ]
        texts += [(number, text) for group in made for text in group]
    signs = [SIGNED.format(a, b) for a, b in (("", ""), ("-", ""), ("-", ""), ("-", "-"), ("", ""))]
    texts += [(-1, text) for text in signs]
    rng.shuffle(texts)
    for place, (number, text) in enumerate(texts):
        yield {
            "id": place,
            "text": text,
            "title": rng.choice((None, None, f"Story {number}", f"Story {number}", f"Report of May {number}")),
            "date": rng.choice((None, "2024-01-01", "2024-01-01", "2024-02-02")),
            "outlet": rng.choice((None, "A", "A", "B")),
        }
