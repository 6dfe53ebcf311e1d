"""The numbers of a report, out of what the pass over the documents collected."""

from collections import Counter
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from dedup.corpus.values import read_value
from dedup.model.documents import CopyRelation
from dedup.output.passage_records import BoilerplateRecord
from dedup.output.records import RejectedRecord
from dedup.output.run_folder import BOILERPLATE, REJECTED
from dedup.pipeline.report_clusters import Clusters
from dedup.pipeline.report_survey import NO_WITNESS, UNDATED, Removals, Survey, find_keys
from dedup.report.corpus.corpus_model import BoilerplateNote, DayCount, OutletCount, OutletPair, RejectionNote

STEPS = 50  # of similarity from 0 to 1
MOST_BOILERPLATE = 100
MOST_REJECTIONS = 20


def count_crossings(survey: Survey) -> tuple[OutletPair, ...]:
    """Return how many documents of each outlet were removed for one of each outlet, most first."""
    names = list(survey.outlets)
    known = survey.removals.witness != NO_WITNESS
    of_removed = survey.outlet_of[find_keys(survey.named, survey.removals.removed[known])]
    of_witness = survey.outlet_of[find_keys(survey.named, survey.removals.witness[known])]
    counts = Counter(zip(of_removed.tolist(), of_witness.tolist(), strict=True))
    pairs = [OutletPair(names[removed], names[kept], number) for (removed, kept), number in counts.items()]
    return tuple(sorted(pairs, key=lambda pair: (-pair.num_documents, pair.removed, pair.kept)))


def count_outlets(survey: Survey, crossings: tuple[OutletPair, ...]) -> tuple[OutletCount, ...]:
    """Return the outlets, those with most removed documents first."""
    covered: Counter[str] = Counter()
    for pair in crossings:
        covered[pair.kept] += pair.num_documents
    counts = [
        OutletCount(name, tally.num_documents, tally.num_removed, covered[name])
        for name, tally in zip(survey.outlets, survey.by_outlet, strict=True)
    ]
    return tuple(sorted(counts, key=lambda count: (-count.num_removed, -count.num_documents, count.name)))


def count_days(survey: Survey) -> tuple[tuple[DayCount, ...], int]:
    """Return the days in order, and how many documents have none."""
    days = [
        DayCount(day, tally.num_documents, tally.num_removed)
        for day, tally in sorted(survey.by_day.items())
        if day != UNDATED
    ]
    undated = survey.by_day.get(UNDATED)
    return tuple(days), undated.num_documents if undated else 0


def count_sizes(clusters: Clusters) -> tuple[tuple[int, int], ...]:
    """Return (documents in a cluster, its kept one included; how many such clusters), ascending."""
    sizes, counts = np.unique(clusters.sizes + 1, return_counts=True)
    return tuple(zip(sizes.tolist(), counts.tolist(), strict=True))


def count_similarities(removals: Removals) -> dict[str, tuple[int, ...]]:
    """Return the histogram of similarities for each relation but exact copies."""
    steps = np.minimum((removals.similarity * STEPS + 1e-9).astype(np.int64), STEPS - 1)
    return {
        relation.label: tuple(np.bincount(steps[removals.relation == relation], minlength=STEPS).tolist())
        for relation in CopyRelation
        if relation is not CopyRelation.EXACT
    }


def read_boilerplate(out: Path) -> tuple[BoilerplateNote, ...]:
    """Return the boilerplate of a run, most frequent first, at most MOST_BOILERPLATE of it."""
    path = out / BOILERPLATE
    if not path.exists():
        return ()
    decoder = msgspec.json.Decoder(BoilerplateRecord)
    with path.open("rb") as lines:
        records = [decoder.decode(line) for line in islice(lines, MOST_BOILERPLATE)]
    return tuple(BoilerplateNote(r.text, r.documents, read_value(bytes(r.doc_id))) for r in records)


def read_rejections(out: Path) -> tuple[RejectionNote, ...]:
    """Return the first records that a run set aside."""
    decoder = msgspec.json.Decoder(RejectedRecord)
    with (out / REJECTED).open("rb") as lines:
        records = [decoder.decode(line) for line in islice(lines, MOST_REJECTIONS)]
    return tuple(RejectionNote(r.path, r.line, r.error) for r in records)
