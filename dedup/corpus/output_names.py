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


def are_apart(names: Sequence[str]) -> bool:
    """Return whether relative paths can be files side by side: no two are one, and none is a folder of another."""
    taken = set(names)
    return len(taken) == len(names) and not any(str(p) in taken for name in names for p in PurePath(name).parents)
