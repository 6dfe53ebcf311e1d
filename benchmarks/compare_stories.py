"""The labelled stories: texts, and which of their sentences correspond.

Six stories were labelled by reading, before any score was looked at; the labels are in `benchmarks/stories`, their
texts in the shared data. The seventh are the seeds with their own gold standard.

`four_handouts` and `five_long` came last: of the constants only the odds and the part of a sentence know them. A second
reader labelled all of the first, and three of the ten pairs of texts of the other. On both, kappa of grade 2 against
the rest is .89, and so is their F1.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dedup.compare.model import Outlet, Place
from dedup.compare.terms import fold_words
from dedup.model.documents import Document

SHARED = Path(__file__).resolve().parents[2] / "shared"
LABELS = Path(__file__).with_name("stories")
NAMES = ("seeds", "few_actors", "mixed", "handout", "agency", "four_handouts", "five_long")
Key = tuple[str, int]


@dataclass(frozen=True)
class Story:
    """A labelled story: `grades[(a, b)]` is 2 (core) or 1 (weak) for two (outlet, first character) of sentences."""

    name: str
    sources: tuple[Document, ...]
    grades: dict[frozenset[tuple[str, tuple[int, int]]], int]


def load_stories(shared: Path) -> list[Story]:
    """Return the stories whose texts are there."""
    return [story for name in NAMES if (story := load_story(shared, name))]


def load_story(shared: Path, name: str) -> Story | None:
    """Return one story, None where its texts are not there."""
    if name == "seeds":
        return load_seeds(shared)
    lines = [json.loads(line) for line in (LABELS / f"{name}.jsonl").read_text().splitlines()]
    head, pairs = lines[0], lines[1:]
    data = shared / "data" / f"{head['source']}.jsonl.gz"
    if not data.exists():
        return None
    texts = dict(read_texts(data, set(head["documents"])))
    grades = {
        frozenset({(pair["a"], tuple(pair["span_a"])), (pair["b"], tuple(pair["span_b"]))}): pair["grade"]
        for pair in pairs
    }
    return Story(name, tuple(Document(doc, texts[doc]) for doc in head["documents"]), grades)


def load_seeds(shared: Path) -> Story | None:
    """Return the five seeds with their gold standard."""
    paths, gold = sorted((shared / "seeds").glob("*.txt")), shared / "data" / "seed_alignment_gold.jsonl"
    if not paths or not gold.exists():
        return None
    grades = {}
    for line in gold.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        sides = ((pair["file_a"], tuple(pair["span_a"])), (pair["file_b"], tuple(pair["span_b"])))
        grades[frozenset(sides)] = pair["grade"]
    return Story("seeds", tuple(Document(p.name, p.read_text(encoding="utf-8")) for p in paths), grades)


def read_texts(path: Path, ids: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the texts of some documents."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["id"] in ids:
                yield record["id"], record["text"]


def read_grades(story: Story, outlets: Sequence[Outlet]) -> dict[frozenset[Place], int]:
    """Return the grades by place; a labelled span is the sentence that it overlaps most (its first printing)."""
    names = {outlet.name: number for number, outlet in enumerate(outlets)}
    grades: dict[frozenset[Place], int] = {}
    for sides, grade in story.grades.items():
        found = frozenset(find_place(names[name], outlets[names[name]], span) for name, span in sides)
        grades[found] = max(grade, grades.get(found, 0))
    return grades


def find_place(number: int, outlet: Outlet, span: tuple[int, int]) -> Place:
    """Return the sentence that a labelled span means."""
    best = max(
        range(len(outlet.sentences)),
        key=lambda s: min(span[1], outlet.sentences[s].span.end) - max(span[0], outlet.sentences[s].span.start),
    )
    if outlet.sentences[best].omission is not None:
        words = fold_words(outlet.cut(best))
        best = next(s for s in range(best + 1) if fold_words(outlet.cut(s)) == words)
    return Place(number, best)
