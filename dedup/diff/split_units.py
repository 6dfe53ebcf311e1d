"""Where the two texts are cut into units: at sentences, and where the other text has the end of one.

"He left early. She stayed." and "He left early, She stayed." are two units and one. A sentence that lost its full stop,
or a heading glued to what follows, would hide inside a longer unit, and when it moved it would be shown as deleted. So
every unit end of one text is looked for in the other, by the words beside it, and the unit there is cut in the same
place. Parts that turn out to stay together are joined again (`joints`).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from dedup.text.units import split_units
from dedup.text.words import is_word, split_words

WIDTH = 4  # words beside an end by which it is found again
MAX_PLACES = 3  # a phrase in more places is a turn of speech ("said in a statement")


@dataclass(frozen=True, slots=True)
class CutText:
    """A text as tokens, and its units.

    Of each unit: the token it starts at (the first at 0), its paragraph, and whether it only continues the one before.
    """

    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    paragraphs: tuple[int, ...]
    continues: tuple[bool, ...]

    def iterate(self) -> Iterator[tuple[int, int]]:
        """Yield the bounds of the units, in tokens."""
        return pairwise((*self.starts, len(self.tokens)))


def cut_text(text: str) -> CutText:
    """Cut a text at its sentences; a unit that starts inside a token (there is none in real text) starts none."""
    tokens = tuple(split_words(text))
    offsets = list(accumulate(map(len, tokens), initial=0))
    cuts = [(bisect_left(offsets, unit.span.start), unit) for unit in split_units(text)]
    on_token = [(index, unit.paragraph) for index, unit in cuts if offsets[index] == unit.span.start]
    starts = (0, *(index for index, _ in on_token[1:])) if tokens else ()
    paragraphs = tuple(paragraph for _, paragraph in on_token) or (0,) * len(starts)
    return CutText(tokens, starts, paragraphs, (False,) * len(starts))


def cut_alike(text: CutText, other: CutText) -> CutText:
    """Return `text` with its units also cut where the words stand that begin or end a unit of `other`: O(n)."""
    found = sorted(set(_find_places(text, other)) - set(text.starts))
    units = dict(zip(text.starts, text.paragraphs, strict=True))
    starts = sorted((*text.starts, *found))
    paragraphs: list[int] = []
    for start in starts:
        paragraphs.append(units.get(start, paragraphs[-1] if paragraphs else 0))
    return CutText(text.tokens, tuple(starts), tuple(paragraphs), tuple(start not in units for start in starts))


def _find_places(text: CutText, other: CutText) -> Iterator[int]:
    first, last = _collect_edges(other)
    words = _list_words(text.tokens, 0, len(text.tokens))
    places: dict[tuple[str, ...], list[int]] = {}
    for index in range(len(words) - WIDTH + 1):
        gram = tuple(word for _, word in words[index : index + WIDTH])
        if gram in first or gram in last:
            places.setdefault(gram, []).append(index)
    for gram, indices in places.items():
        if len(indices) <= MAX_PLACES:
            for index in indices:
                if gram in first:
                    yield _step_back(text.tokens, words[index][0])
                if gram in last:
                    yield _step_on(text.tokens, words[index + WIDTH - 1][0])


def _collect_edges(text: CutText) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """Return the first and the last words of the units that are long enough."""
    units = [[word for _, word in _list_words(text.tokens, start, end)] for start, end in text.iterate()]
    long = [words for words in units if len(words) >= WIDTH]
    return {tuple(words[:WIDTH]) for words in long}, {tuple(words[-WIDTH:]) for words in long}


def _list_words(tokens: Sequence[str], start: int, end: int) -> list[tuple[int, str]]:
    return [(index, tokens[index].casefold()) for index in range(start, end) if is_word(tokens[index])]


def _step_back(tokens: Sequence[str], index: int) -> int:
    """Return the place before the marks that open a sentence: its cut is at white space, or there is none."""
    start = index
    while start and not tokens[start - 1].isspace():
        start -= 1
    return start if not any(map(is_word, tokens[start:index])) else 0


def _step_on(tokens: Sequence[str], index: int) -> int:
    """Return the place after the marks and the white space after a word; 0 where another word follows at once."""
    end = index + 1
    while end < len(tokens) and not tokens[end].isspace():
        if is_word(tokens[end]):
            return 0
        end += 1
    return end + 1 if end + 1 < len(tokens) else 0
