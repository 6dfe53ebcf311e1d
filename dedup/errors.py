"""The tree of errors.

`DedupError` is for users: one line that says what, where, which value and what to do.
Callers of the library who pass a wrong argument get `ValueError`; our own broken invariants are `assert`.
"""


class DedupError(Exception):
    """Something the user can put right; the command line prints it as one line and exits with 2."""


class CutOffError(DedupError):
    """The machine ended the work: no memory, no disk. `clean` can go on with it, and the command line says so."""


class InputError(DedupError):
    """The input cannot be read: no such file, unknown format, broken compression, missing column."""


class OutputError(DedupError):
    """The output cannot be written: folder in use, read-only, disk full."""
