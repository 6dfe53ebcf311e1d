"""Names on the command line to the files to read, in order, each with its name in the output."""

import glob
import io
import os
import select
import shutil
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from dedup.corpus.compression import CountingReader, changed_file, open_reader, open_regular
from dedup.corpus.encodings import MARK_SIZE, choose_encoding
from dedup.corpus.formats import (
    ARCHIVES,
    JSON_HEAD,
    TEXT_FORMATS,
    known_endings,
    refuse_packing,
    split_format,
    tell_format,
)
from dedup.corpus.output_names import NamedPath, are_apart, choose_names, leads_out
from dedup.corpus.remote import is_remote, list_remote, show_address
from dedup.errors import InputError
from dedup.text.printed_paths import printable

STDIN = "-"
COPY_SIZE = 1 << 20  # bytes at a time
POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input file.

    path         as the user gave it, or as it was found below a folder the user gave; what the output calls it
    location     where its bytes are: the path, or a copy, of standard input or of what was unpacked
    name         relative path below `kept/`, printable: see `name_on_disk`
    format       jsonl, json, csv, tsv, parquet or txt, of a packed file also zip or tar
    compression  gzip, zstd, bzip2, xz or None: of the user's file, and in `kept/`
    size         bytes at the location
    modified_ns  of the file, so that a run, also a resumed one, notices that its input changed
    inode        of the file, for the same
    encoding     of the text in the user's file, and in `kept/`; None: UTF-8
    origin       the user's file, if what is at the location was unpacked from it
    """

    path: str
    location: str
    name: str
    format: str
    compression: str | None
    size: int
    modified_ns: int
    inode: int
    encoding: str | None = None
    origin: "SourceFile | None" = None

    @classmethod
    def at(
        cls, path: str, location: str, name: str, file_format: str, compression: str | None = None, **more: Any
    ) -> "SourceFile":
        """Return the file at a location, as it is now."""
        now = os.stat(location)
        return cls(path, location, name, file_format, compression, now.st_size, now.st_mtime_ns, now.st_ino, **more)

    @property
    def is_repacked(self) -> bool:
        """Return whether the user's file, and what is kept of it, has another form than the plain bytes."""
        return self.compression is not None or self.encoding is not None

    @property
    def is_packed(self) -> bool:
        """Return whether the bytes at the location are not plain."""
        is_wrapped = self.is_repacked or self.format in ARCHIVES.values() or is_remote(self.location)
        return self.origin is None and is_wrapped

    @property
    def user_file(self) -> "SourceFile":
        """Return the file that the user has."""
        return self.origin or self

    @property
    def num_bytes(self) -> int:
        """Return the bytes that the user's file takes on the disk; of a member of an archive, its own."""
        return self.origin.size if self.origin and self.origin.path == self.path else self.size

    def open(self) -> AbstractContextManager[tuple[BinaryIO, CountingReader]]:
        """Open the plain bytes for reading; also gives the counter of bytes read from disk."""
        return open_reader(self.location, *((self.compression, self.encoding) if self.is_packed else (None, None)))

    def refuse_changed(self) -> None:
        """Raise `InputError` where the file is not as it was found: a run that reads it twice would mix two states."""
        if is_remote(self.location):
            return
        try:
            now = os.stat(self.location)
        except OSError:
            now = None
        if now is None or (now.st_size, now.st_mtime_ns, now.st_ino) != (self.size, self.modified_ns, self.inode):
            raise changed_file(self.path)
        if self.origin is not None:
            self.origin.refuse_changed()


@contextmanager
def at_rest(files: Iterable[SourceFile]) -> Iterator[None]:
    """Read files in this context: `InputError` at its end, or in place of any error in it, if one of them changed."""
    try:
        yield
    except Exception:
        for file in files:
            file.refuse_changed()
        raise
    for file in files:
        file.refuse_changed()


def find_files(inputs: Sequence[str], input_format: str | None = None, encoding: str | None = None) -> list[SourceFile]:
    """Return the files that the inputs name: files, folders (all known formats below, sorted) and glob patterns."""
    if STDIN in inputs:
        raise InputError("- (standard input) cannot be mixed with files. Name files only, or - alone.")
    if any(map(is_remote, inputs)):
        return find_remote(inputs, input_format, encoding)
    found = [pair for given in inputs for pair in expand_input(given)]
    if not found:
        raise InputError("no input. Name files, folders or patterns, or - for standard input.")
    seen: set[str] = set()
    real_folder = cache(os.path.realpath)
    for path, _ in found:
        folder, name = os.path.split(path)
        is_plain = name not in {"", ".", ".."} and not os.path.islink(path)
        real = os.path.join(real_folder(folder), name) if is_plain else os.path.realpath(path)
        if real in seen:
            raise InputError(f"{path} is named twice. Every document would be its own duplicate; name it once.")
        seen.add(real)
    names = choose_names(found)
    return [describe_file(*pair, input_format, encoding) for pair in zip((p for p, _ in found), names, strict=True)]


def find_remote(inputs: Sequence[str], input_format: str | None, encoding: str | None) -> list[SourceFile]:
    """Return the files that the inputs name, where some are addresses of other places."""
    files: list[SourceFile] = []
    for given in inputs:
        if not is_remote(given):
            files += find_files([given], input_format, encoding)
            continue
        for found in list_remote(given):
            path, (by_name, compression) = show_address(found.address), split_format(found.name)
            file_format = input_format or by_name
            if file_format is None:
                raise unknown_format(path)
            refuse_packing(path, file_format, compression)
            if leads_out(found.name):
                raise InputError(f"{path}: its name, {found.name!a}, leads out of OUT. Copy the file here first.")
            files.append(
                SourceFile(
                    path, found.address, printable(found.name), file_format, compression, found.size, found.state, 0
                )
            )
    names = [file.name for file in files]
    if not are_apart(names):
        files = [replace(file, name=f"{number}/{file.name}") for number, file in enumerate(files, 1)]
    if len({file.location for file in files}) < len(files):
        raise InputError("an input is named twice. Every document would be its own duplicate; name it once.")
    path, number = Counter(file.path for file in files).most_common(1)[0]
    if number > 1:
        raise InputError(f"{path}: {number} inputs differ in what is not shown of an address. Clean them one by one.")
    return files


def expand_input(given: str) -> Iterator[NamedPath]:
    """Yield the files that one argument names."""
    path = Path(given)
    if path.is_dir():
        below = sorted(list_below(path), key=lambda name: name.split("/"))
        if not below:
            raise InputError(f"{given}: no file of a known format in this folder ({known_endings()}).")
        yield from (NamedPath(os.path.join(path, name), name) for name in below)
    elif path.exists():
        yield NamedPath(given, path.name)
    elif glob.has_magic(given):
        matches = sorted(glob.glob(given, recursive=True))
        if not matches:
            raise InputError(f"{given}: no file matches this pattern.")
        for match in matches:
            if not Path(match).is_dir():
                yield NamedPath(match, Path(match).name)
    else:
        raise InputError(f"{given}: no such file or folder.")


def list_below(folder: Path) -> Iterator[str]:
    """Yield the paths below a folder of what has a known ending, dead links too; folders behind links are left out."""

    def refuse(error: OSError) -> None:
        raise error

    for place, _, names in os.walk(folder, onerror=refuse):
        below = os.path.relpath(place, folder)
        yield from (name if below == "." else f"{below}/{name}" for name in names if split_format(name)[0])


def describe_file(path: str, name: str, input_format: str | None, encoding: str | None) -> SourceFile:
    """Return the source file, its format by its name unless `input_format` says otherwise.

    A byte order mark names the encoding; else it is the given one.
    """
    by_name, compression = split_format(path)
    file_format = input_format or by_name
    if file_format is None:
        raise unknown_format(path)
    refuse_packing(path, file_format, compression)
    try:
        now = os.stat(path)
    except OSError as error:
        if not os.path.islink(path):
            raise
        raise InputError(
            f"{path}: is a link to {os.readlink(path)}, which cannot be read ({error.strerror}). Mend or remove it."
        ) from error
    if not stat.S_ISREG(now.st_mode):
        raise InputError(
            f"{path}: is not a regular file, and a run reads its input twice. Pipe it in and name - instead."
        )
    if not os.access(path, os.R_OK):
        raise InputError(f"{path}: no permission to read it.")
    if file_format not in TEXT_FORMATS:
        encoding = None
    elif compression is None:
        with open(path, "rb", buffering=0, opener=open_regular) as file:
            head = file.read(JSON_HEAD if file_format == "json" else MARK_SIZE)
        encoding = choose_encoding(head, encoding, printable(path))
        file_format = tell_format(file_format, head)
    state = (now.st_size, now.st_mtime_ns, now.st_ino)
    return SourceFile(printable(path), path, printable(name), file_format, compression, *state, encoding)


def unknown_format(path: str) -> InputError:
    """Return the error for a file whose name does not tell its format."""
    return InputError(f"{path}: unknown format. Known endings: {known_endings()}. Name the format with --input-format.")


def copy_stream(stream: BinaryIO, file: BinaryIO) -> None:
    """Copy a stream to its end; a signal that comes between two reads is heard within `POLL_S`."""
    if not isinstance(stream, io.BufferedReader):
        shutil.copyfileobj(stream, file, COPY_SIZE)
        return
    while True:
        if select.select([stream], [], [], POLL_S)[0]:
            chunk = stream.read1(COPY_SIZE)
            if not chunk:
                return
            file.write(chunk)


def copy_stdin(stream: BinaryIO, folder: Path, input_format: str | None, encoding: str | None = None) -> SourceFile:
    """Copy standard input to a file in `folder`, because a run reads its input twice, and return it as a source."""
    file_format = input_format or "jsonl"
    name = f"stdin.{file_format}"
    location = folder / name
    with location.open("wb") as file:
        copy_stream(stream, file)
        if isinstance(stream, io.BufferedReader) and stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            os.fchmod(file.fileno(), stat.S_IMODE(os.fstat(stream.fileno()).st_mode) | stat.S_IRUSR)
    return replace(describe_file(str(location), name, file_format, encoding), path=STDIN)
