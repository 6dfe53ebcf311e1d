"""The numbers of a report, out of what the pass over the documents collected."""

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np

from dedup.model.documents import CopyRelation
from dedup.output.finished_run import read_records
from dedup.output.passage_records import BoilerplateRecord
from dedup.output.records import RejectedRecord
from dedup.output.run_folder import BOILERPLATE, REJECTED
from dedup.report.corpus.corpus_model import DayCount, OutletCount, OutletPair
from dedup.report.corpus.removal_table import NO_WITNESS, Clusters, RemovalTable
from dedup.report.corpus.survey import UNDATED, Survey

STEPS = 50  # of similarity from 0 to 1
MAX_BOILERPLATE = 100
MAX_REJECTIONS = 20


def count_crossings(survey: Survey, removals: RemovalTable) -> tuple[OutletPair, ...]:
    """Return how many documents of each outlet were removed for one of each outlet, most first."""
    names = survey.outlets
    known = removals.witness != NO_WITNESS
    sides = (survey.find_outlets(keys[known]).tolist() for keys in (removals.removed, removals.witness))
    counts = Counter(zip(*sides, strict=True))
    pairs = [OutletPair(names[removed], names[kept], number) for (removed, kept), number in counts.items()]
    return tuple(sorted(pairs, key=lambda pair: (-pair.num_documents, pair.removed, pair.kept)))


def count_outlets(survey: Survey, crossings: tuple[OutletPair, ...]) -> tuple[OutletCount, ...]:
    """Return the outlets, those with most removed documents first."""
    covered: Counter[str] = Counter()
    for pair in crossings:
        covered[pair.kept] += pair.num_documents
    tally = survey.by_outlet
    counts = [
        OutletCount(name, tally.documents[number], tally.removed[number], covered[name])
        for number, name in enumerate(survey.outlets)
    ]
    return tuple(sorted(counts, key=lambda count: (-count.num_removed, -count.num_documents, count.name)))


def count_days(survey: Survey) -> tuple[DayCount, ...]:
    """Return the days in order."""
    tally = survey.by_day
    return tuple(
        DayCount(day, tally.documents[day], tally.removed[day]) for day in sorted(tally.documents) if day != UNDATED
    )


def count_sizes(clusters: Clusters) -> tuple[tuple[int, int], ...]:
    """Return (documents in a cluster, its kept one included; how many such clusters), ascending."""
    sizes, counts = np.unique(clusters.sizes + 1, return_counts=True)
    return tuple(zip(sizes.tolist(), counts.tolist(), strict=True))


def count_similarities(removals: RemovalTable) -> dict[str, tuple[int, ...]]:
    """Return the histogram of similarities for each relation but exact copies."""
    steps = np.minimum((removals.similarity * STEPS + 1e-9).astype(np.int64), STEPS - 1)
    return {
        relation.label: tuple(np.bincount(steps[removals.relation == relation], minlength=STEPS).tolist())
        for relation in CopyRelation
        if relation is not CopyRelation.EXACT
    }


def read_boilerplate(out: Path) -> tuple[BoilerplateRecord, ...]:
    """Return the boilerplate of a run, most frequent first, at most MAX_BOILERPLATE of it."""
    return tuple(islice(read_records(out, BOILERPLATE, BoilerplateRecord, may_lack=True), MAX_BOILERPLATE))


def read_rejections(out: Path) -> tuple[RejectedRecord, ...]:
    """Return the first records that a run set aside."""
    return tuple(islice(read_records(out, REJECTED, RejectedRecord), MAX_REJECTIONS))
