"""The removed documents behind each count of the index: by relation, similarity, outlet and day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import IO

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.model.documents import CopyRelation
from dedup.output.confined_paths import open_within
from dedup.output.records import RemovedRecord
from dedup.output.run_folder import REMOVED
from dedup.report.corpus.corpus_model import DocumentPair
from dedup.report.corpus.corpus_page import ROW_MARKUP, measure_pair, render_corpus_page
from dedup.report.corpus.removal_table import NO_WITNESS, RemovalTable
from dedup.report.corpus.run_findings import STEPS
from dedup.report.corpus.run_tables import RunTables
from dedup.report.corpus.survey import ShownDocuments, Survey, read_shown

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


def call_outlet(name: str) -> str:
    """Return an outlet as a heading calls it."""
    return name or "no outlet"


def list_groupings(table: RemovalTable, survey: Survey) -> Iterator[PairGrouping]:
    """Yield the kinds of counts that count removed documents whatever their witness."""
    names = survey.outlets
    removed = survey.find_outlets(table.removed).astype(np.int64)
    relation = table.relation.astype(np.int64)
    step = np.minimum((table.similarity * STEPS + 1e-9).astype(np.int64), STEPS - 1)

    def label(number: int) -> str:
        return CopyRelation(number).label

    def name_step(n: int) -> str:
        return f"{label(n // STEPS)}, similarity {n % STEPS / STEPS:.2f} to {(n % STEPS + 1) / STEPS:.2f}"

    yield PairGrouping("relation", relation, lambda n: ((label(n),), label(n)))
    yield PairGrouping("similarity", relation * STEPS + step, lambda n: ((label(n // STEPS), n % STEPS), name_step(n)))
    yield PairGrouping("outlet", removed, lambda n: ((names[n],), f"Removed from {call_outlet(names[n])}"))
    day = survey.find_days(table.removed).astype(np.int64)
    yield PairGrouping(
        "day",
        day,
        lambda n: (
            (date.fromordinal(n).isoformat() if n > 0 else "",),
            f"Removed of {date.fromordinal(n)}" if n > 0 else "Removed without a date",
        ),
    )


def list_crossings(table: RemovalTable, survey: Survey) -> Iterator[PairGrouping]:
    """Yield the kinds of counts that go by the outlet of the witness, which is in an input file."""
    names, num = survey.outlets, len(survey.outlets)
    removed, kept = (survey.find_outlets(keys).astype(np.int64) for keys in (table.removed, table.witness))
    called = [call_outlet(name) for name in names]
    yield PairGrouping("kept", kept, lambda n: ((names[n],), f"Removed for {called[n]}"))
    yield PairGrouping(
        "crossing",
        removed * num + kept,
        lambda n: ((names[n // num], names[n % num]), f"Removed from {called[n // num]} for {called[n % num]}"),
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
    everything = run.removals
    known = everything.take(np.flatnonzero(everything.witness != NO_WITNESS))
    kinds = [(everything, each) for each in list_groupings(everything, survey)]
    kinds += [(known, each) for each in list_crossings(known, survey)]
    for table, grouping in kinds:
        read = partial(read_pair, table, run=run, shown=survey.shown, documents=documents)
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


def read_pair(
    table: RemovalTable, row: int, run: RunTables, shown: ShownDocuments, documents: IO[bytes]
) -> DocumentPair:
    """Return a removal with both documents; of a witness in no input file that is what `removed.jsonl` says."""
    kept, removed = int(table.witness[row]), read_shown(documents, int(shown.find(table.removed[row : row + 1])[0]))
    if kept == NO_WITNESS:
        with open_within(run.out, REMOVED) as file:
            file.seek(int(table.offset[row]))
            name = msgspec.json.decode(file.readline(), type=RemovedRecord).witness
        there = f"{name.path}, line {name.line:,}" + (f", of run {name.run} in the index" if name.run else "")
        return table.pair(row, replace(shown.read_card(documents, kept, name), opening=there), removed.card)
    first = read_shown(documents, int(shown.find(table.witness[row : row + 1])[0]))
    return table.pair(row, first.card, removed.card, run.clusters.find_page(kept))


def render_pairs(kind: str, page: int, groups: list[PairGroup]) -> tuple[str, str]:
    """Return (path, page) of some lists."""
    values = {"kind": kind, "groups": groups}
    return f"pairs/{kind}-{page}.html", render_corpus_page("corpus_pairs.html", values, root="../")
