"""Rebuild the input of a run from its OUT folder."""

import heapq
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np

from dedup.clean.folder import KEPT, REJECTED, REMOVED, SET_ASIDE, SUMMARY
from dedup.clean.records import RejectedRecord, RemovedRecord, rejected_bytes, removed_bytes
from dedup.clean.rows import merge_rows
from dedup.corpus.compression import open_reader, open_writer, read_chunk
from dedup.errors import InputError, OutputError
from dedup.model.run import InputFile, Summary

COPY_SIZE = 1 << 20


def restore(out: Path, target: Path, advance: Callable[[int], None]) -> list[Path]:
    """Write every input file of a run to `target`, as it was; return their paths. `advance` gets the bytes done."""
    if not (out / SUMMARY).is_file():
        raise InputError(f"{out}: no {SUMMARY} here. Name the OUT folder of a finished `dedup clean` run.")
    inputs = Summary.read(out / SUMMARY).inputs
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


class DroppedRecords:
    """The records that left the corpus, file by file in input order, read as they are asked for."""

    def __init__(self, out: Path, formats: dict[str, str]) -> None:
        self._formats = formats
        self._records = heapq.merge(
            self._read(out / REMOVED, RemovedRecord, self._removed),
            self._read(out / REJECTED, RejectedRecord, self._rejected),
            key=lambda item: item[:2],
        )
        self._order = {path: place for place, path in enumerate(formats)}
        self._next: tuple[int, int, bytes] | None = next(self._records, None)

    def _removed(self, record: RemovedRecord) -> tuple[str, int, bytes]:
        path = record.source.path
        return path, record.source.offset, removed_bytes(record, self._formats[path])

    @staticmethod
    def _rejected(record: RejectedRecord) -> tuple[str, int, bytes]:
        return record.path, record.offset, rejected_bytes(record)

    def _read(
        self, path: Path, kind: type[msgspec.Struct], unpack: Callable[..., tuple[str, int, bytes]]
    ) -> Iterator[tuple[int, int, bytes]]:
        decoder = msgspec.json.Decoder(kind)
        with path.open("rb") as file:
            for line in file:
                source, offset, raw = unpack(decoder.decode(line))
                yield self._order[source], offset, raw

    def of_file(self, path: str) -> Iterator[tuple[int, bytes]]:
        """Yield (first byte or row, bytes) of what left one file; files are asked for in input order."""
        place = self._order[path]
        while self._next is not None and self._next[0] == place:
            yield self._next[1:]
            self._next = next(self._records, None)


def restore_file(out: Path, file: InputFile, dropped: Iterator[tuple[int, bytes]], target: Path) -> None:
    """Write one input file as it was (a compressed one: equal after decompression)."""
    kept = out / KEPT / file.name
    if file.format == "txt":
        gone = [raw for _, raw in dropped]
        if gone:
            target.write_bytes(gone[0])
        else:
            shutil.copyfile(kept, target)
        return
    if file.format == "parquet":
        rows = np.array([row for row, _ in dropped], np.int64)
        merge_rows(kept, out / SET_ASIDE / file.name, rows, target)
        return
    with (
        open_reader(str(kept), file.compression) as (stream, _),
        target.open("wb") as opened,
        open_writer(opened, file.compression) as writer,
    ):
        position = 0
        for start, raw in dropped:
            while position < start:
                chunk = read_chunk(stream, min(start - position, COPY_SIZE), str(kept))
                if not chunk:
                    raise InputError(f"{kept}: is shorter than {SUMMARY} says. It was changed after the run.")
                writer.write(chunk)
                position += len(chunk)
            writer.write(raw)
            position += len(raw)
        while chunk := read_chunk(stream, COPY_SIZE, str(kept)):
            writer.write(chunk)
