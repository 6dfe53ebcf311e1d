"""Where a passage may be cut: between sentences and paragraphs, never in the middle of one."""

from collections.abc import Callable

import numpy as np

from dedup.text.lexicon import ABBREVIATIONS, SENTENCE_ENDS
from dedup.text.token_spans import TokenOffsets

SHORT = 2  # "U.S.", "J.", "Dr.": a full stop after so few letters ends no sentence

Edge = Callable[[str, TokenOffsets, int], bool]


def between(text: str, offsets: TokenOffsets, index: int) -> str:
    """Return what stands between token `index - 1` and token `index`."""
    start = int(offsets.ends[index - 1]) if index > 0 else 0
    end = int(offsets.starts[index]) if index < len(offsets) else len(text)
    return text[start:end]


def is_paragraph_edge(text: str, offsets: TokenOffsets, index: int) -> bool:
    """Return whether a line ends before a token, or another text is glued on to a sentence there ("claims.Russian")."""
    if index in {0, len(offsets)}:
        return True
    gap = between(text, offsets, index)
    glued = (
        not any(c.isspace() for c in gap) and gap[:1] in SENTENCE_ENDS and text[int(offsets.starts[index])].isupper()
    )
    return "\n" in gap or (glued and is_sentence_edge(text, offsets, index))


def is_sentence_edge(text: str, offsets: TokenOffsets, index: int) -> bool:
    """Return whether a sentence ends before a token. Errs on the side of no: a cut that is not made does no harm."""
    if index in {0, len(offsets)}:
        return True
    gap = between(text, offsets, index)
    if "\n" in gap:
        return True
    marks = {c for c in gap if c in SENTENCE_ENDS}
    if not marks:
        return False
    before = text[int(offsets.starts[index - 1]) : int(offsets.ends[index - 1])]
    after = text[int(offsets.starts[index])]
    if marks == {"."} and (after.islower() or before.lower() in ABBREVIATIONS):
        return False
    return marks != {"."} or len(before) > SHORT or not before[:1].isupper()


def shrink(text: str, offsets: TokenOffsets, tokens: tuple[int, int], is_edge: Edge) -> tuple[int, int]:
    """Return the largest range of tokens inside `tokens` (first, end) that begins and ends at an edge."""
    first, end = tokens
    places = offsets.breaks[np.searchsorted(offsets.breaks, first) : np.searchsorted(offsets.breaks, end, "right")]
    candidates = [0, *places.tolist(), len(offsets)]
    first = next((at for at in candidates if first <= at < end and is_edge(text, offsets, at)), end)
    end = next((at for at in reversed(candidates) if first < at <= end and is_edge(text, offsets, at)), first)
    return first, end


def choose_cut(text: str, offsets: TokenOffsets, tokens: tuple[int, int], min_tokens: int) -> tuple[int, int] | None:
    """Return the tokens of a passage that are cut: whole paragraphs, and whole sentences beside them if they are many.

    None where too little is left. What stays at either end is less than `min_tokens`: a second run finds no more in it.
    """
    first, end = shrink(text, offsets, tokens, is_paragraph_edge)
    outer_first, outer_end = shrink(text, offsets, tokens, is_sentence_edge)
    if end - first < min_tokens:
        first, end = outer_first, outer_end
    if first - outer_first >= min_tokens:
        first = outer_first
    if outer_end - end >= min_tokens:
        end = outer_end
    return (first, end) if end - first >= min_tokens else None
