"""Rows: sentences that say alike, clustered by average linkage into statements."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.compare.model import Cell, Place, Row, SentencePart
from dedup.kernels.linkage import SimilarPairs, link_groups
from dedup.text.spans import Span

Matrix = npt.NDArray[np.float32]
Members = list[int]


def cluster_sentences(score: Matrix, outlets: npt.NDArray[np.int64], threshold: float) -> list[Members]:
    """Return the sentences in clusters, each a list of their positions; most are alone.

    Average linkage over the pairs of different outlets: two clusters are joined while their mean score is `threshold`
    or more. Connected components, the alternative, put 32 sentences of the seeds into one row.
    """
    crosses = outlets[:, None] != outlets[None]
    component = label_components(crosses & (score >= threshold))  # clusters of a higher mean do not cross components
    inside = np.triu(crosses & (component[:, None] == component[None]), 1)
    first, second = (ends.astype(np.int32) for ends in np.nonzero(inside))
    pairs = SimilarPairs(first, second, score[inside].astype(np.float64))
    group, _ = link_groups(len(score), pairs, threshold, is_sparse=False)
    members: dict[int, Members] = {}
    for position, leader in enumerate(group.tolist()):
        members.setdefault(leader, []).append(position)
    return list(members.values())


def label_components(linked: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return int64[n]: the first item that each item is joined to by links, itself where it has none."""
    first, second = np.nonzero(linked)
    label = np.arange(len(linked))
    while True:
        spread = label.copy()
        np.minimum.at(spread, first, label[second])
        if np.array_equal(spread, label):
            return label
        label = spread


class Guest(NamedTuple):
    """A sentence of which a part, or for want of company all, says what another cluster says.

    position  of the sentence    cluster  number of the other one    span  the part, characters of the text
    """

    position: int
    cluster: int
    span: Span


def build_rows(
    clusters: Sequence[Members], places: Sequence[Place], base: int, guests: Sequence[Guest] = ()
) -> list[Row]:
    """Return the clusters as rows, in the order of the base.

    `places` are those of each position. A statement that the base lacks follows the row that its first outlet has
    before it.
    """
    parts: dict[int, dict[int, list[SentencePart]]] = {}
    for guest in guests:
        outlet, sentence = places[guest.position].outlet, places[guest.position].sentence
        parts.setdefault(guest.cluster, {}).setdefault(outlet, []).append(SentencePart(sentence, guest.span))
    rows = []
    for number, cluster in enumerate(clusters):
        cells: dict[int, list[int]] = {}
        for i in cluster:
            cells.setdefault(places[i].outlet, []).append(places[i].sentence)
        cut = {outlet: tuple(sorted(found)) for outlet, found in parts.get(number, {}).items()}
        for outlet, found in cut.items():
            cells.setdefault(outlet, []).extend(part.sentence for part in found)
        rows.append(Row(tuple(Cell(o, tuple(sorted(cells[o])), cut.get(o, ())) for o in sorted(cells))))
    return sort_rows(rows, base)


def sort_rows(rows: Sequence[Row], base: int) -> list[Row]:
    """Return the rows in the order in which a reader of the base meets them."""
    homes = {
        (cell.outlet, sentence): number
        for number, row in enumerate(rows)
        for cell in row.cells
        for sentence in cell.whole
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
