"""The write stage: go over the same shards again, copy what is kept, record what is not."""

import io
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import IO, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.corpus.blocks import Rejection
from dedup.corpus.compression import open_regular
from dedup.corpus.delimited import DELIMITERS, read_layout
from dedup.corpus.files import SourceFile
from dedup.corpus.parquet import take_rows
from dedup.corpus.shards import Shard, line_span
from dedup.corpus.values import DocumentName
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.output import run_folder as parts
from dedup.output.byte_copy import COPY_SIZE, Ranges, SplitTarget, append_file, split_file
from dedup.output.json_commas import with_commas
from dedup.output.locate_shard import read_edits
from dedup.output.parquet_rows import RowSplit, encode_rows, split_rows
from dedup.output.records import (
    MAX_RAW,
    Decision,
    EditedRecord,
    RejectedRecord,
    Source,
    WholeRecord,
    describe_rejection,
    describe_removal,
    encode_line,
    wrap_record,
)
from dedup.output.run_folder import RunFolder
from dedup.text.rank_quotes import Quotes

Raw = msgspec.Raw
PART_BUFFER = 1 << 18


class Dropped(NamedTuple):
    """One record that does not stay as it is: a removed document, an edited one, or a rejection (doc_index -1).

    `replacement` takes its place in `kept/`; None: nothing does.
    """

    file: int
    start: int
    end: int
    doc_index: int
    replacement: bytes | None
    rejection: Rejection | None

    @property
    def is_aside(self) -> bool:
        """Return whether the bytes of the record go into `set_aside/`: it is rejected, and long."""
        return self.rejection is not None and self.rejection.length > MAX_RAW


@dataclass(frozen=True)
class Results:
    """What the write stage works from; `quotes` are the conflicting slots of removed documents, by doc_index."""

    run: RunFolder
    segments: Segments
    decisions: Decisions
    text_field: str
    quotes: Mapping[int, Quotes] = field(default_factory=dict)

    @cached_property
    def witnesses(self) -> npt.NDArray[np.int32]:
        """Those that documents were removed for, in the order of the clusters."""
        return np.unique(self.decisions.witness[self.decisions.witness >= 0])


def find_dropped(results: Results, shard: Shard) -> list[Dropped]:
    """Return what does not stay as it is in a shard, by file and position."""
    segments = results.segments
    dropped = [Dropped(r.file, r.start, r.start + r.length, -1, None, r) for r in segments.rejections(shard)]
    edits = read_edits(results.run.part(shard.index, parts.EDITS))
    for batch in segments.batches_of(shard):
        here = slice(batch.first, batch.first + len(batch))
        rows = set(np.flatnonzero(results.decisions.witness[here] >= 0).tolist())
        rows.update(doc - batch.first for doc in edits if here.start <= doc < here.stop)
        starts, lengths, files = batch.column("start"), batch.column("length"), batch.column("file")
        for row in rows:
            start, doc_index = int(starts[row]), batch.first + row
            end = start + int(lengths[row])
            dropped.append(Dropped(int(files[row]), start, end, doc_index, edits.get(doc_index), None))
    dropped.sort(key=lambda d: (d.file, d.start))
    return with_commas(segments, shard, dropped) if shard.files[0].format == "json" else dropped


def write_shard(results: Results, shard: Shard, offset: int) -> None:
    """Write the kept records of a shard in their place (`offset` in the output file) and its pieces of the records."""
    dropped = find_dropped(results, shard)
    file, run = shard.files[0], results.run
    layout = read_layout(file) if dropped and file.format in DELIMITERS else None
    documents = [item.doc_index for item in dropped if item.rejection is None]
    names = dict(zip(documents, results.segments.names(np.array(documents, np.int64)), strict=True))
    decided = find_decisions(results, dropped)
    with (
        run.part(shard.index, parts.REMOVED).open("wb", PART_BUFFER) as removed,
        run.part(shard.index, parts.EDITED).open("wb", PART_BUFFER) as edited,
        run.part(shard.index, parts.REJECTED).open("wb") as rejected,
    ):
        for item, raw in zip(dropped, drop_records(results, shard, dropped, offset), strict=True):
            source_file = shard.files[item.file]
            if item.rejection is not None:
                rejected.write(encode_line(describe_bad(source_file, item, raw)))
                continue
            whole, name = wrap_record(raw, source_file.format, layout), names[item.doc_index]
            if item.replacement is None:
                removed.write(encode_line(describe_removal(name, item.start, decided[item.doc_index], whole)))
            else:
                edited.write(encode_line(describe_edited(item, whole, name, source_file.format)))


def describe_bad(file: SourceFile, item: Dropped, raw: bytes) -> RejectedRecord:
    """Return the record of a rejection; a row of Parquet has no bytes of its own."""
    bad = item.rejection
    assert bad is not None
    if item.is_aside:
        return RejectedRecord(path=file.path, line=bad.line, offset=bad.start, error=bad.error, set_aside=bad.length)
    return describe_rejection(file.path, bad.line, bad.start, bad.error, b"" if file.format == "parquet" else raw)


def find_decisions(results: Results, dropped: list[Dropped]) -> dict[int, Decision]:
    """Return the decisions on the removed documents by doc_index."""
    removed = np.array([d.doc_index for d in dropped if d.rejection is None and d.replacement is None], np.int64)
    decisions = results.decisions
    witnesses = results.segments.names(decisions.witness[removed].astype(np.int64))
    num_words = results.segments.count_tokens(removed)
    difference = decisions.difference
    measures = (decisions.relation, decisions.similarity, decisions.covered)
    columns = (*measures, difference["novel"], difference["longest_run"])
    quotes = [results.quotes.get(doc, ()) for doc in removed.tolist()]
    measured, facts = (column[removed].tolist() for column in columns), difference["facts"][removed].tolist()
    decided = map(Decision, witnesses, *measured, num_words, quotes, facts)
    return dict(zip(removed.tolist(), decided, strict=True))


def drop_records(results: Results, shard: Shard, dropped: list[Dropped], offset: int) -> Iterator[bytes]:
    """Copy what is kept of a shard, put replacements in, and yield the bytes of what was dropped, in order."""
    by_file = {index: list(here) for index, here in groupby(dropped, key=lambda d: d.file)}
    for index, file in enumerate(shard.files):
        here = by_file.get(index, [])
        drop = {"txt": drop_texts, "parquet": drop_rows}.get(file.format, drop_lines)
        yield from drop(results, shard, file, here, offset)


def drop_rows(results: Results, shard: Shard, file: SourceFile, dropped: list[Dropped], _: int) -> Iterator[bytes]:
    """Do that in a Parquet file; with its first part the whole file is written."""
    if shard.start:
        for table in take_rows(file.location, [d.start for d in dropped]):
            yield from encode_rows(table)
        return
    others = [s for s in results.segments.shards if s.first_file == shard.first_file and s.index != shard.index]
    every = dropped + [d for other in others for d in find_dropped(results, other)]
    texts = {d.start: d.replacement.decode() for d in every if d.replacement is not None}
    split = RowSplit([d.start for d in every], texts, results.text_field)
    places = (results.run.place(folder, file) for folder in (parts.KEPT, parts.SET_ASIDE))
    for number, raw in enumerate(split_rows(file.location, split, *places)):
        if number < len(dropped):
            yield raw


def drop_lines(
    results: Results, shard: Shard, file: SourceFile, dropped: list[Dropped], offset: int
) -> Iterator[bytes]:
    """Do that in a file whose records are ranges of bytes, or in the shard's part of it."""
    starts, ends = (np.array([getattr(d, side) for d in dropped], np.int64) for side in ("start", "end"))
    replacements, aside = [d.replacement or b"" for d in dropped], np.array([d.is_aside for d in dropped], np.bool_)
    drops = Ranges(starts, ends, replacements, aside)
    place = results.run.place(parts.KEPT, file)
    with (
        open_aside(results.run, shard, file, is_needed=bool(aside.any())) as set_aside,
        place.open("wb" if shard.stop is None else "r+b", COPY_SIZE) as kept,
    ):
        kept.seek(offset)
        span = range(file.size) if shard.stop is None else range(*line_span(shard))
        yield from split_file(file.location, span, drops, SplitTarget(kept, set_aside))
        nothing_stays = file.format == "json" and file.size > 0 and kept.tell() == 0
    if nothing_stays:
        place.unlink()


@contextmanager
def open_aside(run: RunFolder, shard: Shard, file: SourceFile, *, is_needed: bool) -> Iterator[IO[bytes]]:
    """Open the piece of `set_aside/` that a shard writes; nothing is written where none is needed."""
    if not is_needed:
        yield io.BytesIO()
        return
    place = run.part(shard.index, parts.ASIDE) if len(shard.files) == 1 else run.place(parts.SET_ASIDE, file)
    with place.open("wb", COPY_SIZE) as opened:
        yield opened


def drop_texts(results: Results, _: Shard, file: SourceFile, dropped: list[Dropped], _offset: int) -> Iterator[bytes]:
    """Copy a kept .txt file, or write an edited one; yield the bytes of one that does not stay as it is."""
    target = results.run.place(parts.KEPT, file)
    with open(file.location, "rb", opener=open_regular) as opened:
        if not dropped:
            copy_text(opened, target)
        for item in dropped:
            if item.replacement is not None:
                target.write_bytes(item.replacement)
            if item.is_aside:
                copy_text(opened, results.run.place(parts.SET_ASIDE, file))
            yield b"" if item.is_aside else opened.read()


def copy_text(opened: IO[bytes], target: Path) -> None:
    """Copy an open file."""
    with target.open("wb") as copy:
        shutil.copyfileobj(opened, copy, COPY_SIZE)


def describe_edited(item: Dropped, whole: WholeRecord, name: DocumentName, file_format: str) -> EditedRecord:
    """Return the record of one document whose text was cut."""
    in_lines = file_format not in {"txt", "parquet"}
    return EditedRecord(
        id=Raw(name.raw_id),
        source=Source(name.path, name.line, item.start),
        length=len(item.replacement or b"") if in_lines else 0,
        record=whole.record,
        around=whole.around,
        raw=whole.raw,
    )


def plan_offsets(results: Results) -> list[int]:
    """Return where in its output file the kept records of each shard begin (0 where a shard is a whole file)."""
    offsets = []
    for _, group in groupby(results.segments.shards, key=lambda shard: shard.first_file):
        gone = 0
        for shard in group:
            cut_up = shard.is_in_bytes
            offsets.append(max(line_span(shard)[0] - gone, 0) if cut_up else 0)  # 0 where no line starts in the shard
            gone += count_lost_bytes(results, shard) if cut_up else 0
    return offsets


def count_lost_bytes(results: Results, shard: Shard) -> int:
    """Return by how many bytes a shard of lines becomes shorter."""
    edits = read_edits(results.run.part(shard.index, parts.EDITS))
    lost = sum(rejection.length for rejection in results.segments.rejections(shard))
    for batch in results.segments.batches_of(shard):
        gone = results.decisions.witness[batch.first : batch.first + len(batch)] >= 0
        gone[[doc - batch.first for doc in edits if 0 <= doc - batch.first < len(batch)]] = True
        lost += int(batch.column("length")[gone].sum())
    return lost - sum(map(len, edits.values()))


def prepare_files(run: RunFolder, shards: Sequence[Shard]) -> None:
    """Make the empty output files that several shards write into."""
    for shard in shards:
        if shard.is_in_bytes:
            run.place(parts.KEPT, shard.files[0]).touch()


def join_parts(run: RunFolder, shards: Sequence[Shard], names: Sequence[str]) -> None:
    """Join the pieces that the shards wrote of these files, in order."""
    for name in names:
        with (run.output / name).open("wb") as target:
            for shard in shards:
                append_file(run.part(shard.index, name), target)


def join_files(run: RunFolder, shards: Sequence[Shard], name: str, folder: str) -> None:
    """Join the pieces of this name that the shards wrote of each file, in order, below a folder of the output."""
    for shard in shards:
        part = run.part(shard.index, name)
        if part.exists():
            with run.place(folder, shard.files[0]).open("ab") as file:
                append_file(part, file)
