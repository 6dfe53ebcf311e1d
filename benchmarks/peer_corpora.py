"""The corpora that tools are compared on, made once: real articles, grown ones, planted copies, one hot story."""

import gzip
import json
import shutil
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from grow import write_corpus, write_hot_story
from planted_copies import write_planted
from quality import hash_file

REAL = ("congress_press_dev", "lk_news_2024_01_02")
BYTES_PER_DOCUMENT = 3_000


@dataclass(frozen=True)
class Corpus:
    """A JSONL file with the number of its documents."""

    name: str
    path: Path
    documents: int

    @property
    def megabytes(self) -> float:
        """Return the size of the file."""
        return self.path.stat().st_size / 1e6

    def describe(self) -> dict[str, object]:
        """Return what a run notes of it."""
        return {"documents": self.documents, "megabytes": round(self.megabytes, 1), "sha256": hash_file(self.path)}


@dataclass(frozen=True)
class Shelf:
    """Makes corpora out of the shared data, in a folder that keeps them."""

    data: Path
    folder: Path

    def real(self, limit: int | None = None) -> Corpus:
        """Return press releases and Sri Lankan news as they are, their first ones."""
        name = f"real_{limit}" if limit else "real"
        path = self.folder / f"{name}.jsonl"
        if not path.exists():
            rows = [row for source in REAL for row in islice(self._read(source), limit and limit // len(REAL))]
            with path.with_suffix(".part").open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            path.with_suffix(".part").replace(path)
        return count(name, path)

    def grown(self, documents: int) -> Corpus:
        """Return articles of real sentences with planted copies; a smaller corpus is the head of a larger one."""
        path = self.folder / f"grown_{documents}.jsonl"
        if path.exists():
            return Corpus("grown", path, documents)
        larger = [
            int(other.stem.removeprefix("grown_"))
            for other in self.folder.glob("grown_*[0-9].jsonl")
            if other.stem[6:].isdigit()
        ]
        source = min((size for size in larger if size > documents), default=None)
        if source is None:
            require_space(self.folder, documents)
            write_corpus(self.data / f"{REAL[0]}.jsonl.gz", path, documents)
        else:
            with (self.folder / f"grown_{source}.jsonl").open("rb") as lines, path.open("wb") as part:
                part.writelines(islice(lines, documents))
        return Corpus("grown", path, documents)

    def planted(self, originals: int) -> Corpus:
        """Return copies of every kind in seven languages."""
        path = self.folder / f"planted_{originals}.jsonl"
        if not path.exists():
            write_planted(path, originals)
        return count("planted", path)

    def hot(self, documents: int) -> Corpus:
        """Return near-copies of one story."""
        path = self.folder / f"hot_{documents}.jsonl"
        if not path.exists():
            write_hot_story(self.data / f"{REAL[0]}.jsonl.gz", path, documents)
        return Corpus("hot", path, documents)

    def _read(self, name: str) -> list[dict[str, str]]:
        with gzip.open(self.data / f"{name}.jsonl.gz", "rb") as lines:
            rows = map(json.loads, lines)
            return [{"id": row["id"], "text": row["text"], "lang": row.get("lang", "en")} for row in rows]


def count(name: str, path: Path) -> Corpus:
    """Return a corpus with its lines counted."""
    with path.open("rb") as lines:
        return Corpus(name, path, sum(1 for _ in lines))


def require_space(folder: Path, documents: int) -> None:
    """Stop where the disk is too small: the corpus, its copy without duplicates, and what a run keeps meanwhile."""
    needed = 3 * documents * BYTES_PER_DOCUMENT
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SystemExit(
            f"{documents:,} documents need {needed / 1e9:.0f} GB in {folder}, and {free / 1e9:.0f} GB are free. "
            "Name another folder with --cache, or fewer documents with --largest."
        )
