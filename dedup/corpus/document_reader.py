"""Single documents of some files with the fields that a reader wants to see: all, by id, or by file and line."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from dedup.config import InputConfig
from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.field_names import choose_fields
from dedup.corpus.files import SourceFile, find_files
from dedup.corpus.shards import WHOLE_FILE, Shard, plan_shards, read_shard
from dedup.corpus.unpack import unpacked
from dedup.corpus.values import read_value
from dedup.errors import InputError
from dedup.model.documents import Document, DocumentPlace

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class DocumentReader:
    """Reads documents one by one, each with its place; records that cannot be read are passed over.

    A document without an id is called `path:line`. Its fields are "outlet", "date" and "title", "" for none.
    """

    files: Sequence[SourceFile]
    input: InputConfig
    more_roles: Mapping[str, str] = field(default_factory=dict)

    def read_all(self) -> Iterator[Document]:
        """Yield all documents, in the order of the files."""
        for shard, block in self._read_blocks():
            yield from list_documents(block, [file.path for file in shard.files])

    def find_ids(self, ids: Collection[str]) -> dict[str, Document]:
        """Return the first document of each id that is there."""
        return find_first(self.read_all(), ids, lambda document: document.id)

    def find_places(self, places: Collection[DocumentPlace]) -> dict[DocumentPlace, Document]:
        """Return the document at each place that holds one."""
        return find_first(self.read_all(), places, lambda document: document.place)

    def require_ids(self, ids: Collection[str]) -> list[Document]:
        """Return the document of each id, in the order of the ids; raise `InputError` where one is not there."""
        found = self.find_ids(ids)
        for doc_id in ids:
            if doc_id not in found:
                unread = self._explain_unread()
                raise InputError(
                    f'{self.files[0].path}: no document has "{self.input.id_field}": "{doc_id}"{unread}. '
                    f"Check the id, or name its field with --id-field."
                )
        return [found[doc_id] for doc_id in ids]

    def _read_blocks(self) -> Iterator[tuple[Shard, DocumentBlock]]:
        for shard in plan_shards(self.files, WHOLE_FILE):
            for block in read_shard(
                shard, self.input, {**self.input.article_fields, **self.more_roles}, lambda _: None
            ):
                yield shard, block

    def _explain_unread(self) -> str:
        """Return a clause on the first record that cannot be read, "" where all can."""
        for shard, block in self._read_blocks():
            for rejection in block.rejections:
                return f" ({shard.files[rejection.file].path}, line {rejection.line} was not read: {rejection.error})"
        return ""


def find_first(
    documents: Iterable[Document], wanted: Collection[Key], key: Callable[[Document], Key | None]
) -> dict[Key, Document]:
    """Return the first document of each key that is there; stops reading when all are found."""
    found: dict[Key, Document] = {}
    missing = set(wanted)
    for document in documents if missing else ():
        name = key(document)
        if name in missing:
            missing.discard(name)
            found[name] = document
            if not missing:
                break
    return found


@contextmanager
def open_documents(
    inputs: Sequence[str], config: InputConfig, roles: Collection[str], tell: Callable[[str], None]
) -> Iterator[DocumentReader]:
    """Give a reader of the files that the inputs name, unpacked, with the fields that they have where nobody named any.

    Fields are looked for by `roles`, as in `choose_fields`. `tell` gets a line on those of unusual names.
    """
    with unpacked(find_files(inputs, config.input_format, config.encoding), config) as files:
        yield DocumentReader(files, choose_fields(files, config, tell, roles))


def list_documents(block: DocumentBlock, paths: Sequence[str]) -> Iterator[Document]:
    """Yield the documents of a block; `paths` are those of its files."""
    rows = zip(block.texts.to_pylist(), block.files.tolist(), block.lines.tolist(), strict=True)
    for row, (text, file, line) in enumerate(rows):
        place = DocumentPlace(paths[file], line)
        fields = {role: read_value(values[row]) for role, values in block.fields.items() if values}
        yield Document(read_value(block.ids[row]) or f"{place.path}:{line}", text, fields, place)
