"""News texts in which sentences or paragraphs were moved and partly reworded, with the truth beside them."""

import random
from dataclasses import dataclass

from dedup.text.units import split_units


@dataclass(frozen=True, slots=True)
class PlantedText:
    """Two texts as lists of pieces; `moved` holds (piece in old, piece in new) of what was moved on purpose."""

    old_pieces: tuple[str, ...]
    new_pieces: tuple[str, ...]
    moved: tuple[tuple[int, int], ...]

    @property
    def old(self) -> str:
        """The text before."""
        return "".join(self.old_pieces)

    @property
    def new(self) -> str:
        """The text after."""
        return "".join(self.new_pieces)

    def locate(self, piece: int, *, is_old: bool) -> tuple[int, int]:
        """Return the span of a piece, its white space left out."""
        pieces = self.old_pieces if is_old else self.new_pieces
        start = sum(map(len, pieces[:piece]))
        return start, start + len(pieces[piece].rstrip())


def plant_moves(
    text: str, rng: random.Random, *, by_paragraph: bool, max_edits: float = 0.2, is_far: bool = True
) -> PlantedText | None:
    """Move 1 to 5 pieces of `text`, replacing up to `max_edits` of their words; None for a text of too few pieces.

    With `is_far`, a piece jumps over more words than it has itself: over fewer, it is the others that moved, and no
    reader could tell.
    """
    pieces = _cut(text, by_paragraph=by_paragraph)
    if len(pieces) < 8:
        return None
    vocabulary = sorted({word for word in text.split() if word.isalpha()})
    count = rng.randint(1, min(5, len(pieces) // 6))
    chosen = sorted(rng.sample(range(len(pieces)), count))
    stay = [index for index in range(len(pieces)) if index not in chosen]
    sizes = [len(piece.split()) for piece in pieces]
    order = list(stay)
    for index in chosen:
        place = sum(other < index for other in stay)
        gaps = [
            gap
            for gap in range(len(stay) + 1)
            if _count_jumped(stay, sizes, place, gap) > (2 * sizes[index] if is_far else 0)
        ]
        if not gaps:
            return None
        gap = rng.choice(gaps)
        order.insert(order.index(stay[gap]) if gap < len(stay) else len(order), index)
    moved = tuple((index, order.index(index)) for index in chosen if not _is_beside(order, index))
    edits = {index: rng.uniform(0, max_edits) for index in chosen}
    new = tuple(_edit(pieces[index], edits.get(index, 0.0), vocabulary, rng) for index in order)
    return PlantedText(tuple(pieces), new, moved)


def _cut(text: str, *, by_paragraph: bool) -> list[str]:
    """Return the pieces with the same white space after each, no piece twice and none without five words."""
    units: dict[int, list[str]] = {}
    for number, unit in enumerate(split_units(text)):
        units.setdefault(unit.paragraph if by_paragraph else number, []).append(unit.span.cut(text))
    pieces = [" ".join(parts) for parts in units.values()]
    return [f"{piece}\n\n" for piece in dict.fromkeys(pieces) if len(piece.split()) >= 5]


def _count_jumped(stay: list[int], sizes: list[int], place: int, gap: int) -> int:
    return sum(sizes[index] for index in stay[min(place, gap) : max(place, gap)])


def _is_beside(order: list[int], index: int) -> bool:
    """Return whether a piece ended up between its old neighbours after all."""
    place = order.index(index)
    before = order[place - 1] if place else -1
    after = order[place + 1] if place + 1 < len(order) else len(order)
    return before == index - 1 and after == index + 1


def _edit(piece: str, share: float, vocabulary: list[str], rng: random.Random) -> str:
    body = piece.rstrip()
    words = body.split(" ")
    for place in rng.sample(range(len(words)), int(share * len(words))):
        words[place] = rng.choice(vocabulary)
    return " ".join(words) + piece[len(body) :]
