"""Formats and compressions, told by the names of files, and by how they begin."""

import os
from codecs import BOM_UTF8

import msgspec

from dedup.errors import InputError

FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".txt": "txt",
}
ARCHIVES = {".zip": "zip", ".tar": "tar"}  # files that hold files
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2", ".xz": "xz"}
TAR_ENDINGS = {".tgz": ".gz", ".tbz2": ".bz2", ".txz": ".xz"}
TEXT_FORMATS = {"jsonl", "json", "csv", "tsv", "txt"}  # a byte order mark may name their encoding
JSON_HEAD = 1 << 16  # bytes of a JSON file that tell what it is


def split_format(name: str) -> tuple[str | None, str | None]:
    """Return (format, compression) by the endings of a file name; None for one that is not known.

    >>> split_format("news.jsonl.gz")
    ('jsonl', 'gzip')
    """
    stem, suffix = os.path.splitext(name.lower())
    if suffix in TAR_ENDINGS:
        stem, suffix = f"{stem}.tar", TAR_ENDINGS[suffix]
    compression = COMPRESSIONS.get(suffix)
    if compression:
        suffix = os.path.splitext(stem)[1]
    return (FORMATS | ARCHIVES).get(suffix), compression


def tell_format(file_format: str, head: bytes) -> str:
    r"""Return the format of a file that begins like this: a file of JSON that has a whole object a line is JSON lines.

    >>> tell_format("json", b'{"text": "a"}\n{"text'), tell_format("json", b'{"text": "a"}\n')
    ('jsonl', 'json')
    """
    if file_format != "json":
        return file_format
    line, _, rest = head.removeprefix(BOM_UTF8).lstrip().partition(b"\n")
    if not line.startswith(b"{") or not rest.lstrip().startswith(b"{"):
        return "json"
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "json"
    return "jsonl"


def refuse_packing(path: str, file_format: str, compression: str | None) -> None:
    """Raise `InputError` for a compressed file of a format that is compressed in itself."""
    if compression and file_format in {"parquet", "zip"}:
        raise InputError(f"{path}: {compression} around {file_format} is not read. Decompress the file first.")


def known_endings() -> str:
    """Return the file endings that are understood, for messages."""
    packed, last = list(COMPRESSIONS)[:-1], list(COMPRESSIONS)[-1]
    return f"{', '.join([*FORMATS, *ARCHIVES])}; also with {', '.join(packed)} or {last}"
