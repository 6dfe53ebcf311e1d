"""The histories of all articles of a corpus: spool the versions, trace the articles in processes, write the pages."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.errors import InputError
from dedup.history.trace_versions import trace_versions
from dedup.model.documents import Document
from dedup.pipeline.collect_versions import VersionFields
from dedup.pipeline.job import Progress
from dedup.report.corpus.report_folder import report_folder, save_page
from dedup.report.corpus.report_tables import Table
from dedup.report.history.history_html import render_html
from dedup.report.history.history_index import ArticleEntry, WrittenHistories, describe_article, render_history_index
from dedup.workers import run_tasks

CHUNK = 20  # articles of one task


@dataclass(frozen=True)
class HistoriesRun:
    """Everything that histories of a corpus are asked for; the target is not within `read_only`, the input."""

    documents: Iterable[Document]
    fields: VersionFields
    target: Path
    read_only: Path
    max_articles: int
    workers: int = 1
    overwrite: bool = False


class Spool(NamedTuple):
    """Documents in a file, a line each, with their articles: `order` lists rows by article, in the order of the input.

    ```
    offsets  int64[n+1]  of the line of each document
    order    int64[n]
    starts   int64[m+1]  where each article begins in `order`
    ```
    """

    path: Path
    names: list[str]
    offsets: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]

    def read(self, number: int) -> list[Document]:
        """Return the documents of an article."""
        decode = msgspec.json.Decoder(Document).decode
        found = []
        with self.path.open("rb") as file:
            for row in self.order[self.starts[number] : self.starts[number + 1]].tolist():
                file.seek(int(self.offsets[row]))
                found.append(decode(file.read(int(self.offsets[row + 1] - self.offsets[row]))))
        return found


def list_histories(run: HistoriesRun, progress: Progress) -> WrittenHistories:
    """Write the histories of all articles that have several versions, and an index of them."""
    with report_folder(run.target, run.read_only, overwrite=run.overwrite) as (pages, scratch):
        spool = spool_documents(run, scratch / "versions.jsonl", progress)
        sizes = np.diff(spool.starts)
        several = np.flatnonzero(sizes > 1)
        chosen = np.sort(several[np.argsort(-sizes[several], kind="stable")][: run.max_articles]).tolist()
        progress.begin("history", len(chosen), "article")
        chunks = [chosen[at : at + CHUNK] for at in range(0, len(chosen), CHUNK)]
        task = partial(trace_articles, spool=spool, fields=run.fields, pages=pages)
        traced = run_tasks(task, chunks, run.workers, progress.advance)
        progress.end()
        entries = [*chain.from_iterable(traced)]
        entries.sort(key=lambda entry: (-entry.words, entry.number))  # most changed words first
        Table.of(ArticleEntry, entries).write(pages / "tables" / "articles.csv")
        save_page(pages / "index.html", render_history_index(entries, len(several)))
    return WrittenHistories(run.target / "index.html", len(spool.order), len(spool.names), len(several), entries)


def spool_documents(run: HistoriesRun, path: Path, progress: Progress) -> Spool:
    """Write the documents that are a version of an article to a file, and return where they are."""
    numbers: dict[str, int] = {}
    articles, offsets = array("q"), array("q", [0])
    encode = msgspec.json.Encoder().encode
    progress.begin("sketch", 0, "doc")
    with path.open("wb") as file:
        for document in run.documents:
            progress.advance(1)
            name = run.fields.name_article(document)
            if name:
                articles.append(numbers.setdefault(name, len(numbers)))
                offsets.append(offsets[-1] + file.write(encode(document)))
    progress.end()
    if not numbers:
        field = run.fields.group
        raise InputError(f'no document has a "{field}". Name the field that versions share with --group-field.')
    article = np.array(articles, np.int64)
    order = np.argsort(article, kind="stable")
    starts = np.searchsorted(article[order], np.arange(len(numbers) + 1))
    return Spool(path, list(numbers), np.array(offsets, np.int64), order, starts.astype(np.int64))


def trace_articles(
    articles: Sequence[int], advance: Callable[[int], None], spool: Spool, fields: VersionFields, pages: Path
) -> list[ArticleEntry]:
    """Write the pages of some articles (their numbers in the spool); return what the index says of each."""
    entries = []
    for number in articles:
        history = trace_versions(spool.names[number], fields.arrange(spool.read(number)))
        entries.append(describe_article(number + 1, history))
        save_page(pages / entries[-1].page, render_html(history))
        advance(1)
    return entries
