"""What a finished run found, as rows of tables: of its files, and of all documents of its input."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from dedup.corpus.nested import pick
from dedup.corpus.values import read_value
from dedup.model.run import Summary
from dedup.output.finished_run import read_input_config, read_records
from dedup.output.passage_records import BoilerplateRecord, PassageRecord
from dedup.output.records import ClusterRecord, RejectedRecord, RemovedRecord, Witness
from dedup.output.related_records import RelatedRecord
from dedup.output.replay import Originals
from dedup.output.run_folder import BOILERPLATE, CLUSTERS, PASSAGES, REJECTED, RELATED, REMOVED
from dedup.output.table_file import TableSource
from dedup.signals import temporary_folder


class ClusterRow(msgspec.Struct, frozen=True):
    """A document of a cluster; the kept one comes first."""

    cluster: int
    is_kept: bool
    id: msgspec.Raw
    path: str
    line: int
    run: str | None
    similarity: float


class RemovedRow(RemovedRecord, frozen=True):
    """A removed document, with its title and its text."""

    title: str | None = None
    text: str | None = None


class DocumentRow(msgspec.Struct, frozen=True):
    """A document of the input, in its order: what is known of it, and what was decided."""

    id: msgspec.Raw
    path: str
    line: int
    title: str | None
    date: str | None
    outlet: str | None
    url: str | None
    is_kept: bool
    cluster: int | None
    relation: str | None = None
    similarity: float | None = None
    novel_words: int | None = None
    witness: Witness | None = None


def list_tables(out: Path, summary: Summary) -> dict[str, Callable[[], TableSource]]:
    """Return the tables of a run by name; what they hold is read when they are."""

    def read(name: str, kind: type[msgspec.Struct]) -> Callable[[], TableSource]:
        return lambda: TableSource.of(kind, read_records(out, name, kind, may_lack=True))

    return {
        "documents": lambda: TableSource.of(DocumentRow, list_documents(out, summary)),
        "removed": lambda: TableSource.of(RemovedRow, list_removed(out, summary)),
        "clusters": lambda: TableSource.of(ClusterRow, list_members(out)),
        "related": read(RELATED, RelatedRecord),
        "passages": read(PASSAGES, PassageRecord),
        "boilerplate": read(BOILERPLATE, BoilerplateRecord),
        "rejected": read(REJECTED, RejectedRecord),
    }


def list_removed(out: Path, summary: Summary) -> Iterator[RemovedRow]:
    """Yield the removed documents."""
    config = read_input_config(summary)
    for record in read_records(out, REMOVED, RemovedRecord):
        raw = bytes(record.record)
        title, text = (read_value(pick(raw, name)) for name in (config.title_field, config.text_field))
        values = {name: getattr(record, name) for name in record.__struct_fields__}
        yield RemovedRow(**values, title=title or None, text=text)


def list_members(out: Path) -> Iterator[ClusterRow]:
    """Yield the documents of all clusters."""
    for record in read_records(out, CLUSTERS, ClusterRecord):
        for place, member in enumerate(record.members):
            values = (member.id, member.path, member.line, member.run, member.similarity)
            yield ClusterRow(record.cluster, place == 0, *values)


def list_documents(out: Path, summary: Summary) -> Iterator[DocumentRow]:
    """Yield the documents of the input."""
    removed = {(r.source.path, r.source.line): r for r in read_records(out, REMOVED, RemovedRecord)}
    clusters = {(row.path, row.line): row.cluster for row in list_members(out) if row.run is None}
    config = read_input_config(summary)
    with temporary_folder("dedup-") as scratch:
        for number, block in Originals(out, summary.inputs, config, config.facts, Path(scratch)).read():
            path, nothing = summary.inputs[number].path, [b""] * len(block.ids)
            facts = [block.fields.get(role, nothing) for role in ("title", "date", "outlet", "url")]
            for raw_id, line, *known in zip(block.ids, block.lines.tolist(), *facts, strict=True):
                found, cluster = removed.get((path, line)), clusters.get((path, line))
                raw = raw_id or msgspec.json.encode(f"{path}:{line}")
                title, date, outlet, url = (read_value(value) or None for value in known)
                row = DocumentRow(msgspec.Raw(raw), path, line, title, date, outlet, url, found is None, cluster)
                yield row if found is None else decide(row, found)


def decide(row: DocumentRow, found: RemovedRecord) -> DocumentRow:
    """Return the row of a removed document."""
    decided = (found.relation, found.similarity, found.novel_words, found.witness)
    names = ("relation", "similarity", "novel_words", "witness")
    return msgspec.structs.replace(row, id=found.id, **dict(zip(names, decided, strict=True)))
