"""The articles that `dedup compare` works on: from files, a corpus, a clean run or a list of stories."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.cli.texts import read_text
from dedup.errors import InputError

if TYPE_CHECKING:
    from dedup.compare.model import Article
    from dedup.corpus.document_reader import CorpusDocument

BOM = "\ufeff"
NOT_OURS = "The file is not as dedup wrote it."


@dataclass(frozen=True, slots=True)
class Fields:
    """The names of the fields of a record that are shown."""

    text: str
    id: str
    outlet: str
    date: str
    title: str

    @property
    def roles(self) -> dict[str, str]:
        """Return the fields beside text and id, by what they are."""
        return {"outlet": self.outlet, "date": self.date, "title": self.title}


def read_files(paths: Sequence[str]) -> "list[Article]":
    """Return text files as sources, each called by its file name, or by its path where two names are alike."""
    from dedup.compare.model import Article

    for path in paths:
        if paths.count(path) > 1:
            raise InputError(f"{path}: named twice. Name every file once.")
    stems = [Path(path).stem for path in paths]
    names = [stem if stems.count(stem) == 1 else path for path, stem in zip(paths, stems, strict=True)]
    return [Article(name, read_text(path).removeprefix(BOM)) for name, path in zip(names, paths, strict=True)]


def read_corpus(path: str, ids: Sequence[str], fields: Fields) -> "list[Article]":
    """Return documents of a corpus file by id."""
    for doc_id in ids:
        if ids.count(doc_id) > 1:
            raise InputError(f"{path}: document {doc_id} is named twice. Name every document once.")
    found = {article.doc_id: article for article in find_in([path], fields, ids=ids)}
    for doc_id in ids:
        if doc_id not in found:
            raise InputError(
                f'{path}: no document has "{fields.id}": "{doc_id}". Check the id, or name its field with --id-field.'
            )
    return name_sources([found[doc_id] for doc_id in ids])


def read_story(path: str, number: int, fields: Fields) -> "list[Article]":
    """Return the documents of one story of the output of `dedup stories`."""
    story = next((line for line in read_lines(path) if line.get("story") == number), None)
    if story is None:
        raise InputError(f"{path}: no story {number}. The first field of each line is its number.")
    try:
        places = [(str(document["path"]), int(document["line"])) for document in story["documents"]]
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path}: story {number} does not list its documents by path and line. {NOT_OURS}") from None
    found = {
        (article.path, article.line): article
        for article in find_in(sorted({path for path, _ in places}), fields, places=places)
    }
    missing = [place for place in places if place not in found]
    if missing:
        raise InputError(f"{missing[0][0]}, line {missing[0][1]}: no document there now. Make {path} anew.")
    return name_sources([found[place] for place in places])


def read_cluster(out: str, cluster: str, fields: Fields) -> "list[Article]":
    """Return the documents of one cluster of a clean run: the kept one and what it covers, boilerplate marked."""
    root = Path(out)
    found = next(
        (
            c
            for c in read_lines(str(root / "clusters.jsonl"))
            if cluster in {str(c.get("cluster")), str(c.get("representative"))}
        ),
        None,
    )
    if found is None:
        raise InputError(f'{out}: no cluster "{cluster}". clusters.jsonl lists them, by number and representative.')
    kept, *removed = found["members"]
    articles = [find_kept(root, kept, fields), *find_removed(root, removed, fields)]
    boilerplate = [str(line["text"]) for line in read_lines(str(root / "boilerplate.jsonl"), may_lack=True)]
    return [mark_boilerplate(source, boilerplate) for source in name_sources(articles)]


def find_kept(root: Path, member: Mapping[str, Any], fields: Fields) -> "CorpusDocument":
    """Return the kept document of a cluster, from OUT/kept; one without an id is taken from where it came from."""
    doc_id = str(member["id"])
    found = find_in([str(root / "kept")], fields, ids=[doc_id])
    if not found and Path(str(member["path"])).exists():
        found = find_in([str(member["path"])], fields, places=[(str(member["path"]), int(member["line"]))])
    if not found:
        raise InputError(
            f"{root}: the kept document {doc_id} is not in {root / 'kept'}. "
            f"Was the folder changed, or has it another --text-field or --id-field?"
        )
    return found[0]


def find_removed(root: Path, members: Sequence[Mapping[str, Any]], fields: Fields) -> "list[CorpusDocument]":
    """Return removed documents from removed.jsonl, in the order of the members."""
    from dedup.corpus.document_reader import CorpusDocument

    places = [(str(member["path"]), int(member["line"])) for member in members]
    wanted = set(places)
    found = {}
    for line in read_lines(str(root / "removed.jsonl")):
        place = (str(line["source"]["path"]), int(line["source"]["line"]))
        if place in wanted:
            record = line["record"]
            if not isinstance(record.get(fields.text), str):
                raise InputError(
                    f'{root / "removed.jsonl"}: document {line["id"]} has no text in "{fields.text}". '
                    f"Name the text field with --text-field."
                )
            shown = {role: str(record.get(field) or "") for role, field in fields.roles.items()}
            found[place] = CorpusDocument(str(line["id"]), record[fields.text], *place, shown)
    for path, number in places:
        if (path, number) not in found:
            raise InputError(f"{root / 'removed.jsonl'}: nothing of {path}, line {number}. Was the folder changed?")
    return [found[place] for place in places]


def find_in(
    paths: Sequence[str], fields: Fields, *, ids: Sequence[str] = (), places: Iterable[tuple[str, int]] = ()
) -> "list[CorpusDocument]":
    """Return articles of some files or folders by id or place."""
    from dedup.config import InputConfig
    from dedup.corpus.document_reader import find_articles
    from dedup.corpus.files import find_files

    files = find_files(list(paths))
    return find_articles(files, InputConfig(fields.text, fields.id), fields.roles, ids, list(places))


def read_lines(path: str, *, may_lack: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file that dedup wrote."""
    try:
        with Path(path).open("rb") as lines:
            for number, line in enumerate(lines, 1):
                yield decode_line(line, f"{path}, line {number}")
    except FileNotFoundError:
        if not may_lack:
            raise InputError(
                f"{path}: no such file. Name a folder that dedup clean made, or a file of dedup stories."
            ) from None


def decode_line(line: bytes, where: str) -> dict[str, Any]:
    """Return one line as an object."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: not JSON ({error}). {NOT_OURS}") from None
    if not isinstance(found, dict):
        raise InputError(f"{where}: not an object. {NOT_OURS}")
    return found


def name_sources(articles: "Sequence[CorpusDocument]") -> "list[Article]":
    """Return the articles as sources: called by their outlet where that tells them apart, else by their id."""
    from dedup.compare.model import Article

    outlets = [article.fields.get("outlet", "") for article in articles]
    counts = Counter(outlets)
    ids = Counter(article.doc_id for article in articles)

    def name(article: "CorpusDocument", outlet: str) -> str:
        unique = article.doc_id if ids[article.doc_id] == 1 else f"{article.path}:{article.line}"
        if not outlet:
            return unique
        return outlet if counts[outlet] == 1 else f"{outlet} ({unique})"

    return [
        Article(
            name(article, outlet), article.text, article.fields.get("date") or None, article.fields.get("title") or None
        )
        for article, outlet in zip(articles, outlets, strict=True)
    ]


def mark_boilerplate(source: "Article", texts: Sequence[str]) -> "Article":
    """Return the source with every place where one of the texts stands in it."""
    from dedup.text.spans import Span

    spans = []
    for text in texts:
        start = source.text.find(text)
        while text and start >= 0:
            spans.append(Span(start, start + len(text)))
            start = source.text.find(text, start + len(text))
    return replace(source, boilerplate=tuple(sorted(spans)))
