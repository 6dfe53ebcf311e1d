"""Word tokens for showing differences: words, numbers, punctuation and white space that tile the text exactly."""

import re

from dedup.text.characters import classify
from dedup.text.spans import Span

_EXTENDED = "[mj]*"
# Atomic, not possessive: Python 3.11.2, which Debian has, backtracks wrongly inside a possessive group (gh-106052).
_TOKEN = re.compile(
    rf"""
      [sn]++(?![mj])                         # white space, whole runs: \r\n stays together
    | [sn]*n | s+(?=s) | s[mj]+              # a mark that hangs on the last space is a token with it
    | w{_EXTENDED}(?:\.w{_EXTENDED}(?![wd]))+\.?   # U.S., e.g.
    | [wd](?>(?:[wdmj]|[.,:](?=d)(?<=d.)|'(?=[wd]))*)  # words with their marks, don't, 1,234.5, 10:30, 20th
    | rr{_EXTENDED}                          # flags
    | [^sn]m*(?:j+[^snwd]m*)*j*              # everything else: one character with what hangs on it; emoji sequences
    """,
    re.VERBOSE,
)


def split_words(text: str) -> list[str]:
    """Return the tokens of `text`; joined, they are `text` again.

    A token is never cut inside a word or a grapheme cluster. Scripts without spaces between words give one token
    for each character (with its marks): words there cannot be found without a dictionary.

    >>> split_words("U.S. paid $3.5m, didn't it?")
    ['U.S.', ' ', 'paid', ' ', '$', '3.5m', ',', ' ', "didn't", ' ', 'it', '?']
    """
    return [text[found.start() : found.end()] for found in _TOKEN.finditer(classify(text))]


def split_word_spans(text: str) -> list[Span]:
    """Return the spans of the tokens of `text`, which tile it."""
    return [Span(found.start(), found.end()) for found in _TOKEN.finditer(classify(text))]


def is_word(token: str) -> bool:
    """Return whether a token counts as a word: it holds a letter or a digit.

    >>> is_word("91"), is_word("—"), is_word("U.S.")
    (True, False, True)
    """
    return token[0].isalnum() or (len(token) > 1 and any(character.isalnum() for character in token))


def count_words(text: str) -> int:
    """Return the number of words in `text`.

    >>> count_words("He said: 91 drones.")
    4
    """
    return sum(1 for found in _TOKEN.finditer(classify(text)) if is_word(text[found.start() : found.end()]))
