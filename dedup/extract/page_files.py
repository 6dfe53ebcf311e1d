"""The pages of HTML files and WARC archives, and where each is."""

import os
import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from dedup.errors import InputError

PAGES = (".html", ".htm", ".xhtml")
ARCHIVES = (".warc", ".warc.gz")
HTML_TYPES = ("text/html", "application/xhtml+xml")
MAX_HEAD, HEAD_END = 1 << 16, b"\r\n\r\n"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length:\s*(\d{1,15})")


class PagePlace(NamedTuple):
    """Where a page is: a file, and in an archive the byte at which its record begins."""

    path: str
    offset: int | None = None

    def __str__(self) -> str:
        return self.path if self.offset is None else f"{self.path}, byte {self.offset:,}"


class RawPage(NamedTuple):
    """The bytes of a page, and what its archive says of it: its URL, when it was fetched."""

    place: PagePlace
    html: bytes
    url: str = ""
    fetched: str = ""


class RejectedPage(NamedTuple):
    """A page that gives no article, and why."""

    place: PagePlace
    url: str
    error: str


def find_pages(inputs: Sequence[str]) -> list[str]:
    """Return the HTML files and archives that the inputs name; of a folder those below it, sorted, links left out."""
    found = [path for given in inputs for path in expand_page_input(given)]
    seen: set[str] = set()
    for path in found:
        real = os.path.realpath(path)
        if real in seen:
            raise InputError(f"{path} is named twice. Name it once.")
        seen.add(real)
    return found


def expand_page_input(given: str) -> Iterator[str]:
    """Yield the files that one argument names."""
    if os.path.isdir(given):
        below = sorted(p for p in Path(given).rglob("*") if is_known(p.name) and p.is_file() and not p.is_symlink())
        if not below:
            raise InputError(f"{given}: no {', '.join(PAGES)} or {' or '.join(ARCHIVES)} file in this folder.")
        yield from map(str, below)
    elif not os.path.exists(given):
        raise InputError(f"{given}: no such file or folder.")
    elif not is_known(given):
        raise InputError(f"{given}: is no page and no archive. Known endings: {', '.join((*PAGES, *ARCHIVES))}.")
    elif not os.path.isfile(given):
        raise InputError(f"{given}: is not a regular file.")
    else:
        yield given


def is_known(name: str) -> bool:
    """Return whether a file name is that of a page or an archive."""
    return name.lower().endswith((*PAGES, *ARCHIVES))


def locate_pages(path: str, max_page: int) -> Iterator[PagePlace | RejectedPage]:
    """Yield the place of each page of a file: of an archive those that answered with HTML, and those too long."""
    if not path.lower().endswith(ARCHIVES):
        yield PagePlace(path)
        return
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 (an extra)

    last = 0
    try:
        with open_page(path) as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.any_type, fsspec_args=False):
                last = record.stream_pos
                headers = record.http_headers
                kind = (record.http_content_type or "").lower()
                if (
                    record.record_type != WarcRecordType.response
                    or headers is None
                    or headers.status_code != 200
                    or not kind.startswith(HTML_TYPES)
                ):
                    continue
                place = PagePlace(path, last)
                url = record.headers.get("WARC-Target-URI") or ""
                yield RejectedPage(place, url, "too long") if record.content_length > max_page else place
        if is_cut_off(path, last):
            yield RejectedPage(PagePlace(path, last), "", "the archive is cut off after this record, or inside it")
    except (OSError, ValueError, EOFError) as error:
        yield RejectedPage(PagePlace(path, last), "", f"the archive cannot be read on from here ({error})"[:200])


def is_cut_off(path: str, last: int) -> bool:
    """Return whether an archive does not end with the record that begins at byte `last`: the parser is silent on it."""
    head, size = b"", 0
    with open_page(path) as file:
        file.seek(last)
        unpacked = zlib.decompressobj(31)
        is_packed = path.lower().endswith(".gz")
        while raw := file.read(1 << 20):
            while raw:
                data = unpacked.decompress(raw, 1 << 20) if is_packed else raw
                raw = (unpacked.unconsumed_tail or unpacked.unused_data) if is_packed else b""
                size += len(data)
                head += data[: MAX_HEAD - len(head)]
                if unpacked.eof and raw:
                    unpacked = zlib.decompressobj(31)
    found = _LENGTH.search(head)
    length = int(found[1]) if found else 0
    end = head.find(HEAD_END)
    return (is_packed and not unpacked.eof) or end < 0 or size != end + len(HEAD_END) + length + len(HEAD_END)


def open_page(path: str) -> IO[bytes]:
    """Open a file that was found to be a regular one; a pipe that took its place is not waited for."""
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))  # noqa: SIM115 (the caller is one)
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise OSError("is no regular file any more")


def read_page(place: PagePlace, max_page: int) -> RawPage | RejectedPage:
    """Return a page; it is at most so many bytes long, decompressed too."""
    if place.offset is None:
        try:
            with open_page(place.path) as file:
                html = file.read(max_page + 1)
        except OSError as error:
            return RejectedPage(place, "", f"the page cannot be read ({error.strerror or error})")
        return RejectedPage(place, "", "too long") if len(html) > max_page else RawPage(place, html)
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 (an extra)

    url = ""
    try:
        with open_page(place.path) as file:
            file.seek(place.offset)
            record = next(
                iter(ArchiveIterator(file, record_types=WarcRecordType.response, auto_decode="all", fsspec_args=False))
            )
            url = record.headers.get("WARC-Target-URI") or ""
            html = record.reader.read(max_page + 1)
            fetched = record.headers.get("WARC-Date") or ""
    except (OSError, ValueError, EOFError, StopIteration) as error:
        return RejectedPage(place, url, f"the record cannot be read ({error})"[:200])
    return RejectedPage(place, url, "too long") if len(html) > max_page else RawPage(place, html, url, fetched)
