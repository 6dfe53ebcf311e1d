"""The findings of a run, as its first page and the page of the threshold show them."""

from collections.abc import Iterator
from typing import IO

from dedup.config import FieldNames
from dedup.model.documents import CopyRelation
from dedup.report.corpus.corpus_model import CorpusFindings, DocumentPair, NearMiss
from dedup.report.corpus.kept_pairs import KeptPairs, NearMisses
from dedup.report.corpus.removal_table import NO_WITNESS
from dedup.report.corpus.run_numbers import (
    count_crossings,
    count_days,
    count_outlets,
    count_similarities,
    count_sizes,
    read_boilerplate,
    read_rejections,
)
from dedup.report.corpus.run_tables import RunTables
from dedup.report.corpus.shown_documents import ShownDocuments, read_shown
from dedup.report.corpus.survey import UNDATED, Survey


def describe_findings(
    run: RunTables, fields: FieldNames, survey: Survey, misses: NearMisses | None, documents: IO[bytes]
) -> CorpusFindings:
    """Return the numbers of the run; `documents` is the file of shown documents."""
    crossings = count_crossings(survey, run.removals)
    shown = survey.shown
    return CorpusFindings(
        name=run.out.absolute().name,
        summary=run.summary,
        fields=fields,
        outlets=count_outlets(survey, crossings),
        days=count_days(survey),
        num_undated=survey.by_day.documents[UNDATED],
        sizes=count_sizes(run.clusters),
        similarities=count_similarities(run.removals),
        crossings=crossings,
        above=tuple(describe_nearest(run, shown, documents)),
        below=tuple(describe_misses(misses.below, shown, documents)) if misses else None,
        yet_kept=tuple(describe_misses(misses.yet_kept, shown, documents)) if misses else None,
        boilerplate=read_boilerplate(run.out),
        rejections=read_rejections(run.out),
        num_elsewhere=int((run.removals.witness == NO_WITNESS).sum()),
    )


def describe_nearest(run: RunTables, shown: ShownDocuments, documents: IO[bytes]) -> Iterator[DocumentPair]:
    """Yield the removals nearest above the threshold."""
    table = run.nearest
    offsets = zip(shown.find(table.witness).tolist(), shown.find(table.removed).tolist(), strict=True)
    for row, (first, second) in enumerate(offsets):
        yield DocumentPair(
            read_shown(documents, first).card,
            read_shown(documents, second).card,
            CopyRelation(table.relation[row]).label,
            float(table.similarity[row]),
            run.clusters.find_page(int(table.witness[row])),
        )


def describe_misses(pairs: KeptPairs, shown: ShownDocuments, documents: IO[bytes]) -> Iterator[NearMiss]:
    """Yield pairs of kept documents, with their texts."""
    for row in range(len(pairs.first)):
        old, new = (read_shown(documents, shown.find_kept(side[row])) for side in (pairs.first, pairs.second))
        relation, similarity = CopyRelation(pairs.relation[row]).label, float(pairs.similarity[row])
        yield NearMiss(DocumentPair(old.card, new.card, relation, similarity, None), old.text, new.text)
