"""Packed files to plain ones: compression and encodings undone, the members of archives, each in a file of its own.

A run reads its input more than once, and in pieces. Of plain bytes any worker can read any piece.
"""

import errno
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from dedup.config import InputConfig
from dedup.corpus.compression import BROKEN, open_reader, open_regular, open_stream, read_chunk
from dedup.corpus.encodings import MARK_SIZE, choose_encoding, find_encoding
from dedup.corpus.files import SourceFile, describe_file
from dedup.corpus.formats import (
    ARCHIVES,
    JSON_HEAD,
    TEXT_FORMATS,
    known_endings,
    refuse_packing,
    split_format,
    tell_format,
)
from dedup.corpus.output_names import find_clash, leads_out
from dedup.corpus.remote import copy_here, is_remote
from dedup.corpus.tar_file import ArchiveMember, read_tar
from dedup.errors import InputError
from dedup.signals import temporary_folder
from dedup.text.printed_paths import printable
from dedup.threads import start_threads

if TYPE_CHECKING:
    from io import RawIOBase

CHUNK = 1 << 20
MAX_RATIO, MIN_BOUND = 200, 4 << 30  # news is packed to a third or a tenth
ENCRYPTED = 1  # flag of a member of a zip file
MAX_MEMBERS = 1_000_000
# What `zipfile` raises where what it reads is not so: each field of a header is believed.
BROKEN_ARCHIVE = (zipfile.BadZipFile, struct.error, RuntimeError, EOFError, ValueError, ArithmeticError, *BROKEN)
LINK = 0o120000  # mode of a symbolic link
HIDDEN = ("__MACOSX/", "._")  # what macOS adds to an archive


class Budget:
    """The plain bytes that one file may become: a bomb is stopped before it fills the disk."""

    def __init__(self, file: SourceFile, config: InputConfig) -> None:
        self.path = file.path
        self.bound = config.max_unpacked or max(MAX_RATIO * file.size, MIN_BOUND)
        self._left = self.bound

    def take(self, count: int) -> None:
        """Take some bytes; `InputError` where there are none left."""
        self._left -= count
        if self._left < 0:
            raise InputError(
                f"{self.path}: is more than {self.bound:,} bytes unpacked. --max-unpacked sets that bound."
            )


def unpack(
    files: Sequence[SourceFile], folder: Path, config: InputConfig, workers: int, advance: Callable[[int], None]
) -> list[SourceFile]:
    """Return the files with plain ones in the places of packed ones, each in `folder`; `advance` gets the bytes read.

    An archive is replaced by its members, in the order in which it has them.
    """
    if not any(file.is_packed for file in files):
        return list(files)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)

    def unpack_one(number: int) -> list[SourceFile]:
        file = files[number]
        if not file.is_packed:
            return [file]
        unpacked = unpack_file(file, folder / str(number), config)
        advance(file.size)
        file.refuse_changed()
        return unpacked

    with start_threads(workers) as threads:
        found = [file for unpacked in threads.ahead(unpack_one, range(len(files))) for file in unpacked]
    if double := find_clash([file.name for file in found]):
        raise InputError(f"{double}: two files would have this name in the output. Unpack the archive first.")
    return found


@contextmanager
def unpacked(files: Sequence[SourceFile], config: InputConfig) -> Iterator[Sequence[SourceFile]]:
    """Give files of which all can be read as streams: archives and files at other places are unpacked meanwhile."""
    if not any(file.format in ARCHIVES.values() or is_remote(file.location) for file in files):
        yield files
        return
    with temporary_folder("dedup-") as folder:
        yield unpack(files, Path(folder) / "unpacked", config, 1, lambda _: None)


def unpack_file(file: SourceFile, place: Path, config: InputConfig) -> list[SourceFile]:
    """Return the plain files that one packed file becomes; they are at `place`, or below it."""
    if is_remote(file.location):
        here = place.with_suffix(".here")
        copy_here(file.location, here, config.max_download)
        near = describe_file(str(here), file.name, file.format, config.encoding)
        near = replace(near, path=file.path, name=file.name, compression=file.compression)
        return unpack_file(near, place, config) if near.is_packed else [near]
    budget = Budget(file, config)
    if file.format in ARCHIVES.values():
        place.mkdir()
        try:
            return list(unpack_members(file, place, config, budget))
        except BROKEN_ARCHIVE as error:
            raise unreadable(file, error) from error
        except OSError as error:
            if error.errno not in {None, errno.EINVAL}:
                raise
            raise unreadable(file, error) from error
    with open_reader(file.location, file.compression) as (stream, _):
        return [write_plain(file, stream, place, budget, config.encoding)]


def unreadable(archive: SourceFile, error: Exception) -> InputError:
    """Return the error for an archive that is broken."""
    why = f" ({error})" if str(error) else ""
    return InputError(
        f"{archive.path}: not a readable {archive.format} archive{why}. Fetch it anew, or unpack it first."
    )


def write_plain(file: SourceFile, stream: BinaryIO, place: Path, budget: Budget, encoding: str | None) -> SourceFile:
    """Write the plain bytes of a file; return the file with them.

    A byte order mark names the encoding, if all that follows is in it; else `encoding` does.
    """
    with place.open("wb") as target:
        copy(stream, target, file.path, budget)
    found, file_format = None, file.format
    if file.format in TEXT_FORMATS:
        with place.open("rb") as plain:
            head = plain.read(MARK_SIZE)
        found = choose_encoding(head, encoding, file.path)
        if found is not None and not recode(place, found):
            if find_encoding(head) is None:
                raise InputError(f"{file.path}: is not in the encoding {found}. Name another one with --encoding.")
            found = None
        with place.open("rb") as plain:
            file_format = tell_format(file.format, plain.read(JSON_HEAD))
    more = {"encoding": found, "origin": file.user_file}
    return SourceFile.at(file.path, str(place), file.name, file_format, file.compression, **more)


def copy(stream: BinaryIO, target: IO[bytes], path: str, budget: Budget) -> None:
    """Copy a stream to its end."""
    while chunk := read_chunk(stream, CHUNK, path):
        budget.take(len(chunk))
        target.write(chunk)


def recode(place: Path, encoding: str) -> bool:
    """Make a file UTF-8; return whether that can be undone. If not, the file stays as it is."""
    narrow = place.with_suffix(".utf8")
    try:
        with open_reader(str(place), None, encoding) as (stream, _), narrow.open("wb") as target:
            while chunk := stream.read(CHUNK):
                target.write(chunk)
    except UnicodeError:
        narrow.unlink()
        return False
    narrow.rename(place)
    return True


def unpack_members(archive: SourceFile, place: Path, config: InputConfig, budget: Budget) -> Iterator[SourceFile]:
    """Yield the files of known formats in an archive. Links and devices in it are passed over."""
    number = 0
    for name, raw in list_zip(archive) if archive.format == "zip" else list_tar(archive, budget):
        file_format, compression = split_format(name)
        if file_format is None or any(part.startswith(HIDDEN) for part in (name, name.rpartition("/")[2])):
            continue
        if file_format in ARCHIVES.values():
            raise InputError(f"{archive.path}: holds the archive {name!a}, which is not opened. Unpack it first.")
        if leads_out(name):
            raise InputError(f"{archive.path}: holds {name!a}, which leads out of it. Nothing of it is read.")
        refuse_packing(f"{archive.path}/{name!a}", file_format, compression)
        if number == MAX_MEMBERS:
            raise InputError(f"{archive.path}: holds more than {MAX_MEMBERS:,} files. Unpack it first.")
        below = printable(name)
        member = replace(
            archive,
            path=f"{archive.path}/{below}",
            name=f"{archive.name}/{below}",
            format=file_format,
            compression=compression,
            origin=archive,
        )
        stream = open_stream(raw, compression)
        yield write_plain(member, stream, place / str(number), budget, config.encoding)
        number += 1
    if number == 0:
        raise InputError(f"{archive.path}: no file of a known format in this archive ({known_endings()}).")


def list_zip(archive: SourceFile) -> Iterator[ArchiveMember]:
    """Yield the files of a zip archive."""
    with open(archive.location, "rb", opener=open_regular) as file, zipfile.ZipFile(file) as opened:
        for info in opened.infolist():
            if info.is_dir() or info.external_attr >> 16 & LINK == LINK:
                continue
            if info.flag_bits & ENCRYPTED:
                raise InputError(f"{archive.path}: {info.filename!a} is encrypted. Unpack it first.")
            with opened.open(info) as stream:
                yield ArchiveMember(info.filename, cast("RawIOBase", stream))


def list_tar(archive: SourceFile, budget: Budget) -> Iterator[ArchiveMember]:
    """Yield the files of a tar archive, compressed or not, in one pass."""
    with archive.open() as (stream, _):
        yield from read_tar(stream, archive.path, budget.take)
