"""Text from files, spelled out where it could steer a terminal."""

import re

_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_STYLES = re.compile(r"(\x1b\[(?:0|1|2|35|33;9|34;1;4)m)")  # those of `report.wrapping`


def make_safe(text: str) -> str:
    r"""Return the text with control characters and direction overrides spelled out, so that it cannot steer a terminal.

    >>> make_safe("a\x1b[2Jb")
    'a<U+001B>[2Jb'
    """
    return _UNSAFE.sub(lambda found: f"<U+{ord(found.group()):04X}>", text)


def escape_json(text: str) -> str:
    r"""Return JSON with these characters as escapes: it means the same.

    >>> escape_json('["\u202e"]')
    '["\\u202e"]'
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def show_line(text: str) -> str:
    r"""Return the text safe, in one line.

    >>> show_line("a\n\x1b[2Jb")
    'a <U+001B>[2Jb'
    """
    return make_safe(" ".join(text.split()))


def make_printable(text: str) -> str:
    r"""Return the text without any control character but line feeds: for lines that people read.

    >>> make_printable("a\r\x1b[2Jb\tc")
    'a<U+000D><U+001B>[2Jb c'
    """
    return make_safe(text).replace("\t", " ").replace("\r", "<U+000D>")


def make_styled(text: str) -> str:
    r"""Return the same, but for the colours that we use ourselves.

    >>> make_styled("\x1b[35ma\x1b[0m\x1b[2J")
    '\x1b[35ma\x1b[0m<U+001B>[2J'
    """
    pieces = _STYLES.split(text)
    return "".join(piece if i % 2 else make_printable(piece) for i, piece in enumerate(pieces))
