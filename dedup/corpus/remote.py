"""Files at other places, by fsspec and the web: listed, and copied to this machine before a run reads them.

An address may hold a password or a signed query. What is shown of it has neither, and no message of a library.
"""

import glob
import gzip
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dedup.corpus.formats import split_format
from dedup.errors import InputError

SCHEMES = {"s3", "s3a", "gs", "gcs", "hf", "http", "https", "az", "abfs", "abfss", "sftp", "ftp", "webhdfs", "memory"}
CHUNK = 1 << 20
# Values of Content-Encoding; others say nothing of the bytes.
PACKINGS = frozenset(["gzip", "x-gzip", "br", "deflate", "zstd", "compress", "x-compress"])
UNASKED = {403, 405, 501}  # what servers say that answer no HEAD
TIMEOUT_S = 60  # without a byte
MIN_RATE = 1000  # bytes a second, after that time: a server may hold the line with a byte a minute
STATES = ("ETag", "etag", "Last-Modified", "LastModified", "last_modified", "mtime", "updated", "created")


class RemoteFile(NamedTuple):
    """A file at another place: its address, its name below what the user named, its bytes (0: unknown), its state."""

    address: str
    name: str
    size: int
    state: int


def is_remote(given: str) -> bool:
    """Return whether an input is an address of another place.

    >>> is_remote("s3://bucket/news.jsonl"), is_remote("news.jsonl"), is_remote("file:///news.jsonl")
    (True, False, False)
    """
    scheme, separator, _ = given.partition("://")
    return bool(separator) and scheme.lower() in SCHEMES and "::" not in given


def show_address(address: str) -> str:
    """Return an address without what nobody may see: user, password, query.

    >>> show_address("https://me:secret@example.org/news.jsonl?key=secret")
    'https://example.org/news.jsonl'
    """
    scheme, _, rest = address.partition("://")
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")  # urlsplit refuses some addresses
    return f"{scheme.lower()}://{host.rpartition('@')[2]}{slash}{path}"


@contextmanager
def explained(address: str) -> Iterator[None]:
    """Turn what the libraries say into an `InputError` of one line."""
    from urllib.error import HTTPError  # noqa: PLC0415 (for those who have such files)

    shown = show_address(address)
    try:
        yield
    except InputError:
        raise
    except ImportError:
        raise InputError(
            f"{shown}: {shown.partition(':')[0]}:// needs more packages. pip install 'newsdedup[remote]'"
        ) from None
    except HTTPError as error:
        raise InputError(f"{shown}: the server says {error.code}{name_status(error.code)}.") from None
    except FileNotFoundError:
        raise InputError(f"{shown}: no such file or folder.") from None
    except Exception as error:  # noqa: BLE001 (each library has its own, and their texts may hold secrets)
        raise InputError(
            f"{shown}: cannot be read ({type(error).__name__}). Check the address, the network and your rights."
        ) from None


def list_remote(given: str) -> Iterator[RemoteFile]:
    """Yield the files that an address names: a file, all of known formats in a folder, or those of a pattern."""
    with explained(given):
        if is_web(given):
            told = ask_web(given)
            size, state = max(0, int(told.get("Content-Length") or 0)), read_state(told) if told else 0
            yield RemoteFile(given, urlsplit(given).path.rpartition("/")[2], size, state)
            return
        from fsspec.core import url_to_fs  # noqa: PLC0415 (for those who have such files)

        system, root = url_to_fs(given)
        if glob.has_magic(root):
            found = {path: path.rpartition("/")[2] for path in sorted(system.glob(root))}
        elif system.isdir(root):
            below = sorted(path for path in system.find(root) if split_format(path)[0])
            found = {path: path.removeprefix(root.rstrip("/")).lstrip("/") for path in below}
        else:
            found = {root: root.rpartition("/")[2]}
        if not found:
            raise InputError(f"{show_address(given)}: no file of a known format there.")
        for path, name in found.items():
            told = system.info(path)
            yield RemoteFile(str(system.unstrip_protocol(path)), name, int(told.get("size") or 0), read_state(told))


def name_status(code: int) -> str:
    """Return what a code of HTTP means, in brackets: the words of a server may hold anything.

    >>> name_status(404), name_status(999)
    (' (Not Found)', '')
    """
    from http import HTTPStatus  # noqa: PLC0415 (for those who have such files)

    return f" ({HTTPStatus(code).phrase})" if code in {*HTTPStatus} else ""


def open_web(address: str, method: str) -> AbstractContextManager[Any]:
    """Open a file of the web; a server may send on to another one of the web, and from https to https alone."""
    from urllib.request import HTTPRedirectHandler, Request, build_opener  # noqa: PLC0415 (for those who have such files)

    class OnTheWeb(HTTPRedirectHandler):
        def redirect_request(self, request: Any, *answer: Any) -> Any:
            new = str(answer[-1])
            if not is_web(new) or (request.type == "https" and not new.lower().startswith("https:")):
                raise InputError(f"{show_address(address)}: the server sends on to what is no safe address of the web.")
            return super().redirect_request(request, *answer)

    request = Request(address, method=method)  # noqa: S310 (http alone)
    return build_opener(OnTheWeb).open(request, timeout=TIMEOUT_S)  # type: ignore[no-any-return]


def ask_web(address: str) -> dict[str, str]:
    """Return what a server tells of a file, nothing where it refuses to: an address may be signed for GET alone."""
    from urllib.error import HTTPError  # noqa: PLC0415 (for those who have such files)

    try:
        with open_web(address, "HEAD") as answer:
            return dict(answer.headers.items())
    except HTTPError as error:
        if error.code not in UNASKED:
            raise
        return {}


def is_web(address: str) -> bool:
    """Return whether an address is one of the web: Python needs no package for it."""
    return address.lower().startswith(("http://", "https://"))


def read_state(told: dict[str, Any]) -> int:
    """Return a number that changes with a file, as far as its store tells."""
    marks = [str(told.get(name)) for name in STATES]
    return int.from_bytes(blake2b("|".join(marks).encode(), digest_size=7).digest(), "big")


def copy_here(address: str, place: Path, bound: int) -> None:
    """Copy a file to this machine; `InputError` for one that is longer than the bound, whatever its server says."""
    with explained(address), place.open("wb") as target, open_there(address) as source:
        began, length = time.monotonic(), getattr(source, "length", None)
        read = getattr(source, "read1", source.read)  # what is there, where it can be asked
        while chunk := read(CHUNK):
            target.write(chunk)
            if target.tell() > bound:
                raise InputError(
                    f"{show_address(address)}: is longer than {bound:,} bytes. --max-download sets that bound."
                )
            if (time.monotonic() - began - TIMEOUT_S) * MIN_RATE > target.tell():
                raise InputError(f"{show_address(address)}: comes too slowly. Run again, or fetch it yourself.")
        if target.tell() < (length or 0):
            raise InputError(f"{show_address(address)}: the download ended too early. Run again.")


def open_there(address: str) -> AbstractContextManager[Any]:
    """Open a file at another place; one of the web has as `length` what is still to come, None for unknown.

    Some servers pack unasked (`Content-Encoding`). That is undone, but for a file that is a packed one by its name.
    """
    if is_web(address):
        answer: Any = open_web(address, "GET")
        packing = str(answer.headers.get("Content-Encoding") or "identity").lower()
        if split_format(urlsplit(address).path)[1] or packing not in PACKINGS:
            return answer  # type: ignore[no-any-return]
        if packing not in {"gzip", "x-gzip"}:
            raise InputError(f"{show_address(address)}: is sent packed in a way that is not known. Fetch it yourself.")
        is_gzip = answer.peek(2)[:2] == b"\x1f\x8b"
        return gzip.GzipFile(fileobj=answer) if is_gzip else answer
    from fsspec.core import url_to_fs  # noqa: PLC0415 (for those who have such files)

    system, path = url_to_fs(address)
    return system.open(path, "rb")  # type: ignore[no-any-return]
