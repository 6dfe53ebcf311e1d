"""Paths that a file of OUT names: each stays within its folder, and no symbolic link is followed on the way."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from dedup.errors import InputError


def confine(folder: Path, name: str) -> Path:
    """Return `folder/name`; a name that leads out, a link below the folder or no regular file is an `InputError`.

    A file that is not there is no error here. The folder itself is the user's word, and may be a link.
    """
    refuse_name(folder, name)
    path = folder
    parts = PurePosixPath(name).parts
    for part in parts:
        path = path / part
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            break
        if stat.S_ISLNK(mode):
            raise InputError(f"{path}: is a symbolic link, which no run writes. It is not followed.")
        if part is parts[-1] and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise InputError(f"{path}: is no regular file, and no run writes another. It is not read.")
    return folder / name


def refuse_name(place: Path, name: str) -> None:
    """Raise `InputError` for a name that is no plain path below a folder: absolute, with `..`, empty."""
    parts = name.split("/")
    if "\0" in name or any(part in {"", ".", ".."} for part in parts):
        raise InputError(f"{place}: names {name!a}, which is no path within it. It was not written by `dedup clean`.")


def refuse_names(place: Path, names: Sequence[str]) -> None:
    """Raise `InputError` for names that lead out of a folder, or of which two cannot be files side by side."""
    for name in names:
        refuse_name(place, name)
    taken = set(names)
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    if len(taken) < len(names) or taken & folders:
        raise InputError(f"{place}: names one place for two files. It was not written by `dedup clean`.")
