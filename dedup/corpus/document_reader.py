"""Single documents of some files with the fields that a reader wants to see: all, by id, or by file and line."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dedup.config import FieldNames, InputConfig
from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.files import SourceFile
from dedup.corpus.shards import Shard, plan_shards, read_shard
from dedup.corpus.values import read_value
from dedup.errors import InputError

WHOLE_FILE = 1 << 62  # bytes: lines are counted from the beginning of a file where it is one shard


class DocumentPlace(NamedTuple):
    """Where a document is: the path of its file and its line or row there, from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """A document of a file: its id (`path:line` where it has none), its text, its place.

    `fields` holds outlet, date and title by these names, "" where the document has none.
    """

    doc_id: str
    text: str
    place: DocumentPlace
    fields: Mapping[str, str]


@dataclass(frozen=True)
class DocumentReader:
    """Reads documents one by one; records that cannot be read are passed over."""

    files: Sequence[SourceFile]
    input: InputConfig
    fields: FieldNames = field(default_factory=FieldNames)

    def read_all(self) -> Iterator[CorpusDocument]:
        """Yield all documents, in the order of the files."""
        for shard, block in self._read_blocks():
            rows = zip(block.texts.to_pylist(), block.files.tolist(), block.lines.tolist(), strict=True)
            for row, (text, file, line) in enumerate(rows):
                place = DocumentPlace(shard.files[file].path, line)
                fields = {role: read_value(values[row]) for role, values in block.fields.items()}
                yield CorpusDocument(read_value(block.ids[row]) or f"{place.path}:{line}", text, place, fields)

    def find_ids(self, ids: Collection[str]) -> dict[str, CorpusDocument]:
        """Return the first document of each id that is there; stops reading when all are found."""
        found: dict[str, CorpusDocument] = {}
        missing = set(ids)
        for document in self.read_all() if missing else ():
            if document.doc_id in missing:
                missing.discard(document.doc_id)
                found[document.doc_id] = document
            if not missing:
                break
        return found

    def find_places(self, places: Collection[DocumentPlace]) -> dict[DocumentPlace, CorpusDocument]:
        """Return the document at each place that holds one; stops reading when all are found."""
        found: dict[DocumentPlace, CorpusDocument] = {}
        missing = set(places)
        for document in self.read_all() if missing else ():
            if document.place in missing:
                missing.discard(document.place)
                found[document.place] = document
            if not missing:
                break
        return found

    def require_ids(self, ids: Collection[str]) -> list[CorpusDocument]:
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
            for block in read_shard(shard, self.input, self.fields.roles, lambda _: None):
                yield shard, block

    def _explain_unread(self) -> str:
        """Return a clause on the first record that cannot be read, "" where all can."""
        for shard, block in self._read_blocks():
            for rejection in block.rejections:
                return f" ({shard.files[rejection.file].path}, line {rejection.line} was not read: {rejection.error})"
        return ""
