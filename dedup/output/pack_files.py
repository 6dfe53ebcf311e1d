"""Files of the output in the form of the input: plain bytes through its encoding and compression, or as one stream."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import IO, NamedTuple

from dedup.corpus.compression import open_reader, open_writer
from dedup.corpus.delimited import DELIMITERS
from dedup.corpus.files import SourceFile
from dedup.errors import InputError
from dedup.output.byte_copy import COPY_SIZE, append_file, copy_bytes
from dedup.output.run_folder import ANNOTATED, KEPT, SET_ASIDE, RunFolder
from dedup.text.printed_paths import name_on_disk

PIECE = 16 << 20
IN_PIECES = {"gzip", "bzip2", "xz"}  # readers take several streams for one file; those of zstandard often stop early
THREADS = 4  # of zstandard
CHUNK = 1 << 20


class PackedPiece(NamedTuple):
    """Some plain bytes of a file, and the file that they are packed into."""

    plain: Path
    start: int
    stop: int
    packed: Path
    file: SourceFile


def list_pieces(run: RunFolder, files: Sequence[SourceFile]) -> list[PackedPiece]:
    """Return the pieces of what was written plainly of the files: they depend on the plain bytes alone."""
    folders = (KEPT, SET_ASIDE, ANNOTATED)
    packed = [file for file in files if file.is_repacked]
    written = [(run.place(folder, file), run.output_place(folder, file), file) for folder in folders for file in packed]
    return [piece for each in written if each[0].exists() for piece in cut(*each)]


def cut(plain: Path, packed: Path, file: SourceFile) -> Iterator[PackedPiece]:
    """Yield the pieces of a plain file; the first one is packed into the file that gets them all."""
    packed.parent.mkdir(parents=True, exist_ok=True)
    size = plain.stat().st_size
    step = PIECE if file.compression in IN_PIECES and file.encoding is None else max(size, 1)
    for start in range(0, max(size, 1), step):
        place = packed if start == 0 else plain.with_name(f"{plain.name}.{start}")
        yield PackedPiece(plain, start, min(start + step, size), place, file)


def pack(piece: PackedPiece, report: Callable[[int], None]) -> None:
    """Pack one piece."""
    with (
        piece.plain.open("rb", COPY_SIZE) as plain,
        piece.packed.open("wb") as packed,
        open_writer(packed, piece.file.compression, piece.file.encoding, THREADS) as writer,
    ):
        plain.seek(piece.start)
        copy_bytes(plain, writer, piece.stop - piece.start, str(piece.plain))
    report(piece.stop - piece.start)


def join_pieces(pieces: Sequence[PackedPiece]) -> None:
    """Append the packed pieces of each file to its first one."""
    for _, whole in groupby(pieces, key=lambda piece: piece.plain):
        first, *others = whole
        for piece in others:
            with first.packed.open("ab") as target:
                append_file(piece.packed, target)
            piece.packed.unlink()


def refuse_stream(files: Sequence[SourceFile]) -> None:
    """Raise `InputError` where files make no stream: JSON lines do, and a table alone."""
    for file in files:
        if file.format not in {"jsonl", *DELIMITERS}:
            raise InputError(f"{file.path}: a file of the format {file.format} has no lines to pass on. Use -o OUT/.")
        if file.format in DELIMITERS and len(files) > 1:
            raise InputError(f"{file.path}: one table can be passed on, not {len(files):,} files. Use -o OUT/.")


def pass_on(files: Sequence[SourceFile], folder: Path, target: IO[bytes]) -> None:
    """Write the decompressed files of a folder of OUT to a stream, in input order; several as one file of UTF-8.

    Between two of them is a line end, and no byte order mark.
    """
    last = b"\n"
    for number, file in enumerate(files):
        encoding = file.encoding if len(files) > 1 else None
        with open_reader(str(folder / name_on_disk(file.name)), file.compression, encoding) as (stream, _):
            chunk = stream.read(CHUNK)
            if number > 0:
                chunk = chunk.removeprefix(BOM_UTF8)
                target.write(b"" if last == b"\n" or not chunk else b"\n")
            while chunk:
                target.write(chunk)
                last, chunk = chunk[-1:], stream.read(CHUNK)
    target.flush()
