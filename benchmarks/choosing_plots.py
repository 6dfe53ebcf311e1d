"""The plots of docs/choosing.md: bands, and how similar copies of each kind measured by shingle size.

python benchmarks/choosing_plots.py
"""

import argparse
from collections import defaultdict
from itertools import cycle
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from exact_pairs import Hasher
from news import require_folder
from planted_copies import Planted, plant_corpus

from dedup.near.bands import candidate_probability, choose_bands

DOCS = Path(__file__).parent.parent / "docs"
PEERS = {"datasketch 14 x 9": (14, 9), "gaoya, rensa 16 x 8": (16, 8), "datatrove 14 x 8": (14, 8)}
KINDS = ("edited 1%", "edited 2%", "edited 3%", "edited 4%", "corrected", "truncated", "template")
SIMILARITY = "Jaccard similarity"
LENGTHS = (1, 2, 3, 5, 8, 12)
Lines = dict[str, list[tuple[float, float]]]


def draw(path: Path, title: str, labels: tuple[str, str], lines: Lines) -> None:
    """Write named lines as an SVG."""
    plot, axes = plt.subplots(figsize=(8, 4.4))
    for (name, points), dash in zip(lines.items(), cycle(("-", "--", ":", "-.")), strict=False):
        axes.plot(*zip(*points, strict=True), dash, label=name)
    axes.set(title=title, xlabel=labels[0], ylabel=labels[1])
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    plot.savefig(path, bbox_inches="tight", metadata={"Date": None})


def draw_bands(path: Path) -> None:
    """Draw P(candidate) against similarity, for our choice and those of the peers."""
    ours = {f"dedup at {t:g}: {b} x {r}": (b, r) for t in (0.5, 0.7) for b, r in [choose_bands(t, 128)]}
    steps = [s / 100 for s in range(0, 101, 2)]
    lines = {name: [(s, candidate_probability(s, *bands)) for s in steps] for name, bands in (ours | PEERS).items()}
    draw(path, "A pair becomes a candidate", (SIMILARITY, "probability"), lines)


def measure_similarities(documents: list[Planted], size: int) -> dict[str, list[float]]:
    """Return the Jaccard similarities of copies to what they were made of, by kind."""
    hasher = Hasher(size)
    texts = {document.id: document.text for document in documents}
    found: dict[str, list[float]] = defaultdict(list)
    for document in documents:
        if document.kind in KINDS:
            a, b = hasher.hash_shingles(document.text), hasher.hash_shingles(texts[document.of])
            shared = np.intersect1d(a, b, assume_unique=True).size
            found[document.kind].append(shared / (a.size + b.size - shared))
    return found


def draw_kinds(path: Path, found: dict[str, list[float]]) -> None:
    """Draw, for every kind, the share of copies at or above each similarity."""
    steps = [s / 50 for s in range(10, 51)]
    lines = {kind: [(s, float((np.array(found[kind]) >= s).mean())) for s in steps] for kind in KINDS}
    draw(path, "How similar copies are", (f"{SIMILARITY} of word 5-grams, at least", "share of the copies"), lines)


def draw_sizes(path: Path, by_size: dict[int, dict[str, list[float]]]) -> None:
    """Draw the median similarity of every kind against the shingle size."""
    lines = {kind: [(n, float(np.median(found[kind]))) for n, found in by_size.items()] for kind in KINDS}
    draw(path, "Median similarity by shingle size", ("words in a shingle", SIMILARITY), lines)


def show(found: dict[str, list[float]]) -> None:
    """Print the shares of copies at thresholds, as the table of docs/choosing.md has them."""
    thresholds = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    print(f"| kind | copies | median | {' | '.join(f'>= {t:g}' for t in thresholds)} |")
    print(f"|{'---|' * (3 + len(thresholds))}")
    for kind in KINDS:
        values = np.array(found[kind])
        shares = " | ".join(f"{(values >= t).mean():.2f}" for t in thresholds)
        print(f"| {kind} | {values.size} | {np.median(values):.2f} | {shares} |")


def main() -> None:
    """Write the plots and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DOCS)
    options = parser.parse_args()
    require_folder()
    documents = plant_corpus()
    by_size = {size: measure_similarities(documents, size) for size in LENGTHS}
    draw_bands(options.out / "choosing-bands.svg")
    draw_kinds(options.out / "choosing-kinds.svg", by_size[5])
    draw_sizes(options.out / "choosing-sizes.svg", by_size)
    show(by_size[5])


if __name__ == "__main__":
    main()
