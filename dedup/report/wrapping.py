"""Styled text laid out in columns of a terminal."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from dedup.text.words import split_words


class Style(StrEnum):
    """What a piece of text is."""

    PLAIN = "plain"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED = "moved"
    FAINT = "faint"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one style."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Piece, ...]

# Every common colour blindness distinguishes blue and yellow. Underline and strike-through need no colour.
_CODES = {
    Style.INSERTED: "\x1b[34;1;4m",
    Style.DELETED: "\x1b[33;9m",
    Style.MOVED: "\x1b[35m",
    Style.FAINT: "\x1b[2m",
    Style.STRONG: "\x1b[1m",
}
_TYPOGRAPHY = dict.fromkeys(map(ord, "“”‘’–—…"))
_RESET = "\x1b[0m"
_SIGNS = {Style.INSERTED: ("{+", "+}"), Style.DELETED: ("[-", "-]")}


def show_white_space(text: str) -> str:
    r"""Return white space made visible.

    >>> show_white_space("\r\n ")
    '␍⏎·'
    """
    signs = {" ": "·", "\n": "⏎", "\r": "␍", "\t": "→", "\u00a0": "⍽"}
    return "".join(
        signs.get(character, f"<U+{ord(character):04X}>") if character.isspace() else character for character in text
    )


def measure_width(text: str) -> int:
    """Return how many columns the text takes: marks none, wide characters two.

    >>> measure_width("日本"), measure_width("e\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(map(_measure_character, text))


def wrap_pieces(pieces: Iterable[Piece], width: int) -> list[Line]:
    """Return the pieces as lines no wider than `width`, broken at white space where there is some."""
    lines: list[list[Piece]] = [[]]
    used = 0
    for token, style in _iterate_tokens(pieces):
        columns = measure_width(token)
        if used + columns > width and used:
            lines.append([])
            used = 0
            if token.isspace():
                continue
        for part in _break_token(token, columns, width):
            if used and used + measure_width(part) > width:
                lines.append([])
                used = 0
            lines[-1].append(Piece(part, style))
            used += measure_width(part)
    return [_join_styles(line) for line in lines]


def paint(line: Sequence[Piece], *, is_coloured: bool) -> str:
    """Return one line with colour codes, or with `{+ +}` and `[- -]` where there is no colour."""
    if is_coloured:
        return "".join(
            f"{_CODES[piece.style]}{piece.text}{_RESET}" if piece.style in _CODES else piece.text for piece in line
        )
    signed = ((*_SIGNS.get(piece.style, ("", "")), piece.text) for piece in line)
    return "".join(f"{before}{text}{after}" for before, after, text in signed)


def pad(line: Sequence[Piece], width: int) -> Line:
    """Return the line filled with spaces to `width` columns."""
    missing = width - sum(measure_width(piece.text) for piece in line)
    return (*line, Piece(" " * max(0, missing)))


def hang(head: str, lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines behind a head, which only the first one has."""
    for number, line in enumerate(lines):
        yield (Piece(head if number == 0 else " " * len(head)), *line)


def add_signs(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces with their `{+ +}` and `[- -]` as part of the text, for wrapping without colour."""
    for piece in pieces:
        before, after = _SIGNS.get(piece.style, ("", ""))
        yield Piece(f"{before}{piece.text}{after}", Style.PLAIN if before else piece.style)


def _measure_character(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _iterate_tokens(pieces: Iterable[Piece]) -> Iterator[tuple[str, Style]]:
    for piece in pieces:
        for token in re.findall(r"\s+|\S+", piece.text):
            words = [token] if token.translate(_TYPOGRAPHY).isascii() else split_words(token)
            yield from ((" " if word.isspace() else word, piece.style) for word in words)


def _break_token(token: str, columns: int, width: int) -> Iterator[str]:
    """Yield the token whole, or cut where it is wider than a line."""
    if columns <= width:
        yield token
        return
    step = max(1, width // 2)
    yield from (token[start : start + step] for start in range(0, len(token), step))


def _join_styles(line: Sequence[Piece]) -> Line:
    runs = groupby(line, key=attrgetter("style"))
    return tuple(Piece("".join(piece.text for piece in run), style) for style, run in runs)
