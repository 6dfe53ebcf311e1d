"""Two folders, file by file."""

import os
from collections.abc import Iterator
from pathlib import Path

from dedup.corpus.text_file import read_text_file
from dedup.diff.engine import diff_texts
from dedup.diff.ignored_changes import Ignored, ignore_changes
from dedup.errors import InputError
from dedup.report.diff.diff_stat import ComparedFile, PairState
from dedup.text.printed_paths import printable


def compare_folders(old: Path, new: Path, ignored: frozenset[Ignored]) -> Iterator[ComparedFile]:
    """Yield the files of two folders in the order of their paths; links are not followed."""
    sides = [set(list_files(folder)) for folder in (old, new)]
    for name in sorted(sides[0] | sides[1]):
        if name not in sides[0]:
            yield ComparedFile(printable(name), PairState.ADDED)
        elif name not in sides[1]:
            yield ComparedFile(printable(name), PairState.DROPPED)
        else:
            yield compare_files(name, old / name, new / name, ignored)


def compare_files(name: str, old: Path, new: Path, ignored: frozenset[Ignored]) -> ComparedFile:
    """Return what changed in one file."""
    try:
        diff = ignore_changes(diff_texts(read_text_file(str(old)), read_text_file(str(new))), ignored)
    except InputError as error:
        state = PairState.SAME if old.read_bytes() == new.read_bytes() else PairState.UNREADABLE
        return ComparedFile(printable(name), state, note=str(error))
    return ComparedFile(printable(name), PairState.CHANGED if diff.edits or diff.moves else PairState.SAME, diff)


def list_files(folder: Path) -> Iterator[str]:
    """Yield the paths of all regular files below a folder."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()
