"""JSON lines: one object a line. Only the fields that are needed are decoded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.blocks import (
    DocumentBlock,
    Rejection,
    choose_values,
    explain_encoding,
    is_valid_utf8,
    list_names,
    name_ids,
)
from dedup.corpus.json_checks import (
    LINE_FEED,
    TOO_DEEP,
    explain_malformed,
    find_deep_lines,
    holds_objects_only,
    name_type,
)
from dedup.corpus.lines import explain_length, read_whole_lines
from dedup.corpus.nested import ABSENT, make_getter, pick
from dedup.corpus.rejections import explain_no_field
from dedup.errors import InputError
from dedup.kernels.unescape import PADDING, unescape

BOM = b"\xef\xbb\xbf"
MAX_SHOWN = 40  # digits of a number
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


def refuse_name(name: str) -> None:
    """Raise `InputError` for the name of a field that the JSON reader cannot look for."""
    if any(mark in '"\\' or mark < " " or "\ud800" <= mark <= "\udfff" for mark in name):
        raise InputError(
            f"the name of a field, {name!a}, has a quote, a backslash, a control character or what is no UTF-8, "
            "which is not supported for JSON lines. Name another field."
        )


class RecordPlaces(NamedTuple):
    """Where records are: the place of the file in the shard (int32[n]); number, first byte, length (int64[n] each)."""

    files: npt.NDArray[np.int32]
    numbers: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    def reject(self, index: int, reason: str) -> Rejection:
        """Return the rejection of one record."""
        file, *place = (int(column[index]) for column in self)
        return Rejection(file, *place, reason)  # type: ignore[call-arg, arg-type]

    def take(self, rows: npt.NDArray[np.int64]) -> "RecordPlaces":
        """Return where some records are."""
        return RecordPlaces(self.files[rows], self.numbers[rows], self.starts[rows], self.lengths[rows])


class RecordBytes(NamedTuple):
    """The bytes of records, where each begins and ends there (int64[n]), and how all of them are decoded at once."""

    data: bytes
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    decode: Callable[[bytes], list[Any]]


class RecordReader:
    """Reads blocks of JSON lines into documents; bad lines are set aside, each with its reason.

    A block without a bad line is read fast: one call cuts all lines into fields, one kernel turns the texts into UTF-8.
    Any other block is read line by line. If a line names a field twice, its last value counts.
    """

    def __init__(self, config: InputConfig, roles: Mapping[str, str]) -> None:
        self._config = config
        raw = msgspec.Raw
        named = list_names(config, roles)
        wanted = [config.text_field, config.id_field, *chain.from_iterable(named.values())]
        heads = [name.partition(".")[0] for name in wanted if "." in name]
        # Two roles may name one field, and one may name the id or the text: a field is decoded once.
        attributes = {name: f"field{number}" for number, name in enumerate(dict.fromkeys([*wanted, *heads]))}
        for name in attributes:
            refuse_name(name)
        text = attributes[config.text_field]
        fields: list[tuple[str, type, Any]] = [(attribute, raw, ABSENT) for attribute in attributes.values()]
        if "." not in config.text_field:
            fields[0] = (text, raw, msgspec.NODEFAULT)
        rename = {attribute: name for name, attribute in attributes.items()}
        getters = {
            name: make_getter(name, attributes[name], attributes[name.partition(".")[0]] if "." in name else None)
            for name in wanted
        }
        self._text, self._id = getters[config.text_field], getters[config.id_field]
        self._roles = {role: [getters[name] for name in names] for role, names in named.items()}
        record = msgspec.defstruct("Record", fields, rename=rename, gc=False)
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(record)
        self._list_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(list[record])  # type: ignore[valid-type]

    def read(self, stream: BinaryIO, start: int, stop: int | None, path: str) -> Iterator[DocumentBlock]:
        """Yield the documents whose lines start in [start, stop) of a stream that is positioned at `start`."""
        num_lines = 0
        longest = self._config.max_record
        for run in read_whole_lines(stream, start, stop, path, longest):
            if run.data:
                block = self._parse(run.start, run.data, num_lines)
            else:
                bad = Rejection(0, num_lines + 1, run.start, run.length, explain_length(longest))
                block = DocumentBlock.without_documents(bad, 1)
            num_lines += block.num_lines
            del run  # its bytes, before anything is made of the texts
            yield block

    def _parse(self, start: int, data: bytes, lines_before: int) -> DocumentBlock:
        if start == 0 and data.startswith(BOM):
            # The mark belongs to the file, not to its first record.
            data = data[len(BOM) :]
            start = len(BOM)
        ends = find_line_ends(data)
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
        numbers = np.arange(lines_before + 1, lines_before + len(ends) + 1, dtype=np.int64)
        places = RecordPlaces(np.zeros(len(ends), np.int32), numbers, start + starts, ends - starts)
        return self._parse_records(RecordBytes(data, starts, ends, self._decoder.decode_lines), places)

    def parse_values(self, values: Sequence[bytes], places: "RecordPlaces") -> DocumentBlock:
        """Return the documents that values of JSON files are; one that is too long is empty here."""
        data = b",".join(values)
        sizes = np.array([len(value) for value in values], np.int64)
        ends = np.cumsum(sizes + 1) - 1

        def decode(joined: bytes) -> list[Any]:
            return self._list_decoder.decode(b"[" + joined + b"]")  # type: ignore[no-any-return]

        return self._parse_records(RecordBytes(data, ends - sizes, ends, decode), places)

    def _parse_records(self, records: "RecordBytes", places: "RecordPlaces") -> DocumentBlock:
        data, starts, ends = records.data, records.starts, records.ends
        refused = dict.fromkeys(find_deep_lines(data, starts, ends), TOO_DEEP)
        long = np.flatnonzero(places.lengths > self._config.max_record)
        refused |= dict.fromkeys(long.tolist(), explain_length(self._config.max_record))
        parsed = None if refused else self._parse_all(records)
        rejections: list[Rejection] = []
        num_lines, good = len(starts), None
        if parsed is None:
            parsed, good, bad = self._parse_each(data, starts, ends, refused)
            rejections = [places.reject(i, reason) for i, reason in bad]
            places = places.take(good)
        found, texts = parsed
        return DocumentBlock(
            texts=texts,
            ids=name_ids(self._id(found)),
            fields={role: choose_values(get(found) for get in getters) for role, getters in self._roles.items()},
            files=places.files,
            lines=places.numbers,
            starts=places.starts,
            lengths=places.lengths,
            num_lines=num_lines,
            rejections=rejections,
        )

    def _parse_all(self, given: "RecordBytes") -> tuple[list[Any], pa.Array] | None:
        """Return the records of lines that are all good, and their texts; None where any is not."""
        if not (holds_objects_only(given.data, given.starts, given.ends) and is_valid_utf8(given.data)):
            return None
        try:
            records = given.decode(given.data)
        except UNREADABLE:
            return None
        if len(records) != len(given.starts):
            return None
        texts = decode_strings(self._text(records))
        return None if texts is None else (records, texts)

    def _parse_each(
        self, data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], refused: Mapping[int, str]
    ) -> tuple[tuple[list[Any], pa.Array], npt.NDArray[np.int64], list[tuple[int, str]]]:
        """Decode line by line, but for those in `refused`: the reason, by the index of the line.

        Return (records, texts), the indices of their lines, and the bad lines with reasons.
        """
        records, texts, good = [], [], []
        bad: list[tuple[int, str]] = []
        first = np.frombuffer(data or b"\0", np.uint8)[np.minimum(starts, max(len(data) - 1, 0))]
        filled = np.flatnonzero((ends - starts > 1) | (first != LINE_FEED))
        for index, start, end in zip(filled.tolist(), starts[filled].tolist(), ends[filled].tolist(), strict=True):
            line = data[start:end].removesuffix(b"\n")
            if index in refused:
                bad.append((index, refused[index]))
                continue
            if not line.strip():
                continue  # a blank line is no record: it stays where it is
            try:
                if not is_valid_utf8(line):
                    line.decode()  # says where
                record = self._decoder.decode(line)
                [raw] = self._text([record])
                if not raw:
                    raise ValueError(explain_no_field(self._config.text_field))
                text = msgspec.json.decode(raw, type=str)
            except UNREADABLE as error:
                bad.append((index, self._explain(line, error)))
            else:
                records.append(record)
                texts.append(text)
                good.append(index)
        return (records, pa.array(texts, pa.large_string())), np.array(good, np.int64), bad

    def _explain(self, line: bytes, error: Exception) -> str:
        """Return the reason for which a line was set aside."""
        if isinstance(error, msgspec.ValidationError):
            try:
                return self._explain_invalid(line)
            except UNREADABLE as problem:
                return explain_malformed(line, str(problem))
        if isinstance(error, (msgspec.DecodeError, RecursionError)):
            return explain_malformed(line, str(error))
        return explain_encoding(error) if isinstance(error, UnicodeDecodeError) else str(error)

    def _explain_invalid(self, line: bytes) -> str:
        """Return why a line of JSON is no document. No value of it becomes an object: that can be 16 times as long."""
        value = bytes(msgspec.json.decode(line, type=msgspec.Raw))
        if name_type(value) != "an object":
            return f"the line is {name_type(value)}, not an object"
        field = self._config.text_field
        text = pick(value, field)
        if not text:
            return explain_no_field(field)
        words = name_type(text)
        shown = f" ({text[:MAX_SHOWN].decode()})" if words == "a number" else ""
        return f'field "{field}" is {words}{shown}, not a text'


def find_line_ends(data: bytes) -> npt.NDArray[np.int64]:
    """Return where each line ends, its line feed included; the last one may lack it."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == LINE_FEED) + 1
    return ends if ends.size and ends[-1] == len(data) else np.append(ends, len(data))


def decode_strings(values: Sequence[msgspec.Raw | bytes]) -> pa.Array | None:
    """Return valid JSON values as a large_string array; None where any is not a string."""
    data = np.frombuffer(b"".join([*values, bytes(PADDING)]), np.uint8)
    texts, offsets = np.empty(data.size, np.uint8), np.empty(len(values) + 1, np.int64)
    if unescape(data, texts, offsets) < len(values):
        return None
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(texts)]
    return pa.Array.from_buffers(pa.large_string(), len(values), buffers)
