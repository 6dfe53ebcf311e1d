"""How documents are called in the output."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentName:
    """How a document is called: its id as raw JSON, the path of its file, its line or row there (from 1).

    `run` is the run that brought it, of a document that an index holds.
    """

    raw_id: bytes
    path: str
    line: int
    run: str | None = None


NO_NAME = DocumentName(b"", "", 0)
