"""The write stage: go over the same shards again, copy what is kept, record what is not."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np

from dedup.clean import folder as names
from dedup.clean.decisions import Decisions
from dedup.clean.folder import RunFolder
from dedup.clean.records import (
    LINE_END,
    ClusterRecord,
    Member,
    RemovedRecord,
    Source,
    encode_line,
    encode_rejection,
    split_json_line,
    witness_of,
)
from dedup.clean.rows import split_rows
from dedup.clean.split import Ranges, copy_kept, split_stream
from dedup.corpus.blocks import Rejection
from dedup.corpus.compression import open_reader, open_writer
from dedup.corpus.delimited import DELIMITERS, parse_record, read_header
from dedup.corpus.files import SourceFile
from dedup.corpus.segments import Segments
from dedup.corpus.shards import Shard, line_span
from dedup.model.documents import Relation

Raw = msgspec.Raw


@dataclass(frozen=True, slots=True)
class Dropped:
    """One record that leaves the corpus: a removed document (by doc_index) or a rejection."""

    file: int
    start: int
    end: int
    doc_index: int
    rejection: Rejection | None


def find_dropped(segments: Segments, decisions: Decisions, shard: Shard) -> list[Dropped]:
    """Return what leaves a shard, by file and position."""
    dropped = [
        Dropped(r.file, r.start, r.start + max(len(r.raw), shard.files[0].format == "parquet"), -1, r)
        for r in segments.rejections(shard)
    ]
    for batch in segments.batches_of(shard):
        witness = decisions.witness[batch.first : batch.first + len(batch)]
        starts, lengths, files = batch.column("start"), batch.column("length"), batch.column("file")
        for row in np.flatnonzero(witness >= 0).tolist():
            start = int(starts[row])
            dropped.append(Dropped(int(files[row]), start, start + int(lengths[row]), batch.first + row, None))
    return sorted(dropped, key=lambda d: (d.file, d.start))


def write_shard(run: RunFolder, segments: Segments, decisions: Decisions, shard: Shard, offset: int) -> None:
    """Write the kept records of a shard in their place (`offset` in the output file) and its pieces of the records."""
    dropped = find_dropped(segments, decisions, shard)
    file = shard.files[0]
    header = read_header(file) if dropped and file.format in DELIMITERS else []
    with (
        run.part(shard.index, names.REMOVED).open("wb") as removed,
        run.part(shard.index, names.REJECTED).open("wb") as rejected,
    ):
        for item, raw in zip(dropped, drop_records(run, shard, dropped, offset), strict=True):
            source_file = shard.files[item.file]
            if item.rejection is not None:
                rejected.write(encode_rejection(item.rejection, source_file.path))
            else:
                record = describe_removed(segments, decisions, item, source_file, (raw, header))
                removed.write(encode_line(record))


def drop_records(run: RunFolder, shard: Shard, dropped: list[Dropped], offset: int) -> Iterator[bytes]:
    """Copy what is kept of a shard and yield the bytes of what is dropped, in order."""
    file = shard.files[0]
    if file.format == "txt":
        yield from copy_files(run, shard, dropped)
        return
    starts = np.array([d.start for d in dropped], np.int64)
    if file.format == "parquet":
        yield from split_rows(file.location, starts, run.kept(file.name), run.set_aside(file.name))
        return
    drops = Ranges(starts, np.array([d.end for d in dropped], np.int64))
    if file.compression is None:
        with run.kept(file.name).open("r+b") as shared:
            yield from copy_kept(file.location, shared.fileno(), line_span(shard), drops, offset)
        return
    with (
        open_reader(file.location, file.compression) as (stream, _),
        run.kept(file.name).open("wb") as target,
        open_writer(target, file.compression) as writer,
    ):
        yield from split_stream(stream, drops, writer, file.path)


def copy_files(run: RunFolder, shard: Shard, dropped: list[Dropped]) -> Iterator[bytes]:
    """Copy the kept .txt files and yield the bytes of the others."""
    gone = {d.file for d in dropped}
    for index, file in enumerate(shard.files):
        if index in gone:
            continue
        target = run.kept(file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.location, target)
    for item in dropped:
        yield Path(shard.files[item.file].location).read_bytes()


def describe_removed(
    segments: Segments, decisions: Decisions, item: Dropped, file: SourceFile, content: tuple[bytes, list[str]]
) -> RemovedRecord:
    """Return the record of one removal; `content` is its bytes and, of a CSV file, the column names."""
    raw, header = content
    name = segments.name(item.doc_index)
    relation = Relation(decisions.relation[item.doc_index])
    around, raw_text = LINE_END, None
    if file.format in DELIMITERS:
        record = msgspec.json.encode(parse_record(raw, header, file.format))
        raw_text = raw.decode()
    elif file.format == "txt":
        text = raw.decode()
        mark = text[:1] if text.startswith("\ufeff") else ""
        record, around = msgspec.json.encode({"text": text.removeprefix(mark)}), (mark, "")
    elif file.format == "parquet":
        record = raw
    else:
        record, around = split_json_line(raw)
    return RemovedRecord(
        id=Raw(name.raw_id),
        source=Source(name.path, name.line, item.start),
        reason=relation.reason,
        relation=relation.label,
        witness=witness_of(segments.name(int(decisions.witness[item.doc_index]))),
        similarity=float(decisions.similarity[item.doc_index]),
        record=Raw(record),
        around=around,
        raw=raw_text,
    )


def plan_offsets(segments: Segments, decisions: Decisions) -> list[int]:
    """Return where in its output file the kept records of each shard begin (0 where a shard is a whole file)."""
    offsets = []
    for _, group in groupby(segments.shards, key=lambda shard: shard.first_file):
        gone = 0
        for shard in group:
            cut_up = shard.stop is not None
            offsets.append(line_span(shard)[0] - gone if cut_up else 0)
            gone += count_dropped_bytes(segments, decisions, shard) if cut_up else 0
    return offsets


def count_dropped_bytes(segments: Segments, decisions: Decisions, shard: Shard) -> int:
    """Return how many bytes of a shard of lines leave the corpus."""
    total = sum(len(rejection.raw) for rejection in segments.rejections(shard))
    for batch in segments.batches_of(shard):
        witness = decisions.witness[batch.first : batch.first + len(batch)]
        total += int(batch.column("length")[witness >= 0].sum())
    return total


def prepare_files(run: RunFolder, shards: list[Shard]) -> None:
    """Make the empty output files that several shards write into."""
    for shard in shards:
        file = shard.files[0]
        if file.format in {"jsonl", *DELIMITERS} and file.compression is None:
            run.kept(file.name).parent.mkdir(parents=True, exist_ok=True)
            run.kept(file.name).touch()


def join_parts(run: RunFolder, shards: list[Shard]) -> None:
    """Join the pieces that the shards wrote, in order."""
    for name in (names.REMOVED, names.REJECTED):
        with (run.output / name).open("wb") as target:
            for shard in shards:
                with run.part(shard.index, name).open("rb") as piece:
                    shutil.copyfileobj(piece, target, 1 << 20)


def write_clusters(run: RunFolder, segments: Segments, decisions: Decisions) -> None:
    """Write one line for each kept document that covers others, in their order."""
    removed = np.flatnonzero(decisions.witness >= 0)
    removed = removed[np.argsort(decisions.witness[removed], kind="stable")]
    groups = groupby(removed.tolist(), key=lambda doc: int(decisions.witness[doc]))
    with (run.output / names.CLUSTERS).open("wb") as file:
        for number, (kept, group) in enumerate(groups, 1):
            members = [describe_member(segments, kept, 1.0)]
            members += [describe_member(segments, doc, float(decisions.similarity[doc])) for doc in group]
            file.write(encode_line(ClusterRecord(number, members[0].id, members)))


def describe_member(segments: Segments, doc_index: int, similarity: float) -> Member:
    """Return a document as a member of a cluster."""
    name = segments.name(doc_index)
    return Member(Raw(name.raw_id), name.path, name.line, similarity)
