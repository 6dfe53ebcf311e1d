"""Seconds and private memory of `dedup clean` by the number of documents, and how often texts meet by chance.

python benchmarks/bench_scale.py --documents 1000000 3000000 10000000
"""

from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
from measure import Words, read_options, report, run_dedup, scratch
from news import read_lines
from shelf import CACHE, CONGRESS, REAL, Corpus, Shelf
from short_articles import write_short

from dedup.config import NearConfig
from dedup.near.leaders import limits_of
from dedup.near.sketcher import Sketcher


def main() -> None:
    """Print the parts that were asked for."""
    options = read_options(__doc__, documents=Words(default=("1000000", "3000000")), parts=Words(("chance", "sizes")))
    if "chance" in options.parts:
        for name in REAL:
            show_chance(options.data / f"{name}.jsonl.gz")
    if "sizes" in options.parts:
        show_sizes(options.data, sorted(map(int, options.documents)))


def show_chance(path: Path) -> None:
    """Print how many pairs of articles share a bucket though their signatures rule them out, by outlet."""
    rows = [row for row in read_lines(path) if row.get("lang", "en") == "en"]
    outlets, texts = [row["outlet"] for row in rows], [row["text"].encode() for row in rows]
    offsets = np.cumsum([0, *map(len, texts)])
    near = NearConfig()
    sketch = Sketcher(near).sketch(np.frombuffer(b"".join(texts), np.uint8), offsets)
    buckets: dict[int, list[int]] = {}
    for number, keys in enumerate(sketch.keys.tolist()):
        for key in keys:
            buckets.setdefault(key, []).append(number)
    pairs = np.array(sorted({pair for bucket in buckets.values() for pair in combinations(bucket, 2)}))
    signatures = sketch.signature.view(np.uint8).reshape(len(rows), -1)
    agreeing = (signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).sum(axis=1)
    met = Counter(outlets[a] == outlets[b] for a, b in pairs[agreeing < limits_of(near).agreement].tolist())
    within = sum(count * (count - 1) // 2 for count in Counter(outlets).values())
    between = len(rows) * (len(rows) - 1) // 2 - within
    report(f"{path.name}: pairs of two outlets that meet by chance", f"{met[False] / between:.1e}")
    report(f"{path.name}: pairs of one outlet that do", f"{met[True] / within:.1e}")


def show_sizes(data: Path, sizes: list[int]) -> None:
    """Print processor seconds and private memory at each size, and what a further document takes."""
    path = CACHE / f"short_{sizes[-1]}.jsonl"
    if not path.exists():
        write_short(data / f"{CONGRESS}.jsonl.gz", path, sizes[-1])
    shelf, whole = Shelf(data), Corpus("short", path, sizes[-1])
    for name, words in {"documents only": ("--passages", "off"), "default": ()}.items():
        before = None
        for size in sizes:
            corpus = path if size == sizes[-1] else shelf.head(whole, size, f"short_{size}").path
            with scratch() as folder:
                run = run_dedup("clean", corpus, "-o", folder / "o", "-q", *words)
            report(f"{name}, {size:,} documents", f"{run.cpu_s:,.0f} s, {run.peak_mb:,.0f} MB")
            if before:
                more = size - before[0]
                grown = (
                    f"{(run.cpu_s - before[1]) / more * 1e6:.1f} us, {(run.peak_mb - before[2]) / more * 2**20:.0f} B"
                )
                report("  a further document", grown, "<= 1.3 x as many us, <= 200 B")
            before = size, run.cpu_s, run.peak_mb


if __name__ == "__main__":
    main()
