"""Which tables a report has, each with what its lines are read from, and their CSV files."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from itertools import starmap
from pathlib import Path
from typing import IO, NamedTuple, TextIO, get_type_hints

import msgspec

from dedup.corpus.values import read_value
from dedup.model.run import InputFile, Stage, Summary
from dedup.output.finished_run import read_records
from dedup.output.passage_records import BoilerplateRecord, PassageRecord
from dedup.output.records import RejectedRecord, RemovedRecord, Witness
from dedup.output.related_records import RelatedRecord
from dedup.output.run_folder import PASSAGES, REJECTED, RELATED, REMOVED, SUSPICIOUS
from dedup.output.suspicious_series import SuspiciousRecord
from dedup.output.table_file import disarm
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


@dataclass(frozen=True, slots=True)
class RelationLine:
    """How many documents were removed as copies of a kind."""

    relation: str
    removed: int


@dataclass(frozen=True, slots=True)
class SizeLine:
    """How many clusters have so many documents, the kept one included."""

    documents: int
    clusters: int


@dataclass(frozen=True, slots=True)
class DayLine:
    """Documents of a day, and how many of them were removed."""

    day: str
    documents: int
    removed: int


@dataclass(frozen=True, slots=True)
class SimilarityLine:
    """How many documents were removed as copies of a kind in the step of similarity that begins at `similarity`."""

    relation: str
    similarity: str
    removed: int


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting of a stage of the run."""

    stage: str
    setting: str
    value: object


class Table(NamedTuple):
    """The records of a table, and their type."""

    kind: type
    records: Iterable[object]


def list_tables(
    run: RunTables, findings: CorpusFindings, entries: list[ClusterEntry], shown: ShownDocuments, documents: IO[bytes]
) -> Mapping[str, Table]:
    """Return the tables by their names."""
    summary, out = findings.summary, run.out
    pairs = [miss.pair for miss in (*findings.above, *(findings.below or ()), *(findings.yet_kept or ()))]
    return {
        "removed": Table(RemovalLine, list_removals(run, shown, documents)),
        "related": Table(RelatedRecord, read_records(out, RELATED, RelatedRecord, may_lack=True)),
        "suspicious": Table(SuspiciousRecord, read_records(out, SUSPICIOUS, SuspiciousRecord, may_lack=True)),
        "passages": Table(PassageRecord, read_records(out, PASSAGES, PassageRecord, may_lack=True)),
        "rejected": Table(RejectedRecord, read_records(out, REJECTED, RejectedRecord)),
        "relations": Table(RelationLine, starmap(RelationLine, summary.counts.removed_by_relation.items())),
        "clusters": Table(ClusterEntry, (replace(entry, copies=()) for entry in entries)),
        "sizes": Table(SizeLine, starmap(SizeLine, findings.sizes)),
        "outlets": Table(OutletCount, findings.outlets),
        "crossings": Table(OutletPair, findings.crossings),
        "days": Table(DayLine, list_days(findings)),
        "similarities": Table(SimilarityLine, list_similarities(findings)),
        "threshold": Table(DocumentPair, pairs),
        "boilerplate": Table(BoilerplateRecord, findings.boilerplate),
        "files": Table(InputFile, summary.inputs),
        "stages": Table(Stage, summary.stages),
        "settings": Table(SettingLine, list_settings(summary)),
    }


def list_days(findings: CorpusFindings) -> Iterator[DayLine]:
    """Yield the days in order."""
    for day in findings.days:
        yield DayLine(date.fromordinal(day.day).isoformat(), day.num_documents, day.num_removed)


def list_similarities(findings: CorpusFindings) -> Iterator[SimilarityLine]:
    """Yield the steps of similarity in which anything was removed."""
    for relation, steps in findings.similarities.items():
        for step in filter(steps.__getitem__, range(len(steps))):
            yield SimilarityLine(relation, f"{step / len(steps):.2f}", steps[step])


def list_settings(summary: Summary) -> Iterator[SettingLine]:
    """Yield the settings of a run."""
    return (SettingLine(stage, *pair) for stage, some in summary.config.items() for pair in some.items())


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


def write_csv(path: Path, table: Table) -> None:
    """Write a head, and a line for each record; fields of a field get its name before theirs."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        write_rows(file, table)


def write_rows(file: TextIO, table: Table) -> None:
    """Write the same to an open file."""
    writer = csv.writer(file)
    writer.writerow(list_columns(table.kind))
    writer.writerows([cell for _, cell in flatten(record)] for record in table.records)


def list_columns(kind: type, name: str = "") -> Iterator[str]:
    """Yield the names that `flatten` gives the cells of a record of a type."""
    for field, hint in get_type_hints(kind).items():
        full = f"{name}_{field}" if name else field
        if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, msgspec.Struct)):
            yield from list_columns(hint, full)
        else:
            yield full


def flatten(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, cell) of a value and of all that is in it; text that a spreadsheet would run begins with '.

    >>> list(flatten("=1+1", "a")), list(flatten(-1, "b"))
    ([('a', "'=1+1")], [('b', '-1')])
    """
    if isinstance(value, msgspec.Raw):
        value = read_value(bytes(value))
    if isinstance(value, msgspec.Struct) or (is_dataclass(value) and not isinstance(value, type)):
        names = value.__struct_fields__ if isinstance(value, msgspec.Struct) else [each.name for each in fields(value)]
        for each in names:
            yield from flatten(getattr(value, each), f"{name}_{each}" if name else each)
    elif isinstance(value, str):
        yield name, disarm(value)
    elif isinstance(value, list | tuple | dict):
        yield name, msgspec.json.encode(value).decode()
    else:
        yield name, "" if value is None else str(value)
