"""From the command line to the files to read and the folder to work in, which is gone at the end or swept later."""

import fcntl
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from dedup.config import InputConfig
from dedup.corpus.files import STDIN, SourceFile, copy_stdin, find_files
from dedup.corpus.text_file import decode_text, read_text_file, read_whole
from dedup.corpus.unpack import unpack
from dedup.errors import InputError
from dedup.model.run import RejectionCounts
from dedup.output.folder_marker import MARKER, FolderMarker, has_marker, remove_ours
from dedup.output.output_file import is_written_directly
from dedup.signals import temporary_folder
from dedup.text.printed_paths import printable

EXIT_REJECTED = 3
NAME = re.compile(r"\S*[./\\]\S*")  # what is no text of some words
THREADS = 2  # that unpack files
SCRATCH, LOCK = "scratch", "lock"


class NamedInputs(NamedTuple):
    """The files that a command reads, and the folder that it works in."""

    files: list[SourceFile]
    folder: Path

    @property
    def locations(self) -> list[str]:
        """Return the files as the user has them."""
        return [file.user_file.location for file in self.files]


@contextmanager
def open_inputs(
    inputs: Sequence[str], config: InputConfig, out: str | None, *, dry_run: bool, unpacked: bool = False
) -> Iterator[NamedInputs]:
    """Give the files that the inputs name, and a folder to work in."""
    with (
        working_folder(out, dry_run=dry_run) as folder,
        find_sources(inputs, folder, config, unpacked=unpacked) as files,
    ):
        yield NamedInputs(files, folder)


@contextmanager
def working_folder(out: str | None, *, dry_run: bool) -> Iterator[Path]:
    """Give OUT/ or, for a dry run, a folder that is gone afterwards (beside OUT/ where that is named and no device)."""
    if not dry_run:
        assert out is not None
        yield Path(out)
        return
    beside = Path(out).absolute().parent if out and not is_written_directly(out) else None
    if beside is not None and not beside.is_dir():
        beside = None
    with scratch_folder("dedup-dry-run-", beside or Path(tempfile.gettempdir())) as folder:
        yield folder / "out"


@contextmanager
def find_sources(
    inputs: Sequence[str], folder: Path, config: InputConfig, *, unpacked: bool = False
) -> Iterator[list[SourceFile]]:
    """Give the files that the inputs name; standard input is copied to a file beside OUT/ while it is needed.

    With `unpacked`, so are files that are packed.
    """
    files = [] if list(inputs) == [STDIN] else find_files(inputs, config.input_format, config.encoding)
    if files and not (unpacked and any(file.is_packed for file in files)):
        yield files
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(".dedup-stdin-", folder.parent) as scratch:
        files = files or [copy_stdin(sys.stdin.buffer, scratch, config.input_format, config.encoding)]
        yield unpack(files, scratch / "unpacked", config, THREADS, lambda _: None) if unpacked else files


def read_asked(given: str) -> str:
    """Return the text that an argument gives: in a file, on standard input, or itself."""
    if given == STDIN:
        return decode_text(read_whole(sys.stdin.buffer, "standard input"), "standard input")
    if os.path.exists(given):
        return read_text_file(given)
    if NAME.fullmatch(given):
        raise InputError(f"{printable(given)}: no such file. Give a text file, a text in quotes, or - .")
    return decode_text(os.fsencode(given), "the text")


def exit_code(found: RejectionCounts) -> int:
    """Return the exit code of a command that did its work: 3 if it could not read more than a tenth of the records."""
    return EXIT_REJECTED if found.are_many else 0


@contextmanager
def scratch_folder(prefix: str, parent: Path) -> Iterator[Path]:
    """Make a private folder that is gone afterwards; first remove those that killed processes left in the parent."""
    sweep(prefix, parent)
    with temporary_folder(prefix, parent) as name, (Path(name) / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (Path(name) / MARKER).write_bytes(FolderMarker(SCRATCH).to_json())
        try:
            yield Path(name)
        finally:
            remove_ours(Path(name), SCRATCH)


def sweep(prefix: str, parent: Path) -> None:
    """Remove the folders of processes that are gone: ours by name, owner and marker, and nobody holds their lock."""
    for folder in parent.glob(f"{prefix}*"):
        if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
            continue
        with suppress(OSError):
            if has_marker(folder, SCRATCH) and is_left(folder):
                shutil.rmtree(folder)


def is_left(folder: Path) -> bool:
    """Return whether no process holds the lock of a folder."""
    with open(os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW), "rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
