"""What a run keeps as one stream: the lines of all files, or one table."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from dedup.corpus.compression import open_reader
from dedup.corpus.delimited import DELIMITERS
from dedup.corpus.files import SourceFile
from dedup.errors import InputError
from dedup.text.printed_paths import name_on_disk

CHUNK = 1 << 20


def refuse_stream(files: Sequence[SourceFile]) -> None:
    """Raise `InputError` where files make no stream: JSON lines do, and a table alone."""
    for file in files:
        if file.format not in {"jsonl", *DELIMITERS}:
            raise InputError(f"{file.path}: a file of the format {file.format} has no lines to pass on. Use -o OUT/.")
        if file.format in DELIMITERS and len(files) > 1:
            raise InputError(f"{file.path}: one table can be passed on, not {len(files):,} files. Use -o OUT/.")


def pass_on(files: Sequence[SourceFile], folder: Path, target: IO[bytes]) -> None:
    """Write the decompressed files of a folder of OUT to a stream, in input order."""
    for file in files:
        with open_reader(str(folder / name_on_disk(file.name)), file.compression) as (stream, _):
            shutil.copyfileobj(stream, target, CHUNK)
    target.flush()
