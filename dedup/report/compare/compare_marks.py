"""Word marks: what an edit added and dropped, what a freer wording shares, what one text alone has, disputed facts."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rapidfuzz.distance import Indel

from dedup.compare.model import Comparison, Wording
from dedup.compare.relate_wordings import measure_common_words
from dedup.compare.terms import Term, fold, fold_words, split_terms
from dedup.text.characters import is_unspaced
from dedup.text.lexicon import NUMBER_SCALES, NUMBER_VALUES
from dedup.text.quotations import OMITTED
from dedup.text.spans import Span
from dedup.text.units import split_units
from dedup.text.words import is_word, split_word_spans

MIN_NAME = 3  # letters; "The" and "But" begin sentences
MIN_CONTENT = 5  # letters of a word that is no function word, where it is neither a number nor a name


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A run of text as the page shows it; `fact` names what is disputed.

    `mark` is "", "added", "typed" (other typography, `note` that of the reference), "shared" (`note` is the word that
    wordings share), "dropped" (no text, `note` the words) or "beside" (what a cell does not hold of its sentence).
    """

    text: str
    mark: str = ""
    fact: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactSpan:
    """The place of a disputed fact in a wording, and its kind."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class WordMark:
    """A mark of some words of a wording; the span of what is dropped is empty."""

    span: Span
    name: str
    note: str = ""


def mark_words(
    text: str, reference: str, relation: Wording | None, facts: Sequence[FactSpan]
) -> tuple[MarkedText, ...]:
    """Return a wording as pieces: what an edit added and dropped, or what another wording shares with the reference.

    Below 60 % of the words in common nearly all words would be added or dropped. `relation` is None where nothing is
    marked but facts.
    """
    if relation is Wording.EDITED:
        return cut_pieces(text, find_edits(text, reference), facts)
    if relation in (Wording.REWORDED, Wording.PARTIAL):
        return mark_shared(text, [reference], facts)
    return cut_pieces(text, [], facts)


def mark_shared(text: str, others: Sequence[str], facts: Sequence[FactSpan]) -> tuple[MarkedText, ...]:
    """Return a wording as pieces: content words, numbers and names that one of the other wordings has too."""
    known = {term.key for other in others for term in split_terms(other)}
    terms = [term for term in split_terms(text) if term.key in known and is_content(text, term)]
    apart = [
        term for before, term in pairwise([None, *terms]) if term and not (before and before.span.end > term.span.start)
    ]
    return cut_pieces(text, [WordMark(term.span, "shared", term.key) for term in apart], facts)


def is_content(text: str, term: Term) -> bool:
    """Return whether a word is a number, a name or long: no list of function words, so that it serves any language."""
    word = term.span.cut(text)
    is_name = word[0].isupper() and (len(word) > MIN_NAME or (len(word) > 1 and word.isupper()))
    return len(term.key) >= MIN_CONTENT or word[0].isdecimal() or is_name or is_unspaced(word[0])


def find_edits(text: str, reference: str) -> list[WordMark]:
    """Return the words outside the longest common order with the reference: of the text, and where others were dropped.

    A number that both have is never marked, wherever it is.
    """
    reference = order_like(text, reference)
    spans, old_spans = ([s for s in split_word_spans(side) if is_word(s.cut(side))] for side in (text, reference))
    words, old_words = [read_word(s.cut(text)) for s in spans], [read_word(s.cut(reference)) for s in old_spans]
    marks: list[WordMark] = []
    typed: list[WordMark] = []
    place = 0
    for op in Indel.opcodes(old_words, words):
        if op.tag == "equal":
            pair = (spans[op.dest_start : op.dest_end], old_spans[op.src_start : op.src_end])
            typed += find_typed(text, reference, *pair)
        if op.tag == "delete":
            dropped = join_new(old_spans, old_words, range(op.src_start, op.src_end), words)
            here = marks and marks[-1].name == "added" and marks[-1].span.end == place
            at = marks[-1].span.start if here else place
            marks += [WordMark(Span(at, at), "dropped", span.cut(reference)) for span in dropped]
            continue
        if op.tag == "insert":
            marks += [
                WordMark(s, "added") for s in join_new(spans, words, range(op.dest_start, op.dest_end), old_words)
            ]
        place = spans[op.dest_end - 1].end
    return sorted([*marks, *typed], key=lambda mark: mark.span.start)


def find_typed(text: str, reference: str, spans: Sequence[Span], old_spans: Sequence[Span]) -> Iterator[WordMark]:
    """Yield where equal words, and what is between them, are typed otherwise: quotes, dashes, spaces, case."""
    gaps, old_gaps = ([Span(a.end, b.start) for a, b in pairwise(side)] for side in (spans, old_spans))
    for span, old in sorted([*zip(spans, old_spans, strict=True), *zip(gaps, old_gaps, strict=True)]):
        own, other = span.cut(text), old.cut(reference)
        is_cut = (OMITTED.strip() in own) != (OMITTED.strip() in other)  # words are left out there
        if own != other and not span.is_empty and not is_cut:
            yield WordMark(span, "typed", other)


def order_like(text: str, reference: str) -> str:
    """Return the reference with its sentences in the order of those of the text that they are most like."""
    sentences, others = ([unit.span.cut(side) for unit in split_units(side)] for side in (text, reference))
    if len(sentences) < 2 or len(others) < 2:
        return reference
    words = [tuple(fold_words(sentence)) for sentence in sentences]

    def find_partner(other: str) -> int:
        likeness = [measure_common_words(own, tuple(fold_words(other))) for own in words]
        return max(range(len(words)), key=likeness.__getitem__)

    partners = [find_partner(other) for other in others]
    if partners == sorted(partners):
        return reference
    return " ".join(others[place] for place in sorted(range(len(others)), key=partners.__getitem__))


def read_word(word: str) -> str:
    """Return a word without what case and typography change; a number as its value, in digits or as one word."""
    key = fold(word)
    if key[0].isdecimal():
        return key.replace(",", "")
    return str(NUMBER_VALUES[key]) if key in NUMBER_VALUES and key not in NUMBER_SCALES else key


def join_new(spans: Sequence[Span], words: Sequence[str], places: Sequence[int], others: Sequence[str]) -> list[Span]:
    """Return the words at some places as spans, neighbours joined, without numbers that the others have too."""
    runs = groupby(places, key=lambda place: words[place][0].isdecimal() and words[place] in others)
    return [
        Span(spans[run[0]].start, spans[run[-1]].end) for is_kept, group in runs if not is_kept and (run := list(group))
    ]


def cut_pieces(text: str, marks: Sequence[WordMark], facts: Sequence[FactSpan]) -> tuple[MarkedText, ...]:
    """Return the text cut wherever a mark or a fact begins or ends; the marks are in order and apart."""
    wide = [mark for mark in marks if mark.span.start < mark.span.end]
    starts = [mark.span.start for mark in wide]
    gaps = [(mark.span.start, mark.note) for mark in marks if mark.span.start == mark.span.end]
    edges = {0, len(text), *(edge for mark in marks for edge in mark.span), *(e for fact in facts for e in fact.span)}
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    pieces = []
    for start, end in pairwise([*cuts, len(text)]):
        pieces += [MarkedText("", "dropped", note=note) for place, note in gaps if place == start]
        gaps = [gap for gap in gaps if gap[0] != start]
        number = bisect_right(starts, start) - 1
        mark = wide[number] if number >= 0 and end <= wide[number].span.end else WordMark(Span(0, 0), "")
        kinds = dict.fromkeys(f.kind for f in facts if f.span.start <= start and end <= f.span.end)
        if start < end:
            pieces.append(MarkedText(text[start:end], mark.name, ", ".join(kinds), mark.note))
    return tuple(pieces)


def fade(pieces: Sequence[MarkedText], beside: Sequence[Span]) -> tuple[MarkedText, ...]:
    """Return pieces of a wording with what is beside it marked as such, and nothing else there."""
    faded, start = [], 0
    for piece in pieces:
        span = Span(start, start + len(piece.text))
        start = span.end
        cuts = sorted({*span, *(edge for own in beside for edge in own if span.start < edge < span.end)})
        for a, b in pairwise(cuts) if not span.is_empty else [span]:
            is_beside = any(own.start < a < own.end if a == b else own.start <= a and b <= own.end for own in beside)
            text = piece.text[a - span.start : b - span.start]
            faded += [MarkedText(text, "beside") if is_beside else replace(piece, text=text)]
    return tuple(piece for piece in faded if piece.text or piece.mark != "beside")


def mark_own(found: Comparison, row: int, text: str) -> tuple[MarkedText, ...]:
    """Return the telling sentence of a row, or its beginning, with what no other cell of the row has marked "beside".

    Marked are words, not clauses: a clause cut away may be the one that denies the rest.
    """
    teller = found.telling[row].place.outlet
    others = [found.quote(row, outlet) for outlet in found.rows[row].outlets if outlet != teller]
    known = {term.key for other in others for term in split_terms(other)}
    telling = [term for term in split_terms(text) if others and (term.key not in known or is_content(text, term))]
    marks, end = [], 0
    for is_known, run in groupby(telling, key=lambda term: term.key in known):
        terms = list(run)
        if not is_known and any(is_content(text, term) for term in terms):
            marks.append(WordMark(Span(max(end, terms[0].span.start), terms[-1].span.end), "beside"))
        end = terms[-1].span.end
    return cut_pieces(text, marks, [])
