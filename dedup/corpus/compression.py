"""Open files through gzip and zstandard, for reading and writing, with errors that name the file."""

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

import zstandard
from isal import igzip, isal_zlib

from dedup.errors import InputError

ZSTD_LEVEL = 3
GZIP_LEVEL = 2  # of igzip's 0 to 3: its default, between zlib's levels 1 and 6 in size
BUFFER = 1 << 20
LONGEST_WINDOW = 1 << 31  # as `zstd --long=31` makes them
COMPRESSED_CHUNK = 1 << 17
BROKEN = (igzip.BadGzipFile, cast("type[Exception]", isal_zlib.error), zlib.error, zstandard.ZstdError)


class CountingReader(io.RawIOBase):
    """A raw file that counts the bytes read from it: progress through a compressed file."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__()
        self._raw = raw
        self.count = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Read into the buffer and count."""
        num = self._raw.readinto(buffer)
        self.count += num or 0
        return num

    def seekable(self) -> bool:
        """Return True: only decompression makes a stream that cannot go back."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte of the file; skipped bytes are not counted."""
        return self._raw.seek(offset, whence)

    def close(self) -> None:
        """Close the file below."""
        self._raw.close()
        super().close()


class ZstdReader(io.RawIOBase):
    """Decompressed bytes of one zstandard frame after the other; a frame without its end is an `EOFError`.

    `ZstdDecompressor.stream_reader` ends a truncated file in silence.
    """

    def __init__(self, compressed: io.RawIOBase) -> None:
        super().__init__()
        self._compressed = compressed
        self._input = b""
        self._output = memoryview(b"")
        self._frame: zstandard.ZstdDecompressionObj | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read decompressed bytes into the buffer; 0 at the end of a complete file."""
        while not self._output:
            if not self._input:
                self._input = self._compressed.read(COMPRESSED_CHUNK) or b""
                if not self._input:
                    if self._frame is not None:
                        raise EOFError
                    return 0
            if self._frame is None:
                self._frame = zstandard.ZstdDecompressor(max_window_size=LONGEST_WINDOW).decompressobj()
            self._output = memoryview(self._frame.decompress(self._input))
            self._input = self._frame.unused_data
            if self._frame.eof:
                self._frame = None
        num = min(len(buffer), len(self._output))
        buffer[:num] = self._output[:num]
        self._output = self._output[num:]
        return num


@contextmanager
def open_reader(path: str | int, compression: str | None) -> Iterator[tuple[BinaryIO, CountingReader]]:
    """Open a file, or a descriptor, for reading decompressed bytes; also gives the counter of bytes read from disk."""
    counter = CountingReader(io.FileIO(path, "rb"))
    try:
        if compression == "gzip":
            stream = cast("BinaryIO", igzip.IGzipFile(fileobj=io.BufferedReader(counter, BUFFER), mode="rb"))
        elif compression == "zstd":
            stream = cast("BinaryIO", io.BufferedReader(ZstdReader(counter), BUFFER))
        else:
            stream = cast("BinaryIO", io.BufferedReader(counter, BUFFER))
        yield stream, counter
    finally:
        counter.close()


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
    return parts[0] if len(parts) == 1 else b"".join(parts)


@contextmanager
def open_writer(file: IO[bytes], compression: str | None) -> Iterator[IO[bytes]]:
    """Write through a compressor into an open file; the same bytes in give the same bytes out (no time stamp)."""
    if compression == "gzip":
        with igzip.IGzipFile(fileobj=file, mode="wb", compresslevel=GZIP_LEVEL, mtime=0, filename="") as writer:
            yield cast("IO[bytes]", writer)
    elif compression == "zstd":
        with zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(file, closefd=False) as writer:
            yield cast("IO[bytes]", writer)
    else:
        yield file
