"""The sentences of a text that are compared: without boilerplate, furniture, and what it prints a second time."""

from collections.abc import Sequence

from dedup.compare.furniture import FurnitureLine, find_furniture
from dedup.compare.model import Omission, Outlet, Sentence
from dedup.compare.terms import fold_words
from dedup.model.documents import Document
from dedup.text.spans import Span
from dedup.text.units import Unit, UnitKind, split_units
from dedup.text.words import count_words

MIN_REPEAT = 4  # words: "He said." may be there twice


def split_document(document: Document, boilerplate: Sequence[str] = ()) -> Outlet:
    """Return a document as sentences; `boilerplate` are texts that are not compared.

    A CMS prints whole bodies twice, so a repeat is a sentence whose words all occur in an earlier sentence, in order.
    Words that were edited between the two printings are compared.
    """
    omitted = find_occurrences(document.text, boilerplate)
    seen: set[tuple[str, ...]] = set()
    sentences = []
    units = split_units(document.text)
    lines = [read_line(document.text, unit) for unit in units]
    for unit, line, is_furniture in zip(units, lines, find_furniture(lines), strict=True):
        words = line.words
        omission = None
        if is_covered(unit, omitted):
            omission = Omission.BOILERPLATE
        elif is_furniture:
            omission = Omission.FURNITURE
        elif len(words) >= MIN_REPEAT and words in seen:
            omission = Omission.REPEAT
        seen.add(words)
        num_words = count_words(line.text)
        sentences.append(Sentence(unit.span, unit.kind, unit.paragraph, num_words, omission))
    return Outlet(document, tuple(sentences))


def read_line(text: str, unit: Unit) -> FurnitureLine:
    """Return a unit with its words."""
    line = unit.span.cut(text)
    return FurnitureLine(line, tuple(fold_words(line)), unit.kind is UnitKind.HEADING)


def find_occurrences(text: str, passages: Sequence[str]) -> list[Span]:
    """Return every place of some passages in a text."""
    spans = []
    for passage in filter(None, passages):
        start = text.find(passage)
        while start >= 0:
            spans.append(Span(start, start + len(passage)))
            start = text.find(passage, start + len(passage))
    return spans


def is_covered(unit: Unit, spans: Sequence[Span]) -> bool:
    """Return whether more than half of a unit is in the spans."""
    inside = sum(max(0, min(unit.span.end, span.end) - max(unit.span.start, span.start)) for span in spans)
    return 2 * inside > unit.span.end - unit.span.start
