"""What is wrong with lines of JSON, and whether all of them are right."""

import re

import numpy as np
import numpy.typing as npt

LINE_FEED, CARRIAGE_RETURN = 10, 13
JSON_TYPES = dict.fromkeys((b"t", b"f"), "a truth value") | {
    b"{": "an object",
    b"[": "a list",
    b'"': "a text",
    b"n": "null",
}
MAX_DEPTH = 920  # levels of lists and objects; Python's own limit depends on who calls
TOO_DEEP = f"nested too deeply (more than {MAX_DEPTH} levels)"
MAX_EXPLAINED = 1 << 20  # bytes of a line that is taken apart to say what is wrong with it
JSON_PIECE = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
BYTE, NO_VALUE = re.compile(r"\(byte (\d+)\)"), re.compile(rb"NaN|Infinity")
OPENING, CLOSING = frozenset((b"[", b"{")), frozenset((b"]", b"}"))


def find_deep_lines(data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> frozenset[int]:
    """Return the indices of the lines that are nested more than MAX_DEPTH levels deep.

    A line cannot be deeper than it has opening brackets, nor than all have but for one in each other object. So few
    lines are looked at closely.
    """
    view = np.frombuffer(data, np.uint8)
    objects = int((view[starts[starts < view.size]] == ord("{")).sum())
    if data.count(b"{") + data.count(b"[") - max(objects - 1, 0) <= MAX_DEPTH:
        return frozenset()
    if len(starts) == 1:  # it may be long: places of all its brackets would be eight times as long
        return frozenset([0] if measure_depth(data) > MAX_DEPTH else [])
    opening = np.flatnonzero((view | (ord("{") ^ ord("["))) == ord("{"))
    many = np.searchsorted(opening, ends) - np.searchsorted(opening, starts) > MAX_DEPTH
    return frozenset(i for i in np.flatnonzero(many).tolist() if measure_depth(data[starts[i] : ends[i]]) > MAX_DEPTH)


def measure_depth(line: bytes) -> int:
    r"""Return how many levels of lists and objects a line has; what is inside texts does not count.

    >>> measure_depth(b'{"a": [[1], "[[[\"["]}')
    3
    """
    depth = deepest = 0
    for found in JSON_PIECE.finditer(line):
        piece = found.group()
        if piece in OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif piece in CLOSING:
            depth -= 1
    return deepest


def holds_objects_only(data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> bool:
    """Return whether every line begins with { and ends with }.

    If so, and if all is valid JSON, no object crosses a line end: inside an object a { after a } needs a comma between
    them. As many objects as lines then means one in each.
    """
    if not data:
        return False
    view = np.frombuffer(data, np.uint8)
    lasts = ends - 1 - (view[ends - 1] == LINE_FEED)
    if (lasts < starts).any():
        return False
    lasts -= view[lasts] == CARRIAGE_RETURN
    return bool(((view[starts] == ord("{")) & (view[lasts] == ord("}"))).all())


def explain_malformed(line: bytes, message: str) -> str:
    """Return why a line is no JSON, from msgspec's message."""
    if "recursion" in message:
        return "malformed JSON (nested too deeply)"
    if len(line) <= MAX_EXPLAINED and has_lone_surrogate(line):
        return "a lone surrogate (\\ud800 to \\udfff without its other half) is not a character"
    place = BYTE.search(message)
    value = NO_VALUE.match(line, int(place[1])) if place else None
    if value:
        return f"{value[0].decode()} is no value of JSON, though Python writes it: write null"
    if "truncated" in message:
        return "malformed JSON (the line ends too early)"
    return f"malformed JSON ({message.removeprefix('JSON is malformed: ')})"


def name_type(value: bytes) -> str:
    """Return the type of a JSON value in words: its first character tells it."""
    return JSON_TYPES.get(value.lstrip()[:1], "a number")


def has_lone_surrogate(line: bytes) -> bool:
    """Return whether the line is JSON but for an escaped surrogate without its other half."""
    import json  # noqa: PLC0415 (the standard library's reader lets lone surrogates pass; needed for bad lines only)

    try:
        text = json.dumps(json.loads(line), ensure_ascii=False)
    except (ValueError, RecursionError):
        return False
    return any("\ud800" <= character <= "\udfff" for character in text)
