"""Read the documents of a finished run as they were in its input, from the OUT folder alone, in one pass."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from dedup.config import InputConfig
from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.compression import ChunkReader
from dedup.corpus.delimited import DELIMITERS, TableReader, take_layout
from dedup.corpus.json_file import list_values, read_values
from dedup.corpus.jsonl import RecordReader
from dedup.corpus.parquet import read_parquet
from dedup.corpus.text_folder import TextDocument, make_block
from dedup.model.run import InputFile
from dedup.output.restore_input import DroppedRecords, Event, replay, replay_text, restore_file


@dataclass(frozen=True, slots=True)
class Originals:
    """The input of a finished run, which `out` holds; Parquet files are rebuilt in `scratch`, one after the other.

    `roles` are the fields to decode beside id and text, as {name in the blocks: field of the records}.
    """

    out: Path
    inputs: Sequence[InputFile]
    input: InputConfig
    roles: Mapping[str, str]
    scratch: Path

    def read(self) -> Iterator[tuple[int, DocumentBlock]]:
        """Yield (place of the file in the input, some documents of it), in input order.

        Lines of a block count from the start of its file.
        """
        dropped = DroppedRecords(self.out, {file.path: file.format for file in self.inputs})
        for place, file in enumerate(self.inputs):
            for block in self._read_file(file, dropped.of_file(file.path)):
                yield place, block

    def _read_file(self, file: InputFile, events: Iterator[Event]) -> Iterator[DocumentBlock]:
        config = self.input
        roles = {name: field for name, field in self.roles.items() if field != config.text_field}
        if file.format == "txt":
            yield read_text(self.out, file, events)
        elif file.format == "parquet":
            part = self.scratch / "rows.parquet"
            with part.open("wb") as rows:
                restore_file(self.out, file, events, rows)
            yield from read_parquet(str(part), config, roles)
            part.unlink()
        elif file.format == "json":
            values = list_values(0, b"".join(replay(self.out, file, events)), config.max_record)
            yield from read_values(values, config, roles)
        else:
            stream = cast("BinaryIO", io.BufferedReader(ChunkReader(replay(self.out, file, events))))
            if file.format in DELIMITERS:
                layout = take_layout(stream, file.format, file.path, config.max_record)
                if layout is not None:
                    yield from TableReader(config, roles, layout, file.path).read(stream, layout.size, None)
            else:
                yield from RecordReader(config, roles).read(stream, 0, None, file.path)


def read_text(out: Path, file: InputFile, events: Iterator[Event]) -> DocumentBlock:
    """Return the one document of a .txt file, or none where it is not UTF-8."""
    raw = b"".join(replay_text(out, file, events))
    try:
        return make_block([TextDocument(0, file.name, raw.decode("utf-8-sig"), len(raw))], [])
    except UnicodeDecodeError:
        return make_block([], [])
