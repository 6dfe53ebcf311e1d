"""Quotations: characters of a text, with [...] where some are left out."""

import re
from collections.abc import Sequence
from itertools import pairwise

from dedup.text.spans import Span

OMITTED = " [...] "
_WORD = re.compile(r"[^\W_]")
_OPENING, _CLOSING = re.compile(r"``|(?<![\w'])''(?=\w)"), re.compile(r"''(?!\w)")


def join_marks(text: str) -> str:
    """Return a text of the same length with one mark for each two that typewriters and tokenisers write.

    >>> join_marks("``It is over, '' he said of ''Dell''.")
    ' “It is over, ”  he said of  “Dell” .'
    """
    return _CLOSING.sub("” ", _OPENING.sub(" “", text)) if "''" in text or "``" in text else text


def lay_out(text: str, spans: Sequence[Span]) -> list[str]:
    """Return what is before each span in a quotation of them: the space that the text has there, [...] for words.

    >>> lay_out("He left. * * * She stayed. Why?", [Span(0, 8), Span(15, 26), Span(27, 31)])
    ['', ' * * * ', ' ']
    """
    gaps = (text[a.end : b.start] for a, b in pairwise(spans))
    return ["", *(OMITTED if _WORD.search(gap) else gap for gap in gaps)][: len(spans)]


def quote_spans(text: str, spans: Sequence[Span], whole: Span) -> str:
    """Return spans as one quotation of a part of a text, which has [...] where it goes on in words before and behind.

    >>> text = "He denied it, though he did not say why. Nobody asked."
    >>> quote_spans(text, [Span(14, 40)], Span(0, 40)), quote_spans(text, [Span(0, 12), Span(41, 54)], Span(0, 54))
    ('[...] though he did not say why.', 'He denied it [...] Nobody asked.')
    """
    parts = [before + span.cut(text) for before, span in zip(lay_out(text, spans), spans, strict=True)]
    head = OMITTED.lstrip() if _WORD.search(text, whole.start, spans[0].start) else ""
    tail = OMITTED.rstrip() if _WORD.search(text, spans[-1].end, whole.end) else ""
    return f"{head}{''.join(parts)}{tail}"
