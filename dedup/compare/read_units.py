"""The sentences of a text that are compared: boilerplate and what the text prints a second time are left out."""

from dedup.compare.model import Article, Omission, Outlet, Sentence
from dedup.compare.terms import fold_words
from dedup.text.spans import Span
from dedup.text.units import Unit, split_units
from dedup.text.words import count_words

MIN_REPEAT = 4  # words: "He said." may stand twice


def split_article(article: Article) -> Outlet:
    """Return a text as sentences.

    A CMS prints whole bodies twice, so a repeat is a sentence of which every word stands in an earlier sentence, in
    order; what was edited between the two printings is compared.
    """
    seen: set[tuple[str, ...]] = set()
    sentences = []
    for unit in split_units(article.text):
        words = tuple(fold_words(unit.span.cut(article.text)))
        omission = None
        if is_covered(unit, article.boilerplate):
            omission = Omission.BOILERPLATE
        elif len(words) >= MIN_REPEAT and words in seen:
            omission = Omission.REPEAT
        seen.add(words)
        num_words = count_words(unit.span.cut(article.text))
        sentences.append(Sentence(unit.span, unit.kind, unit.paragraph, num_words, omission))
    return Outlet(article, tuple(sentences))


def is_covered(unit: Unit, spans: tuple[Span, ...]) -> bool:
    """Return whether more than half of a unit lies in the spans."""
    inside = sum(max(0, min(unit.span.end, span.end) - max(unit.span.start, span.start)) for span in spans)
    return 2 * inside > unit.span.end - unit.span.start
