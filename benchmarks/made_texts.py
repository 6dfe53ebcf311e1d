"""News-like texts in scripts of which there are no shared articles: words drawn from made_words.toml, seeded."""

import random
import tomllib
from pathlib import Path

SCRIPTS = tomllib.loads(Path(__file__).with_name("made_words.toml").read_text(encoding="utf-8"))


def write_texts(script: str, count: int) -> list[str]:
    """Return `count` texts of 12 to 30 sentences of 8 to 24 words each, in paragraphs of three sentences."""
    made = SCRIPTS[script]
    rng, vocabulary, joiner = random.Random(made["seed"]), made["words"].split(), made["joiner"]
    texts = []
    for _ in range(count):
        sentences = [
            joiner.join(rng.choices(vocabulary, k=rng.randint(8, 24))) + made["stop"]
            for _ in range(rng.randint(12, 30))
        ]
        texts.append("\n".join(joiner.join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)))
    return texts
