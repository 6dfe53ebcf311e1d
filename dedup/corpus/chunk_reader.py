"""Pieces of bytes as a stream."""

import io
from collections.abc import Iterable


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
