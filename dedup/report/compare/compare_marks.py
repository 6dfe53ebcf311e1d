"""Word marks: which words of a wording the other one has not, and which state a fact that is disputed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Indel

from dedup.compare.model import Wording
from dedup.compare.terms import fold
from dedup.text.spans import Span
from dedup.text.words import is_word, split_word_spans


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A run of text as the page shows it: `mark` is "", "added" or "reworded"; `fact` names what is disputed."""

    text: str
    mark: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True)
class FactSpan:
    """The place of a disputed fact in a wording, and its kind."""

    span: Span
    kind: str


def mark_words(
    text: str, reference: str, relation: Wording | None, facts: Sequence[FactSpan]
) -> tuple[MarkedText, ...]:
    """Return a wording as pieces: words that the reference lacks are "added" in an edit, "reworded" in another text.

    `relation` is None for the reference itself, whose words have no mark.
    """
    name = {Wording.EDITED: "added", Wording.REWORDED: "reworded", Wording.PARTIAL: "reworded"}.get(
        relation or Wording.VERBATIM, ""
    )
    differing = find_differing(text, reference) if name else []
    return cut_pieces(text, differing, name, facts)


def find_differing(text: str, reference: str) -> list[Span]:
    """Return the spans of words outside the longest common order with the reference; neighbours are joined."""
    words = [span for span in split_word_spans(text) if is_word(span.cut(text))]
    folded = [fold(span.cut(text)) for span in words]
    others = [fold(span.cut(reference)) for span in split_word_spans(reference) if is_word(span.cut(reference))]
    return [
        Span(words[op.dest_start].start, words[op.dest_end - 1].end)
        for op in Indel.opcodes(others, folded)
        if op.tag == "insert"
    ]


def cut_pieces(text: str, marked: Iterable[Span], name: str, facts: Sequence[FactSpan]) -> tuple[MarkedText, ...]:
    """Return the text cut wherever a mark or a fact begins or ends."""
    spans = list(marked)
    edges = {0, len(text)}
    edges.update(edge for span in [*spans, *(fact.span for fact in facts)] for edge in span)
    pieces = []
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    for start, end in pairwise(cuts):
        mark = name if any(span.start <= start and end <= span.end for span in spans) else ""
        kinds = [fact.kind for fact in facts if fact.span.start <= start and end <= fact.span.end]
        pieces.append(MarkedText(text[start:end], mark, ", ".join(dict.fromkeys(kinds))))
    return tuple(pieces)
