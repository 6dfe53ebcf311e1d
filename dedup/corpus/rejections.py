"""Records that were set aside: counted by reason, and explained where no record has a text."""

import csv
import io
import json
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import msgspec

from dedup.config import InputConfig
from dedup.errors import InputError
from dedup.model.run import RejectionCounts
from dedup.text.control_characters import show_line

DETAIL = re.compile(r" \([^()]*(?:\([^()]*\)[^()]*)*\)")  # what a reason says of one record
PLAIN_NAME = re.compile(
    r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?"
)  # one that jq takes without quotation marks
OBJECTS = re.compile(rb"\[\s*\{")  # how a list of objects begins
LOOKED_AT, MAX_LINES = 1 << 20, 100  # bytes and records of a file in which fields are looked for
MAX_SHOWN = 20
# What the field of the text is called by others, the likeliest first.
TEXT_NAMES = ("text", "body", "content", "maintext", "article", "fulltext", "full_text", "article_body", "articlebody")


def count_reasons(num_documents: int, errors: Mapping[str, int]) -> RejectionCounts:
    """Return the counts of the records: so many are documents, the others were set aside with these errors.

    >>> count_reasons(1, {"malformed JSON (byte 2)": 1, "malformed JSON (byte 9)": 1}).by_reason
    {'malformed JSON': 2}
    """
    reasons: Counter[str] = Counter()
    for error, count in errors.items():
        reasons[DETAIL.sub("", error)] += count
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return RejectionCounts(num_documents + reasons.total(), dict(ordered))


def explain_no_field(name: str) -> str:
    """Return why a record without its text is set aside."""
    return f'no field "{name}"'


def explain_malformed_row(raw: bytes, delimiter: str) -> str:
    """Return what the csv module says of a record that is none."""
    lines, problem = io.StringIO(raw.decode("utf-8", "surrogateescape"), newline="\n"), ""
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        problem = f" ({error})"
    return f"malformed CSV{problem}"


def refuse_no_text(found: RejectionCounts, config: InputConfig, lines: Iterable[bytes]) -> None:
    """Raise `InputError` where no record has the text field. `lines` are some records as they are: they name others."""
    if found.rejected < found.read or found.commonest != explain_no_field(config.text_field):
        return
    lengths: Counter[str] = Counter()
    lists: Counter[str] = Counter()
    for line in lines:
        lengths.update(measure_fields(line))
        fields = cut_fields(line)
        inner = {f"{name}.{own}": part for name, raw in fields.items() for own, part in cut_fields(raw).items()}
        lists.update({name: len(raw) for name, raw in {**inner, **fields}.items() if OBJECTS.match(raw)})
    if not lengths:  # a table has the column, and a record of nothing at all has no other field to name
        return
    hint = suggest_field("--text-field ", config.text_field, lengths)
    if lists and max(lists.values()) > max(lengths.values()):
        name = max(lists, key=lambda name: lists[name])
        path = shlex.quote(f".{name}[]" if PLAIN_NAME.fullmatch(name) else f".[{json.dumps(name)}][]")
        hint = f'The documents may be those in the list "{show_line(name)}": take them out first, as with jq -c {path}.'
    raise InputError(f'no record has the field "{show_line(config.text_field)}"; {list_fields([*lengths])}. {hint}')


def measure_fields(line: bytes) -> dict[str, int]:
    """Return the fields of a line of JSON with the bytes of their texts; nothing of what is no object."""
    return {name: len(raw) if raw.startswith(b'"') else 0 for name, raw in cut_fields(line).items()}


def cut_fields(line: bytes) -> dict[str, bytes]:
    """Return the raw fields of a line of JSON; nothing of what is no object."""
    try:
        fields = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return {name: bytes(raw) for name, raw in fields.items()}


def list_fields(names: Sequence[str]) -> str:
    """Return which fields there are, in a clause."""
    shown = ", ".join(map(show_line, names[:MAX_SHOWN]))
    return f"there are: {shown}{', ...' if len(names) > MAX_SHOWN else ''}" if names else "there are none"


def suggest_field(option: str, wanted: str, lengths: Mapping[str, int], known: Sequence[str] = ()) -> str:
    """Return a sentence that names the likeliest field: one that is called like it, else the one with most text.

    `option` is what stands before its name on the command line.

    >>> suggest_field("--text-field ", "text", {"title": 9, "body": 5})
    'Did you mean --text-field body?'
    >>> suggest_field("--keep newest:", "dat", {"date": 0})
    'Did you mean --keep newest:date?'
    """
    name = find_likely(wanted, lengths, TEXT_NAMES if option == "--text-field " else known)
    if name is None:
        return f"Name it with {option.partition(' ')[0]}."
    return f"Did you mean {option}{show_line(shlex.quote(name))}?"


def find_likely(wanted: str, lengths: Mapping[str, int], known: Sequence[str] = ()) -> str | None:
    """Return a known name of a field, else one that is like the one that is wanted, else the one with most text."""
    by_plain = {plain(name): name for name in lengths}
    named = [by_plain[plain(name)] for name in known if plain(name) in by_plain]
    longest = [name for name in lengths if lengths[name] and lengths[name] == max(lengths.values())]
    return next(iter([*named, *get_close_matches(wanted, lengths, 1), *longest]), None)


def plain(name: str) -> str:
    """Return a name without case and without what joins its words."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")
