"""Rebuild the input of a run from its OUT folder."""

import heapq
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

import msgspec

from dedup.corpus.compression import open_reader, open_writer, read_chunk
from dedup.errors import InputError, OutputError
from dedup.model.run import InputFile
from dedup.output.confined_paths import create_within, is_within, open_within
from dedup.output.finished_run import FolderState, Record, check_run, no_record, read_records
from dedup.output.folder_marker import refuse_link
from dedup.output.parquet_rows import merge_rows
from dedup.output.records import EditedRecord, RejectedRecord, RemovedRecord, original_bytes, rejected_bytes
from dedup.output.run_folder import EDITED, KEPT, REJECTED, REMOVED, SET_ASIDE, SUMMARY
from dedup.text.printed_paths import name_on_disk

COPY_SIZE = 1 << 20


def restore(
    out: Path, target: Path, advance: Callable[[int], None], tell: Callable[[str], None], *, force: bool = False
) -> list[Path]:
    """Write every input file of a run to `target`, as it was; return their paths. `advance` gets the bytes done.

    `tell` and `force` are those of `check_run`.
    """
    state = FolderState.of(out)
    inputs = check_run(out, tell, force=force).inputs
    refuse_link(target)
    if target.resolve().is_relative_to(out.resolve()):
        raise OutputError(f"{target}: is within {out}. Choose an empty or new folder elsewhere with -o.")
    if target.exists() and any(target.iterdir()):
        raise OutputError(f"{target}: is not empty. Choose an empty or new folder with -o.")
    written: list[Path] = []
    with empty_again(target, written, force=force), state.at_rest():
        dropped = DroppedRecords(out, {file.path: file.format for file in inputs})
        for file in inputs:
            with create_within(target, file.name) as opened:
                restore_file(out, file, dropped.of_file(file.path), opened)
            written.append(target / name_on_disk(file.name))
            advance(file.bytes)
        dropped.require_end()
    return written


@contextmanager
def empty_again(target: Path, written: list[Path], *, force: bool) -> Iterator[None]:
    """Make a folder; after an error it is as it was, without the files `written`. With `force` these stay."""
    made = [place for place in (target, *target.parents) if not place.exists()]
    target.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if not force:
            for path in written:
                path.unlink(missing_ok=True)
            below = [Path(at) for at, *_ in os.walk(target, topdown=False)]
            for folder in [*below[:-1], *made]:
                with suppress(OSError):  # somebody else put something there
                    folder.rmdir()
        raise


class Event(NamedTuple):
    """A record that did not stay as it was: its file's place in the input, its first byte or row, its bytes.

    `replaced` is the number of bytes of its replacement in `kept/`; `edited` is whether it has one. `aside` is the
    number of its bytes in `set_aside/`, where `raw` has none.
    """

    file: int
    start: int
    raw: bytes
    replaced: int
    edited: bool
    aside: int = 0


class DroppedRecords:
    """The records that did not stay as they were, file by file in input order, read as they are asked for."""

    def __init__(self, out: Path, formats: dict[str, str]) -> None:
        self._out = out
        self._formats = formats
        self._order = {path: place for place, path in enumerate(formats)}
        self._events = heapq.merge(
            self._read(REMOVED, RemovedRecord, self._taken),
            self._read(EDITED, EditedRecord, self._taken),
            self._read(REJECTED, RejectedRecord, self._rejected),
            key=lambda event: event[:2],
        )
        self._next = next(self._events, None)

    def _taken(self, record: RemovedRecord | EditedRecord) -> Event:
        source, is_edited = record.source, isinstance(record, EditedRecord)
        raw, length = original_bytes(record, self._formats[source.path]), getattr(record, "length", 0)
        return Event(self._order[source.path], source.offset, raw, length, edited=is_edited)

    def _rejected(self, record: RejectedRecord) -> Event:
        raw, aside = rejected_bytes(record), max(record.set_aside, 0)
        return Event(self._order[record.path], record.offset, raw, 0, edited=False, aside=aside)

    def _read(self, name: str, kind: type[Record], unpack: Callable[[Record], Event]) -> Iterator[Event]:
        for number, record in enumerate(read_records(self._out, name, kind), start=1):
            try:
                event = unpack(record)
            except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
                raise InputError(no_record(self._out, name, number, error)) from error
            yield event

    def of_file(self, path: str) -> Iterator[Event]:
        """Yield what happened to the records of one file; files are asked for in input order."""
        place, position = self._order[path], 0
        while self._next is not None and self._next.file == place:
            if self._next.start < position:
                raise InputError(f"{self._out}: its records are out of order. It was changed after the run.")
            position = self._next.start
            yield self._next
            self._next = next(self._events, None)

    def require_end(self) -> None:
        """Raise `InputError` where records are left over after the last file."""
        if self._next is not None:
            raise InputError(f"{self._out}: its records are out of order. It was changed after the run.")


def restore_file(out: Path, file: InputFile, events: Iterator[Event], target: IO[bytes]) -> None:
    """Write one input file as it was (a compressed one: equal after decompression)."""
    if file.format == "parquet":
        every = list(events)
        edited = {event.start for event in every if event.edited}
        with open_kept(out, file) as kept, open_within(out, f"{SET_ASIDE}/{file.name}") as set_aside:
            merge_rows(kept, set_aside, [event.start for event in every], edited, target)
        return
    with open_writer(target, file.compression, file.encoding) as writer:
        for chunk in (replay_text if file.format == "txt" else replay)(out, file, events):
            writer.write(chunk)


@contextmanager
def open_kept(out: Path, file: InputFile) -> Iterator[IO[bytes]]:
    """Open what was kept of an input file."""
    try:
        with open_within(out, f"{KEPT}/{file.name}") as kept:
            yield kept
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: is missing. Name an OUT folder that is complete.") from None


def replay_text(out: Path, file: InputFile, events: Iterator[Event]) -> Iterator[bytes]:
    """Yield the bytes of a text file as it was, from the record of what became of it, or from `kept/`."""
    event = next(iter(list(events)), None)  # to the end, so that the records of the next file follow
    if event is not None and not event.aside:
        yield event.raw
        return
    opened = open_kept(out, file) if event is None else open_within(out, f"{SET_ASIDE}/{file.name}")
    with opened as raw, open_reader(os.dup(raw.fileno()), file.compression, file.encoding) as (stream, _):
        while chunk := read_chunk(stream, COPY_SIZE, str(raw.name)):
            yield chunk


def replay(out: Path, file: InputFile, events: Iterable[Event]) -> Iterator[bytes]:
    """Yield the bytes of a line-based file as it was, from what was kept of it and what was not."""
    position = 0
    if file.format == "json" and not is_within(out, f"{KEPT}/{file.name}"):  # its one document went
        yield from (event.raw for event in events)
        return
    with (
        open_kept(out, file) as kept,
        open_reader(os.dup(kept.fileno()), file.compression, file.encoding) as (stream, _),
        open_aside(out, file) as aside,
    ):
        path = str(kept.name)
        for event in events:
            yield from take_exactly(stream, event.start - position, path)
            for _ in take_exactly(stream, event.replaced, path):
                pass
            yield event.raw
            yield from take_exactly(aside, event.aside, f"{SET_ASIDE}/{file.name}")
            position = event.start + len(event.raw) + event.aside
        while chunk := read_chunk(stream, COPY_SIZE, path):
            yield chunk


@contextmanager
def open_aside(out: Path, file: InputFile) -> Iterator[BinaryIO]:
    """Open what was set aside of a line-based file: nothing, where it has no long record that was rejected."""
    name = f"{SET_ASIDE}/{file.name}"
    if not os.path.lexists(out / name_on_disk(name)):
        yield io.BytesIO()
        return
    with (
        open_within(out, name) as aside,
        open_reader(os.dup(aside.fileno()), file.compression, file.encoding) as (stream, _),
    ):
        yield stream


def take_exactly(stream: BinaryIO, count: int, path: str) -> Iterator[bytes]:
    """Yield `count` bytes; fewer are an `InputError`."""
    if count < 0:
        raise InputError(f"{path}: the records taken out of it overlap. The run was changed.")
    while count:
        chunk = read_chunk(stream, min(count, COPY_SIZE), path)
        if not chunk:
            raise InputError(f"{path}: is shorter than {SUMMARY} says. It was changed after the run.")
        yield chunk
        count -= len(chunk)
