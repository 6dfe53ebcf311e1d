"""The corpora of the benchmarks, made once: real articles, grown ones, planted copies, one hot story."""

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from grow import write_corpus, write_hot_story
from news import read_lines
from planted_copies import write_planted
from quality import hash_file

CACHE = Path(__file__).parent / ".cache"
CONGRESS, REAL = "congress_press_dev", ("congress_press_dev", "lk_news_2024_01_02")
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
    folder: Path = CACHE

    def congress(self) -> Corpus:
        """Return the press releases as they are, uncompressed."""
        return self._make("congress", lambda path: path.write_bytes(gzip.decompress(self._source.read_bytes())))

    def real(self, limit: int | None = None) -> Corpus:
        """Return press releases and Sri Lankan news as they are, their first ones."""

        def write(path: Path) -> None:
            rows = [row for source in REAL for row in islice(self._read(source), limit and limit // len(REAL))]
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")

        return self._make(f"real_{limit}" if limit else "real", write, "real")

    def grown(self, documents: int) -> Corpus:
        """Return articles of real sentences with planted copies; a smaller corpus is the head of a larger one."""
        path = self.folder / f"grown_{documents}.jsonl"
        if path.exists():
            return Corpus("grown", path, documents)
        sizes = [name.removeprefix("grown_") for name in (other.stem for other in self.folder.glob("grown_*.jsonl"))]
        source = min((int(size) for size in sizes if size.isdigit() and int(size) > documents), default=None)
        if source is not None:
            return self.head(Corpus("grown", self.folder / f"grown_{source}.jsonl", source), documents, path.stem)
        require_space(self.folder, documents)
        return self._make(path.stem, lambda target: write_corpus(self._source, target, documents), "grown")

    def unrelated(self, documents: int) -> Corpus:
        """Return articles of real sentences without any copy."""
        return self._make(
            f"unrelated_{documents}", lambda path: write_corpus(self._source, path, documents, seed=2, copy_share=0.0)
        )

    def planted(self, originals: int) -> Corpus:
        """Return copies of every kind in seven languages."""
        return self._make(f"planted_{originals}", lambda path: write_planted(path, originals), "planted")

    def hot(self, documents: int) -> Corpus:
        """Return near-copies of one story."""
        return self._make(f"hot_{documents}", lambda path: write_hot_story(self._source, path, documents), "hot")

    def head(self, corpus: Corpus, documents: int, name: str) -> Corpus:
        """Return the first documents of a corpus."""

        def write(path: Path) -> None:
            with corpus.path.open("rb") as lines, path.open("wb") as part:
                part.writelines(islice(lines, documents))

        return self._make(name, write, corpus.name)

    def joined(self, name: str, *parts: Corpus) -> Corpus:
        """Return several corpora as one."""

        def write(path: Path) -> None:
            with path.open("wb") as joined:
                for part in parts:
                    with part.path.open("rb") as lines:
                        shutil.copyfileobj(lines, joined)

        return self._make(name, write)

    @property
    def _source(self) -> Path:
        return self.data / f"{CONGRESS}.jsonl.gz"

    def _make(self, name: str, write: Callable[[Path], object], title: str = "") -> Corpus:
        """Return a corpus of this file name; `write` makes it unless it is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.jsonl"
        if not path.exists():
            part = path.with_suffix(".making")
            write(part)
            part.replace(path)
        with path.open("rb") as lines:
            return Corpus(title or name, path, sum(1 for _ in lines))

    def _read(self, name: str) -> list[dict[str, str]]:
        rows = read_lines(self.data / f"{name}.jsonl.gz")
        return [{"id": row["id"], "text": row["text"], "lang": row.get("lang", "en")} for row in rows]


def require_space(folder: Path, documents: int) -> None:
    """Stop where the disk is too small: the corpus, its copy without duplicates, and what a run keeps meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    needed = 3 * documents * BYTES_PER_DOCUMENT
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SystemExit(
            f"{documents:,} documents need {needed / 1e9:.0f} GB in {folder}, and {free / 1e9:.0f} GB are free. "
            "Name another folder with --cache, or fewer documents with --largest."
        )
