"""Quotes of two texts side by side: those that are only spelled differently are left out, numbers and dates first."""

import re
import unicodedata
from collections.abc import Iterable

from dedup.kernels.novelty import CORRECTION
from dedup.text.lexicon import MONTH_ABBREVIATIONS, MONTHS, SHORT_FORMS
from dedup.text.number_phrases import replace_number_words
from dedup.text.slot_words import list_slot_words

Quotes = tuple[tuple[str, str], ...]
_GROUPS = re.compile(r"(?<=\d)[,'’](?=\d{3}(?!\d))")  # 1,200
_DASHES = re.compile(r"[-‐‑–—/]")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)([.,:])(?=\d)")
_SPACE = re.compile(r"(?<!\d) | (?!\d)")
_LONG_FORMS = dict(zip(MONTH_ABBREVIATIONS, (*MONTHS, "september"), strict=True)) | SHORT_FORMS


class _Plain(dict[int, int | None]):
    """Code point -> itself, None for punctuation and what is invisible; computed on first sight."""

    def __missing__(self, code_point: int) -> int | None:
        char = chr(code_point)
        is_plain = char.isspace() or unicodedata.category(char)[0] not in "PC"
        found = self[code_point] = code_point if is_plain else None
        return found


_PLAIN = _Plain()


def rank_quotes(quotes: Iterable[tuple[str, str]]) -> Quotes:
    """Return the pairs that differ in more than spelling: first those with other numbers or dates, then names.

    >>> rank_quotes([("50", "fifty"), ("K.V. Rao", "KV Rao"), ("Galle", "Kandy"), ("3 May", "4 May")])
    (('3 May', '4 May'), ('Galle', 'Kandy'))
    """
    found = []
    for pair in quotes:
        a, b = map(fold_words, pair)
        if join_words(a) != join_words(b):
            found.append((pick_facts(a) == pick_facts(b), pair))
    return tuple(pair for _, pair in sorted(found, key=lambda ranked: ranked[0]))


def fold_words(quote: str) -> list[str]:
    """Return the words of a quote without case and punctuation, numbers in digits, short forms written out.

    >>> fold_words("The Govt. and the MP's fifty-two letters of 1,200 on Sept. 3")
    ['the', 'government', 'and', 'the', 'mps', '52', 'letters', 'of', '1200', 'on', 'september', '3']
    """
    plain = _GROUPS.sub("", replace_number_words(unicodedata.normalize("NFKC", quote).casefold()))
    parts = _BETWEEN_DIGITS.split(_DASHES.sub(" ", plain))  # every second one is a mark that stays
    words = "".join(part if place % 2 else drop_punctuation(part) for place, part in enumerate(parts)).split()
    return [_LONG_FORMS.get(word, word) for word in words]


def drop_punctuation(text: str) -> str:
    """Return a text without punctuation and invisible characters; signs of currencies stay."""
    return text.translate(_PLAIN)


def join_words(words: Iterable[str]) -> str:
    """Return words without the spaces that may be left out: those between two numbers stay."""
    return _SPACE.sub("", " ".join(words))


def pick_facts(words: Iterable[str]) -> list[str]:
    """Return the numbers, months, weekdays and seasons among folded words."""
    known = list_slot_words()
    return [word for word in words if known.get(word, CORRECTION) != CORRECTION or any(map(str.isdecimal, word))]
