"""Open files through a compression and an encoding, for reading and writing, with errors that name the file."""

import bz2
import io
import lzma
import os
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import IO, BinaryIO, cast

import zstandard
from isal import igzip, isal_zlib

from dedup.corpus.encodings import RecodingWriter, read_as_utf8
from dedup.errors import InputError
from dedup.text.printed_paths import printable

ZSTD_LEVEL = 3
GZIP_LEVEL = 2  # of igzip's 0 to 3: its default, between zlib's levels 1 and 6 in size
XZ_PRESET = 1  # a fifth larger than the usual one, and four times as fast
BUFFER = 1 << 20
LONGEST_WINDOW = 1 << 31  # as `zstd --long=31` makes them
XZ_MEMORY = 1 << 30
COMPRESSED_CHUNK = 1 << 17
ZSTD_CHUNK = 1 << 13  # a block of zstandard takes four bytes and becomes 128 KB: this bounds what one step makes
ISAL_ERROR = cast("type[Exception]", isal_zlib.error)
BROKEN = (igzip.BadGzipFile, ISAL_ERROR, zlib.error, zstandard.ZstdError, lzma.LZMAError)


class CountingReader(io.FileIO):
    """A file that counts the bytes read from it, skipped ones left out: progress through a compressed file."""

    count = 0

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Read into the buffer and count."""
        num = super().readinto(buffer)
        self.count += num or 0
        return num

    def read(self, size: int | None = -1, /) -> bytes:
        """Read some bytes and count."""
        data = super().read(size) or b""
        self.count += len(data)
        return data


def decompress_frames(compressed: io.RawIOBase) -> Iterator[bytes]:
    """Yield the bytes of one zstandard frame after the other; a frame without its end is an `EOFError`.

    `ZstdDecompressor.stream_reader` ends a truncated file in silence.
    """
    given, frame = b"", None
    while given := given or compressed.read(ZSTD_CHUNK) or b"":
        frame = frame or zstandard.ZstdDecompressor(max_window_size=LONGEST_WINDOW).decompressobj()
        yield frame.decompress(given)
        given = frame.unused_data
        if frame.eof:
            frame = None
    if frame is not None:
        raise EOFError


def decompress_streams(
    compressed: io.RawIOBase, make: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor]
) -> Iterator[bytes]:
    """Yield the bytes of one stream after the other; one without its end is an `EOFError`.

    The readers of the standard library pass over what follows the first stream and is none.
    """
    given, stream = b"", None
    while True:
        if not given and (stream is None or stream.needs_input):
            given = compressed.read(COMPRESSED_CHUNK) or b""
            if not given:
                break
        if stream is None:
            given = given.lstrip(b"\0")  # padding between streams of xz
            if not given:
                continue
            stream = make()
        yield stream.decompress(given, BUFFER)
        given = b""
        if stream.eof:
            given, stream = stream.unused_data, None
    if stream is not None:
        raise EOFError


def changed_file(path: str) -> InputError:
    """Return the error for a file that did not stay as it was."""
    return InputError(f"{path}: was changed while it was being read. Run again on a file at rest.")


def open_regular(path: str, flags: int) -> int:
    """Open what was found to be a regular file, as `opener` of `open`; what took its place is an `InputError`.

    A pipe is not waited for, and a device has no end.
    """
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise changed_file(printable(path))


@contextmanager
def open_reader(
    path: str | int, compression: str | None, encoding: str | None = None
) -> Iterator[tuple[BinaryIO, CountingReader]]:
    """Open a file, or a descriptor, for reading plain bytes; also gives the counter of bytes read from disk."""
    counter = CountingReader(path, "rb", opener=open_regular if isinstance(path, str) else None)
    try:
        yield open_stream(counter, compression, encoding), counter
    finally:
        counter.close()


def open_stream(raw: io.RawIOBase, compression: str | None, encoding: str | None = None) -> BinaryIO:
    """Return a stream of the plain bytes of another."""
    if compression == "gzip":
        stream = cast("BinaryIO", igzip.IGzipFile(fileobj=io.BufferedReader(raw, BUFFER), mode="rb"))
    elif compression is not None:
        stream = cast("BinaryIO", io.BufferedReader(ChunkReader(DECOMPRESSORS[compression](raw)), BUFFER))
    else:
        size = os.fstat(raw.fileno()).st_size if isinstance(raw, CountingReader) else BUFFER
        stream = cast("BinaryIO", io.BufferedReader(raw, min(max(size, 1), BUFFER)))
    if encoding is None:
        return stream
    return cast("BinaryIO", io.BufferedReader(ChunkReader(read_as_utf8(stream, encoding)), BUFFER))


DECOMPRESSORS: dict[str, Callable[[io.RawIOBase], Iterator[bytes]]] = {
    "zstd": decompress_frames,
    "bzip2": lambda raw: decompress_streams(raw, bz2.BZ2Decompressor),
    "xz": lambda raw: decompress_streams(raw, lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY)),
}


def read_chunk(stream: BinaryIO, size: int, path: str) -> bytes:
    """Read up to `size` decompressed bytes (fewer only at the end); broken compression is an `InputError`."""
    parts = []
    left = size
    try:
        while left:
            part = stream.read(left)
            if not part:
                break
            parts.append(part)
            left -= len(part)
    except EOFError as error:
        raise InputError(
            f"{path}: the compressed data ends too early (a truncated download?). Fetch it anew."
        ) from error
    except BROKEN as error:
        raise InputError(f"{path}: broken compressed data ({error}). Fetch it anew.") from error
    except UnicodeError as error:
        raise InputError(f"{path}: is not in the encoding that its mark or --encoding names ({error}).") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise InputError(f"{path}: broken compressed data ({error}). Fetch it anew.") from error  # bzip2 has no other
    return parts[0] if len(parts) == 1 else b"".join(parts)


@contextmanager
def open_writer(
    file: IO[bytes], compression: str | None, encoding: str | None = None, threads: int = 0
) -> Iterator[IO[bytes]]:
    """Write plain bytes through an encoding and a compressor into an open file.

    The same bytes in give the same bytes out: no time stamp, and the same for any number of threads above 0.
    """
    with ExitStack() as stack:
        writer = file
        if compression is not None:
            writer = stack.enter_context(COMPRESSORS[compression](file, threads))
        if encoding is not None:
            recoding = RecodingWriter(writer, encoding)
            stack.callback(recoding.finish)
            writer = cast("IO[bytes]", recoding)
        yield writer


COMPRESSORS: dict[str, Callable[[IO[bytes], int], AbstractContextManager[IO[bytes]]]] = {
    "gzip": lambda file, _: cast(
        "IO[bytes]", igzip.IGzipFile(fileobj=file, mode="wb", compresslevel=GZIP_LEVEL, mtime=0, filename="")
    ),
    "zstd": lambda file, threads: cast(
        "IO[bytes]", zstandard.ZstdCompressor(level=ZSTD_LEVEL, threads=threads).stream_writer(file, closefd=False)
    ),
    "bzip2": lambda file, _: cast("IO[bytes]", bz2.BZ2File(file, "wb")),
    "xz": lambda file, _: cast("IO[bytes]", lzma.LZMAFile(file, "wb", preset=XZ_PRESET)),  # noqa: SIM115 (the caller is one)
}


class ChunkReader(io.RawIOBase):
    """Pieces of bytes, of any length, as a stream that is read once."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self._chunks = iter(chunks)
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
