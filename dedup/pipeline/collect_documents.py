"""The documents that `dedup compare` works on: from text files, a corpus, a clean run or a list of stories."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from dedup.config import InputConfig
from dedup.corpus.document_reader import find_first, list_documents, open_documents
from dedup.corpus.text_file import read_text_file
from dedup.corpus.values import read_value
from dedup.errors import InputError
from dedup.model.documents import Document, DocumentPlace
from dedup.model.run import Summary
from dedup.output.finished_run import FolderState, check_run, read_input_config, read_records
from dedup.output.passage_records import BoilerplateRecord
from dedup.output.records import ClusterRecord
from dedup.output.replay import Originals
from dedup.output.run_folder import BOILERPLATE, CLUSTERS
from dedup.output.story_file import read_story_places
from dedup.report.wording import clip_words, count_things
from dedup.signals import temporary_folder
from dedup.story_config import MAX_TEXTS
from dedup.text.dates import settle_date
from dedup.text.printed_paths import printable

ROLES = ("text", "id", "title", "date", "outlet")
BOM = "\ufeff"
MAX_TITLE = 40  # characters of a headline that tells two texts of one outlet apart


@dataclass(frozen=True)
class DocumentCollector:
    """Collects documents by the names of their fields; each is called by its outlet.

    `tell` gets a line on fields that were found, and those of `check_run`.
    """

    input: InputConfig
    tell: Callable[[str], None]

    def read_corpus(self, path: str, ids: Sequence[str]) -> list[Document]:
        """Return documents of a corpus by id; all of a small one where no id is given."""
        for doc_id in ids:
            if ids.count(doc_id) > 1:
                raise InputError(f"{path}: document {doc_id} is named twice. Name every document once.")
        with open_documents([path], self.input, ROLES, self.tell) as reader:
            return self._name(reader.require_ids(ids) if ids else take_few(path, reader.read_all()))

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
        state = FolderState.of(root)
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
        with state.at_rest():
            found = find_first(originals, places, lambda document: document.place)
        for place in places:
            if place not in found:
                raise InputError(
                    f"{out}: no text of {place.path}, line {place.line}. Name its field with --text-field, or take "
                    "OUT from a copy if it was changed."
                )
        return self._name([found[place] for place in places])


def take_few(path: str, documents: Iterable[Document]) -> list[Document]:
    """Return all documents of a file; raise `InputError` where they are not 2 to MAX_TEXTS."""
    rest = iter(documents)
    found = list(islice(rest, MAX_TEXTS + 1))
    if 2 <= len(found) <= MAX_TEXTS:
        return found
    count = len(found) + sum(1 for _ in rest)
    raise InputError(
        f"{path}: {count_things(count, 'document')}; 2 to {MAX_TEXTS} can be compared. Name those to compare by id."
    )


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
    """Return the documents called by their outlet, those of one outlet told apart by `tell_apart`; else by their id."""
    num_of_id = Counter(document.id for document in documents)
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(str(document.fields.get("outlet") or ""), []).append(document)
    names: dict[int, str] = {}
    for outlet, group in groups.items():
        ids = [f"{d.place.path}:{d.place.line}" if num_of_id[d.id] > 1 and d.place else d.id for d in group]
        called = ids if not outlet else [outlet] if len(group) == 1 else tell_apart(outlet, group, ids)
        names |= {id(document): name for document, name in zip(group, called, strict=True)}
    return [replace(document, id=names[id(document)]) for document in documents]


def tell_apart(outlet: str, documents: Sequence[Document], ids: Sequence[str]) -> list[str]:
    """Return names of texts of one outlet: with the day, the time or the headline, whichever differs; else the id."""
    dates = [str(document.fields.get("date") or "") for document in documents]
    headlines = [clip_words(find_title(document), MAX_TITLE) for document in documents]
    marks = ([date[: len("2024-01-31")] for date in dates], dates, headlines)
    chosen = next((each for each in marks if all(each) and len(set(each)) == len(each)), ids)
    return [f"{outlet} ({mark})" for mark in chosen]


def find_title(document: Document) -> str:
    """Return the title of a document, else its first line."""
    return " ".join(str(document.fields.get("title") or document.text.strip().partition("\n")[0]).split())
