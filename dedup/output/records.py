"""The lines of `removed.jsonl`, `rejected.jsonl` and `clusters.jsonl`: written here, read here."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec

from dedup.corpus.delimited import TableLayout
from dedup.corpus.values import DocumentName
from dedup.errors import InputError
from dedup.model.documents import SEEN_IN_INDEX, CopyRelation

Raw = msgspec.Raw
AROUND_VALUES = b" \t\r\n,[]"  # of objects
LINE_END = ("", "\n")
LINES_BUFFER = 1 << 18
MAX_RAW = 1 << 20  # bytes of a rejected record that stand in its line
UNKNOWN = -1  # offset or length, which is left out then: Spark's readers do not give it
MAX_QUOTED = 8  # conflicts of a pair that a record has: more say no more


Line = Annotated[int, msgspec.Meta(ge=1, lt=1 << 40)]  # from 1
Offset = Annotated[int, msgspec.Meta(ge=UNKNOWN, lt=1 << 62)]  # or length, in bytes or rows
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Witness(msgspec.Struct, frozen=True, omit_defaults=True):
    """The kept document that justifies a removal; `run` added it, if it is in an index."""

    id: Raw
    path: str
    line: Line
    run: str | None = None


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a record was: line or row from 1, and its first byte in the decompressed file (row from 0 in Parquet)."""

    path: str
    line: Line
    offset: Offset = UNKNOWN


class RemovedRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `removed.jsonl`.

    covered share of the document that passages of the witness cover, of a contained one
    novel_words, novel_share, novel_run  how many of its words the witness lacks, their share, the most in a row
    conflicts  places with another number, date or name: the words of this document, those of the witness
    num_conflicts  how many of these there are, of which `conflicts` has eight
    other_facts  how many places have another number or date
    record  the whole record: the JSON of a JSONL line unchanged, else its fields as an object
    around  white space and commas before and after that JSON, if it is not the usual ("", newline)
    raw     the unchanged bytes of a CSV record, and of JSON on several lines
    """

    id: Raw
    source: Source
    reason: str
    relation: str
    witness: Witness
    similarity: Share
    record: Raw
    covered: Share | None = None
    novel_words: Offset = 0
    novel_share: Share | None = None
    novel_run: Offset = 0
    conflicts: tuple[tuple[str, str], ...] = ()
    num_conflicts: Offset = 0
    other_facts: Offset = 0
    around: tuple[str, str] = LINE_END
    raw: str | None = None


class EditedRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of `edited.jsonl`: a kept record whose text was cut, as it was; fields as in `RemovedRecord`.

    length  bytes of its replacement in `kept/` (0 in a Parquet or text file)
    """

    id: Raw
    source: Source
    length: Offset = UNKNOWN
    record: Raw
    around: tuple[str, str] = LINE_END
    raw: str | None = None


class RejectedRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of `rejected.jsonl`: `raw` is the record as it was, `raw_base64` where it is not UTF-8.

    set_aside  bytes of a record of more than MAX_RAW: they are in `set_aside/`, not here
    """

    path: str
    line: Line
    offset: Offset = UNKNOWN
    error: str
    raw: str = ""
    raw_base64: str | None = None
    set_aside: int = 0


class ClusterMember(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document of a cluster; `run` added it, if it is in an index."""

    id: Raw
    path: str
    line: Line
    similarity: Share
    run: str | None = None


class ClusterRecord(msgspec.Struct, frozen=True):
    """One line of `clusters.jsonl`; the first member is the representative itself."""

    cluster: int
    representative: Raw
    members: list[ClusterMember]


def encode_line(record: object) -> bytes:
    """Return the record as one JSON line."""
    return msgspec.json.encode(record) + b"\n"


def write_lines(path: Path, records: Iterable[object]) -> None:
    """Write a JSON line for each record."""
    with path.open("wb", LINES_BUFFER) as file:
        file.writelines(map(encode_line, records))


def witness_of(name: DocumentName) -> Witness:
    """Return a document's name as a witness."""
    return Witness(Raw(name.raw_id), name.path, name.line, name.run)


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision to remove one document: its witness, `CopyRelation`, similarity, and the share that is covered.

    Words of its own: how many, of how many, and how many in a row.
    """

    witness: DocumentName
    relation: int
    similarity: float
    covered: float = 0.0
    novel_words: int = 0
    novel_run: int = 0
    num_words: int = 0
    conflicts: tuple[tuple[str, str], ...] = ()
    other_facts: int = 0

    @property
    def novel_share(self) -> float | None:
        """Return the share of words of its own, None if there are none."""
        return round(self.novel_words / self.num_words, 4) if self.novel_words else None


def describe_removal(name: DocumentName, offset: int, decision: Decision, whole: "WholeRecord") -> RemovedRecord:
    """Return the record of one removal."""
    label, reason = describe_relation(decision.relation)
    witness = decision.witness
    return RemovedRecord(
        id=Raw(name.raw_id),
        source=Source(name.path, name.line, offset),
        reason=reason if witness.run is None else SEEN_IN_INDEX,
        relation=label,
        witness=witness_of(witness),
        similarity=decision.similarity,
        covered=decision.covered if decision.relation == CopyRelation.CONTAINED else None,
        novel_words=decision.novel_words,
        novel_share=decision.novel_share,
        novel_run=decision.novel_run,
        conflicts=decision.conflicts[:MAX_QUOTED],
        num_conflicts=len(decision.conflicts),
        other_facts=decision.other_facts,
        record=whole.record,
        around=whole.around,
        raw=whole.raw,
    )


@cache
def describe_relation(relation: int) -> tuple[str, str]:
    """Return the label and the reason of a relation."""
    return CopyRelation(relation).label, CopyRelation(relation).reason


def describe_member(name: DocumentName, similarity: float) -> ClusterMember:
    """Return a document as a member of a cluster."""
    return ClusterMember(Raw(name.raw_id), name.path, name.line, similarity, name.run)


def describe_rejection(path: str, line: int, offset: int, error: str, raw: bytes) -> RejectedRecord:
    """Return the record of one rejection."""
    try:
        text, encoded = raw.decode(), None
    except UnicodeDecodeError:
        text, encoded = "", base64.b64encode(raw).decode()
    return RejectedRecord(path=path, line=line, offset=offset, error=error, raw=text, raw_base64=encoded)


def refuse_rejection(path: str, line: int, error: str) -> NoReturn:
    """Raise `InputError` on a record that cannot be read, for `--strict`."""
    raise InputError(f"{path}, line {line}: {error}. Without --strict it is set aside.")


def rejected_bytes(record: RejectedRecord) -> bytes:
    """Return the bytes that `describe_rejection` stored."""
    return record.raw.encode() if record.raw_base64 is None else base64.b64decode(record.raw_base64)


@dataclass(frozen=True, slots=True)
class WholeRecord:
    """A record as `removed.jsonl` and `edited.jsonl` store it: see `RemovedRecord`."""

    record: Raw
    around: tuple[str, str]
    raw: str | None


def wrap_record(raw: bytes, file_format: str, layout: TableLayout | None) -> WholeRecord:
    """Return the bytes of a record ready to be stored; `layout` is that of a table."""
    if layout is not None:
        return WholeRecord(Raw(msgspec.json.encode(layout.parse_record(raw))), LINE_END, raw.decode())
    if file_format == "parquet":
        return WholeRecord(Raw(raw), LINE_END, None)
    if file_format == "txt":
        text = raw.decode()
        mark = text[:1] if text.startswith("\ufeff") else ""
        return WholeRecord(Raw(msgspec.json.encode({"text": text.removeprefix(mark)})), (mark, ""), None)
    record, around = split_json_line(raw)
    if b"\n" in record or b"\r" in record:  # of a JSON file: here it has to be on one line
        return WholeRecord(Raw(msgspec.json.format(record, indent=-1)), LINE_END, raw.decode())
    return WholeRecord(Raw(record), around, None)


def split_json_line(line: bytes) -> tuple[bytes, tuple[str, str]]:
    """Return the JSON of a line, or of an element of a list, and what is before and after it."""
    rest = line.lstrip(AROUND_VALUES)
    record = rest.rstrip(AROUND_VALUES)
    around = (line[: len(line) - len(rest)].decode(), rest[len(record) :].decode())
    return record, LINE_END if around == LINE_END else around  # the default itself is what is left out


def original_bytes(record: RemovedRecord | EditedRecord, file_format: str) -> bytes:
    """Return the bytes of a removed or edited record in its (decompressed) file."""
    if record.raw is not None:
        return record.raw.encode()
    in_json = file_format != "txt"
    body = bytes(record.record) if in_json else str(msgspec.json.decode(record.record)["text"]).encode()
    before, after = record.around
    return before.encode() + body + after.encode()
