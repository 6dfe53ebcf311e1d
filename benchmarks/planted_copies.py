"""A corpus whose copies are known: originals in seven languages that share nothing, and copies of every kind.

Articles are real where the shared data has them (English, Japanese, Sinhala, Tamil) and made where it has not (Chinese,
Arabic, Russian). Every document says what it is: `kind`, `lang`, `group` (the id of the original it comes from, its
own if it is none) and `of` (the document it was made from: in a chain that is the copy before it).

    python benchmarks/planted_copies.py OUT.jsonl [--originals 60]
"""

import argparse
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import msgspec
from exact_pairs import find_pairs, split_tokens
from grow import NUMBER
from made_texts import write_texts
from news import read_rows

from dedup.bench.planting import UNSPACED, WORD, edit

ORIGINALS = 60
CHAINS, CHAIN, HOT = 3, 12, 200
TOLD = CHAINS + 1  # so many of the other articles are originals of chains and of the hot story
RATES = {"edited 1%": 0.01, "edited 2%": 0.02, "edited 3%": 0.03, "edited 4%": 0.04}
WITHOUT_SPACES = {"ja", "zh"}


class Planted(msgspec.Struct):
    """One line of the corpus."""

    id: str
    text: str
    lang: str
    kind: str
    group: str
    of: str = ""


@dataclass(frozen=True)
class Language:
    """What copies are made with: originals, other articles, and how words are told apart."""

    code: str
    originals: list[str]
    others: list[str]
    vocabulary: list[str]

    @property
    def spaced(self) -> bool:
        """Return whether words stand between spaces."""
        return self.code not in WITHOUT_SPACES

    def change(self, text: str, rate: float, rng: random.Random) -> str:
        """Replace, drop and add a share of the words."""
        unit = WORD if self.spaced else UNSPACED
        places = list(unit.finditer(text))
        words = [text[: places[0].start()] + places[0][0]] if places else []
        words += [text[a.end() : b.end()] for a, b in pairwise(places)]
        if len(words) < 3:
            return text
        return "".join(edit_keeping_gaps(words, rate, self.vocabulary, rng, spaced=self.spaced))


def edit_keeping_gaps(
    words: list[str], rate: float, vocabulary: list[str], rng: random.Random, *, spaced: bool
) -> list[str]:
    """Edit words that carry the space before them; at least one is changed."""
    rate = max(rate, 1 / len(words))
    gaps = [re.match(r"\s*", word)[0] for word in words]  # type: ignore[index]
    marked = [f"{number}\x00{word.strip()}" for number, word in enumerate(words)]
    changed = []
    for word in edit(marked, rate, vocabulary, rng, spaced=spaced):
        number, mark, rest = word.partition("\x00")
        changed.append(gaps[int(number)] + rest if mark else (" " if spaced else "") + word)
    return changed


def copy_layout(_: Language, text: str, rng: random.Random) -> str:
    """Set the same words otherwise: paragraphs, spaces, quotes, and characters taken apart (NFD)."""
    text = re.sub(r"\s*\n\s*", rng.choice(("\n", "\r\n\r\n", "\n\n\n")), text)
    text = text.replace("'", "’").replace('"', "“").replace(" ", "\u00a0", 5)
    return unicodedata.normalize("NFD", text)


def copy_corrected(language: Language, text: str, rng: random.Random) -> str:
    """Put a notice and a paragraph of another article on top, and edit a little."""
    paragraphs = [p for p in rng.choice(language.others[TOLD:]).splitlines() if p.strip()]
    return f"(CORRECTED)\n\n{rng.choice(paragraphs)}\n\n{language.change(text, 0.005, rng)}"


def copy_truncated(language: Language, text: str, rng: random.Random) -> str:
    """Keep the first 60 to 95 % of the words."""
    places = list((WORD if language.spaced else UNSPACED).finditer(text))
    return text[: places[max(int(rng.uniform(0.6, 0.95) * len(places)) - 1, 0)].end()]


def copy_template(_: Language, text: str, rng: random.Random) -> str:
    """Fill in other numbers."""
    return NUMBER.sub(lambda match: str(rng.randrange(1, 10 ** len(match[0]))), text)


Copier = Callable[[Language, str, random.Random], str]
COPIERS: dict[str, Copier] = {
    "exact": lambda _l, text, _r: text,
    **{kind: lambda language, text, rng, rate=rate: language.change(text, rate, rng) for kind, rate in RATES.items()},
    "layout": copy_layout,
    "corrected": copy_corrected,
    "truncated": copy_truncated,
    "template": copy_template,
}


def read_languages(originals: int) -> Iterator[Language]:
    """Yield the articles of every language, those that share a tenth of their shingles with another left out."""
    lankan = read_rows("lk_news_2024_01_02")
    need = 3 * originals
    sources: dict[str, Sequence[str]] = {
        "en": [row["text"] for row in read_rows("congress_press_dev")[::5]],
        "ja": [row["text"] for row in read_rows("ja_wikinews")],
        "si": [row["text"] for row in lankan if row["lang"] == "si"],
        "ta": [row["text"] for row in lankan if row["lang"] == "ta"],
        "zh": write_texts("chinese", 2 * need),
        "ar": write_texts("arabic", 2 * need),
        "ru": write_texts("russian", 2 * need),
    }
    for code, texts in sources.items():
        chosen = choose_unlike([text for text in texts if 80 <= len(split_tokens(text)) <= 2_000], need)
        unit = UNSPACED if code in WITHOUT_SPACES else WORD
        words = sorted({match[0] for text in chosen[:100] for match in unit.finditer(text)})
        yield Language(code, chosen[:-originals], chosen[-originals:], words)


def choose_unlike(texts: Sequence[str], count: int) -> list[str]:
    """Return the first texts that are like no other at a Jaccard of a tenth."""
    pool = texts[: 2 * count]
    pairs = find_pairs(pool, 0.1)
    alike = {*pairs.first.tolist(), *pairs.second.tolist()}
    return [text for index, text in enumerate(pool) if index not in alike][:count]


def plant_language(language: Language, originals: int, rng: random.Random) -> Iterator[Planted]:
    """Yield the documents of one language: originals with a copy of each kind, a chain, a hot story, short texts."""
    code = language.code

    def document(name: str, text: str, kind: str, group: str = "", of: str = "") -> Planted:
        return Planted(f"{code}-{name}", text, code, kind, f"{code}-{group or name}", f"{code}-{of}" if of else "")

    for number, text in enumerate(language.originals):
        yield document(f"{number}", text, "original")
        kinds = [kind for kind in COPIERS if kind != "template" or NUMBER.search(text)]
        for kind in rng.sample(kinds, 4 if number < originals else 0):
            copy = COPIERS[kind](language, text, rng)
            yield document(f"{number}.{kind}", copy, kind, f"{number}", f"{number}")
    for chain in range(CHAINS):
        text = language.others[chain]
        yield document(f"chain{chain}.0", text, "original", f"chain{chain}")
        for step in range(1, CHAIN):
            text = language.change(text, 0.025, rng)
            yield document(f"chain{chain}.{step}", text, "chain", f"chain{chain}", f"chain{chain}.{step - 1}")
    yield document("hot", language.others[CHAINS], "original")
    for number in range(HOT):
        yield document(f"hot.{number}", language.change(language.others[CHAINS], 0.01, rng), "hot", "hot", "hot")
    for number, text in enumerate(language.others[TOLD:]):
        words = (WORD if language.spaced else UNSPACED).findall(text)
        short = (" " if language.spaced else "").join(words[20 : 20 + rng.randint(3, 9)])
        yield document(f"short{number}", short, "short original")
        if number % 2:
            yield document(f"short{number}.exact", short, "short", f"short{number}", f"short{number}")


def plant_corpus(originals: int = ORIGINALS, seed: int = 1) -> list[Planted]:
    """Return the corpus, shuffled, a copy never before what it was made from."""
    rng = random.Random(seed)
    documents = [d for language in read_languages(originals) for d in plant_language(language, originals, rng)]
    places: dict[str, float] = {}
    for d in documents:
        places[d.id] = rng.uniform(places.get(d.of, 0.0), 1.0)
    return sorted(documents, key=lambda d: places[d.id])


def write_planted(target: Path, originals: int = ORIGINALS) -> None:
    """Write the corpus as JSON lines."""
    encode = msgspec.json.Encoder().encode
    target.write_bytes(b"".join(encode(document) + b"\n" for document in plant_corpus(originals)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path)
    parser.add_argument("--originals", type=int, default=ORIGINALS)
    options = parser.parse_args()
    write_planted(options.target, options.originals)
