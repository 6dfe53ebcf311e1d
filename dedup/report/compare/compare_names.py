"""What a text and a statement are called: the same in the page, the terminal, JSON and CSV."""

import re
from hashlib import sha256

from dedup.compare.model import Comparison, Outlet
from dedup.report.wording import clip_words

MAX_HEADLINE = 90  # characters of a first line that stands for a title
MIN_HEADLINE = 4  # words: "Skip to content" is no headline ...
MAX_LINES = 5  # ... where one of the first lines may be one
# What only an archive reads in a name: a hash, a day, and what joins them to the rest.
_OF_ARCHIVE = re.compile(
    r"[ _(-]*(?<![^\W_])(?:(?=[a-f]*[0-9])[0-9a-f]{8,}|[0-9]{4}-[0-9]{2}-[0-9]{2})(?![^\W_])[ _)-]*", re.IGNORECASE
)


def name_letter(number: int) -> str:
    """Return the letter of a text.

    >>> name_letter(0), name_letter(25), name_letter(26)
    ('A', 'Z', 'AA')
    """
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else name_letter(number // 26 - 1) + letter


def clean_name(name: str) -> str:
    """Return what of a name tells a reader anything: "" of a hash and of a bare number.

    >>> [clean_name(name) for name in ("El País", "decade", "003_d20e37b77559c48d", "2024-01-15-ada-41df64dc")]
    ['El País', 'decade', '', 'ada']
    """
    telling = _OF_ARCHIVE.sub(" ", name).strip()
    return telling if any(character.isalpha() for character in telling) else ""


def name_outlet(outlet: Outlet) -> str:
    """Return the name of who published a text, "" where nobody said it; its day instead of an id."""
    published, _, mark = outlet.name.partition(" (")
    is_archived = published == outlet.document.fields.get("outlet") and _OF_ARCHIVE.search(mark)
    name = published if is_archived else clean_name(outlet.name)
    return f"{name}, {outlet.date[:10]}" if name and outlet.date and name != outlet.name else name


def find_headline(outlet: Outlet) -> str:
    """Return the title of a text, else its first line of MIN_HEADLINE words, else its first, cut to MAX_HEADLINE."""
    lines = [(s.num_words, number) for number, s in enumerate(outlet.sentences) if s.omission is None]
    telling = [line for line in lines[:MAX_LINES] if line[0] >= MIN_HEADLINE] or lines
    return clip_words(" ".join((outlet.title or (outlet.cut(telling[0][1]) if telling else "")).split()), MAX_HEADLINE)


def call_outlet(outlet: Outlet) -> str:
    """Return what a text is called where there is room for one name: its outlet, else its headline."""
    return name_outlet(outlet) or find_headline(outlet) or outlet.name


def digest_text(outlet: Outlet) -> str:
    """Return the SHA-256 of a text in UTF-8, as `sha256sum` prints it for a file without byte order mark."""
    return sha256(outlet.text.encode("utf-8", "surrogatepass")).hexdigest()


def number_statements(found: Comparison) -> list[int]:
    """Return the number of each row as people read it, from 1: what two texts and more say, then the rest by text."""

    def key(row: int) -> tuple[int, int]:
        outlets = found.rows[row].outlets
        return (0, row) if len(outlets) > 1 else (1 + outlets[0], found.rows[row].cells[0].sentences[0])

    numbers = [0] * len(found.rows)
    for number, row in enumerate(sorted(range(len(found.rows)), key=key), 1):
        numbers[row] = number
    return numbers
