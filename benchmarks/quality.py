"""Judge what a tool kept and grouped by exact similarities: recall, wrong removals, lost groups, ARI, pairwise F1."""

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import comb
from pathlib import Path

import numpy as np
from exact_pairs import Pairs, find_pairs
from news import read_lines

NEAR = 0.05
FAR = 0.1


@dataclass(frozen=True)
class Truth:
    """A corpus with what is true of it: every pair of similarity 0.3 and more, and what was planted, if it was."""

    ids: list[str]
    rows: list[dict[str, str]]
    pairs: Pairs

    @property
    def is_planted(self) -> bool:
        """Return whether the documents say which group they are of."""
        return "group" in self.rows[0] and "kind" in self.rows[0]


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """Return the share, 1 of nothing."""
        return self.hits / self.total if self.total else 1.0


@dataclass(frozen=True)
class Figures:
    """What is measured of one tool on one corpus.

    recall        pairs at or above the threshold of which not both are kept
    recall_near   the same of the pairs up to 0.05 above the threshold: at the threshold
    wrong         removed documents without a kept one at the threshold
    wrong_far     those without a kept one even 0.1 below the threshold
    lost_groups   documents that hang together at the threshold (or one alone) of which none is kept
    ari, f1       agreement of the clusters with the planted groups; None where nothing was planted or no cluster told
    by_kind       recall of the planted copies that are at the threshold from what they were made of, by kind
    by_language   the same, by language
    wrong_by_language, wrong_by_kind   wrong removals
    """

    kept: int
    removed: int
    recall: Share
    recall_near: Share
    wrong: int
    wrong_far: int
    lost_groups: int
    ari: float | None
    f1: float | None
    by_kind: dict[str, Share]
    by_language: dict[str, Share]
    wrong_by_kind: dict[str, int]
    wrong_by_language: dict[str, int]


def read_truth(path: Path, cache: Path | None = None) -> Truth:
    """Read a corpus and find its pairs, once for every content of the file."""
    rows = read_lines(path)
    texts = [row.pop("text") for row in rows]
    store = cache / f"pairs-{hash_file(path)[:16]}.npz" if cache else None
    if store and store.exists():
        with np.load(store) as saved:
            pairs = Pairs(*(saved[name] for name in ("first", "second", "similarity", "sizes")))
    else:
        pairs = find_pairs(texts)
        if store:
            np.savez(store, **asdict(pairs))
    return Truth([str(row["id"]) for row in rows], rows, pairs)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def judge(truth: Truth, kept_ids: Iterable[str], clusters: Sequence[Sequence[str]], threshold: float) -> Figures:
    """Return the figures of an answer."""
    place = {name: index for index, name in enumerate(truth.ids)}
    kept = np.zeros(len(place), bool)
    kept[[place[name] for name in kept_ids]] = True
    pairs = truth.pairs.at_least(threshold)
    resolved = ~(kept[pairs.first] & kept[pairs.second])
    near = pairs.similarity < threshold + NEAR
    wrong = ~kept & ~has_keeper(pairs, kept)
    wrong_far = ~kept & ~has_keeper(truth.pairs.at_least(threshold - FAR), kept)
    component = label_components(len(place), pairs)
    alive = set(component[kept].tolist())
    planted = truth.is_planted
    groups = [row["group"] for row in truth.rows] if planted else []
    labels = label_clusters(place, clusters)
    agreement = compare_partitions(groups, labels) if planted and clusters else (None, None)
    return Figures(
        int(kept.sum()),
        int((~kept).sum()),
        Share(int(resolved.sum()), resolved.size),
        Share(int((resolved & near).sum()), int(near.sum())),
        int(wrong.sum()),
        int(wrong_far.sum()),
        len(set(component.tolist()) - alive),
        *agreement,
        share_found(truth, kept, pairs, "kind") if planted else {},
        share_found(truth, kept, pairs, "lang") if planted else {},
        count_by(truth, wrong, "kind"),
        count_by(truth, wrong, "lang"),
    )


def has_keeper(pairs: Pairs, kept: np.ndarray) -> np.ndarray:
    """Return which documents have a kept one among their pairs."""
    found = np.zeros(kept.size, bool)
    found[pairs.first[kept[pairs.second]]] = True
    found[pairs.second[kept[pairs.first]]] = True
    return found


def label_components(count: int, pairs: Pairs) -> np.ndarray:
    """Return the connected component of every document, by its first document."""
    labels = np.arange(count)
    while True:
        before = labels.copy()
        least = np.minimum(labels[pairs.first], labels[pairs.second])
        np.minimum.at(labels, pairs.first, least)
        np.minimum.at(labels, pairs.second, least)
        labels = labels[labels]
        if (labels == before).all():
            return labels


def label_clusters(place: dict[str, int], clusters: Sequence[Sequence[str]]) -> list[int]:
    """Return the cluster of every document; one that is in none is alone."""
    labels = [-1 - index for index in range(len(place))]
    for number, cluster in enumerate(clusters):
        for name in cluster:
            labels[place[name]] = number
    return labels


def compare_partitions(truth: Sequence[Hashable], found: Sequence[Hashable]) -> tuple[float, float]:
    """Return the adjusted Rand index (Hubert & Arabie 1985) and the F1 of pairs in one group.

    >>> compare_partitions([0, 0, 1, 1], [5, 5, 6, 6])
    (1.0, 1.0)
    """
    both = sum(comb(n, 2) for n in Counter(zip(truth, found, strict=True)).values())
    true, told = (sum(comb(n, 2) for n in Counter(labels).values()) for labels in (truth, found))
    chance = true * told / max(comb(len(truth), 2), 1)
    most = (true + told) / 2
    ari = (both - chance) / (most - chance) if most != chance else 1.0
    return ari, 2 * both / (true + told) if true + told else 1.0


def share_found(truth: Truth, kept: np.ndarray, pairs: Pairs, field: str) -> dict[str, Share]:
    """Return, by a field, how many planted copies at the threshold are found: not both they and their source kept."""
    names = {name: index for index, name in enumerate(truth.ids)}
    known = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    hits: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for copy, row in enumerate(truth.rows):
        source = names.get(row.get("of", ""), -1)
        if source < 0 or (min(source, copy), max(source, copy)) not in known:
            continue
        total[row[field]] += 1
        hits[row[field]] += not (kept[copy] and kept[source])
    return {name: Share(hits[name], total[name]) for name in sorted(total)}


def count_by(truth: Truth, chosen: np.ndarray, field: str) -> dict[str, int]:
    """Count documents by a field."""
    return dict(Counter(truth.rows[index].get(field, "") for index in np.flatnonzero(chosen).tolist()))


def describe(figures: Figures) -> list[str]:
    """Return the figures as lines."""
    lines = [
        f"kept {figures.kept:,}, removed {figures.removed:,}",
        f"recall {figures.recall.value:.4f} of {figures.recall.total:,} pairs",
        f"recall at the threshold {figures.recall_near.value:.4f} of {figures.recall_near.total:,} pairs",
        f"wrong removals {figures.wrong}",
        f"wrong removals by far {figures.wrong_far}",
        f"lost groups {figures.lost_groups}",
    ]
    if figures.ari is not None and figures.f1 is not None:
        lines += [f"ARI {figures.ari:.4f}", f"pairwise F1 {figures.f1:.4f}"]
    for what, shares in (("kind", figures.by_kind), ("language", figures.by_language)):
        lines += [f"recall by {what}, {name}: {s.value:.4f} of {s.total}" for name, s in shares.items()]
    return lines
