"""The wording of a cell as the page shows it: whole sentences, with marks against another wording."""

from collections.abc import Sequence
from typing import NamedTuple

from dedup.compare.model import Cell, Comparison, Disagreement, Wording
from dedup.report.compare.compare_marks import FactSpan, MarkedText, fade, mark_shared, mark_words
from dedup.report.compare.compare_text import KIND_NAMES
from dedup.text.quotations import lay_out
from dedup.text.spans import Span


class PlacedSentence(NamedTuple):
    """A sentence of a cell: its span, what is before it in the wording, and how far its characters are moved there."""

    sentence: int
    span: Span
    before: str
    shift: int


def find_cell(found: Comparison, row: int, outlet: int) -> Cell:
    """Return the cell of an outlet that has one."""
    cell = found.rows[row].find(outlet)
    assert cell is not None
    return cell


def mark_cell(
    found: Comparison, row: int, outlet: int, other: int, disputed: Sequence[Disagreement]
) -> tuple[MarkedText, ...]:
    """Return the wording of one text marked against that of another one; of itself, what any freer one shares.

    The rest of a sentence of which the cell holds a part is beside it.
    """
    places = place_sentences(found, row, outlet)
    facts = place_facts(places, outlet, disputed)
    text = "".join(place.before + place.span.cut(found.outlets[outlet].text) for place in places)
    if outlet != other:
        pieces = mark_words(text, found.quote(row, other), found.relation(row, outlet, other), facts)
    else:
        free = (Wording.REWORDED, Wording.PARTIAL)
        others = [o for o in found.rows[row].outlets if found.relation(row, o, outlet) in free]
        pieces = mark_shared(text, [found.quote(row, o) for o in others], facts)
    parts = dict(find_cell(found, row, outlet).parts)
    beside = [
        Span(start + place.shift, end + place.shift)
        for place in places
        if (part := parts.get(place.sentence))
        for start, end in ((place.span.start, part.start), (part.end, place.span.end))
        if start < end
    ]
    return fade(pieces, beside) if beside else pieces


def place_sentences(found: Comparison, row: int, outlet: int) -> list[PlacedSentence]:
    """Return where the sentences of a cell are in its wording."""
    text = found.outlets[outlet]
    sentences = find_cell(found, row, outlet).sentences
    spans = [text.sentences[sentence].span for sentence in sentences]
    placed, end = [], 0
    for sentence, span, before in zip(sentences, spans, lay_out(text.text, spans), strict=True):
        end += len(before)
        placed.append(PlacedSentence(sentence, span, before, end - span.start))
        end += span.end - span.start
    return placed


def place_facts(places: Sequence[PlacedSentence], outlet: int, disputed: Sequence[Disagreement]) -> list[FactSpan]:
    """Return the places of disputed facts in the wording of a cell; an opposite may be in another row."""
    facts = [
        FactSpan(Span(span.start + place.shift, span.end + place.shift), KIND_NAMES[case.kind])
        for case in disputed
        for fact in case.facts
        if fact.outlet == outlet
        for span in fact.spans
        for place in places
        if place.span.covers(span)
    ]
    return sorted(facts, key=lambda fact: (fact.span, fact.kind))
