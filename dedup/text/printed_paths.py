"""Paths as text, another one for each path, and back."""

import os
import re


def printable(path: str) -> str:
    r"""Return a path as text, another one for each path.

    Bytes that are not UTF-8 are written as \xNN, and so is a backslash that would read as such a byte.

    >>> printable("caf\udce9"), printable(r"caf\xe9")
    ('caf\\xe9', 'caf\\x5cxe9')
    """
    plain = re.sub(r"\\(x[0-9a-f]{2})", r"\\x5c\1", path)
    return os.fsencode(plain).decode("utf-8", "backslashreplace")


def name_on_disk(name: str) -> str:
    """Return the path of which `name` is the printable form."""
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), name.encode("utf-8", "surrogatepass"))
    return os.fsdecode(raw)
