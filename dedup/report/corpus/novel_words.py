"""The text of a removed document in which the words that its witness lacks are marked."""

from itertools import pairwise

import numpy as np

from dedup.kernels.novelty import find_novel
from dedup.near.sketcher import tokenise_text
from dedup.report.corpus.corpus_model import LosingPair, TextPair
from dedup.report.diff.diff_html import TaggedText
from dedup.text.slot_words import load_slot_words
from dedup.text.token_spans import TokenOffsets

CONTEXT = 160  # characters of known text beside novel words
MAX_CHARACTERS = 4_000  # of a text on the page


def mark_novel(removal: TextPair) -> LosingPair:
    """Return a removal with its novel words marked; known text far from them is left out."""
    text = removal.new
    novel = find_novel(tokenise_text(text), tokenise_text(removal.old), load_slot_words())
    pieces: list[TaggedText] = []
    used = 0
    offsets = TokenOffsets(text)
    edges = [0, *(np.flatnonzero(np.diff(novel)) + 1).tolist(), len(novel)]
    at = 0
    for first, last in pairwise(edges):
        if used > MAX_CHARACTERS:
            break
        if novel[first]:
            span = offsets.span(first, last)
            pieces += [TaggedText("", shorten(text[at : span.start], is_first=not pieces, is_last=False))]
            pieces += [TaggedText("ins", text[span.start : span.end][:MAX_CHARACTERS])]
            at = span.end
            used += sum(len(piece.text) for piece in pieces[-2:])
    else:
        pieces.append(TaggedText("", shorten(text[at:], is_first=False, is_last=True)))
    return LosingPair(removal.pair, int(novel.sum()), len(novel), tuple(pieces), used > MAX_CHARACTERS)


def shorten(known: str, *, is_first: bool, is_last: bool) -> str:
    """Return known text between novel words: all, or its ends that are beside them.

    >>> shorten("x" * 1000, is_first=True, is_last=False) == "… " + "x" * 160
    True
    """
    if len(known) <= 2 * CONTEXT + 40:
        return known
    head = "" if is_first else known[:CONTEXT] + " "
    return f"{head}…" if is_last else f"{head}… {known[-CONTEXT:]}"
