"""Which tables a report has, each with what its lines are read from, and their CSV files."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import IO, TextIO

import msgspec

from dedup.corpus.values import read_value
from dedup.model.run import Summary
from dedup.output.finished_run import read_records
from dedup.output.passage_records import PassageRecord
from dedup.output.records import RejectedRecord, RemovedRecord, Witness
from dedup.output.related_records import RelatedRecord
from dedup.output.run_folder import PASSAGES, REJECTED, RELATED, REMOVED, SUSPICIOUS
from dedup.output.suspicious_series import SuspiciousRecord
from dedup.output.table_file import disarm
from dedup.report.corpus.corpus_model import Card, ClusterEntry, CorpusFindings
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
class CountLine:
    """A name and two counts under it, as the chart or the table of them has it."""

    name: str
    documents: int
    removed: int | None = None


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting of a stage of the run."""

    stage: str
    setting: str
    value: object


def list_tables(
    run: RunTables, findings: CorpusFindings, entries: list[ClusterEntry], shown: ShownDocuments, documents: IO[bytes]
) -> Mapping[str, Iterable[object]]:
    """Return the records of each table by its name."""
    counts = findings.summary.counts
    return {
        "removed": list_removals(run, shown, documents),
        "related": read_records(run.out, RELATED, RelatedRecord, may_lack=True),
        "suspicious": read_records(run.out, SUSPICIOUS, SuspiciousRecord, may_lack=True),
        "passages": read_records(run.out, PASSAGES, PassageRecord, may_lack=True),
        "rejected": read_records(run.out, REJECTED, RejectedRecord),
        "relations": (CountLine(name, number) for name, number in counts.removed_by_relation.items()),
        "clusters": (replace(entry, copies=()) for entry in entries),
        "sizes": (CountLine(str(size), number) for size, number in findings.sizes),
        "outlets": findings.outlets,
        "crossings": findings.crossings,
        "days": (
            CountLine(date.fromordinal(day.day).isoformat(), day.num_documents, day.num_removed)
            for day in findings.days
        ),
        "similarities": (
            CountLine(f"{relation} from {step / len(steps):.2f}", number)
            for relation, steps in findings.similarities.items()
            for step, number in enumerate(steps)
            if number
        ),
        "threshold": (miss.pair for miss in (*findings.above, *(findings.below or ()), *(findings.yet_kept or ()))),
        "boilerplate": findings.boilerplate,
        "files": findings.summary.inputs,
        "stages": findings.summary.stages,
        "settings": list_settings(findings.summary),
    }


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


def write_csv(path: Path, records: Iterable[object]) -> None:
    """Write records of one kind, a line for each; fields of a field get its name before theirs."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        write_rows(file, records)


def write_rows(file: TextIO, records: Iterable[object]) -> None:
    """Write the same to an open file."""
    lines = iter(records)
    first = next(lines, None)
    writer = csv.writer(file)
    if first is not None:
        writer.writerow(name for name, _ in flatten(first))
        writer.writerows([cell for _, cell in flatten(record)] for record in chain([first], lines))


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
