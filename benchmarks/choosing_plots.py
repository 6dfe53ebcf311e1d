"""The plots of docs/choosing.md: bands, and how similar copies of each kind measured by shingle size.

python benchmarks/choosing_plots.py
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from exact_pairs import Hasher
from news import find_folder
from planted_copies import Planted, plant_corpus
from svg import Axis, Line, draw

from dedup.near.bands import candidate_probability, choose_bands

DOCS = Path(__file__).parent.parent / "docs"
PEERS = {"datasketch 14 x 9": (14, 9), "gaoya, rensa 16 x 8": (16, 8), "datatrove 14 x 8": (14, 8)}
KINDS = ("edited 1%", "edited 2%", "edited 3%", "edited 4%", "corrected", "truncated", "template")
LENGTHS = (1, 2, 3, 5, 8, 12)
SHARE = Axis("share of the copies", 0, 1)
SIMILARITY = Axis("Jaccard similarity", 0, 1)


def draw_bands() -> str:
    """Return P(candidate) against similarity, for our choice and those of the peers."""
    ours = {f"dedup at {t:g}: {b} x {r}": (b, r) for t in (0.5, 0.7) for b, r in [choose_bands(t, 128)]}
    lines = [
        Line(name, [(s / 100, candidate_probability(s / 100, *bands)) for s in range(0, 101, 2)])
        for name, bands in (ours | PEERS).items()
    ]
    return draw("A pair becomes a candidate", lines, SIMILARITY, Axis("probability", 0, 1))


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


def draw_kinds(found: dict[str, list[float]]) -> str:
    """Return, for every kind, the share of copies at or above each similarity."""
    lines = []
    for kind in KINDS:
        values = np.array(found[kind])
        lines.append(Line(kind, [(s / 50, float((values >= s / 50).mean())) for s in range(10, 51)]))
    x = Axis("Jaccard similarity of word 5-grams, at least", 0.2, 1)
    return draw("How similar copies are", lines, x, SHARE)


def draw_sizes(by_size: dict[int, dict[str, list[float]]]) -> str:
    """Return the median similarity of every kind against the shingle size."""
    lines = [Line(kind, [(size, float(np.median(found[kind]))) for size, found in by_size.items()]) for kind in KINDS]
    return draw("Median similarity by shingle size", lines, Axis("words in a shingle", 1, 12), SIMILARITY)


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
    if find_folder() is None:
        sys.exit("skipped: the shared news data is not there. Name its folder in DEDUP_SHARED_DATA.")
    documents = plant_corpus()
    by_size = {size: measure_similarities(documents, size) for size in LENGTHS}
    plots = {"bands": draw_bands(), "kinds": draw_kinds(by_size[5]), "sizes": draw_sizes(by_size)}
    for name, plot in plots.items():
        (options.out / f"choosing-{name}.svg").write_text(plot, encoding="utf-8")
    show(by_size[5])


if __name__ == "__main__":
    main()
