"""Rebuild the input of a run from its OUT folder."""

import heapq
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

import msgspec

from dedup.corpus.compression import open_reader, open_writer, read_chunk
from dedup.corpus.files import COMPRESSIONS, FORMATS
from dedup.errors import InputError, OutputError
from dedup.model.run import InputFile, Summary
from dedup.output.confined_paths import confine, refuse_names
from dedup.output.output_file import open_output
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
        with open_output(path) as opened:
            restore_file(out, file, dropped.of_file(file.path), opened)
        written.append(path)
        advance(file.bytes)
    dropped.require_end()
    return written


def read_summary(out: Path) -> Summary:
    """Return the summary of the run that a folder holds; a folder without one is an `InputError`.

    The names of its files are paths within `kept/`, each of one file.
    """
    confine(out, SUMMARY)
    if not (out / SUMMARY).is_file():
        raise InputError(f"{out}: no {SUMMARY} here. Name the OUT folder of a finished `dedup clean` run.")
    try:
        summary = Summary.read(out / SUMMARY)
    except msgspec.DecodeError as error:
        raise InputError(f"{out / SUMMARY}: is not the summary of a run ({error}). Run `dedup clean` anew.") from error
    refuse_names(out / SUMMARY, [file.name for file in summary.inputs])
    if len({file.path for file in summary.inputs}) < len(summary.inputs):
        raise InputError(f"{out / SUMMARY}: names an input twice. Run `dedup clean` anew.")
    for file in summary.inputs:
        if file.format not in FORMATS.values() or file.compression not in {None, *COMPRESSIONS.values()}:
            raise InputError(f"{out / SUMMARY}: {file.name!a} has no format that is known. Run `dedup clean` anew.")
    return summary


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
        self._out = out
        self._formats = formats
        self._order = {path: place for place, path in enumerate(formats)}
        self._events = heapq.merge(
            self._read(confine(out, REMOVED), RemovedRecord, self._removed),
            self._read(confine(out, EDITED), EditedRecord, self._edited),
            self._read(confine(out, REJECTED), RejectedRecord, self._rejected),
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
            for number, line in enumerate(file, start=1):
                try:
                    event = unpack(decoder.decode(line))
                except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
                    message = (
                        f"{path}, line {number}: is no record of this run ({error}). It was changed after the run."
                    )
                    raise InputError(message) from error
                yield event

    def of_file(self, path: str) -> Iterator[Event]:
        """Yield what happened to the records of one file; files are asked for in input order."""
        place = self._order[path]
        while self._next is not None and self._next.file == place:
            yield self._next
            self._next = next(self._events, None)

    def require_end(self) -> None:
        """Raise `InputError` where records are left over after the last file."""
        if self._next is not None:
            raise InputError(f"{self._out}: its records are out of order. It was changed after the run.")


def restore_file(out: Path, file: InputFile, events: Iterator[Event], target: IO[bytes]) -> None:
    """Write one input file as it was (a compressed one: equal after decompression)."""
    kept = confine(out, f"{KEPT}/{file.name}")
    if file.format == "txt":
        gone = [event.raw for event in events]
        if gone:
            target.write(gone[0])
        else:
            with kept.open("rb") as source:
                shutil.copyfileobj(source, target)
        return
    if file.format == "parquet":
        every = list(events)
        set_aside = confine(out, f"{SET_ASIDE}/{file.name}")
        edited = {event.start for event in every if event.edited}
        merge_rows(kept, set_aside, [event.start for event in every], edited, target)
        return
    with (
        open_reader(str(kept), file.compression) as (stream, _),
        open_writer(target, file.compression) as writer,
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
    if count < 0:
        raise InputError(f"{path}: the records taken out of it overlap. The run was changed.")
    while count:
        chunk = read_chunk(stream, min(count, COPY_SIZE), str(path))
        if not chunk:
            raise InputError(f"{path}: is shorter than {SUMMARY} says. It was changed after the run.")
        yield chunk
        count -= len(chunk)
