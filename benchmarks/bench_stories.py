"""What `dedup stories` must show: events told apart and kept whole, beside TF-IDF, and the time it takes.

    make bench-stories
    python benchmarks/bench_stories.py [--only events halves peers time]

events  the defaults on every set of labelled events (`story_events.py`), with dates and without
halves  constants chosen on one half of all sets, judged on the other
peers   TF-IDF with average linkage or components on ECB+, each at the threshold that is best on what it is judged on
time    20,000 articles; needs no labels

The peers need scikit-learn.
"""

import itertools
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from bench_judgement import measure_kappa
from measure import read_options, run_dedup
from news import read_rows
from story_events import EventSet, pair_readings, read_event_sets

from dedup.story_config import StoryConfig

GRID = [
    StoryConfig(threshold, topic, contrast=contrast)
    for contrast in (0.0, 0.3, 0.5)
    for topic in (0.05, 0.06, 0.08)
    for threshold in (0.09, 0.1, 0.11)
]
PEER_GRID = np.arange(0.02, 0.9, 0.01)
NUM_TIMED = 20_000
LIMIT_S = 180
PARTS = ("events", "halves", "peers", "time")


def main() -> None:
    """Print the figures of some parts, by default of all."""
    parts = read_options(__doc__, only=PARTS).only
    sets = list(read_event_sets()) if {"events", "halves", "peers"} & set(parts) else []
    for part, print_part in (("events", show_events), ("halves", show_halves), ("peers", show_peers)):
        if part in parts:
            print_part(sets)
    if "time" in parts:
        measure_time()


def show_events(sets: Sequence[EventSet]) -> None:
    """Print how well the defaults do on each set."""
    print(f"{'defaults':<40} {'events':>6}  P     R     F1    halves F1")
    for events in sets:
        num_events = int((np.unique(events.events, return_counts=True)[1] > 1).sum())
        for dated in (False, True) if events.is_dated else (False,):
            found = events.group(StoryConfig(), dated=dated)
            figures = " ".join(f"{figure:.3f}" for figure in events.judge(found))
            halves = " ".join(f"{events.judge(found, half)[2]:.3f}" for half in ("first", "second"))
            name = f"{events.name}, {'dates' if dated else 'no dates'}"
            print(f"{name:<40} {num_events:>6}  {figures} {halves}", flush=True)
    readings = list(pair_readings())
    sure = [pair for pair in readings if "near" not in pair]
    either = sum("same" in pair for pair in readings)
    both, apart = readings.count(("same", "same")), sum(first != second for first, second in sure)
    print(f"two readers of Lankan news: {either} pairs are one event to either, {both} to both,")
    print(f"{apart} to one and apart to the other; kappa of same, near and different {measure_kappa(readings):.2f}")


def show_halves(sets: Sequence[EventSet]) -> None:
    """Print the figures of the constants that are best on one half of all sets, on the other half."""
    found = [[events.group(config, dated=events.is_dated) for events in sets] for config in GRID]
    for chosen_on, judged_on in (("first", "second"), ("second", "first")):
        means = [np.mean([e.judge(f, chosen_on)[2] for e, f in zip(sets, row, strict=True)]) for row in found]
        best = int(np.argmax(means))
        config = GRID[best]
        chosen = f"{config.threshold:g} {config.topic_threshold:g} {config.contrast:g}"
        print(f"\nthreshold, threshold of topics, contrast chosen on the {chosen_on} halves: {chosen}")
        for events, story in zip(sets, found[best], strict=True):
            figures = " ".join(f"{figure:.3f}" for figure in events.judge(story, judged_on))
            print(f"  {judged_on} half of {events.name:<28} {figures}")


def show_peers(sets: Sequence[EventSet]) -> None:
    """Print the best that TF-IDF does on ECB+."""
    for events in sets:
        if events.name != "ecbplus_dev":
            continue
        try:
            peers = list(list_peers([row["text"] for row in read_rows(events.name)]))
        except ImportError:
            print("TF-IDF skipped: scikit-learn is not installed")
            return
        for name, cut in peers:
            scores = {t: events.judge(cut(t))[2] for t in PEER_GRID}
            best = max(scores, key=lambda t, scores=scores: scores[t])
            print(f"{name}, best: {best:.2f}  F1 {scores[best]:.3f}")


def list_peers(texts: list[str]) -> Iterator[tuple[str, Callable[[float], np.ndarray]]]:
    """Yield each peer's name and its groups by threshold."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial.distance import squareform
    from sklearn.feature_extraction.text import TfidfVectorizer

    for setting, options in (
        ("scikit-learn's defaults", {}),
        ("sublinear, stop words", {"sublinear_tf": True, "stop_words": "english"}),
        ("sublinear, stop words, bigrams", {"sublinear_tf": True, "stop_words": "english", "ngram_range": (1, 2)}),
    ):
        vectors = TfidfVectorizer(**options).fit_transform(texts)
        similarity = (vectors @ vectors.T).toarray()
        distance = np.clip(1 - (similarity + similarity.T) / 2, 0, None)
        np.fill_diagonal(distance, 0)
        tree = linkage(squareform(distance, checks=False), "average")
        yield (
            f"TF-IDF ({setting}) + components",
            lambda t, similarity=similarity: connected_components(similarity >= t, directed=False)[1],
        )
        yield (
            f"TF-IDF ({setting}) + average link",
            lambda t, tree=tree: fcluster(tree, 1 - t, "distance"),
        )


def measure_time() -> None:
    """Print the time of the whole command on 20,000 articles, dated and without dates."""
    rows = list(itertools.islice((*read_rows("lk_news_2024_01_02"), *read_rows("congress_press_dev")), NUM_TIMED))
    with tempfile.TemporaryDirectory() as folder:
        for name, dropped in (("dated", ""), ("without dates", "date")):
            path = Path(folder) / "in.jsonl"
            with path.open("w") as file:
                file.writelines(json.dumps({k: v for k, v in row.items() if k != dropped}) + "\n" for row in rows)
            run = run_dedup("stories", path, "-o", Path(folder) / "out.jsonl")
            size = path.stat().st_size / 1e6
            print(f"\n{len(rows):,} articles {name} ({size:.0f} MB): {run.wall_s:.1f} s   must: <= {LIMIT_S} s")
            print("".join(f"  {line}\n" for line in run.stdout.split("\n\nthe biggest")[0].splitlines()), end="")
            print("".join(f"  {line}\n" for line in run.stdout.splitlines() if line.startswith("limit hit")), end="")


if __name__ == "__main__":
    main()
