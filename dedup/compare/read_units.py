"""The sentences of a text that are compared: without boilerplate, furniture, and what it prints a second time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from dedup.compare.furniture import FurnitureLine, find_furniture, is_foreign, list_telling
from dedup.compare.model import Omission, Outlet, Sentence
from dedup.compare.terms import fold_words
from dedup.model.documents import Document
from dedup.text.spans import Span
from dedup.text.units import Unit, UnitKind, split_units
from dedup.text.words import count_words

MIN_REPEAT = 4  # words: "He said." may be there twice


def split_documents(documents: Sequence[Document], boilerplate: Sequence[str] = ()) -> tuple[Outlet, ...]:
    """Return documents as sentences; a headline of another story that two of them print at the end is not compared.

    Two that have the sentence before it too are copies of one text, whose last sentence may have lost its stop.
    """
    outlets = [split_document(document, boilerplate) for document in documents]
    tails = [read_tail(outlet) for outlet in outlets]
    counts = Counter(words for words, _ in {(words, tail.last) for tail in tails for words in tail.headlines.values()})
    parted = []
    for outlet, tail in zip(outlets, tails, strict=True):
        sentences = list(outlet.sentences)
        for number in (number for number, words in tail.headlines.items() if counts[words] > 1):
            sentences[number] = replace(sentences[number], omission=Omission.FURNITURE)
        parted.append(Outlet(outlet.document, tuple(sentences)))
    return tuple(parted)


class TextTail(NamedTuple):
    """The words of the last sentence; by place those of headings behind it that have next to none of the article."""

    last: tuple[str, ...]
    headlines: dict[int, tuple[str, ...]]


def read_tail(outlet: Outlet) -> TextTail:
    """Return the end of a text."""
    compared = [number for number, sentence in enumerate(outlet.sentences) if sentence.omission is None]
    last = max((n for n in compared if outlet.sentences[n].kind is UnitKind.SENTENCE), default=len(outlet.sentences))
    lines = {
        n: FurnitureLine(text, tuple(fold_words(text)), outlet.sentences[n].kind is UnitKind.HEADING)
        for n in compared
        if (text := outlet.cut(n))
    }
    article = set[str]().union(*(list_telling(line) for n, line in lines.items() if n <= last))
    tail = {n: line for n, line in lines.items() if n > last}
    headlines = {n: line.words for n, line in tail.items() if is_foreign(line, list_telling(line), article)}
    return TextTail(lines[last].words if last in lines else (), headlines)


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
