"""The one door to the terminal: no name, header or setting that is printed can steer it."""

import codecs
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO, cast

from dedup.text.control_characters import make_printable, make_styled

STREAM = "standard output"


class SafeBytes:
    """Bytes for a terminal: what `--format json` and the like write there. Elsewhere they are not touched."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, raw: bytes) -> int:
        """Write text in UTF-8, with our own colours only."""
        self._stream.write(make_styled(raw.decode("utf-8", "replace")).encode("utf-8", "backslashreplace"))
        return len(raw)

    def writelines(self, lines: Iterable[bytes]) -> None:
        """Write each line."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush what is behind."""
        self._stream.flush()


@contextmanager
def named_stream() -> Iterator[None]:
    """Give an error of the system the name of the stream: it is not that of a file of the command."""
    try:
        yield
    except OSError as error:
        error.filename = STREAM
        raise


class SafeStream(io.TextIOWrapper):
    """A text stream that writes line feeds, and no other control character; what it cannot encode is spelled out."""

    def __init__(self, stream: TextIO) -> None:
        encoding = "utf-8" if codecs.lookup(stream.encoding).name == "ascii" else stream.encoding
        super().__init__(
            stream.buffer, encoding, "backslashreplace", line_buffering=bool(stream.line_buffering), write_through=True
        )
        self.original = stream  # progress bars need to move the cursor; and it closes its buffer if it is forgotten
        self._safe_bytes = cast("BinaryIO", SafeBytes(stream.buffer)) if stream.isatty() else stream.buffer

    def write(self, text: str) -> int:
        """Write a text."""
        with named_stream():
            super().write(make_printable(text))
        return len(text)

    def flush(self) -> None:
        """Flush what is behind."""
        with named_stream():
            super().flush()

    @property
    def buffer(self) -> BinaryIO:
        """Return the stream of bytes."""
        return self._safe_bytes


def close_door() -> None:
    """Let everything that is printed from now on pass the door."""
    sys.stdout, sys.stderr = SafeStream(sys.stdout), SafeStream(sys.stderr)
