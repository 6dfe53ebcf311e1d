"""Articles out of many pages: find the pages, extract in worker processes, write in the order of the input."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import IO, NamedTuple

import msgspec

from dedup.extract.article_text import NO_ARTICLE, extract_article
from dedup.extract.page_files import PagePlace, RejectedPage, locate_pages, read_page
from dedup.model.run import RejectionCounts
from dedup.pipeline.job import Progress
from dedup.text.printed_paths import printable
from dedup.workers import run_tasks

CHUNK = 50  # pages of one task
ROUND = 50  # tasks between two writes: what waits in memory is bounded


@dataclass(frozen=True)
class ExtractRun:
    """Everything that extracting is asked for."""

    paths: Sequence[str]
    min_words: int
    max_page: int
    workers: int


class ExtractCounts(msgspec.Struct, frozen=True):
    """How many pages there were, how many articles they gave, and why the others gave none."""

    pages: int
    articles: int
    rejected_by_reason: dict[str, int]

    @property
    def rejections(self) -> RejectionCounts:
        """Return how many pages could not be read; a page that has no article could be."""
        unread = {reason: n for reason, n in self.rejected_by_reason.items() if not reason.startswith(NO_ARTICLE)}
        return RejectionCounts(self.pages, unread)


class ExtractedPages(NamedTuple):
    """What some pages gave: a JSON line for each article, and for each page without one."""

    articles: bytes
    failures: bytes


def extract_pages(run: ExtractRun, out: IO[bytes], rejected: IO[bytes] | None, progress: Progress) -> ExtractCounts:
    """Write the articles of all pages as JSON lines to `out`, and the pages that give none to `rejected`."""
    reasons: Counter[str] = Counter()
    pages = articles = 0
    progress.begin("extract", 0, "page")
    places = (place for path in run.paths for place in locate_pages(path, run.max_page))
    chunks = iter(lambda: list(islice(places, CHUNK)), [])
    while todo := list(islice(chunks, ROUND)):
        pages += sum(map(len, todo))
        for found in run_tasks(partial(extract_chunk, run=run), todo, run.workers, progress.advance):
            articles += found.articles.count(b"\n")
            out.write(found.articles)
            reasons.update(line["error"] for line in map(msgspec.json.decode, found.failures.splitlines()))
            if rejected is not None:
                rejected.write(found.failures)
    progress.end()
    return ExtractCounts(pages, articles, dict(reasons.most_common()))


def extract_chunk(
    pages: Sequence[PagePlace | RejectedPage], advance: Callable[[int], None], run: ExtractRun
) -> ExtractedPages:
    """Return the articles of some pages, and those without."""
    articles, failures = list[object](), list[object]()
    for place in pages:
        page = read_page(place, run.max_page) if isinstance(place, PagePlace) else place
        found = page if isinstance(page, RejectedPage) else extract_article(page, run.min_words)
        if isinstance(found, RejectedPage):
            where = {"path": printable(found.place.path), "offset": found.place.offset, "url": found.url}
            failures.append({**where, "error": found.error})
        else:
            articles.append(found)
        advance(1)
    encode = msgspec.json.Encoder().encode_lines
    return ExtractedPages(encode(articles), encode(failures))
