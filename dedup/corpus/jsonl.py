"""JSON lines: one object a line. Only the fields that are needed are decoded."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.blocks import Block, Rejection, explain_utf8, is_valid_utf8, read_whole_lines

BOM = b"\xef\xbb\xbf"
JSON_TYPES = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "a truth value",
    type(None): "null",
}
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
SCALAR_STARTS = frozenset(b'"-0123456789n')  # text, number or null: what an id may be


class RecordReader:
    """Reads blocks of JSON lines into documents; bad lines are set aside, each with its reason."""

    def __init__(self, config: InputConfig, roles: Mapping[str, str]) -> None:
        self._config = config
        raw = msgspec.Raw
        fields: list[tuple[str, type, Any]] = [("text", str, msgspec.NODEFAULT), ("id", raw, raw())]
        rename = {"text": config.text_field, "id": config.id_field}
        # Two roles may name one field, and one may name the id: a field is decoded once.
        attributes = {config.id_field: "id"}
        for field in roles.values():
            if field not in attributes:
                attributes[field] = f"field{len(attributes)}"
                fields.append((attributes[field], raw, raw()))
                rename[attributes[field]] = field
        self._roles = {role: attributes[field] for role, field in roles.items()}
        record = msgspec.defstruct("Record", fields, rename=rename, gc=False)
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(record).decode

    def read(self, stream: BinaryIO, start: int, stop: int | None, path: str) -> Iterator[Block]:
        """Yield the documents whose lines start in [start, stop) of a stream that is positioned at `start`."""
        num_lines = 0
        for position, data in read_whole_lines(stream, start, stop, path):
            block = self._parse(position, data, num_lines)
            num_lines += block.num_lines
            yield block

    def _parse(self, start: int, data: bytes, lines_before: int) -> Block:
        lines = data.split(b"\n")
        lengths = np.fromiter(map(len, lines), np.int64, len(lines)) + 1
        if lines[-1] == b"":
            lines.pop()
            lengths = lengths[:-1]
        else:
            lengths[-1] -= 1  # the file ends without a line end
        starts = start + np.cumsum(lengths) - lengths
        if start == 0 and data.startswith(BOM):
            # The mark belongs to the file, not to its first record.
            lines[0] = lines[0][len(BOM) :]
            starts[0] += len(BOM)
            lengths[0] -= len(BOM)
        numbers = np.arange(lines_before + 1, lines_before + len(lines) + 1, dtype=np.int64)
        try:
            if not is_valid_utf8(data):
                raise ValueError
            records = [self._decode(line) for line in lines]
            ids = [bytes(record.id) for record in records]
            if not all(not i or i[0] in SCALAR_STARTS for i in ids):
                raise ValueError
            rejections: list[Rejection] = []
        except UNREADABLE:
            records, good, rejections = self._parse_each(lines, starts, lengths, numbers)
            ids = [bytes(record.id) for record in records]
            starts, lengths, numbers = starts[good], lengths[good], numbers[good]
        return Block(
            texts=pa.array([record.text for record in records], pa.large_string()),
            ids=[b"" if i == b"null" else i for i in ids],
            fields={role: [bytes(getattr(r, attribute)) for r in records] for role, attribute in self._roles.items()},
            files=np.zeros(len(records), np.int32),
            lines=numbers,
            starts=starts,
            lengths=lengths,
            num_lines=len(lines),
            rejections=rejections,
        )

    def _parse_each(
        self, lines: list[bytes], starts: np.ndarray, lengths: np.ndarray, numbers: np.ndarray
    ) -> tuple[list[Any], np.ndarray, list[Rejection]]:
        """Decode line by line; return the records, the indices of their lines, and the rejected ones."""
        records, good, rejections = [], [], []
        for index, line in enumerate(lines):
            if not line.strip():
                continue  # a blank line is no record: it stays where it is
            try:
                line.decode()
                record = self._decode(line)
                if record.id and bytes(record.id)[0] not in SCALAR_STARTS:
                    raise ValueError(f'field "{self._config.id_field}" is neither a text nor a number')
            except UNREADABLE as error:
                reason = self._explain(line, error)
                raw = line + b"\n" * int(lengths[index] > len(line))
                rejections.append(Rejection(0, int(numbers[index]), int(starts[index]), reason, raw))
            else:
                records.append(record)
                good.append(index)
        return records, np.array(good, np.int64), rejections

    def _explain(self, line: bytes, error: Exception) -> str:
        """Return the reason for which a line was set aside."""
        field = self._config.text_field
        if isinstance(error, msgspec.ValidationError):
            try:
                value = msgspec.json.decode(line)
            except UNREADABLE as problem:
                return explain_malformed(line, str(problem))
            return explain_invalid(value, field)
        if isinstance(error, (msgspec.DecodeError, RecursionError)):
            return explain_malformed(line, str(error))
        return explain_utf8(error) if isinstance(error, UnicodeDecodeError) else str(error)


def explain_invalid(value: object, field: str) -> str:
    """Return why a JSON value is no document."""
    if not isinstance(value, dict):
        return f"the line is {JSON_TYPES[type(value)]}, not an object"
    if field not in value:
        return f'no field "{field}"'
    if isinstance(value[field], str):
        return f'field "{field}" stands twice, and not every time as a text'
    return f'field "{field}" is {describe_value(value[field])}, not a text'


def explain_malformed(line: bytes, message: str) -> str:
    """Return why a line is no JSON, from msgspec's message."""
    if "recursion" in message:
        return "malformed JSON (nested too deeply)"
    if has_lone_surrogate(line):
        return "a lone surrogate (\\ud800 to \\udfff without its other half) is not a character"
    if "truncated" in message:
        return "malformed JSON (the line ends too early)"
    return f"malformed JSON ({message.removeprefix('JSON is malformed: ')})"


def describe_value(value: object) -> str:
    """Return the JSON type of a value in words, a number with its value."""
    words = JSON_TYPES[type(value)]
    return f"{words} ({value})" if words == "a number" else words


def has_lone_surrogate(line: bytes) -> bool:
    """Return whether the line is JSON but for an escaped surrogate without its other half."""
    import json  # noqa: PLC0415 (the standard library's reader lets lone surrogates pass; needed for bad lines only)

    try:
        text = json.dumps(json.loads(line), ensure_ascii=False)
    except (ValueError, RecursionError):
        return False
    return any("\ud800" <= character <= "\udfff" for character in text)
