"""Rebuild the input of a run from its OUT folder."""

import heapq
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from dedup.corpus.compression import open_reader, open_writer, read_chunk
from dedup.errors import InputError, OutputError
from dedup.model.run import InputFile, Summary
from dedup.output.parquet_rows import merge_rows
from dedup.output.records import EditedRecord, RejectedRecord, RemovedRecord, original_bytes, rejected_bytes
from dedup.output.run_folder import EDITED, KEPT, REJECTED, REMOVED, SET_ASIDE, SUMMARY

COPY_SIZE = 1 << 20


def restore(out: Path, target: Path, advance: Callable[[int], None]) -> list[Path]:
    """Write every input file of a run to `target`, as it was; return their paths. `advance` gets the bytes done."""
    inputs = read_summary(out).inputs
    if target.exists() and any(target.iterdir()):
        raise OutputError(f"{target}: is not empty. Choose an empty or new folder with -o.")
    dropped = DroppedRecords(out, {file.path: file.format for file in inputs})
    written = []
    for file in inputs:
        path = target / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        restore_file(out, file, dropped.of_file(file.path), part)
        part.replace(path)
        written.append(path)
        advance(file.bytes)
    return written


def read_summary(out: Path) -> Summary:
    """Return the summary of the run that a folder holds; a folder without one is an `InputError`."""
    if not (out / SUMMARY).is_file():
        raise InputError(f"{out}: no {SUMMARY} here. Name the OUT folder of a finished `dedup clean` run.")
    try:
        return Summary.read(out / SUMMARY)
    except msgspec.DecodeError as error:
        raise InputError(f"{out / SUMMARY}: is not the summary of a run ({error}). Run `dedup clean` anew.") from error


class Event(NamedTuple):
    """A record that did not stay as it was: its file's place in the input, its first byte or row, its bytes.

    `replaced` is the number of bytes of its replacement in `kept/`; `edited` is whether it has one.
    """

    file: int
    start: int
    raw: bytes
    replaced: int
    edited: bool


class DroppedRecords:
    """The records that did not stay as they were, file by file in input order, read as they are asked for."""

    def __init__(self, out: Path, formats: dict[str, str]) -> None:
        self._formats = formats
        self._order = {path: place for place, path in enumerate(formats)}
        self._events = heapq.merge(
            self._read(out / REMOVED, RemovedRecord, self._removed),
            self._read(out / EDITED, EditedRecord, self._edited),
            self._read(out / REJECTED, RejectedRecord, self._rejected),
            key=lambda event: event[:2],
        )
        self._next = next(self._events, None)

    def _removed(self, record: RemovedRecord) -> Event:
        source = record.source
        raw = original_bytes(record, self._formats[source.path])
        return Event(self._order[source.path], source.offset, raw, 0, edited=False)

    def _edited(self, record: EditedRecord) -> Event:
        source = record.source
        raw = original_bytes(record, self._formats[source.path])
        return Event(self._order[source.path], source.offset, raw, record.length, edited=True)

    def _rejected(self, record: RejectedRecord) -> Event:
        return Event(self._order[record.path], record.offset, rejected_bytes(record), 0, edited=False)

    @staticmethod
    def _read(path: Path, kind: type[msgspec.Struct], unpack: Callable[..., Event]) -> Iterator[Event]:
        decoder = msgspec.json.Decoder(kind)
        with path.open("rb") as file:
            for line in file:
                yield unpack(decoder.decode(line))

    def of_file(self, path: str) -> Iterator[Event]:
        """Yield what happened to the records of one file; files are asked for in input order."""
        place = self._order[path]
        while self._next is not None and self._next.file == place:
            yield self._next
            self._next = next(self._events, None)


def restore_file(out: Path, file: InputFile, events: Iterator[Event], target: Path) -> None:
    """Write one input file as it was (a compressed one: equal after decompression)."""
    kept = out / KEPT / file.name
    if file.format == "txt":
        gone = [event.raw for event in events]
        if gone:
            target.write_bytes(gone[0])
        else:
            shutil.copyfile(kept, target)
        return
    if file.format == "parquet":
        every = list(events)
        edited = {event.start for event in every if event.edited}
        merge_rows(kept, out / SET_ASIDE / file.name, [event.start for event in every], edited, target)
        return
    with (
        open_reader(str(kept), file.compression) as (stream, _),
        target.open("wb") as opened,
        open_writer(opened, file.compression) as writer,
    ):
        for chunk in replay(stream, events, kept):
            writer.write(chunk)


def replay(stream: BinaryIO, events: Iterable[Event], path: Path) -> Iterator[bytes]:
    """Yield the bytes of a line-based file as it was, from what was kept of it (`path`) and what was not."""
    position = 0
    for event in events:
        yield from take_exactly(stream, event.start - position, path)
        for _ in take_exactly(stream, event.replaced, path):
            pass
        yield event.raw
        position = event.start + len(event.raw)
    while chunk := read_chunk(stream, COPY_SIZE, str(path)):
        yield chunk


def take_exactly(stream: BinaryIO, count: int, path: Path) -> Iterator[bytes]:
    """Yield `count` bytes; fewer are an `InputError`."""
    while count:
        chunk = read_chunk(stream, min(count, COPY_SIZE), str(path))
        if not chunk:
            raise InputError(f"{path}: is shorter than {SUMMARY} says. It was changed after the run.")
        yield chunk
        count -= len(chunk)
