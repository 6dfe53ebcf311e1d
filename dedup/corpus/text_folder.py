"""Plain text files: each file is one document."""

from collections.abc import Iterator, Sequence

from dedup.config import InputConfig
from dedup.corpus.blocks import BlockBuilder, DocumentBlock, RecordPlace, Rejection, explain_encoding
from dedup.corpus.compression import read_chunk
from dedup.corpus.files import SourceFile
from dedup.corpus.lines import BLOCK_SIZE, explain_length


def read_text_files(files: Sequence[SourceFile], config: InputConfig) -> Iterator[DocumentBlock]:
    """Yield the documents of some .txt files; the id of each is its name, a byte order mark is no part of the text."""
    builder = BlockBuilder(0)
    for index, file in enumerate(files):
        if file.size > config.max_record:
            builder.rejections.append(Rejection(index, 1, 0, file.size, explain_length(config.max_record)))
            continue
        with file.open() as (stream, _):
            most = config.max_record if file.is_packed else file.size  # what is asked for is allocated
            raw = read_chunk(stream, most + 1, file.path)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            builder.rejections.append(Rejection(index, 1, 0, len(raw), explain_encoding(error)))
            continue
        builder.add(text, file.name, {}, RecordPlace(1, 0, len(raw)), file=index)
        if builder.size >= BLOCK_SIZE:
            yield builder.build(0)
            builder = BlockBuilder(0)
    yield builder.build(0)
