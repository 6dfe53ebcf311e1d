"""Where texts of the same words differ in signs: "-5" and "5", "C++" and "C#", in words for people."""

import unicodedata

import numpy as np

from dedup.config import InputConfig
from dedup.kernels.proofs import ANYWHERE, MINUS, SUFFIX
from dedup.model.documents import CopyRelation
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import fetch_texts
from dedup.near.segments import Segments
from dedup.output.conflicts import MAX_CONFLICTS, Quotes
from dedup.text.signs import KINDS
from dedup.text.token_spans import TokenOffsets

TIED = frozenset(KINDS[ANYWHERE])
MAX_PAIRS = 1000  # whose texts are read once more
SUFFIXES = frozenset(KINDS[SUFFIX])
NUMBER_SIGNS = TIED | SUFFIXES | frozenset(KINDS[MINUS])


def quote_signs(text: str, other: str) -> Quotes:
    """Return the words of two texts, which are the same, with the signs that differ; a few of them.

    >>> quote_signs("it fell by 5 percent", "it fell by -5 percent")
    (('5', '-5'),)
    """
    pairs = zip(list_signed(text), list_signed(other), strict=False)
    return tuple(pair for pair in pairs if len(set(map(normalise, pair))) > 1)[:MAX_CONFLICTS]


def normalise(signed: str) -> str:
    """Return what is equal for words with the same signs, before or behind them."""
    same = unicodedata.normalize("NFKC", signed.casefold()).replace(" ", "")
    return "".join(sorted("-" if character in KINDS[MINUS] else character for character in same))


def list_signed(text: str) -> list[str]:
    """Return the words of a text, each with the signs at it."""
    offsets = TokenOffsets(text)
    starts, ends = offsets.starts.tolist(), offsets.ends.tolist()
    words = []
    for last, start, end, following in zip([0, *ends], starts, ends, [*starts[1:], len(text)], strict=False):
        before, behind = (NUMBER_SIGNS, NUMBER_SIGNS) if text[start:end].isdecimal() else (frozenset(), SUFFIXES)
        left, right = start, end
        while left > last and reaches(before, text[left - 1], text[left - 2 : left - 1]):
            left -= 1
        while right < following and reaches(behind, text[right], text[right + 1 : right + 2]):
            right += 1
        words.append(text[left:right])
    return words


def reaches(signs: frozenset[str], character: str, beyond: str) -> bool:
    """Return whether a character beside a word is one of its signs, or a space before a currency or percent."""
    return character in signs or (bool(signs) and character == " " and beyond in TIED)


def quote_signs_of(segments: Segments, decisions: Decisions, config: InputConfig) -> dict[int, Quotes]:
    """Return the signs that templates of the same words differ in, by doc_index."""
    kept = decisions.kept
    other = np.where(kept, decisions.relative["document"], decisions.witness)
    relation = np.where(kept, decisions.relative["relation"], decisions.relation)
    similarity = np.where(kept, decisions.relative["similarity"], decisions.similarity)
    is_same = (similarity == 1.0) & (decisions.difference["novel"] == 0)
    found = is_same & (relation == CopyRelation.TEMPLATE) & (other >= 0) & (other < len(decisions))
    rows = np.flatnonzero(found)[:MAX_PAIRS]
    texts = fetch_texts(segments, {*rows.tolist(), *other[rows].tolist()}, config)
    pairs = ((row, int(other[row])) for row in rows.tolist())
    quotes = {row: quote_signs(texts[row], texts[side]) for row, side in pairs if row in texts and side in texts}
    return {row: quoted for row, quoted in quotes.items() if quoted}
