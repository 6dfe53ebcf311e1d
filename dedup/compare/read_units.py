"""The sentences of a text that are compared: boilerplate and what the text prints a second time are left out."""

from collections.abc import Sequence

from dedup.compare.model import Omission, Outlet, Sentence
from dedup.compare.terms import fold_words
from dedup.model.documents import Document
from dedup.text.spans import Span
from dedup.text.units import Unit, split_units
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
    for unit in split_units(document.text):
        words = tuple(fold_words(unit.span.cut(document.text)))
        omission = None
        if is_covered(unit, omitted):
            omission = Omission.BOILERPLATE
        elif len(words) >= MIN_REPEAT and words in seen:
            omission = Omission.REPEAT
        seen.add(words)
        num_words = count_words(unit.span.cut(document.text))
        sentences.append(Sentence(unit.span, unit.kind, unit.paragraph, num_words, omission))
    return Outlet(document, tuple(sentences))


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
