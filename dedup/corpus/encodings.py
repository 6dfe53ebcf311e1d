"""Text in other encodings than UTF-8: read as UTF-8, and written back as the very same bytes."""

import codecs
import re
from collections.abc import Iterator
from typing import IO, BinaryIO

from dedup.errors import InputError

CHUNK = 1 << 20
MARK_SIZE = 4
# Byte order marks, the longest first: that of UTF-32 begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# How text in ASCII letters begins without a mark.
UNMARKED = {
    "utf-32-le": re.compile(rb"[\x01-\x7f]\0\0\0"),
    "utf-32-be": re.compile(rb"\0\0\0[\x01-\x7f]"),
    "utf-16-le": re.compile(rb"[\x01-\x7f]\0[\x01-\x7f]\0"),
    "utf-16-be": re.compile(rb"\0[\x01-\x7f]\0[\x01-\x7f]"),
}
LIKELY = "cp1252"  # of text in which letters beyond ASCII are rare
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
TYPOGRAPHY = set(
    b"\x80\x82\x84\x85\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b\xa1\xa3\xa7\xa9\xaa\xab\xae\xb0\xb7\xba\xbb\xbf".decode(
        LIKELY
    )
)


def name_encoding(name: str) -> str | None:
    """Return the name of an encoding of text as Python has it, None of what is none, as rot13."""
    try:
        found = codecs.lookup(name).name
        codecs.getincrementalencoder(found)().encode("a".encode(found).decode(found))
    except (LookupError, ValueError, TypeError):
        return None
    return found


def read_as_utf8(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Yield text in another encoding as UTF-8. Bytes that are no text become bytes that are no UTF-8.

    `UnicodeError` where the text, written back, would not be the same bytes.
    """
    decode = codecs.getincrementaldecoder(encoding)(error_handler(encoding)).decode
    encode = codecs.getincrementalencoder(encoding)(error_handler(encoding)).encode
    pending, is_last = b"", False
    while not is_last:
        chunk = stream.read(CHUNK)
        is_last = not chunk
        text = decode(chunk, is_last)
        pending += chunk
        again = encode(text, is_last)
        if not pending.startswith(again) or (is_last and len(again) < len(pending)):
            raise UnicodeError("it cannot be written back as it is")
        pending = pending[len(again) :]
        yield text.encode("utf-8", "surrogatepass")


class RecodingWriter:
    """Takes UTF-8 as `read_as_utf8` makes it, and writes the bytes that were."""

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


def choose_encoding(head: bytes, given: str | None, path: str) -> str | None:
    """Return the encoding of a file: that of its mark, else the given one; None for UTF-8.

    `InputError` where it begins like text in wide characters, and nobody says so.
    """
    shapes = UNMARKED.items() if given is None and b"\0" in head[:MARK_SIZE] else ()
    unmarked = next((encoding for encoding, shape in shapes if shape.match(head)), None)
    if unmarked:
        raise InputError(f"{path}: looks like {unmarked} without a mark. Say so with --encoding {unmarked}.")
    return None if head.startswith(codecs.BOM_UTF8) else find_encoding(head) or given


def suggest_encoding(raw: bytes) -> str:
    """Return a clause on the likely encoding of text that is no UTF-8, "" where it may be anything.

    Nothing in it is UTF-8 beyond ASCII, and its other bytes are letters beside letters, or typography.

    >>> suggest_encoding("“café”".encode("cp1252")), suggest_encoding("é".encode() + bytes([255]))
    (', likely cp1252: --encoding cp1252', '')
    """
    runs = HIGH_RUN.findall(raw)
    text = b"".join(runs).decode(LIKELY, "replace")
    is_likely = (
        runs
        and len(max(runs, key=len)) < 3
        and all((c.isalpha() and c != "ÿ") or c in TYPOGRAPHY for c in text)
        and raw.decode("utf-8", "ignore").isascii()
    )
    return f", likely {LIKELY}: --encoding {LIKELY}" if is_likely else ""
