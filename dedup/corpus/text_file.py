"""One text file as one text: what `dedup diff`, `apply` and `compare` work on."""

from collections.abc import Iterator
from typing import IO

from dedup.errors import InputError

MAX_WHOLE, STEP = 512 << 20, 1 << 20  # bytes

_OTHER_ENCODINGS = (
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"%PDF", "PDF"),
)


def read_whole(file: IO[bytes], name: str) -> bytes:
    """Return the bytes of a file of at most `MAX_WHOLE`; behind a NUL byte, which no text has, little is read."""
    parts, size = list[bytes](), 0
    while part := file.read(STEP):
        parts.append(part)
        size += len(part)
        if size > MAX_WHOLE:
            raise InputError(f"{name}: is longer than {MAX_WHOLE:,} bytes, too long for a file that is read whole.")
        if b"\0" in part:
            break
    return b"".join(parts)


def read_lines(file: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file, each of at most `MAX_WHOLE` bytes, with their numbers from 1."""
    for number, line in enumerate(iter(lambda: file.readline(MAX_WHOLE + 1), b""), 1):
        if len(line) > MAX_WHOLE:
            raise InputError(f"{name}, line {number}: is longer than {MAX_WHOLE:,} bytes, too long for a line.")
        yield number, line


def read_text_file(path: str) -> str:
    """Return the text of a UTF-8 file as it is: line ends, a byte order mark and all."""
    try:
        with open(path, "rb") as file:
            raw = read_whole(file, path)
    except FileNotFoundError:
        raise InputError(
            f"{path}: no such file. To compare documents of a corpus, use --from corpus.jsonl ID1 ID2."
        ) from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder. Name one text file.") from None
    return decode_text(raw, path)


def decode_text(raw: bytes, name: str) -> str:
    """Return UTF-8 bytes as text, or say what is wrong with them and where."""
    for magic, kind in _OTHER_ENCODINGS:
        if raw.startswith(magic):
            raise InputError(f"{name}: looks like {kind}, not like UTF-8 text. Convert it to a UTF-8 text file first.")
    if b"\0" in raw:
        raise InputError(
            f"{name}, byte {raw.index(0)}: a NUL byte, so this is not a text file. Name a UTF-8 text file."
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name}, line {line}: byte {raw[error.start]:#04x} is not UTF-8. Convert the file first, for example: "
            f"iconv -f WINDOWS-1252 -t UTF-8."
        ) from None
