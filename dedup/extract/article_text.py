"""The article of a page: its text, title, date, outlet and author, by trafilatura."""

import re
import warnings
from urllib.parse import urlsplit

import msgspec

from dedup.extract.page_files import RawPage, RejectedPage
from dedup.text.printed_paths import printable

NO_ARTICLE = ("no main text", "fewer than")  # what the reasons begin with of a page that was read
MAX_TAGS = 100_000  # an article has some thousand; the extractor takes 28 us a tag, whatever it holds
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class ExtractedArticle(msgspec.Struct, frozen=True, omit_defaults=True):
    """An article as a line of JSON; fields that a page does not tell are left out.

    `source` is where the page was: the file, and the byte of its record in an archive.
    """

    id: str
    text: str
    title: str = ""
    date: str = ""
    outlet: str = ""
    author: str = ""
    url: str = ""
    fetched: str = ""
    source: dict[str, object] = {}


def extract_article(page: RawPage, min_words: int) -> ExtractedArticle | RejectedPage:
    """Return the article of a page, or why it has none.

    The extractor is fast mode of trafilatura: of a page it takes the paragraphs that read like the main text, without
    comments, lists of links and the like. It is another project's code, so whatever it raises is a reason here.
    """
    if page.html.count(b"<") > MAX_TAGS:
        return RejectedPage(page.place, page.url, f"more than {MAX_TAGS:,} tags")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # urllib3, which is not used here, warns that it lacks a package
        from trafilatura import bare_extraction  # noqa: PLC0415 (an extra; it takes half a second)

    try:
        found = bare_extraction(
            page.html, url=page.url or None, fast=True, include_comments=False, include_tables=False, with_metadata=True
        )
        values = found.as_dict() if found is not None else {}
    except Exception as error:  # noqa: BLE001 (of a foreign parser on hostile pages)
        return RejectedPage(page.place, page.url, f"the extractor failed ({type(error).__name__})")
    text = clean(values.get("text"), keep_lines=True)
    if not text:
        return RejectedPage(page.place, page.url, "no main text")
    if len(text.split()) < min_words and sum(map(str.isalnum, text)) < 4 * min_words:
        return RejectedPage(page.place, page.url, f"fewer than {min_words} words")
    title, date, site, author, url = (clean(values.get(n)) for n in ("title", "date", "sitename", "author", "url"))
    url = url or page.url
    source: dict[str, object] = {"path": printable(page.place.path)} | (
        {} if page.place.offset is None else {"offset": page.place.offset}
    )
    name = page.url or printable(str(page.place))
    return ExtractedArticle(name, text, title, date, site or name_host(url), author, url, page.fetched, source)


def clean(value: object, *, keep_lines: bool = False) -> str:
    """Return a value as text without control characters; in one line unless told otherwise."""
    text = _CONTROL.sub(" ", str(value)) if value else ""
    return text.strip() if keep_lines else " ".join(text.split())


def name_host(url: str) -> str:
    """Return the host of a URL without www., "" of what is none.

    >>> name_host("https://www.example.com/a"), name_host("http://[")
    ('example.com', '')
    """
    try:
        return (urlsplit(url.strip()).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
