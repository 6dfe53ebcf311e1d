"""The documents that `dedup compare` works on: from text files, a corpus, a clean run or a list of stories."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dedup.config import FieldNames, InputConfig
from dedup.corpus.document_reader import DocumentReader
from dedup.corpus.files import find_files
from dedup.corpus.text_file import read_text_file
from dedup.errors import InputError
from dedup.model.documents import Document, DocumentPlace
from dedup.output.line_objects import read_lines, read_place
from dedup.output.run_folder import BOILERPLATE, CLUSTERS, KEPT, REMOVED
from dedup.output.story_file import read_story_places

BOM = "\ufeff"


@dataclass(frozen=True)
class DocumentCollector:
    """Collects documents by the names of their fields; each is called by its outlet."""

    input: InputConfig
    fields: FieldNames

    def read_corpus(self, path: str, ids: Sequence[str]) -> list[Document]:
        """Return documents of a corpus by id."""
        for doc_id in ids:
            if ids.count(doc_id) > 1:
                raise InputError(f"{path}: document {doc_id} is named twice. Name every document once.")
        return name_documents(self._open([path]).require_ids(ids))

    def read_story(self, path: str, number: int) -> list[Document]:
        """Return the documents of one story of the output of `dedup stories`."""
        places = read_story_places(path, number)
        found = self._open(sorted({place.path for place in places})).find_places(places)
        for place in places:
            if place not in found:
                raise InputError(f"{place.path}, line {place.line}: no document there now. Make {path} anew.")
        return name_documents([found[place] for place in places])

    def read_cluster(self, out: str, cluster: str) -> list[Document]:
        """Return the documents of one cluster of a clean run: the kept one and what it covers."""
        root = Path(out)
        for line in read_lines(str(root / CLUSTERS)):
            if cluster in {str(line.get("cluster")), str(line.get("representative"))}:
                kept, *removed = line["members"]
                break
        else:
            raise InputError(f'{out}: no cluster "{cluster}". {CLUSTERS} lists them, by number and representative.')
        return name_documents([self._find_kept(root, kept), *self._find_removed(root, list(map(read_place, removed)))])

    def _open(self, paths: Sequence[str]) -> DocumentReader:
        return DocumentReader(find_files(paths), self.input, self.fields)

    def _find_kept(self, root: Path, member: Mapping[str, Any]) -> Document:
        """Return the kept document of a cluster, from OUT/kept; one without an id is taken from where it came from."""
        doc_id, place = str(member["id"]), read_place(member)
        found = self._open([str(root / KEPT)]).find_ids([doc_id]).get(doc_id)
        if found is None and Path(place.path).exists():
            found = self._open([place.path]).find_places([place]).get(place)
        if found is None:
            raise InputError(
                f"{root}: the kept document {doc_id} is not in {root / KEPT}. "
                f"Was the folder changed, or has it another --text-field or --id-field?"
            )
        return found

    def _find_removed(self, root: Path, places: Collection[DocumentPlace]) -> list[Document]:
        """Return removed documents from removed.jsonl, in the order of the places."""
        path = root / REMOVED
        found = {}
        for line in read_lines(str(path)):
            place = read_place(line["source"])
            if place not in places:
                continue
            record, doc_id = line["record"], str(line["id"])
            text = record.get(self.input.text_field)
            if not isinstance(text, str):
                raise InputError(
                    f'{path}: document {doc_id} has no text in "{self.input.text_field}". '
                    f"Name the text field with --text-field."
                )
            fields = {role: str(record.get(name) or "") for role, name in self.fields.roles.items()}
            found[place] = Document(doc_id, text, fields, place)
        for place in places:
            if place not in found:
                raise InputError(f"{path}: nothing of {place.path}, line {place.line}. Was the folder changed?")
        return [found[place] for place in places]


def read_files(paths: Sequence[str]) -> list[Document]:
    """Return text files as documents, each called by its file name, or by its path where two names are alike."""
    for path in paths:
        if paths.count(path) > 1:
            raise InputError(f"{path}: named twice. Name every file once.")
    stems = [Path(path).stem for path in paths]
    names = [stem if stems.count(stem) == 1 else path for path, stem in zip(paths, stems, strict=True)]
    return [Document(name, read_text_file(path).removeprefix(BOM)) for name, path in zip(names, paths, strict=True)]


def read_boilerplate(out: str) -> list[str]:
    """Return the boilerplate that a clean run found."""
    return [str(line["text"]) for line in read_lines(str(Path(out) / BOILERPLATE), may_lack=True)]


def name_documents(documents: Sequence[Document]) -> list[Document]:
    """Return the documents called by their outlet where only one is of that outlet, else by their id."""
    num_of_outlet = Counter(document.fields.get("outlet") for document in documents)
    num_of_id = Counter(document.id for document in documents)

    def name(document: Document) -> str:
        outlet, doc_id = document.fields.get("outlet"), document.id
        if num_of_id[doc_id] > 1 and document.place:
            doc_id = f"{document.place.path}:{document.place.line}"
        if not outlet:
            return doc_id
        return str(outlet) if num_of_outlet[outlet] == 1 else f"{outlet} ({doc_id})"

    return [replace(document, id=name(document)) for document in documents]
