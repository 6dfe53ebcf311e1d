"""The digests of all files in a folder of ours: the proof that a file is as we wrote it, in the form of `b3sum`.

BLAKE3, because it takes a fraction of the time of SHA-256 and BLAKE2b: decision 0044.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from blake3 import blake3

from dedup.corpus.text_file import read_whole
from dedup.errors import InputError, OutputError
from dedup.output.confined_paths import create_within, list_within, open_within
from dedup.output.folder_marker import MARKER
from dedup.threads import count_cores, start_threads

DIGESTS = "B3SUMS"
LINE = re.compile(r"(\\?)([0-9a-f]{64})  (.+)")
MAX_NAMED = 3


class Changes(NamedTuple):
    """The names of files that are not as a list of digests says."""

    changed: list[str]
    missing: list[str]
    added: list[str]


def write_digests(folder: Path, *, apart: Iterable[str] = ()) -> str:
    """List the digests of all files in a folder but its marker and those `apart`; return the digest of the list."""
    names = sorted(set(list_within(folder)) - {MARKER, DIGESTS, *apart})
    listed = "".join(map(format_line, names, digest_files(folder, names))).encode()
    with create_within(folder, DIGESTS) as file:
        file.write(listed)
    return blake3(listed).hexdigest()


def digest_files(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the digests of some files, "" of one that is missing."""
    with start_threads(count_cores()) as threads:
        return list(threads.ahead(lambda name: digest_file(folder, name), names))


def digest_file(folder: Path, name: str) -> str:
    """Return the digest of a file, "" where it is missing."""
    try:
        with open_within(folder, name) as file:
            return hashlib.file_digest(file, blake3).hexdigest()  # type: ignore[arg-type] # what it needs of a digest
    except FileNotFoundError:
        return ""


def format_line(name: str, digest: str) -> str:
    """Return a line as `b3sum` writes it."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}\n"


def read_digests(folder: Path, expected: str | None) -> dict[str, str]:
    """Return the digests by name; a list of another digest than `expected` is an `InputError`."""
    path = folder / DIGESTS
    try:
        with open_within(folder, DIGESTS) as file:
            raw = read_whole(file, str(path))
    except FileNotFoundError:
        raise InputError(f"{path}: is missing, so nothing shows that the files are as they were written.") from None
    if expected is not None and blake3(raw).hexdigest() != expected:
        raise InputError(f"{path}: was changed, so nothing shows that the files are as they were written.")
    found = [LINE.fullmatch(line) for line in raw.decode("utf-8", "replace").split("\n")]
    return {unescape(match[3]) if match[1] else match[3]: match[2] for match in found if match}


def unescape(name: str) -> str:
    """Return a name that `format_line` escaped."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], name)


def find_changes(folder: Path, digests: dict[str, str], *, apart: Iterable[str] = ()) -> Changes:
    """Return what is not as the digests say; files `apart`, the marker and the list itself are no additions."""
    there = set(list_within(folder)) - {MARKER, DIGESTS, *apart}
    now = dict(zip(digests, digest_files(folder, digests), strict=True))
    changed = [name for name, digest in digests.items() if now[name] not in {"", digest}]
    missing = [name for name in digests if not now[name]]
    return Changes(changed, missing, sorted(there - digests.keys()))


def name_some(folder: Path, names: list[str]) -> str:
    """Return the first names of files in a folder, and how many there are beside them."""
    shown = ", ".join(str(folder / name) for name in names[:MAX_NAMED])
    return shown if len(names) <= MAX_NAMED else f"{shown} and {len(names) - MAX_NAMED:,} more"


def refuse_to_delete(folder: Path, kind: str, *, apart: Iterable[str] = ()) -> None:
    """Raise `OutputError` where a folder of ours has a file that is not as we wrote it: somebody may want it."""
    changes = find_changes(folder, read_digests(folder, None), apart=apart)
    states = (changes.added, f"is not of the {kind}"), (changes.changed, f"was changed after the {kind}")
    for names, state in states:
        if names:
            raise OutputError(
                f"{name_some(folder, names)}: {state} that would be replaced. Move it away, or choose another folder "
                "with -o."
            )
