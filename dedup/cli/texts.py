"""Reading the one or two texts that a command works on, from files or from a corpus of JSON lines."""

import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.errors import InputError

if TYPE_CHECKING:
    import msgspec

_OTHER_ENCODINGS = (
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"%PDF", "PDF"),
)


def read_text(path: str) -> str:
    """Return the text of a UTF-8 file as it is: line ends, a byte order mark and all."""
    try:
        raw = Path(path).read_bytes()
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


def read_documents(path: str, ids: Sequence[str], id_field: str, text_field: str) -> list[str]:
    """Return the texts of the documents named by `ids` from a file of JSON lines (.jsonl, .jsonl.gz, .jsonl.zst).

    Only the two fields are decoded, and reading stops when all documents are found.
    """
    import msgspec

    found: dict[str, str] = {}
    wanted = set(ids)
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
        msgspec.defstruct(
            "Record", [("id", object, None), ("text", object, None)], rename={"id": id_field, "text": text_field}
        )
    )
    with _open_lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            doc_id, text = _decode_record(decoder, line, f"{path}, line {number}")
            if doc_id in wanted and doc_id not in found:
                if not isinstance(text, str):
                    raise InputError(
                        f'{path}, line {number}: field "{text_field}" of document {doc_id} is not a text. Name the '
                        f"text field with --text-field."
                    )
                found[doc_id] = text
            if len(found) == len(wanted):
                break
    for doc_id in ids:
        if doc_id not in found:
            raise InputError(
                f'{path}: no document has "{id_field}": "{doc_id}". Check the id, or name the id field with --id-field.'
            )
    return [found[doc_id] for doc_id in ids]


def _decode_record(decoder: "msgspec.json.Decoder[Any]", line: bytes, where: str) -> tuple[str | None, object]:
    import msgspec

    try:
        record = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{where}: not a JSON object ({error}). Every line must be one JSON object.") from None
    doc_id = getattr(record, "id", None)
    return None if doc_id is None else str(doc_id), getattr(record, "text", None)


@contextmanager
def _open_lines(path: str) -> Iterator[Iterable[bytes]]:
    """Open a file of lines, decompressed by its name."""
    try:
        with Path(path).open("rb") as raw:
            if path.endswith(".zst"):
                import zstandard

                yield io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True))
            elif path.endswith(".gz"):
                with gzip.open(raw, "rb") as lines:
                    yield lines
            else:
                yield raw
    except FileNotFoundError:
        raise InputError(f"{path}: no such file. Name a file of JSON lines with --from.") from None
    except (gzip.BadGzipFile, EOFError) as error:
        raise InputError(
            f"{path}: broken compression ({error}). Fetch the file again, or decompress what is readable."
        ) from None
