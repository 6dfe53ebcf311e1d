"""Telephone numbers in running text: two of them are no disagreement about how many."""

import re

from dedup.text.spans import Span

_CALL = r"(?:(?:tele)?phone|tel|fax|call|dial|hotline|helpline|whatsapp)\s?(?:on|at|number|no)?\s?[.:]?\s?"
_DAY = r"(?!\d{1,2}[\s-]\d{1,2}[\s-](?:19|20)\d\d\b)"  # 07-12-2024
_PHONE = re.compile(  # +25.5 and 1,000-2,000 are none: seven digits are, if it is not +
    r"\+(?=(?:[\s./()-]{0,3}\d){8})\d{1,3}(?:[\s./-]?\(?\d{1,5}\)?){2,5}|\(\d{2,5}\)\s?\d{2,4}[\s.-]?\d{3,5}"
    r"|(?<![\w.,])(?:\d{3}[-.]\d{3,4}[-.]\d{4}|0\d{8,10})\b"
    rf"|(?<![\w.,]){_DAY}0(?=(?:[\s-]?\d){{6}})\d{{1,4}}[\s-]\d{{1,7}}(?:[\s-]\d{{2,4}}){{0,2}}\b"
    rf"|\b{_CALL}\d{{3,}}(?=\s?(?:[.,;:)!]|(?:or|and|to|for|if)\b|$))",
    re.IGNORECASE,
)


def find_phones(text: str) -> list[Span]:
    """Return the spans of telephone numbers, those behind "call" or "hotline" with the word.

    >>> text = "Call 1990, or +94 11 234 5678; 1,200 people did."
    >>> [span.cut(text) for span in find_phones(text)]
    ['Call 1990', '+94 11 234 5678']
    """
    return [Span(*match.span()) for match in _PHONE.finditer(text)]
