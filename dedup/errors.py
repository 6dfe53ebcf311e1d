"""The tree of errors.

`DedupError` is for users: one line that says what, where, which value and what to do.
Callers of the library who pass a wrong argument get `ValueError`; our own broken invariants are `assert`.
"""

import re

CAN_BE_RESUMED = "--resume goes on from here"  # a note on an error that ended work which can be gone on with
FLAG = re.compile(r"(?<![\w-])(?:--([a-z]+(?:-[a-z]+)*)|-o)\b(?!-)")


class DedupError(Exception):
    """Something the user can put right; the command line prints its `message` as one line and exits with 2.

    As text it speaks to somebody who writes Python: the flags that the message names are arguments there.

    >>> str(DedupError("--shingle-size 0 is not between 1 and 100.")), str(DedupError("Name another file with -o."))
    ('shingle_size 0 is not between 1 and 100.', 'Name another file with out.')
    """

    @property
    def message(self) -> str:
        """Return what happened, in the words of the command line."""
        return super().__str__()

    def __str__(self) -> str:
        return FLAG.sub(lambda flag: (flag[1] or "out").replace("-", "_"), self.message)


class InputError(DedupError):
    """The input cannot be read: no such file, unknown format, broken compression, missing column."""


class OutputError(DedupError):
    """The output cannot be written: folder in use, read-only, disk full."""
