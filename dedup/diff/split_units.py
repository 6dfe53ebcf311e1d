"""Units: cut at sentences and where the other text ends a sentence; joined again where that separated nothing.

"He left early. She stayed." has two units, "He left early, She stayed." one. A sentence that lost its full stop would
hide inside a longer unit, and if it moved it would be shown as deleted. The same goes for a heading that is glued to
its text. So the other text is also cut at each end of a unit: the words beside the end are looked up there. Parts that
stay together in the end are joined again (`rejoin_units`).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from dedup.diff.find_moves import Order
from dedup.diff.match_units import Group
from dedup.diff.similarity import UnitWords
from dedup.text.units import split_units
from dedup.text.words import is_word, split_words

WIDTH = 4  # words beside an end by which it is found again
MAX_PLACES = 3  # a phrase in more places is a turn of speech ("said in a statement")


@dataclass(frozen=True, slots=True)
class TokenUnits:
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


def cut_text(text: str) -> TokenUnits:
    """Cut a text at its sentences; a unit that starts inside a token (there is none in real text) starts none."""
    tokens = tuple(split_words(text))
    offsets = list(accumulate(map(len, tokens), initial=0))
    cuts = [(bisect_left(offsets, unit.span.start), unit) for unit in split_units(text)]
    on_token = [(index, unit.paragraph) for index, unit in cuts if offsets[index] == unit.span.start]
    starts = (0, *(index for index, _ in on_token[1:])) if tokens else ()
    paragraphs = tuple(paragraph for _, paragraph in on_token) or (0,) * len(starts)
    return TokenUnits(tokens, starts, paragraphs, (False,) * len(starts))


def cut_alike(text: TokenUnits, other: TokenUnits) -> TokenUnits:
    """Return `text` with its units also cut at the words that begin or end a unit of `other`: O(n)."""
    found = sorted(set(_find_places(text, other)) - set(text.starts))
    units = dict(zip(text.starts, text.paragraphs, strict=True))
    starts = sorted((*text.starts, *found))
    paragraphs: list[int] = []
    for start in starts:
        paragraphs.append(units.get(start, paragraphs[-1] if paragraphs else 0))
    return TokenUnits(text.tokens, tuple(starts), tuple(paragraphs), tuple(start not in units for start in starts))


def _find_places(text: TokenUnits, other: TokenUnits) -> Iterator[int]:
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


def _collect_edges(text: TokenUnits) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
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


def rejoin_units(order: Order, old: Sequence[UnitWords], new: Sequence[UnitWords]) -> Order:
    """Return the order with parts of one unit joined, and free parts taken in by the group beside them."""
    old_free, new_free = set(range(len(old))), set(range(len(new)))
    for group in (*order.in_place, *(group for move in order.moves for group in move)):
        old_free.difference_update(range(group.old_start, group.old_end))
        new_free.difference_update(range(group.new_start, group.new_end))

    def join(groups: Iterable[Group]) -> tuple[Group, ...]:
        grown = [_grow(_grow(group, old, old_free).swap(), new, new_free).swap() for group in groups]
        return tuple(_join(sorted(grown), old, new))

    return Order(join(order.in_place), tuple(map(join, order.moves)))


def _grow(group: Group, units: Sequence[UnitWords], free: set[int]) -> Group:
    """Take in the free parts of the units at both ends of the old side."""
    start, end = group.old_start, group.old_end
    while end in free and units[end].is_continuation:
        free.remove(end)
        end += 1
    while start - 1 in free and units[start].is_continuation:
        start -= 1
        free.remove(start)
    return replace(group, old_start=start, old_end=end)


def _join(groups: Iterable[Group], old: Sequence[UnitWords], new: Sequence[UnitWords]) -> list[Group]:
    joined: list[Group] = []
    for group in groups:
        last = joined[-1] if joined else None
        is_adjacent = last and (last.old_end, last.new_end) == (group.old_start, group.new_start)
        if last and is_adjacent and (old[group.old_start].is_continuation or new[group.new_start].is_continuation):
            similarity = min(last.similarity, group.similarity)
            joined[-1] = Group(last.old_start, group.old_end, last.new_start, group.new_end, similarity)
        else:
            joined.append(group)
    return joined
