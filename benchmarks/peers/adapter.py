"""What the adapters share: arguments, a clock, reading a corpus, writing the answer.

An adapter is a script that runs in the environment of its tool:

    python ADAPTER INPUT.jsonl OUT.json --threshold 0.7 [--shingle-size 5] [--workers 2] [--collect]

It leaves {"kept": [id, ...], "clusters": [[id, ...], ...], "seconds": {"import": s, "work": s, "output": s}}; clusters
have two members and more. One that finds passages leaves {"passages": [[id, start, end, id, start, end], ...]}. A tool
that writes files of its own leaves them in OUT.json.d/ and is called a second time with --collect, which is not timed,
to translate them. Needs nothing but msgspec.
"""

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

WORD = re.compile(r"\w+")


@dataclass
class Clock:
    """Seconds by part of a run."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time inside to a part."""
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True)
class Job:
    """One call of an adapter."""

    source: Path
    target: Path
    threshold: float
    shingle_size: int
    workers: int
    clock: Clock

    @property
    def folder(self) -> Path:
        """Return the place for files of the tool's own."""
        return self.target.with_name(self.target.name + ".d")


def main(run: Callable[[Job], None], collect: Callable[[Job], None] | None = None) -> None:
    """Read the arguments of an adapter and do what they say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--shingle-size", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--collect", action="store_true")
    options = parser.parse_args()
    places = options.source.resolve(), options.target.resolve()
    job = Job(*places, options.threshold, options.shingle_size, options.workers, Clock())
    kept = job.folder / "seconds.json"
    if options.collect and collect:
        job.clock.seconds |= json.loads(kept.read_text()) if kept.exists() else {}
        collect(job)
    elif not options.collect:
        run(job)
        if collect:
            kept.write_text(json.dumps(job.clock.seconds))


def read_documents(path: Path) -> tuple[list[str], list[str]]:
    """Return the ids and the texts of a JSONL file."""
    import msgspec

    record = msgspec.defstruct("Record", [("id", str), ("text", str)])
    decode = msgspec.json.Decoder(record).decode
    ids, texts = [], []
    with path.open("rb") as lines:
        for line in lines:
            document = decode(line)
            ids.append(document.id)
            texts.append(document.text)
    return ids, texts


def make_shingles(text: str, size: int) -> list[str]:
    """Return the distinct word n-grams of a text in order; the whole of a text that is shorter."""
    words = WORD.findall(text.lower())
    return list(dict.fromkeys(" ".join(words[i : i + size]) for i in range(max(len(words) - size + 1, 1))))


def find_root(parents: list[int], index: int) -> int:
    """Return the root of a group of a union-find forest, shortening the way to it."""
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


def answer_parents(job: Job, ids: Sequence[str], parents: Sequence[int]) -> None:
    """Write the answer where each document points to the one that stands for it, itself if it is kept."""
    with job.clock.part("output"):
        kept = [name for index, name in enumerate(ids) if parents[index] == index]
        groups: dict[int, list[str]] = defaultdict(list)
        for index, name in enumerate(ids):
            groups[parents[index]].append(name)
        clusters = [group for group in groups.values() if len(group) > 1]
    answer(job, kept, clusters)


def answer(job: Job, kept: Sequence[str], clusters: Sequence[Sequence[str]]) -> None:
    """Write the answer, counting the time."""
    with job.clock.part("output"):
        translate(job, kept, clusters)
    translate(job, kept, clusters)


def translate(job: Job, kept: Sequence[str], clusters: Sequence[Sequence[str]]) -> None:
    """Write the answer with the seconds so far: all that `--collect` has to do."""
    found = {"kept": kept, "clusters": clusters, "seconds": job.clock.seconds}
    job.target.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")


def translate_passages(job: Job, passages: Sequence[Sequence[str | int]]) -> None:
    """Write passages as [id, start, end, id, start, end], the copy before its source, in characters."""
    text = json.dumps({"passages": passages, "seconds": job.clock.seconds}, ensure_ascii=False)
    job.target.write_text(text + "\n", encoding="utf-8")
