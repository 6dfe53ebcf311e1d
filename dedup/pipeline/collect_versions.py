"""The versions of articles, from a corpus or a finished run: grouped, and put in their order."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from dedup.config import InputConfig
from dedup.corpus.document_reader import open_documents
from dedup.errors import InputError
from dedup.history.article_urls import normalise_url
from dedup.history.version_history import Version
from dedup.model.documents import Document, DocumentPlace
from dedup.output.finished_run import FolderState, check_run, read_records
from dedup.output.records import RemovedRecord
from dedup.output.related_records import RelatedRecord
from dedup.output.run_folder import RELATED, REMOVED
from dedup.pipeline.collect_documents import find_cluster, read_asked_config, read_originals
from dedup.text.dates import OrderKey, parse_moment, read_order_key

ORDERS = ("date", "fetched", "version")  # fields that say when a version was: those that all versions have, in turn
URL, DATE, CALLED = "url", "date", "called"
FACTS = ("text", "id", "title", "date", "outlet", "url")
EPOCHS = range(10**8, 10**13)


class VersionedArticle(NamedTuple):
    """The versions of an article, in their order, and what it is called."""

    name: str
    versions: list[Version]


@dataclass(frozen=True)
class VersionFields:
    """Where records say which article they are a version of, and in which order; without `order` it is found."""

    group: str = URL
    order: str | None = None
    date_order: str | None = None

    def choose_roles(self, config: InputConfig) -> dict[str, str]:
        """Return the fields to decode, by what they hold; those of facts are called as the settings say."""
        orders = {self.order: self.order} if self.order else {name: name for name in ORDERS} | {DATE: config.date_field}
        group = config.url_field if self.group == URL else self.group
        return {"group": group} | {f"order:{name}": field for name, field in orders.items()}

    def name_article(self, document: Document) -> str:
        """Return which article a document is a version of, "" if it does not say."""
        value = str(document.fields.get("group", ""))
        return normalise_url(value) if self.group == URL else value

    def arrange(self, documents: Sequence[Document]) -> list[Version]:
        """Return the documents of one article as versions in their order; equal ones in that of the input."""
        orders = [self.order] if self.order else ORDERS
        keys = {name: [self.read_key(document, name) for document in documents] for name in orders}
        if self.order and None in keys[self.order]:
            missing = next(d for d in documents if self.read_key(d, self.order) is None)
            value = missing.fields.get(f"order:{self.order}", "")
            raise InputError(
                f'{missing.id}: "{self.order}" is no number and no date ("{value!s:.40}"). Name another --order-field.'
            )
        columns = {
            name: order_values([key for key in found if key]) for name, found in keys.items() if None not in found
        }
        ordered = sorted(range(len(documents)), key=lambda i: [column[i] for column in columns.values()])
        is_dated = len(set(columns.get(DATE, []))) > 1  # else the date is that of the article
        time = "order:fetched" if "fetched" in columns and not is_dated else "date"
        return [make_version(documents[i], self.date_order, time) for i in ordered]

    def read_key(self, document: Document, name: str) -> OrderKey | None:
        """Return what the order field of a document says: a number, or a moment; None for neither."""
        return read_order_key(str(document.fields.get(f"order:{name}", "")), self.date_order)


def order_values(keys: Sequence[OrderKey]) -> list[float]:
    """Return what the values of a field are sorted by: moments, if one of them is a date."""
    is_date = any(key.is_date for key in keys)
    return [key.moment if is_date else key.number for key in keys]


def make_version(document: Document, order: str | None, time_role: str = "date") -> Version:
    """Return a document as a version, called by its id; `time_role` says when it was, if it is there."""
    time = str(
        document.fields.get(time_role) or document.fields.get("date") or document.fields.get("order:fetched") or ""
    )
    moment = parse_moment(time, order)
    if moment is None and time.isdecimal() and int(time) in EPOCHS:
        moment = datetime.fromtimestamp(int(time) / (1000 if int(time) >= 10**11 else 1), UTC)
    title, outlet, called = (str(document.fields.get(role, "")) for role in ("title", "outlet", CALLED))
    return Version(document.id, document.text, title, time, moment, outlet, called)


def read_run(
    out: Path, cluster: str | None, asked: InputConfig, fields: VersionFields, tell: Callable[[str], None]
) -> Iterator[Document]:
    """Yield the documents of a finished run, or of one of its clusters, as they were in its input.

    `tell` is that of `check_run`.
    """
    state = FolderState.of(out)
    summary = check_run(out, tell)
    config = read_asked_config(summary, asked)
    roles = config.article_fields | fields.choose_roles(config)
    wanted = None if cluster is None else {DocumentPlace(m.path, m.line) for m in find_cluster(out, cluster).members}
    with state.at_rest():
        calls = read_calls(out)
        for document in read_originals(out, summary, config, roles):
            if wanted is None or document.place in wanted:
                yield replace(document, fields={**document.fields, CALLED: calls.get(document.place, "kept")})


def read_calls(out: Path) -> dict[DocumentPlace | None, str]:
    """Return what a run calls documents: how those that went, or stayed, are alike another one."""
    calls: dict[DocumentPlace | None, str] = {}
    for removed in read_records(out, REMOVED, RemovedRecord):
        calls[DocumentPlace(removed.source.path, removed.source.line)] = f"removed as {removed.relation}"
    for related in read_records(out, RELATED, RelatedRecord, may_lack=True):
        calls[DocumentPlace(related.path, related.line)] = f"kept as {related.relation}"
    return calls


def read_documents(
    inputs: Sequence[str], config: InputConfig, fields: VersionFields, tell: Callable[[str], None]
) -> Iterator[Document]:
    """Yield all documents of a corpus that can be read; `tell` gets a line on fields that were found."""
    with open_documents(inputs, config, FACTS, tell) as reader:
        yield from replace(reader, more_roles=fields.choose_roles(reader.input)).read_all()


def choose_article(documents: Iterable[Document], key: str | None, fields: VersionFields) -> list[Document]:
    """Return the documents of one article: that of `key` (its group, or the id of a version), else the only one."""
    groups: dict[str, list[Document]] = {}
    wanted = normalise_url(key) if key and fields.group == URL else key
    for document in documents:
        name = fields.name_article(document)
        if name and (wanted is None or wanted in {name, document.id} or name in groups):
            groups.setdefault(name, []).append(document)
    if len(groups) == 1:
        return next(iter(groups.values()))
    if wanted is not None:
        raise InputError(f'no document has "{fields.group}": "{key}". Check the value, or name another --group-field.')
    if not groups:
        missing = f'no document has a "{fields.group}". Name the field that versions of an article share'
        raise InputError(f"{missing}: --group-field.")
    largest = Counter({name: len(found) for name, found in groups.items()}).most_common(3)
    most = ", ".join(f"{name} ({size})" for name, size in largest)
    raise InputError(
        f"{len(groups):,} articles are here, with most versions {most}. Name one after the file, or take --all."
    )
