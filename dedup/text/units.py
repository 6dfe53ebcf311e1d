"""Units: the headings and sentences of a text, and their paragraphs."""

import re
from dataclasses import dataclass
from enum import StrEnum

from dedup.text.sentences import ends_sentence, split_sentences
from dedup.text.spans import Span

MAX_HEADING = 150  # characters; the longest headline in the seeds has 117
MIN_WRAPPED = 45  # characters; a shorter line that stops in mid-sentence is a heading, not a wrapped line
_LINE = re.compile(r"[^\r\n\u0085\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|[\r\n\u0085\u2028\u2029]")


class UnitKind(StrEnum):
    """What a unit is."""

    HEADING = "heading"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Unit:
    """A heading or a sentence; `paragraph` counts from 0, a heading being a paragraph of its own."""

    span: Span
    kind: UnitKind
    paragraph: int


def split_units(text: str) -> tuple[Unit, ...]:
    r"""Return the units of `text` in order; between and around them is only white space.

    A line is a paragraph, unless it goes on in the next line in lower case (hard-wrapped text). A line that is short
    and does not end like a sentence is a heading.

    >>> text = "Background\nHe met U.S. leader Trump. They talked."
    >>> [(unit.kind.value, unit.span.cut(text), unit.paragraph) for unit in split_units(text)]
    [('heading', 'Background', 0), ('sentence', 'He met U.S. leader Trump.', 1), ('sentence', 'They talked.', 1)]
    """
    units: list[Unit] = []
    for number, paragraph in enumerate(split_paragraphs(text)):
        body = paragraph.cut(text)
        spans = split_sentences(body)
        kind = UnitKind.HEADING if len(spans) == 1 and _is_heading(body) else UnitKind.SENTENCE
        units.extend(Unit(Span(paragraph.start + start, paragraph.start + end), kind, number) for start, end in spans)
    return tuple(units)


def split_paragraphs(text: str) -> list[Span]:
    r"""Return the spans of the paragraphs, without the white space around them.

    >>> split_paragraphs("One.\n\nTwo.")
    [Span(start=0, end=4), Span(start=6, end=10)]
    """
    paragraphs: list[Span] = []
    for found in _LINE.finditer(text):
        line = found.group()
        start = found.start() + len(line) - len(line.lstrip())
        end = found.start() + len(line.rstrip())
        if start >= end:
            continue
        if paragraphs and _is_wrapped(text, paragraphs[-1], start):
            paragraphs[-1] = Span(paragraphs[-1].start, end)
        else:
            paragraphs.append(Span(start, end))
    return paragraphs


def _is_wrapped(text: str, previous: Span, start: int) -> bool:
    """Return whether the line at `start` goes on with the sentence of the paragraph before it."""
    gap = text[previous.end : start]
    if not text[start].islower() or len(_BREAK.findall(gap)) != 1:
        return False
    last_line = _BREAK.split(text[max(previous.start, previous.end - 200) : previous.end])[-1]
    return len(last_line) >= MIN_WRAPPED and not ends_sentence(last_line) and last_line != last_line.lower()


def _is_heading(paragraph: str) -> bool:
    return len(paragraph) <= MAX_HEADING and not ends_sentence(paragraph) and _BREAK.search(paragraph) is None
