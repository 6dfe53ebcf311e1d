"""Furniture: what a page prints around an article. It is no statement of the outlet.

A line is told by its form (phrases of `text/furniture.toml`, bylines, datelines, credits, addresses), by its place (the
headings below "Related articles", a menu, headlines of other stories at the end) and by repetition (a short heading
that a text has twice).
"""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from dedup.compare.terms import fold, stem
from dedup.text.lexicon import DAYS, MONTH_ABBREVIATIONS, MONTHS

MAX_CHARACTERS = 1_000  # of a line that may be furniture; the patterns take n² on hostile text
MAX_LINE = 20  # words of a line that begins as furniture does; a longer one goes on as a statement
MAX_NAMES = 9  # words of a byline
MAX_POINTER = 25  # words of a line that says where more is
MAX_LABEL = 6  # words of a heading that is furniture where a text has it twice
MAX_END = 12  # lines behind the last sentence that are taken for a block, each of ...
MAX_HEADING = 15  # ... up to so many words, or characters of a script without spaces
MIN_HEADLINES = 2  # lines behind the last sentence that are headlines of other stories: so many, each of ...
MIN_TELLING = 4  # ... so many telling words, of which the article has ...
MAX_KNOWN = 0.2  # ... up to this share, if it has ...
MIN_ARTICLE = 60  # ... so many itself, and more than they have
MIN_LETTERS = 4  # of a telling word
MENU = 4  # headings in a row, each of ...
MENU_WORDS = 3  # ... so few words: a menu
_EDGE = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_NAME = r"(?:[^\W\d_a-z][\w.'\u2019-]*|and|de|van|von|al|bin|für|of|the|&)"
_BYLINE = re.compile(rf"(?i:by|von|par|por|di|door)\s+(?:{_NAME}[,|]?\s*){{2,{MAX_NAMES}}}$")
_CREDIT = re.compile(
    r"^[(\[]?\s*(?:file\s+)?(?:photo|image|picture|graphic|video|screengrab)s?(?:\s+(?:by|credit|courtesy|via)\b|\s*[:/])"
    r"|[(\[](?:(?:file\s+)?(?:photo|image|picture)\b[^)\]]*|(?:AP|AFP|Reuters|EPA|Getty)\b[^)\]]*|PDF|video|audio|photos?)[)\]]\W*$"
    r"|/\s*(?:AFP|AP|EPA|Reuters|Getty Images)\W*$|^FILE(?:\s+PHOTO)?\s*[-:\u2013\u2014]|^(?:©|\(c\)\s|copyright\b)"
    r"|^(?:additional\s+)?(?:reporting|editing|writing)\s+by\b|\(@\w+\)|^follow\b.{1,40}\bon\s+(?:twitter|facebook|instagram|x)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(  # of a page, a person, an office: nothing else is in such a line
    r"https?://\S+$|^www\.\S+$|pic\.twitter\.com|\S+@\S+\.\w+|^@\w+$|\(?\b\d{3}\)?[\s.-]\s?\d{3}[\s.-]\d{4}\b"
    r"|\+\d{1,3}[\d\s().-]{7,}|^[^.]{0,40}\b[A-Z]{2}\s+\d{5}(?:-\d{4})?$"
)
_DATE = re.compile(
    r"\W*\d{1,4}([./-])\d{1,2}\1\d{2,4}\W*$|[(\[]\s*[^\W\d_][\w.]*[\s/,]+[^\s/]{2,9}(?:\s\d{1,2})?[\s/,]*\d{4}\s*[)\]]\W*$"
)
_PLACE = re.compile(  # WASHINGTON, D.C.
    r"[(\[]?(?:[A-Z][\w'\u2019]+,?\s){1,4}(?!U\.[SKN]\.)(?:[A-Z]\.){2}[)\]]?\W*$"
)
_LETTER = re.compile(  # a letter or a speech opens and closes
    r"[\"\u201c]?(?:dear\s+.{2,60}[:,]"
    r"|(?:mr|mrs|ms|madam)\.?\s+(?:president|speaker|chair\w*),?|the\s+honou?rable\b.{0,90}"
    r"|(?:very\s+)?(?:sincerely|respectfully|yours|(?:best|kind|warm)\s+regards)(?:\s+(?:yours|submitted|truly|sincerely))?,"
    r"|m(?:r|s|rs)\.\s+(?-i:[A-Z]{3,}))\W*$",
    re.IGNORECASE,
)
_POINTER = re.compile(  # where the reader finds more
    r"^\W*(?:to\s+)?(?:(?:read|view|watch|see|download|listen|click|learn|find|access)\b[^\"\u201d]*|"
    r"(?=.*\b(?:text|cop(?:y|ies)|version|letter|bill|legislation|video|audio|clip|recording|photo\w*|image\w*|summary|"
    r"transcript|information|details|list|map|report|one-pager|fact\s+sheets?|highlights|remarks|statement|release|"
    r"application|form)\b)[^\"\u201d]*"
    r"\b(?:(?:can|may)\s+(?:also\s+)?be\s+(?:found|read|viewed|accessed|seen|downloaded|watched|heard)|available|linked)\b"
    r"[^,;\"\u201d]{0,30})\b(?:here|below|online|this\s+link|(?:at|on)\s+\S+\.\w{2,4}\S*)\W*$",
    re.IGNORECASE,
)
_LISTED = re.compile(  # a line of a list of facts, or of a law; a headline has three words on both sides of its colon
    r"^[^\w:;]*+(?:[^\s:;]++\s++){,2}+[^\s:;]*+[:;]|[:;][^\w:;]*+(?:[^\s:;]++\s*+){,2}+$"
    r"|^\s*[-–—*•‣▪◦·]\s|^\W*\w{1,2}[.)]|\band$|\d\W*$"
)
_CLOCK = "am pm ist gmt utc est edt pst cet local time on at of posted published updated date the st nd rd th hrs"
_DATE_WORDS = frozenset({*MONTHS, *MONTH_ABBREVIATIONS, *DAYS, *(day[:3] for day in DAYS), *_CLOCK.split()})


class FurnitureLine(NamedTuple):
    """A unit of a text as the recogniser sees it."""

    text: str
    words: tuple[str, ...]
    is_heading: bool


@cache
def load_phrases() -> dict[str, frozenset[str]]:
    """Return the phrases by kind: whole, starts, labels, tails."""
    table = tomllib.loads(files("dedup.text").joinpath("furniture.toml").read_text(encoding="utf-8"))
    return {kind: frozenset(phrases) for kind, phrases in table.items()}


def find_furniture(lines: Sequence[FurnitureLine]) -> list[bool]:
    """Return which lines of a text are furniture.

    >>> find_furniture([FurnitureLine("Read more: Two held", ("read", "more", "two", "held"), True)])
    [True]
    """
    counts = Counter(line.words for line in lines if line.is_heading)
    found = [is_furniture(line) or (1 <= len(line.words) <= MAX_LABEL and counts[line.words] > 1) for line in lines]
    for start, end in find_menus(lines):
        found[start:end] = [True] * (end - start)
    is_below = False
    for number, line in enumerate(lines):
        is_below = line.is_heading and (is_below or (begins(line, load_phrases()["tails"]) and found[number]))
        found[number] |= is_below
    for start in (find_end_block(lines, found), find_other_headlines(lines)):
        found[start:] = [True] * (len(lines) - start)
    return found


def find_other_headlines(lines: Sequence[FurnitureLine]) -> int:
    """Return where headlines of other stories begin at the end of a text: they share next to no word with the article.

    One line alone may be a sentence that lost its stop. Lines behind a colon are a list. Those of a short text may be
    what it says: advice, news in brief.
    """
    words = list(map(list_telling, lines))
    last = next((n for n in range(len(lines) - 1, -1, -1) if not lines[n].is_heading), len(lines))
    article = set[str]().union(*words[: last + 1])
    start = len(lines)
    while start > last + 1 and is_foreign(lines[start - 1], words[start - 1], article):
        start -= 1
    is_list = last < len(lines) and lines[last].text.rstrip().endswith(":")
    is_long = len(article) >= MIN_ARTICLE and len(article) > len(set[str]().union(*words[start:]))
    return start if MIN_HEADLINES <= len(lines) - start <= MAX_END and is_long and not is_list else len(lines)


def list_telling(line: FurnitureLine) -> set[str]:
    """Return the stems of the telling words of a line."""
    return {stem(word) for word in line.words if len(word) >= MIN_LETTERS}


def is_foreign(line: FurnitureLine, words: set[str], article: set[str]) -> bool:
    """Return whether a heading tells enough, and next to nothing of it is in the article."""
    is_telling = len(words) >= MIN_TELLING and not _LISTED.search(line.text)
    return is_telling and len(words & article) <= MAX_KNOWN * len(words)


def find_end_block(lines: Sequence[FurnitureLine], found: Sequence[bool]) -> int:
    """Return where the lines behind the last sentence begin, if one of them begins as furniture does: then all are.

    Lines without a stop are headings; those of a list of facts have marks of their own. A sentence that begins as
    furniture does is none of the article there.
    """
    phrases = load_phrases()["starts"] | load_phrases()["tails"]
    has_furniture, start = False, len(lines)
    for number in range(len(lines) - 1, max(0, len(lines) - MAX_END - 1), -1):
        line = lines[number]
        is_mark = len(line.words) <= MAX_LINE and begins(line, phrases)
        is_plain = line.is_heading and len(line.words) <= MAX_HEADING and not _LISTED.search(line.text)
        if not (is_mark or found[number] or is_plain):
            break
        has_furniture |= is_mark
        start = number
    has_sentence = any(not line.is_heading for line in lines[:start])  # else the script has no stops
    return start if has_furniture and start > 1 and has_sentence else len(lines)


def is_furniture(line: FurnitureLine) -> bool:
    """Return whether a line is furniture by its form."""
    if len(line.text) > MAX_CHARACTERS:
        return False
    phrases = load_phrases()
    bare = " ".join(_EDGE.sub("", fold(line.text)).split())
    if bare in phrases["whole"] or (len(bare) < 2 and not any(character.isdecimal() for character in line.text)):
        return True
    label, colon, _ = line.text.partition(":")
    if colon and fold(label).strip() in phrases["labels"] and len(line.words) <= MAX_LINE:
        return True
    if len(line.words) <= MAX_LINE and begins(line, phrases["starts"]) and (line.is_heading or is_command(line, colon)):
        return True
    is_line = line.is_heading or len(line.words) <= MAX_NAMES
    return bool(
        (line.is_heading and is_date(line))
        or (len(line.words) <= MAX_POINTER and _POINTER.match(line.text))
        or (is_line and any(form.match(line.text) for form in (_DATE, _PLACE, _LETTER, _BYLINE)))
        or (is_line and _ADDRESS.search(line.text))
        or _CREDIT.search(line.text)
    )


def is_date(line: FurnitureLine) -> bool:
    """Return whether a line is a date, a time or both, and nothing else."""
    numbers = sum(word[0].isdecimal() for word in line.words)
    return numbers > 1 and all(word[0].isdecimal() or word in _DATE_WORDS for word in line.words)


def is_command(line: FurnitureLine, colon: str) -> bool:
    """Return whether a sentence that begins as furniture does is an order to the reader: short, or with a colon."""
    return len(line.words) <= MAX_NAMES or bool(colon)


def begins(line: FurnitureLine, phrases: frozenset[str]) -> bool:
    """Return whether the first words of a line are one of the phrases."""
    return any(" ".join(line.words[:size]) in phrases for size in range(1, 5))


def find_menus(lines: Sequence[FurnitureLine]) -> list[tuple[int, int]]:
    """Return the runs of short headings before and behind the sentences, which are menus: [start, end)."""
    sentences = [number for number, line in enumerate(lines) if not line.is_heading]
    first, last = (sentences[0], sentences[-1]) if sentences else (len(lines), -1)
    runs, start = [], 0
    for number in range(len(lines) + 1):
        is_short = number < len(lines) and lines[number].is_heading and len(lines[number].words) <= MENU_WORDS
        if not is_short:
            if number - start >= MENU and not first < start < last:
                runs.append((start, number))
            start = number + 1
    return runs
