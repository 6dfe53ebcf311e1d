"""Names of files in the output: below `kept/`, side by side."""

import os
from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple


class NamedPath(NamedTuple):
    """A path as it is opened, and its name below `kept/` unless that collides."""

    path: str
    name: str


def choose_names(found: Sequence[NamedPath]) -> list[str]:
    """Return an output name for each file: its own, or its path below the common folder where names collide.

    Two paths can be one in letters and two on the disk: `..` after a symbolic link. Then each file gets a folder.
    """
    names = [name for _, name in found]
    if are_apart(names):
        return names
    paths = [os.path.abspath(path) for path, _ in found]
    common = os.path.commonpath([os.path.dirname(path) for path in paths])
    below = [PurePath(os.path.relpath(path, common)).as_posix() for path in paths]
    return below if are_apart(below) else [f"{number}/{PurePath(path).name}" for number, path in enumerate(paths, 1)]


def leads_out(name: str) -> bool:
    """Return whether a name is no plain relative path: absolute, with `..`, or of no file.

    >>> leads_out("day/news.jsonl"), leads_out("../news.jsonl"), leads_out("")
    (False, True, True)
    """
    return "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/"))


def are_apart(names: Sequence[str]) -> bool:
    """Return whether relative paths can be files side by side."""
    return find_clash(names) is None


def find_clash(names: Sequence[str]) -> str | None:
    """Return a relative path that two files would have, or a file and a folder of another file; None for none."""
    taken: set[str] = set()
    for name in names:
        if name in taken:
            return name
        taken.add(name)
    folders: set[str] = set()
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            if folder in taken:
                return folder
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return None
