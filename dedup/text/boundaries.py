"""Where a passage may be cut: between sentences and paragraphs, never in the middle of one."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dedup.text.lexicon import ABBREVIATIONS, SENTENCE_ENDS
from dedup.text.token_spans import TokenOffsets

SHORT = 2  # "U.S.", "J.", "Dr.": a full stop after so few letters ends no sentence

Edge = Callable[[TokenOffsets, int], bool]


def between(offsets: TokenOffsets, index: int) -> str:
    """Return the text between token `index - 1` and token `index`."""
    start = int(offsets.ends[index - 1]) if index > 0 else 0
    end = int(offsets.starts[index]) if index < len(offsets) else len(offsets.text)
    return offsets.text[start:end]


def is_paragraph_edge(offsets: TokenOffsets, index: int) -> bool:
    """Return whether a line ends before a token, or another text is glued on to a sentence there ("claims.Russian")."""
    if index in {0, len(offsets)}:
        return True
    gap = between(offsets, index)
    glued = (
        not any(c.isspace() for c in gap)
        and gap[:1] in SENTENCE_ENDS
        and offsets.text[int(offsets.starts[index])].isupper()
    )
    return "\n" in gap or (glued and is_sentence_edge(offsets, index))


def is_sentence_edge(offsets: TokenOffsets, index: int) -> bool:
    """Return whether a sentence ends before a token. Errs on the side of no: a cut that is not made does no harm."""
    if index in {0, len(offsets)}:
        return True
    gap = between(offsets, index)
    if "\n" in gap:
        return True
    marks = {c for c in gap if c in SENTENCE_ENDS}
    if not marks:
        return False
    before = offsets.text[int(offsets.starts[index - 1]) : int(offsets.ends[index - 1])]
    after = offsets.text[int(offsets.starts[index])]
    if marks == {"."} and (after.islower() or before.lower() in ABBREVIATIONS):
        return False
    return marks != {"."} or len(before) > SHORT or not before[:1].isupper()


class TokenRange(NamedTuple):
    """The tokens [first, end) of a text."""

    first: int
    end: int


def shrink(offsets: TokenOffsets, tokens: TokenRange, is_edge: Edge) -> TokenRange:
    """Return the largest range inside `tokens` that begins and ends at an edge."""
    first, end = tokens
    places = offsets.breaks[np.searchsorted(offsets.breaks, first) : np.searchsorted(offsets.breaks, end, "right")]
    candidates = [0, *places.tolist(), len(offsets)]
    first = next((at for at in candidates if first <= at < end and is_edge(offsets, at)), end)
    end = next((at for at in reversed(candidates) if first < at <= end and is_edge(offsets, at)), first)
    return TokenRange(first, end)


def choose_cut(offsets: TokenOffsets, tokens: TokenRange, min_tokens: int) -> TokenRange | None:
    """Return the tokens of a passage that are cut: whole paragraphs, and whole sentences beside them if they are many.

    None where too little is left. What stays at either end is less than `min_tokens`: a second run finds no more in it.
    """
    first, end = shrink(offsets, tokens, is_paragraph_edge)
    sentences = shrink(offsets, tokens, is_sentence_edge)
    if end - first < min_tokens:
        first, end = sentences
    if first - sentences.first >= min_tokens:
        first = sentences.first
    if sentences.end - end >= min_tokens:
        end = sentences.end
    return TokenRange(first, end) if end - first >= min_tokens else None
