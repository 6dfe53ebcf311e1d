"""Rows: sentences that say alike, clustered by average linkage into statements."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.compare.model import Cell, Place, Row

Matrix = npt.NDArray[np.float32]
Members = list[int]


def cluster_sentences(score: Matrix, outlets: npt.NDArray[np.int64], threshold: float) -> list[Members]:
    """Return the sentences in clusters, each a list of their positions; most are alone.

    Average linkage over the pairs of different outlets (Sokal & Michener 1958): two clusters are joined while their
    mean score is `threshold` or more, the nearest first. Connected components, the alternative, put 32 sentences of
    the seeds into one row. O(m^2) for each of at most m joins, m being the sentences that anything links to.
    """
    crosses = outlets[:, None] != outlets[None]
    linked = np.flatnonzero((np.where(crosses, score, 0) >= threshold).any(1))
    members: dict[int, Members] = {place: [int(i)] for place, i in enumerate(linked)}
    total = np.where(crosses, score, 0)[np.ix_(linked, linked)].astype(np.float64)
    count = crosses[np.ix_(linked, linked)].astype(np.float64)
    mean = np.where(count > 0, total / np.maximum(count, 1), -np.inf)
    np.fill_diagonal(mean, -np.inf)
    best = mean.max(1) if linked.size else np.zeros(0)
    is_joined = np.zeros(linked.size, bool)
    while linked.size and best.max() >= threshold:
        a = int(best.argmax())
        b = int(mean[a].argmax())
        members[a] += members.pop(b)
        for sums in (total, count):
            sums[a] += sums[b]
            sums[:, a] += sums[:, b]
        mean[b] = mean[:, b] = -np.inf
        is_joined[b] = True
        fresh = np.where((count[a] > 0) & ~is_joined, total[a] / np.maximum(count[a], 1), -np.inf)
        fresh[a] = -np.inf
        mean[a] = mean[:, a] = fresh
        best = mean.max(1)
    alone = sorted(set(range(len(score))) - set(linked.tolist()))
    return [sorted(found) for found in members.values()] + [[i] for i in alone]


def build_rows(clusters: Sequence[Members], places: Sequence[Place], base: int) -> list[Row]:
    """Return the clusters as rows, in the order of the base.

    `places` are those of each position. A statement that the base lacks follows the row that its first outlet has
    before it.
    """
    rows = []
    for cluster in clusters:
        cells: dict[int, list[int]] = {}
        for i in cluster:
            cells.setdefault(places[i].outlet, []).append(places[i].sentence)
        rows.append(Row(tuple(Cell(outlet, tuple(sorted(cells[outlet]))) for outlet in sorted(cells))))
    return sort_rows(rows, base)


def sort_rows(rows: Sequence[Row], base: int) -> list[Row]:
    """Return the rows in the order in which a reader of the base meets them."""
    homes = {
        (cell.outlet, sentence): number
        for number, row in enumerate(rows)
        for cell in row.cells
        for sentence in cell.sentences
    }
    in_base = {number: cell.sentences[0] for number, row in enumerate(rows) if (cell := row.find(base))}

    def key(number: int) -> tuple[float, int, int]:
        if number in in_base:
            return (in_base[number], -1, -1)
        cell = rows[number].cells[0]
        earlier = (homes.get((cell.outlet, s)) for s in range(cell.sentences[0] - 1, -1, -1))
        anchor = next((in_base[home] for home in earlier if home in in_base), -1)
        return (anchor + 0.5, cell.outlet, cell.sentences[0])

    return [rows[number] for number in sorted(range(len(rows)), key=key)]
