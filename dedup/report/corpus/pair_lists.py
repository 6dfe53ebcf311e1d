"""The removed documents behind each count of the index: by relation, similarity, outlet and day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO

import numpy as np
import numpy.typing as npt

from dedup.model.documents import CopyRelation
from dedup.report.corpus.corpus_model import DocumentPair
from dedup.report.corpus.corpus_page import ROW_MARKUP, measure_pair, render_corpus_page
from dedup.report.corpus.removal_table import NO_WITNESS, RemovalTable
from dedup.report.corpus.run_findings import STEPS
from dedup.report.corpus.run_tables import RunTables
from dedup.report.corpus.survey import Survey, read_shown

MAX_PAIRS = 20  # of a count that are listed, the least similar first
MAX_GROUPS = 1_000  # counts of a kind that have a list: the largest
PAGE_BYTES = 1_500_000

Links = dict[object, str]


@dataclass(frozen=True, slots=True)
class PairGroup:
    """What a count counts: its `key` in the links, a heading, how many pairs, the first of them."""

    key: tuple[object, ...]
    heading: str
    num_pairs: int
    pairs: tuple[DocumentPair, ...]

    @property
    def num_bytes(self) -> int:
        """Return how many bytes the list takes in its page, at most."""
        return ROW_MARKUP + sum(map(measure_pair, self.pairs))


@dataclass(frozen=True, slots=True)
class PairGrouping:
    """A kind of counts: int64[n] the count that each removal is in, and what its number means: (key, heading)."""

    kind: str
    labels: npt.NDArray[np.int64]
    describe: Callable[[int], tuple[tuple[object, ...], str]]


def list_groupings(table: RemovalTable, survey: Survey) -> Iterator[PairGrouping]:
    """Yield the kinds of counts that the index has."""
    names, num = survey.outlets, len(survey.outlets)
    removed, kept = (survey.find_outlets(keys).astype(np.int64) for keys in (table.removed, table.witness))
    relation = table.relation.astype(np.int64)
    step = np.minimum((table.similarity * STEPS + 1e-9).astype(np.int64), STEPS - 1)

    def call(place: int) -> str:
        return names[place] or "no outlet"

    def label(number: int) -> str:
        return CopyRelation(number).label

    def name_step(n: int) -> str:
        return f"{label(n // STEPS)}, similarity {n % STEPS / STEPS:.2f} to {(n % STEPS + 1) / STEPS:.2f}"

    yield PairGrouping("relation", relation, lambda n: ((label(n),), label(n)))
    yield PairGrouping("similarity", relation * STEPS + step, lambda n: ((label(n // STEPS), n % STEPS), name_step(n)))
    yield PairGrouping("outlet", removed, lambda n: ((names[n],), f"Removed from {call(n)}"))
    yield PairGrouping("kept", kept, lambda n: ((names[n],), f"Removed for {call(n)}"))
    yield PairGrouping(
        "crossing",
        removed * num + kept,
        lambda n: ((names[n // num], names[n % num]), f"Removed from {call(n // num)} for {call(n % num)}"),
    )
    day = survey.find_days(table.removed).astype(np.int64)
    yield PairGrouping(
        "day",
        day,
        lambda n: (
            (date.fromordinal(n).isoformat() if n > 0 else "",),
            f"Removed of {date.fromordinal(n)}" if n > 0 else "Removed without a date",
        ),
    )


def list_groups(
    grouping: PairGrouping, table: RemovalTable, read: Callable[[int], DocumentPair]
) -> Iterator[PairGroup]:
    """Yield the largest counts of a kind, each with its least similar pairs."""
    values, inverse, counts = np.unique(grouping.labels, return_inverse=True, return_counts=True)
    order = np.lexsort((table.similarity, inverse))
    starts = np.cumsum(counts) - counts
    for place in np.argsort(-counts, kind="stable")[:MAX_GROUPS].tolist():
        rows = order[starts[place] : starts[place] + min(counts[place], MAX_PAIRS)]
        key, heading = grouping.describe(int(values[place]))
        yield PairGroup((grouping.kind, *key), heading, int(counts[place]), tuple(map(read, rows.tolist())))


def render_pair_lists(run: RunTables, survey: Survey, documents: IO[bytes], links: Links) -> Iterator[tuple[str, str]]:
    """Yield (path, page) of all lists; `links` gets the place of each count by its key."""
    table = run.removals.take(np.flatnonzero(run.removals.witness != NO_WITNESS))

    def read(row: int) -> DocumentPair:
        offsets = survey.shown.find(np.array([table.witness[row], table.removed[row]])).tolist()
        first, second = (read_shown(documents, offset).card for offset in offsets)
        return table.pair(row, first, second, run.clusters.find_page(int(table.witness[row])))

    for grouping in list_groupings(table, survey):
        page: list[PairGroup] = []
        used, number = 0, 1
        for group in list_groups(grouping, table, read):
            if page and used + group.num_bytes > PAGE_BYTES:
                yield render_pairs(grouping.kind, number, page)
                page, used, number = [], 0, number + 1
            page.append(group)
            used += group.num_bytes
            links[group.key] = f"pairs/{grouping.kind}-{number}.html#group-{len(page)}"
        if page:
            yield render_pairs(grouping.kind, number, page)


def render_pairs(kind: str, page: int, groups: list[PairGroup]) -> tuple[str, str]:
    """Return (path, page) of some lists."""
    values = {"kind": kind, "groups": groups}
    return f"pairs/{kind}-{page}.html", render_corpus_page("corpus_pairs.html", values, root="../")
