"""Read the documents of a finished run as they were in its input, from the OUT folder alone, in one pass."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from dedup.config import InputConfig
from dedup.corpus.blocks import BlockBuilder, DocumentBlock, RecordPlace
from dedup.corpus.compression import open_reader
from dedup.corpus.delimited import DELIMITERS, TableReader
from dedup.corpus.jsonl import RecordReader
from dedup.corpus.parquet import read_parquet
from dedup.errors import InputError
from dedup.model.run import InputFile, Summary
from dedup.output.confined_paths import confine
from dedup.output.records import RemovedRecord
from dedup.output.restore_input import DroppedRecords, Event, replay, restore_file
from dedup.output.run_folder import KEPT, REMOVED


def read_removals(out: Path) -> Iterator[RemovedRecord]:
    """Yield the removals of a run in input order; the documents in them are passed over, not decoded."""
    decoder = msgspec.json.Decoder(RemovedRecord)
    with confine(out, REMOVED).open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                message = f"{out / REMOVED}, line {number}: is no removal ({error}). Run `dedup clean` anew."
                raise InputError(message) from error


@dataclass(frozen=True, slots=True)
class Originals:
    """The input of a finished run, which `out` holds; Parquet files are rebuilt in `scratch`, one after the other.

    `roles` are the fields to decode beside id and text, as {name in the blocks: field of the records}.
    """

    out: Path
    summary: Summary
    roles: Mapping[str, str]
    scratch: Path

    def read(self) -> Iterator[tuple[int, DocumentBlock]]:
        """Yield (place of the file in the input, some documents of it), in input order.

        Lines of a block count from the start of its file.
        """
        inputs = self.summary.inputs
        dropped = DroppedRecords(self.out, {file.path: file.format for file in inputs})
        for place, file in enumerate(inputs):
            for block in self._read_file(file, dropped.of_file(file.path)):
                yield place, block

    def _read_file(self, file: InputFile, events: Iterator[Event]) -> Iterator[DocumentBlock]:
        kept = confine(self.out, f"{KEPT}/{file.name}")
        config, roles = self._input, {name: field for name, field in self.roles.items() if field != self._text_field}
        if file.format == "txt":
            yield read_text(file, kept, list(events))
            return
        if not kept.is_file():
            raise InputError(f"{kept}: is gone. Name an OUT folder that is complete, as `dedup clean` left it.")
        if file.format == "parquet":
            part = self.scratch / "rows.parquet"
            with part.open("wb") as rows:
                restore_file(self.out, file, events, rows)
            yield from read_parquet(str(part), config, roles)
            part.unlink()
        else:
            with open_reader(str(kept), file.compression) as (kept_bytes, _):
                stream = cast("BinaryIO", io.BufferedReader(ChunkReader(replay(kept_bytes, events, kept))))
                if file.format in DELIMITERS:
                    yield from TableReader(config, roles, file.format).read(stream, file.path)
                else:
                    yield from RecordReader(config, roles).read(stream, 0, None, file.path)

    @property
    def _text_field(self) -> str:
        return self._input.text_field

    @property
    def _input(self) -> InputConfig:
        return msgspec.convert(self.summary.config["input"], InputConfig)


class ChunkReader(io.RawIOBase):
    """Pieces of bytes, of any length, as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read bytes into the buffer; 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        num = min(len(buffer), len(self._rest))
        buffer[:num] = self._rest[:num]
        self._rest = self._rest[num:]
        return num


def read_text(file: InputFile, kept: Path, events: list[Event]) -> DocumentBlock:
    """Return the one document of a .txt file, or none where it is not UTF-8."""
    raw = events[0].raw if events else kept.read_bytes()
    builder = BlockBuilder(0)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return builder.build(0)
    builder.add(text, file.name, {}, RecordPlace(1, 0, len(raw)))
    return builder.build(0)
