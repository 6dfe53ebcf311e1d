"""Which tables a report has, each with what its lines are read from, and their CSV files."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import IO, NamedTuple

from dedup.model.run import InputFile, Stage, Summary
from dedup.output.finished_run import read_records
from dedup.output.passage_records import BoilerplateRecord, PassageRecord
from dedup.output.records import RejectedRecord, RemovedRecord, Witness
from dedup.output.related_records import RelatedRecord
from dedup.output.run_folder import PASSAGES, REJECTED, RELATED, REMOVED, SUSPICIOUS
from dedup.output.suspicious_series import SuspiciousRecord
from dedup.output.table_file import flatten, list_columns, write_csv
from dedup.report.corpus.corpus_model import Card, ClusterEntry, CorpusFindings, DocumentPair, OutletCount, OutletPair
from dedup.report.corpus.run_tables import RunTables
from dedup.report.corpus.survey import ShownDocuments


@dataclass(frozen=True, slots=True)
class RemovalLine:
    """A removal as its table has it; `cluster` is its page, None without one."""

    removed: Card
    kept: Card
    reason: str
    relation: str
    similarity: float
    covered: float | None
    novel_words: int
    conflicts: tuple[tuple[str, str], ...]
    cluster: int | None


class Table(NamedTuple):
    """A head and rows of cells."""

    columns: Collection[str]
    rows: Iterable[Sequence[object]]

    @classmethod
    def of(cls, kind: type, records: Iterable[object]) -> "Table":
        """Return the table of records of a kind; fields of a field get its name before theirs."""
        return cls(list_columns(kind), ([value for _, value in flatten(record)] for record in records))

    def write(self, path: Path) -> None:
        """Write the table as CSV."""
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            write_csv(self.columns, self.rows, file, "\r\n")


def list_tables(
    run: RunTables, findings: CorpusFindings, entries: list[ClusterEntry], shown: ShownDocuments, documents: IO[bytes]
) -> Mapping[str, Table]:
    """Return the tables by their names."""
    summary, out = findings.summary, run.out
    days = [(date.fromordinal(d.day).isoformat(), d.num_documents, d.num_removed) for d in findings.days]
    pairs = [miss.pair for miss in (*findings.above, *(findings.below or ()), *(findings.yet_kept or ()))]
    return {
        "removed": Table.of(RemovalLine, list_removals(run, shown, documents)),
        "related": Table.of(RelatedRecord, read_records(out, RELATED, RelatedRecord, may_lack=True)),
        "suspicious": Table.of(SuspiciousRecord, read_records(out, SUSPICIOUS, SuspiciousRecord, may_lack=True)),
        "passages": Table.of(PassageRecord, read_records(out, PASSAGES, PassageRecord, may_lack=True)),
        "rejected": Table.of(RejectedRecord, read_records(out, REJECTED, RejectedRecord)),
        "relations": Table(("relation", "removed"), summary.counts.removed_by_relation.items()),
        "clusters": Table.of(ClusterEntry, (replace(entry, copies=()) for entry in entries)),
        "sizes": Table(("documents", "clusters"), findings.sizes),
        "outlets": Table.of(OutletCount, findings.outlets),
        "crossings": Table.of(OutletPair, findings.crossings),
        "days": Table(("day", "documents", "removed"), days),
        "similarities": Table(("relation", "similarity", "removed"), list_similarities(findings)),
        "threshold": Table.of(DocumentPair, pairs),
        "boilerplate": Table.of(BoilerplateRecord, findings.boilerplate),
        "files": Table.of(InputFile, summary.inputs),
        "stages": Table.of(Stage, summary.stages),
        "settings": Table(("stage", "setting", "value"), list_settings(summary)),
    }


def list_similarities(findings: CorpusFindings) -> Iterator[tuple[str, str, int]]:
    """Yield (relation, beginning, removed documents) of each step of similarity in which anything was removed."""
    for relation, steps in findings.similarities.items():
        for step in filter(steps.__getitem__, range(len(steps))):
            yield relation, f"{step / len(steps):.2f}", steps[step]


def list_settings(summary: Summary) -> Iterator[tuple[str, str, object]]:
    """Yield (stage, setting, value) of the settings of a run."""
    return ((stage, *pair) for stage, some in summary.config.items() for pair in some.items())


def list_removals(run: RunTables, shown: ShownDocuments, documents: IO[bytes]) -> Iterator[RemovalLine]:
    """Yield all removals in the order of `removed.jsonl`."""
    for record in read_records(run.out, REMOVED, RemovedRecord):
        name = Witness(record.id, record.source.path, record.source.line)
        kept = run.find_key(record.witness)
        yield RemovalLine(
            shown.read_card(documents, run.find_key(name), name),
            shown.read_card(documents, kept, record.witness),
            record.reason,
            record.relation,
            record.similarity,
            record.covered,
            record.novel_words,
            record.conflicts,
            run.clusters.find_page(kept),
        )
