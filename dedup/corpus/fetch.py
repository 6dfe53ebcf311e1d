"""Fetch the text of single documents from where they stand in their files, to show them to a person."""

import os

import msgspec

from dedup.config import InputConfig
from dedup.corpus.compression import open_reader, read_chunk
from dedup.corpus.delimited import DELIMITERS, parse_record, read_header
from dedup.corpus.files import SourceFile
from dedup.corpus.parquet import fetch_row
from dedup.corpus.segments import Segments

# Compressed files are read from their start: a document further in than this is not worth the wait.
FARTHEST = 64 << 20


def fetch_text(segments: Segments, doc_index: int, config: InputConfig) -> str | None:
    """Return the text of a document, None where it stands too far into a compressed file."""
    batch, row = segments.find(doc_index)
    file = batch.shard.files[batch.column("file")[row]]
    start = int(batch.column("start")[row])
    if file.format == "parquet":
        return fetch_row(file.location, start, config.text_field)
    raw = fetch_bytes(file, start, int(batch.column("length")[row]))
    if raw is None:
        return None
    if file.format == "txt":
        return raw.decode("utf-8-sig")
    if file.format in DELIMITERS:
        return parse_record(raw, read_header(file), file.format)[config.text_field]
    # Only the text: another field may hold what no decoder takes (a number beyond all floats).
    record = msgspec.defstruct("Record", [("text", str)], rename={"text": config.text_field})
    text: str = msgspec.json.decode(raw, type=record).text  # type: ignore[attr-defined]
    return text


def fetch_bytes(file: SourceFile, start: int, length: int) -> bytes | None:
    """Return some bytes of a (decompressed) file, None where they are too far into a compressed one."""
    if file.compression is None:
        descriptor = os.open(file.location, os.O_RDONLY)
        try:
            return os.pread(descriptor, length, start)
        finally:
            os.close(descriptor)
    if start + length > FARTHEST:
        return None
    with open_reader(file.location, file.compression) as (stream, _):
        read_chunk(stream, start, file.path)
        return read_chunk(stream, length, file.path)
