"""The telling sentence of a statement as a page shows it: faint where its words are of one text alone."""

from itertools import groupby

from dedup.compare.model import Comparison
from dedup.compare.terms import split_terms
from dedup.report.compare.compare_marks import MarkedText, WordMark, cut_pieces, is_content
from dedup.text.spans import Span


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
