"""The documents that `dedup compare` works on: from text files, a corpus, a clean run or a list of stories."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dedup.config import InputConfig
from dedup.corpus.document_reader import find_first, list_documents, open_documents
from dedup.corpus.text_file import read_text_file
from dedup.corpus.values import read_value
from dedup.errors import InputError
from dedup.model.documents import Document, DocumentPlace
from dedup.model.run import Summary
from dedup.output.finished_run import check_run, read_input_config, read_records
from dedup.output.passage_records import BoilerplateRecord
from dedup.output.records import ClusterRecord
from dedup.output.replay import Originals
from dedup.output.run_folder import BOILERPLATE, CLUSTERS
from dedup.output.story_file import read_story_places
from dedup.signals import temporary_folder
from dedup.text.dates import settle_date
from dedup.text.printed_paths import printable

ROLES = ("text", "id", "title", "date", "outlet")
BOM = "\ufeff"


@dataclass(frozen=True)
class DocumentCollector:
    """Collects documents by the names of their fields; each is called by its outlet.

    `tell` gets a line on fields that were found, and those of `check_run`.
    """

    input: InputConfig
    tell: Callable[[str], None]

    def read_corpus(self, path: str, ids: Sequence[str]) -> list[Document]:
        """Return documents of a corpus by id."""
        for doc_id in ids:
            if ids.count(doc_id) > 1:
                raise InputError(f"{path}: document {doc_id} is named twice. Name every document once.")
        with open_documents([path], self.input, ROLES, self.tell) as reader:
            return self._name(reader.require_ids(ids))

    def read_story(self, path: str, number: int) -> list[Document]:
        """Return the documents of one story of the output of `dedup stories`."""
        places = read_story_places(path, number)
        paths = sorted({place.path for place in places})
        with open_documents(paths, self.input, ROLES, self.tell) as reader:
            found = reader.find_places(places)
        for place in places:
            if place not in found:
                raise InputError(f"{place.path}, line {place.line}: no document there now. Make {path} anew.")
        return self._name([found[place] for place in places])

    def _name(self, documents: Sequence[Document]) -> list[Document]:
        """Return documents called by their outlets, with dates that can be read in the order that was asked for."""
        order = self.input.date_order
        dated = [d for d in documents if order and d.fields.get("date")]
        settled = {id(d): {**d.fields, "date": settle_date(str(d.fields["date"]), order)} for d in dated}
        return name_documents([replace(d, fields=settled.get(id(d), d.fields)) for d in documents])

    def read_cluster(self, out: str, cluster: str) -> list[Document]:
        """Return the documents of one cluster of a clean run, the kept one first, as they were in its input."""
        root = Path(out)
        summary = check_run(root, self.tell)
        record = find_cluster(root, cluster)
        for member in record.members:
            if member.run is not None:
                raise InputError(
                    f"{out}: the kept document of cluster {cluster} is of run {member.run}, line {member.line} of "
                    f"{member.path}, and not in this folder. Compare documents of files with --from."
                )
        places = [DocumentPlace(member.path, member.line) for member in record.members]
        config = read_asked_config(summary, self.input)
        originals = read_originals(root, summary, config, config.article_fields)
        found = find_first(originals, places, lambda document: document.place)
        for place in places:
            if place not in found:
                raise InputError(
                    f"{out}: no text of {place.path}, line {place.line}. Name its field with --text-field, or take "
                    "OUT from a copy if it was changed."
                )
        return self._name([found[place] for place in places])


def read_asked_config(summary: Summary, asked: InputConfig) -> InputConfig:
    """Return how a finished run read its input, but for the fields and the order of dates that somebody names now."""
    run = read_input_config(summary)
    named = {name: getattr(asked, name) for name in asked.given}
    return replace(run, date_order=asked.date_order or run.date_order, **named)


def read_originals(out: Path, summary: Summary, config: InputConfig, roles: Mapping[str, str]) -> Iterator[Document]:
    """Yield the documents of a finished run as they were in its input, from its folder alone."""
    with temporary_folder("dedup-") as scratch:
        for number, block in Originals(out, summary.inputs, config, roles, Path(scratch)).read():
            yield from list_documents(block, [summary.inputs[number].path])


def find_cluster(out: Path, cluster: str) -> ClusterRecord:
    """Return a cluster of a finished run by its number, or by the id of its representative."""
    for record in read_records(out, CLUSTERS, ClusterRecord):
        if cluster in {str(record.cluster), read_value(bytes(record.representative))}:
            return record
    raise InputError(f'{out}: no cluster "{cluster}". {CLUSTERS} lists them, by number and representative.')


def read_files(paths: Sequence[str]) -> list[Document]:
    """Return text files as documents, each called by its file name, or by its path where two names are alike."""
    for path in paths:
        if paths.count(path) > 1:
            raise InputError(f"{path}: named twice. Name every file once.")
    stems = [printable(Path(path).stem) for path in paths]
    names = [stem if stems.count(stem) == 1 else printable(path) for path, stem in zip(paths, stems, strict=True)]
    return [
        Document(name, read_text_file(path).removeprefix(BOM), place=DocumentPlace(path, 1))
        for name, path in zip(names, paths, strict=True)
    ]


def read_boilerplate(out: str) -> list[str]:
    """Return the boilerplate that a clean run found."""
    return [record.text for record in read_records(Path(out), BOILERPLATE, BoilerplateRecord, may_lack=True)]


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
