"""The findings of a run, as its first page and the page of the threshold show them."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from dedup.config import InputConfig
from dedup.corpus.values import read_value
from dedup.model.documents import CopyRelation
from dedup.output.finished_run import read_records
from dedup.output.run_folder import SUSPICIOUS
from dedup.output.suspicious_series import SuspiciousRecord
from dedup.report.corpus.corpus_model import (
    AlikePair,
    Card,
    CorpusFindings,
    DocumentPair,
    SeriesEntry,
    TextPair,
)
from dedup.report.corpus.kept_pairs import KeptPairs, NearMisses
from dedup.report.corpus.novel_words import mark_novel
from dedup.report.corpus.removal_table import NO_WITNESS, RemovalTable
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
    run: RunTables, fields: InputConfig, survey: Survey, misses: NearMisses | None, documents: IO[bytes]
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
        above=tuple(describe_removals(run, run.nearest, shown, documents)),
        below=tuple(describe_misses(misses.below, shown, documents)) if misses else None,
        yet_kept=tuple(describe_misses(misses.yet_kept, shown, documents)) if misses else None,
        boilerplate=read_boilerplate(run.out),
        rejections=read_rejections(run.out),
        num_elsewhere=int((run.removals.witness == NO_WITNESS).sum()),
        losing=tuple(map(mark_novel, describe_removals(run, run.losing, shown, documents))),
        num_losing=int((run.removals.novel > 0).sum()),
        alike={relation: tuple(describe_alike(run, relation, shown, documents)) for relation in run.alike},
        series=tuple(read_series(run.out)),
    )


def describe_removals(
    run: RunTables, table: RemovalTable, shown: ShownDocuments, documents: IO[bytes]
) -> Iterator[TextPair]:
    """Yield some removals, with both texts."""
    offsets = zip(shown.find(table.witness).tolist(), shown.find(table.removed).tolist(), strict=True)
    for row, (first, second) in enumerate(offsets):
        old, new = read_shown(documents, first), read_shown(documents, second)
        page = run.clusters.find_page(int(table.witness[row]))
        yield TextPair(table.pair(row, old.card, new.card, page), old.text, new.text)


def describe_alike(run: RunTables, relation: str, shown: ShownDocuments, documents: IO[bytes]) -> Iterator[AlikePair]:
    """Yield the most similar pairs of a relation that stay."""
    for record in run.alike[relation]:
        first, second = (shown.read_card(documents, run.find_key(side), side) for side in record.sides)
        yield AlikePair(DocumentPair(first, second, relation, record.similarity), record.novel_words, record.conflicts)


def read_series(out: Path) -> Iterator[SeriesEntry]:
    """Yield the suspicious series of a run."""
    for record in read_records(out, SUSPICIOUS, SuspiciousRecord, may_lack=True):
        members = (
            Card(read_value(bytes(m.id)), m.path, m.line, record.outlet or "", m.date or "", m.title or "", "")
            for m in record.members
        )
        yield SeriesEntry(record.kind, record.documents, record.reason, tuple(members))


def describe_misses(pairs: KeptPairs, shown: ShownDocuments, documents: IO[bytes]) -> Iterator[TextPair]:
    """Yield pairs of kept documents, with their texts."""
    for row in range(len(pairs.first)):
        old, new = (read_shown(documents, shown.find_kept(side[row])) for side in (pairs.first, pairs.second))
        relation, similarity = CopyRelation(pairs.relation[row]).label, float(pairs.similarity[row])
        yield TextPair(DocumentPair(old.card, new.card, relation, similarity, None), old.text, new.text)
