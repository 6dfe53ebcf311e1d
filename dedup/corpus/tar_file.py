"""Tar archives (ustar, GNU, pax) in one pass: headers are short, and what is no regular file is passed over.

Not by `tarfile`: a header may make it read all that follows into memory, search it in O(n²), or never end.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from dedup.corpus.compression import read_chunk

BLOCK = 512
MAX_HEADER = 1 << 16  # bytes of what says something of the next member: a path has at most 4096
REGULAR, SPARSE = {b"0", b"\0", b"7"}, b"S"
WITHOUT_BYTES = {b"1", b"2", b"3", b"4", b"5", b"6"}  # links, devices, folders, pipes, whatever size they claim
LONG_NAME, PAX = b"L", {b"x", b"X"}
LONG_LINK, PAX_OF_ALL = b"K", b"g"
OCTAL, PAX_RECORD = re.compile(rb"[ \0]*([0-7]*)[ \0].*|([0-7]+)", re.DOTALL), re.compile(rb"(\d{1,6}) ([^=]{1,200})=")


class BrokenTarError(ValueError):
    """What is no tar archive, or one of which the sizes cannot be followed."""


class TarHeader(NamedTuple):
    """The name, size and kind of a member, as its own header has them."""

    name: bytes
    size: int
    kind: bytes


class ArchiveMember(NamedTuple):
    """A file in an archive: its name there, and its packed bytes, to be read before the next member is asked for."""

    name: str
    stream: io.RawIOBase


class MemberReader(io.RawIOBase):
    """The bytes of one member."""

    def __init__(self, stream: BinaryIO, size: int, path: str) -> None:
        super().__init__()
        self._stream, self._path, self.left = stream, path, size

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into the buffer; 0 at the end of the member; an error where the archive ends before it."""
        part = read_chunk(self._stream, min(len(buffer), self.left), self._path)
        if self.left and not part:
            raise BrokenTarError("it ends inside a file")
        buffer[: len(part)] = part
        self.left -= len(part)
        return len(part)


def read_tar(stream: BinaryIO, path: str, take: Callable[[int], None]) -> Iterator[ArchiveMember]:
    """Yield the regular files of an archive; `take` gets the bytes that are read beside them."""
    path_of_next: bytes | None = None
    size_of_next: int | None = None
    while block := read_chunk(stream, BLOCK, path):
        take(BLOCK)
        if block == bytes(BLOCK):
            return
        header = parse_header(block)
        if header.kind in PAX | {LONG_NAME, LONG_LINK, PAX_OF_ALL}:
            if header.size > MAX_HEADER:
                raise BrokenTarError(f"a header of {header.size:,} bytes")
            raw = MemberReader(stream, header.size, path).readall()
            skip(stream, -header.size % BLOCK, path, take)
            if header.kind == LONG_NAME:
                path_of_next = raw.partition(b"\0")[0]
            elif header.kind in PAX:
                records = parse_records(raw)
                path_of_next = records.get(b"path", path_of_next)
                size_of_next = parse_size(records[b"size"]) if b"size" in records else size_of_next
            continue
        name, size = path_of_next or header.name, header.size if size_of_next is None else size_of_next
        path_of_next = size_of_next = None
        if header.kind == SPARSE:
            raise BrokenTarError("a sparse file")
        if header.kind in WITHOUT_BYTES or (header.kind == b"\0" and name.endswith(b"/")):
            continue
        member = MemberReader(stream, size, path)
        if header.kind in REGULAR:
            yield ArchiveMember(name.decode("utf-8", "surrogateescape").removeprefix("./"), member)
        skip(stream, member.left + -size % BLOCK, path, take)


def parse_header(block: bytes) -> TarHeader:
    """Return the header that a block is; `BrokenTarError` where its check sum says that it is none."""
    if len(block) < BLOCK or parse_number(block[148:156]) != sum(block[:148]) + 8 * ord(" ") + sum(block[156:]):
        raise BrokenTarError("no header where one is due")
    prefix = block[345:500].partition(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    name = block[:100].partition(b"\0")[0]
    return TarHeader(prefix + b"/" + name if prefix else name, parse_number(block[124:136]), block[156:157])


def parse_number(field: bytes) -> int:
    """Return the number of a field: octal digits, or bytes after a first one with its highest bit set."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    found = OCTAL.fullmatch(field)
    if not found:
        raise BrokenTarError("a number that is none")
    return int(found[1] or found[2] or b"0", 8)


def parse_size(value: bytes) -> int:
    """Return the size that a record has in decimal digits."""
    if not value.isdigit() or len(value) > 19:
        raise BrokenTarError("a size that is none")
    return int(value)


def parse_records(raw: bytes) -> dict[bytes, bytes]:
    """Return the records of a pax header: each is its own length, a name and a value."""
    records, at = {}, 0
    while at < len(raw) and raw[at]:
        found = PAX_RECORD.match(raw, at)
        end = at + int(found[1]) if found else 0
        if not found or not found.end() < end <= len(raw) or raw[end - 1 : end] != b"\n":
            raise BrokenTarError("a header that is none")
        records[found[2]] = raw[found.end() : end - 1]
        at = end
    if any(name.startswith(b"GNU.sparse.") for name in records):
        raise BrokenTarError("a sparse file")
    return records


def skip(stream: BinaryIO, count: int, path: str, take: Callable[[int], None]) -> None:
    """Read so many bytes and drop them; an archive may lack the last ones."""
    while count and (part := read_chunk(stream, min(count, 1 << 20), path)):
        take(len(part))
        count -= len(part)
