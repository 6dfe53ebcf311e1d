"""What a credit is, and the lines in which it is looked for."""

from enum import StrEnum

import msgspec


class CreditKind(StrEnum):
    """How a text names a source; a quoted one is no credit."""

    FIELD = "field"
    DATELINE = "dateline"
    BYLINE = "byline"
    CREDIT = "credit"
    QUOTED = "quoted"


class Credit(msgspec.Struct, frozen=True):
    """A source that a text names: `text[start:end]` is the name as it is written; in a field both are 0.

    source    the agency, or the name as it is written where no table has it
    is_known  whether it counts even if the corpus has no outlet of this name: a name of the table, or a dated dateline
    says      whether it is the source that says what the text tells, of a quoted one: "according to Reuters"
    """

    source: str
    kind: CreditKind
    start: int
    end: int
    is_known: bool = True
    says: bool = False


class CreditLine(msgspec.Struct, frozen=True):
    """A line with text: where it begins, the line, how many such lines are before it and after it."""

    start: int
    text: str
    before: int
    after: int
