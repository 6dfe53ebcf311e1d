"""Plain text files: each file is one document."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.blocks import DocumentBlock, Rejection, explain_encoding
from dedup.corpus.compression import read_chunk
from dedup.corpus.files import SourceFile
from dedup.corpus.lines import BLOCK_SIZE, explain_length


class TextDocument(NamedTuple):
    """A file that is one document: its place in the shard, its name, its text, its plain bytes."""

    file: int
    name: str
    text: str
    length: int


def read_text_files(files: Sequence[SourceFile], config: InputConfig) -> Iterator[DocumentBlock]:
    """Yield the documents of some .txt files; the id of each is its name, a byte order mark is no part of the text."""
    found, rejections, size = list[TextDocument](), list[Rejection](), 0
    for index, file in enumerate(files):
        if file.size > config.max_record:
            rejections.append(Rejection(index, 1, 0, file.size, explain_length(config.max_record)))
            continue
        with file.open() as (stream, _):
            most = config.max_record if file.is_packed else file.size  # what is asked for is allocated
            raw = read_chunk(stream, most + 1, file.path)
        try:
            found.append(TextDocument(index, file.name, raw.decode("utf-8-sig"), len(raw)))
        except UnicodeDecodeError as error:
            rejections.append(Rejection(index, 1, 0, len(raw), explain_encoding(error)))
            continue
        size += len(raw)
        if size >= BLOCK_SIZE:
            yield make_block(found, rejections)
            found, rejections, size = [], [], 0
    yield make_block(found, rejections)


def make_block(documents: Sequence[TextDocument], rejections: list[Rejection]) -> DocumentBlock:
    """Return whole files as a block."""
    return DocumentBlock(
        texts=pa.array([document.text for document in documents], pa.large_string()),
        ids=[msgspec.json.encode(document.name) for document in documents],
        fields={},
        files=np.array([document.file for document in documents], np.int32),
        lines=np.ones(len(documents), np.int64),
        starts=np.zeros(len(documents), np.int64),
        lengths=np.array([document.length for document in documents], np.int64),
        num_lines=0,
        rejections=rejections,
    )
