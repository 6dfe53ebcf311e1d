"""Text in other encodings than UTF-8: read as UTF-8, and written back as the very same bytes."""

import codecs
import io
from typing import IO, BinaryIO

CHUNK = 1 << 20
MARK_SIZE = 4
# Byte order marks, the longest first: that of UTF-32 begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class RecodingReader(io.RawIOBase):
    """Text in another encoding as UTF-8. Bytes that are no text become bytes that are no UTF-8.

    `UnicodeError` where the text, written back, would not be the same bytes.
    """

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        super().__init__()
        self._stream = stream
        self._decode = codecs.getincrementaldecoder(encoding)(error_handler(encoding)).decode
        self._encode = codecs.getincrementalencoder(encoding)(error_handler(encoding)).encode
        self._pending, self._output = b"", b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read bytes of UTF-8 into the buffer; 0 at the end."""
        while not self._output:
            chunk = self._stream.read(CHUNK)
            text = self._decode(chunk, not chunk)
            self._pending += chunk
            again = self._encode(text, not chunk)
            if not self._pending.startswith(again) or (not chunk and len(again) < len(self._pending)):
                raise UnicodeError("it cannot be written back as it is")
            self._pending = self._pending[len(again) :]
            self._output = text.encode("utf-8", "surrogatepass")
            if not chunk and not self._output:
                return 0
        num = min(len(buffer), len(self._output))
        buffer[:num] = self._output[:num]
        self._output = self._output[num:]
        return num


class RecodingWriter:
    """Takes UTF-8 as `RecodingReader` makes it, and writes the bytes that were."""

    def __init__(self, target: IO[bytes], encoding: str) -> None:
        self._target = target
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogatepass").decode
        self._encode = codecs.getincrementalencoder(encoding)(error_handler(encoding)).encode

    def write(self, data: bytes) -> int:
        """Write bytes of UTF-8."""
        self._target.write(self._encode(self._decode(data)))
        return len(data)

    def finish(self) -> None:
        """Write what is left over."""
        self._target.write(self._encode(self._decode(b"", True), True))


def error_handler(encoding: str) -> str:
    """Return how bytes that are no text are carried through: wide encodings know lone surrogates alone."""
    return "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def find_encoding(head: bytes) -> str | None:
    """Return the encoding that the byte order mark of a file names, None for UTF-8."""
    return next((encoding for mark, encoding in MARKS.items() if head.startswith(mark)), None)
