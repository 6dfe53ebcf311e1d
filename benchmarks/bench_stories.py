"""What `dedup stories` must show: events told apart, beside TF-IDF with its best threshold, and the time it takes.

Run with `make bench-stories`. ECB+ holds pairs of like events (two actresses in rehab, two earthquakes off Qeshm):
what is hard is to tell those apart. The constants of stories (threshold, threshold of topics, weight of names, discount
inside topics) are chosen on one half of the topics and judged on the other; the thresholds of the peers are their best
on what they are judged on. The peers need scikit-learn.
"""

import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from news import find_folder, read_rows

from dedup.kernels.neighbours import UNDATED
from dedup.stories.group_documents import group_documents
from dedup.stories.read_terms import TermCounter, Terms
from dedup.story_config import StoryConfig

GRID = [
    StoryConfig(threshold, topic, name_weight=name_weight, topic_discount=discount)
    for discount in (0.6, 0.8, 1.0)
    for name_weight in (1.0, 2.0, 3.0)
    for topic in (0.04, 0.06, 0.08)
    for threshold in (0.06, 0.08, 0.09, 0.1, 0.11, 0.12, 0.14, 0.16)
]
PEER_GRID = np.arange(0.02, 0.9, 0.01)
NUM_TIMED = 20_000
LIMIT_S = 180


def main() -> None:
    """Print every figure."""
    if find_folder() is None:
        print("skipped: data absent")
        return
    rows = read_rows("ecbplus_dev")
    groups = np.unique([row["group"] for row in rows], return_inverse=True)[1]
    topics = np.array([int(row["group"].split("ecb")[0]) for row in rows])
    measure_events([row["text"] for row in rows], groups, topics <= 11)
    measure_time()


def measure_events(texts: list[str], groups: np.ndarray, is_first: np.ndarray) -> None:
    """Print how well the events of ECB+ are found: with the defaults, per held-out half, and by the peers."""
    everyone = np.ones(len(texts), bool)
    print(f"ecbplus_dev: {len(texts)} documents, {groups.max() + 1} events of {(groups.max() + 1) // 2} topics")
    print(f"{'':62} pairwise P    R    F1   B-cubed F1")
    terms = TermCounter().count(texts)
    show("stories, defaults, all topics", groups, group_with(terms, StoryConfig()), everyone)
    found = [group_with(terms, config) for config in GRID]
    for chosen_on, judged_on, name in ((is_first, ~is_first, "1-11 -> 12-22"), (~is_first, is_first, "12-22 -> 1-11")):
        scores = [judge_pairs(groups[chosen_on], group[chosen_on])[2] for group in found]
        best = int(np.argmax(scores))
        config = GRID[best]
        chosen = f"{config.threshold:g} {config.topic_threshold:g} {config.name_weight:g} {config.topic_discount:g}"
        show(f"stories, constants chosen on topics {name}: {chosen}", groups, found[best], judged_on)
        show("  the defaults on the same topics", groups, group_with(terms, StoryConfig()), judged_on)
    flat = group_with(terms, StoryConfig(topic_discount=0.0, threshold=0.18))
    show("stories without discount inside topics (threshold .18)", groups, flat, everyone)
    try:
        peers = list(list_peers(texts))
    except ImportError:
        print("TF-IDF skipped: scikit-learn is not installed")
        return
    for name, cut in peers:
        for mask, part in ((everyone, "all"), (is_first, "1-11"), (~is_first, "12-22")):
            scores = {t: judge_pairs(groups[mask], cut(t)[mask])[2] for t in PEER_GRID}
            best_cut = max(scores, key=lambda t, scores=scores: scores[t])
            show(f"{name}, best of topics {part}: {best_cut:.2f}", groups, cut(best_cut), mask)


def group_with(terms: Terms, config: StoryConfig) -> np.ndarray:
    """Return the story of every document; ECB+ has neither dates nor outlets."""
    count = len(terms)
    days, outlets = np.full(count, UNDATED, np.int32), np.full(count, -1, np.int32)
    return group_documents(terms, days, outlets, config, lambda _: None).group


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


def show(name: str, groups: np.ndarray, found: np.ndarray, mask: np.ndarray) -> None:
    """Print one line of figures."""
    precision, recall, f1 = judge_pairs(groups[mask], found[mask])
    print(f"{name:<72} {precision:.3f} {recall:.3f} {f1:.3f}  {judge_documents(groups[mask], found[mask]):.3f}")


def judge_pairs(groups: np.ndarray, found: np.ndarray) -> tuple[float, float, float]:
    """Return precision, recall and F1 over pairs of documents."""
    a, b = np.triu_indices(len(groups), 1)
    same, said = groups[a] == groups[b], found[a] == found[b]
    both = int((same & said).sum())
    return both / max(int(said.sum()), 1), both / int(same.sum()), 2 * both / int(same.sum() + said.sum())


def judge_documents(groups: np.ndarray, found: np.ndarray) -> float:
    """Return B-cubed F1: precision and recall of each document's group, averaged over documents."""
    same, said = groups[:, None] == groups, found[:, None] == found
    both = (same & said).sum(1)
    precision, recall = (both / said.sum(1)).mean(), (both / same.sum(1)).mean()
    return float(2 * precision * recall / (precision + recall))


def measure_time() -> None:
    """Print the time of the whole command on 20,000 articles, dated and without dates."""
    rows = list(itertools.islice((*read_rows("lk_news_2024_01_02"), *read_rows("congress_press_dev")), NUM_TIMED))
    with tempfile.TemporaryDirectory() as folder:
        for name, dropped in (("dated", ""), ("without dates", "date")):
            path = Path(folder) / "in.jsonl"
            with path.open("w") as file:
                file.writelines(json.dumps({k: v for k, v in row.items() if k != dropped}) + "\n" for row in rows)
            command = [sys.executable, "-m", "dedup", "stories", str(path), "-o", str(Path(folder) / "out.jsonl")]
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds = time.perf_counter() - start
            size = path.stat().st_size / 1e6
            print(f"\n{len(rows):,} articles {name} ({size:.0f} MB): {seconds:.1f} s   must: <= {LIMIT_S} s")
            print("".join(f"  {line}\n" for line in done.stdout.split("\n\nthe biggest")[0].splitlines()), end="")
            print("".join(f"  {line}\n" for line in done.stdout.splitlines() if line.startswith("limit hit")), end="")


if __name__ == "__main__":
    main()
